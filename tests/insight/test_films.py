"""Points at their places, in their colour, on the same axes; files hold what was drawn or don't appear."""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from handlens.errors import LookError, MissingLibrary
from handlens.insight import sprites
from handlens.insight.films import HOLD, TSNE_NOTE, render, write
from handlens.insight.palette import CLASS_COLOURS

NAMES = tuple("0123456789")
CORNERS = np.array([[-1.0, -1], [1, -1], [1, 1], [-1, 1]])
LABELS = np.array([0, 1, 2, 3])


def drawn(points: np.ndarray, labels: np.ndarray = LABELS, **settings: object) -> list[Image.Image]:
    captions = [(step * 100, step / 10) for step in range(len(points))]
    return list(render(points, labels, captions, "Last layer", NAMES, **settings))  # type: ignore[arg-type]


def places(picture: Image.Image, label: int) -> np.ndarray:
    """The (x, y) of the pixels that have a class's full colour."""
    pixels = np.asarray(picture.convert("RGB"))
    return np.argwhere((pixels == CLASS_COLOURS[label]).all(axis=2))[:, ::-1]


@pytest.fixture(scope="module")
def film() -> list[Image.Image]:
    """Four corners that stay, and one point that wanders between them."""
    wanderer = np.linspace(-0.6, 0.6, 6)[:, None, None] * np.ones(2)
    points = np.concatenate([np.broadcast_to(CORNERS, (6, 4, 2)), wanderer], axis=1)
    return drawn(points, np.array([0, 1, 2, 3, 7]), note=TSNE_NOTE)


def test_every_point_is_at_its_place_in_its_colour_and_y_goes_up(film: list[Image.Image]) -> None:
    middles = np.array([places(film[0], label).mean(axis=0) for label in range(4)])
    left, right = middles[[0, 3], 0].mean(), middles[[1, 2], 0].mean()
    top, bottom = middles[[2, 3], 1].mean(), middles[[0, 1], 1].mean()
    np.testing.assert_allclose(middles, [(left, bottom), (right, bottom), (right, top), (left, top)], atol=3)
    assert right - left == pytest.approx(bottom - top, abs=4)  # one scale for both axes
    assert 0 < left < 0.2 * 640
    assert 0.8 * 640 < right < 640


def test_the_axes_stay_while_a_point_moves(film: list[Image.Image]) -> None:
    for label in range(4):
        np.testing.assert_array_equal(places(film[0], label), places(film[-1], label))
    path = np.array([places(picture, 7).mean(axis=0) for picture in film])
    assert (np.diff(path[:, 0]) > 0).all()
    assert (np.diff(path[:, 1]) < 0).all()


def test_the_axes_hold_what_later_frames_need() -> None:
    """Nothing is cut off in a film whose points fly apart."""
    pictures = drawn(np.stack([0.1 * CORNERS, CORNERS]))
    for label in range(4):
        assert len(places(pictures[0], label)) == len(places(pictures[1], label)) > 0


def test_pictures_share_size_mode_and_palette(film: list[Image.Image]) -> None:
    assert {(picture.size, picture.mode, tuple(picture.getpalette() or ())) for picture in film} == {
        ((640, 720), "P", tuple(sprites.palette()))
    }
    assert max(np.asarray(picture).max() for picture in film) < len(sprites.palette()) // 3


def test_step_accuracy_and_progress_are_on_every_frame(film: list[Image.Image]) -> None:
    headers = [np.asarray(picture)[36:60] for picture in film]
    assert len({header[:, :130].tobytes() for header in headers}) == 6  # the steps
    assert len({header[:, 130:].tobytes() for header in headers}) == 6  # the accuracies
    dark = sprites.index(sprites.INK)
    passed = [(np.asarray(picture)[-16:] == dark).any(axis=0).sum() for picture in film]
    np.testing.assert_allclose(passed, np.arange(1, 7) / 6 * (640 - 2 * 16), atol=2)


def test_title_and_note_stay_and_are_within_the_picture(film: list[Image.Image]) -> None:
    for rows in (slice(0, 36), slice(660, 700)):
        bands = [np.asarray(picture)[rows] for picture in film]
        assert bands[0].any()
        assert not bands[0][:, -8:].any()
        assert all((band == bands[0]).all() for band in bands)


@pytest.mark.parametrize("size", [(320, 360), (480, 540), (1280, 1440)])
def test_a_note_fits_at_any_size(size: tuple[int, int]) -> None:
    pixels = np.asarray(drawn(CORNERS[None], note=TSNE_NOTE, size=size)[0])
    assert pixels.shape == size[::-1]
    assert not pixels[:, -2:].any()
    assert not pixels[:, :2].any()


