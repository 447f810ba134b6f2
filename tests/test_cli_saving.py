"""Pictures that commands write: whose they are, and whose place they take."""

from pathlib import Path

import numpy as np
import pytest
from commands import Typed
from matplotlib.figure import Figure
from PIL import Image

from handlens import data
from handlens.cli.pictures import FORMATS
from handlens.cli.read import DRAWN
from handlens.cli.saving import save_figure, save_image
from handlens.whole import replaces

PIXELS = np.mgrid[:256, :256, :3].sum(axis=0, dtype=np.int64).clip(0, 255).astype(np.uint8)
THEIRS = "is there already, and handlens didn't write it; choose another place"


def figure() -> Figure:
    drawn = Figure()
    drawn.subplots().imshow(PIXELS)
    return drawn


@pytest.mark.parametrize("suffix", DRAWN)
def test_an_image_is_known_again_and_somebody_elses_is_not(tmp_path: Path, suffix: str) -> None:
    image, ours, theirs = (
        Image.fromarray(PIXELS),
        tmp_path / f"new/ours{suffix}",
        tmp_path / f"theirs{suffix}",
    )
    save_image(image, ours)
    image.save(theirs)
    assert replaces(ours)
    with pytest.raises(FileExistsError):
        replaces(theirs)
    with Image.open(ours) as kept:
        difference = np.abs(np.asarray(kept.convert("RGB")).astype(int) - PIXELS).mean()
    assert difference == 0 if suffix == ".png" else difference < 3


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_figure_is_known_again_and_somebody_elses_is_not(tmp_path: Path, suffix: str) -> None:
    ours, theirs = tmp_path / f"ours{suffix}", tmp_path / f"theirs{suffix}"
    save_figure(figure(), ours)
    figure().savefig(theirs)
    assert replaces(ours)
    with pytest.raises(FileExistsError):
        replaces(theirs)


WORDS = {
    "look": ["look", "tutorial", "kernels", "--out"],
    "export": ["data", "export", "mnist", "--to", "png", "--first", "4", "--out"],
    "read": ["read", "seven.png", "--annotate"],
}


@pytest.mark.parametrize("words", WORDS.values(), ids=WORDS)
def test_only_what_handlens_drew_is_drawn_over(
    typed: Typed, words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Image.fromarray(255 - data.load("mnist").test.images[0]).resize((90, 90)).save("seven.png")
    place = Path("photo.png")
    Image.fromarray(PIXELS).save(place)
    before = place.read_bytes()
    refused = typed(*words, place)
    assert (refused.status, refused.out) == (1, "")
    assert refused.err.endswith(f"{place}: {THEIRS}\n")
    assert place.read_bytes() == before
    place.unlink()
    first = typed(*words, place)
    assert first.status == 0
    assert "in the place of an earlier one" not in first.out + first.err
    drawn = place.read_bytes()
    again = typed(*words, place)
    assert again.status == 0
    assert "in the place of an earlier one" in again.out + again.err
    assert place.read_bytes() == drawn