def test_one_point_and_long_names_are_drawn() -> None:
    picture = next(render(np.zeros((1, 1, 2)), np.array([10]), [(0, 0.1)], "", ("trouser",) * 11))
    assert len(places(picture, 0)) > 0  # the eleventh class has the first colour again
    assert (
        sprites.glyph("trouser", CLASS_COLOURS[0], 13)[0].tobytes()
        == sprites.glyph("tro", CLASS_COLOURS[0], 13)[0].tobytes()
    )


def test_the_rim_of_a_glyph_keeps_it_apart_from_what_lies_below() -> None:
    picture, mask = sprites.glyph("0", CLASS_COLOURS[0], 20)
    covered = np.asarray(mask)
    inked = np.asarray(picture) > 0
    assert covered.sum() > 1.2 * (inked & covered).sum()
    assert not covered[[0, -1]].any()  # nothing is cut off
    assert not covered[:, [0, -1]].any()


def test_a_gif_holds_every_pixel_plays_for_ever_and_rests_on_the_last(tmp_path: Path) -> None:
    film = drawn(np.random.default_rng(0).normal(size=(6, 40, 2)), np.arange(40) % 10)
    path = write(film, tmp_path / "new" / "film.gif", fps=20)
    with Image.open(path) as gif:
        assert gif.info["loop"] == 0
        assert gif.n_frames == len(film)  # type: ignore[attr-defined]
        for number, picture in enumerate(film):
            gif.seek(number)
            assert gif.info["duration"] == (1000 * HOLD if number == 5 else 50)
            np.testing.assert_array_equal(np.asarray(gif.convert("RGB")), np.asarray(picture.convert("RGB")))
    assert path.stat().st_size < 60_000


@pytest.mark.parametrize("suffix", [".apng", ".webp", ".WEBP"])
def test_other_pictures_that_move_hold_every_pixel(
    film: list[Image.Image], tmp_path: Path, suffix: str
) -> None:
    with Image.open(write(film, tmp_path / f"film{suffix}")) as moving:
        assert moving.n_frames == len(film)  # type: ignore[attr-defined]
        moving.seek(len(film) - 1)
        np.testing.assert_array_equal(np.asarray(moving.convert("RGB")), np.asarray(film[-1].convert("RGB")))


@pytest.mark.parametrize("size", [(320, 360), (321, 361)])
def test_an_mp4_holds_the_frames_and_rests_on_the_last(tmp_path: Path, size: tuple[int, int]) -> None:
    av = pytest.importorskip("av")
    pictures = drawn(np.stack([CORNERS, 0.5 * CORNERS, -CORNERS]), size=size)
    with av.open(write(pictures, tmp_path / "film.mp4", fps=5)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.pix_fmt, stream.average_rate) == ("h264", "yuv420p", 5)
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    assert len(frames) == 3 + 5 * HOLD
    for frame, picture in zip(frames, pictures, strict=False):
        exact = np.asarray(picture.convert("RGB"), np.float32)[:360, :320]
        assert frame.shape == (360, 320, 3)
        assert np.abs(frame - exact).mean() < 3


def test_a_film_that_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, film: list[Image.Image]
) -> None:
    def broken() -> Iterator[Image.Image]:
        yield film[0]
        raise KeyboardInterrupt

    path = tmp_path / "film.gif"
    path.write_bytes(b"old")
    with pytest.raises(KeyboardInterrupt):
        write(broken(), path)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_what_cannot_be_written_is_named(
    tmp_path: Path, film: list[Image.Image], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(LookError, match=r"film\.avi: .* as '\.avi'; name it with one of \.gif, \.mp4"):
        write(film, tmp_path / "film.avi")
    with pytest.raises(LookError, match=r"film: .* without suffix"):
        write(film, tmp_path / "film")
    with pytest.raises(LookError, match=r"film\.gif: a film needs at least one frame"):
        write([], tmp_path / "film.gif")
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(MissingLibrary, match=r"An MP4 needs av.*handlens\[mp4\]"):
        write(film, tmp_path / "film.mp4")
    assert not list(tmp_path.iterdir())


def test_what_cannot_be_drawn_is_named() -> None:
    one = CORNERS[None]
    with pytest.raises(LookError, match=r"1 frames and 4 points got 1 captions and 3 labels"):
        drawn(one, LABELS[:3])
    with pytest.raises(LookError, match=r"1 frames and 4 points got 2 captions"):
        list(render(one, LABELS, [(0, 0.1), (1, 0.1)], "", NAMES))
    with pytest.raises(LookError, match=r"label 3 has no name: the film got 2 names"):
        list(render(one, LABELS, [(0, 0.1)], "", ("a", "b")))
    with pytest.raises(LookError, match=r"200 x 720 pixels is too small"):
        drawn(one, size=(200, 720))
    with pytest.raises(LookError, match=r"640 x 300 pixels is too small"):
        drawn(one, size=(640, 300))
    with pytest.raises(LookError, match=r"frame 1 of the film \(step 100\) holds points that aren't finite"):
        drawn(np.stack([CORNERS, np.full((4, 2), np.nan)]))
