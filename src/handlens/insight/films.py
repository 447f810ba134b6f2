"""Films of moving points: each item drawn as its class's name, one picture a frame of the training.

No intermediate frames are drawn: each picture is a moment that was recorded, and the points of an aligned
t-SNE move by a pixel or two from one to the next.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float, Int, Integer
from PIL import Image, ImageDraw

from handlens.errors import LookError, MissingLibrary
from handlens.insight import sprites
from handlens.insight.palette import class_colours
from handlens.whole import write_whole

Film = Float[np.ndarray, "frames n 2"]
Classes = Integer[np.ndarray, "labels"]  # an axis of its own: that it fits the points is checked in words
Caption = tuple[int, float]

TSNE_NOTE = (
    "t-SNE keeps neighbours together. The distances between groups and the sizes of groups "
    "can't be read from it, and the axes have no units."
)
LINEAR_NOTE = (
    "Each class pulls towards its place on the circle, as strongly as the network believes in it: "
    "in the middle it knows nothing, between two places it wavers. Piles are fanned out a little."
)
SIZE = (640, 720)
FPS = 10  # a frame every 100 ms: 84 frames pass in 8.4 s
HOLD = 2.0  # seconds that the last frame stays


def render(
    points: Film,
    labels: Classes,
    captions: Sequence[Caption],
    title: str,
    classes: Sequence[str],
    note: str = "",
    size: tuple[int, int] = SIZE,
) -> Iterator[Image.Image]:
    """Draw a film: the points as coloured names of their classes, on axes that stay the same throughout.

    Args:
        points: Where each item is at each frame, [frames, n, 2], y upward.
        labels: The class of each item, [n].
        captions: (step, accuracy 0…1) of each frame, written on it.
        title: Stands on each frame.
        classes: The names of the classes; a point shows the first three letters.
        note: What one should know when reading the picture; stands under it, wrapped.
        size: (width, height) of the pictures in pixels, at least 320 x 360.

    Yields:
        A picture a frame, mode "P", all in the same palette.

    Raises:
        LookError: The numbers of frames, items or names contradict each other, or points aren't finite.
    """
    _check(points, labels, captions, classes, size)
    scale = size[0] / SIZE[0]
    backdrop, box = _backdrop(title, note, size, scale)
    glyphs = _glyphs(classes, max(8, round(13 * scale)))
    places = _pixels(points, box, margin=round(12 * scale))
    order = np.random.default_rng(0).permutation(
        len(labels)
    )  # no class always on top, the same in all frames
    for number, (step, accuracy) in enumerate(captions):
        picture = backdrop.copy()
        for (x, y), label in zip(places[number, order].tolist(), labels[order].tolist(), strict=True):
            drawn, mask = glyphs[label]
            picture.paste(drawn, (x - drawn.width // 2, y - drawn.height // 2), mask)
        _write_caption(picture, step, accuracy, scale)
        _draw_progress(picture, (number + 1) / len(captions), scale)
        yield picture


def write(frames: Iterable[Image.Image], path: str | os.PathLike[str], fps: int = FPS) -> Path:
    """Write a film as a file that plays for ever; the last frame stays for two seconds.

    The file appears whole or not at all.

    Args:
        frames: Pictures in the palette of `render`, all of one size.
        path: Where to; the suffix says how: ``.gif``, ``.mp4`` (needs `av`), ``.apng`` or ``.webp``.
        fps: Frames a second, 1 to 50.

    Returns:
        The path.

    Raises:
        LookError: There is no frame, or the suffix is none of these.
        MissingLibrary: `av` isn't installed, for MP4.

    Example:
        >>> write(render(points, labels, captions, "Last layer", sets.classes), "film.gif")  # doctest: +SKIP
    """
    path = Path(path)
    content = encoded(frames, path.name, fps)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, content)
    return path


def encoded(frames: Iterable[Image.Image], name: str, fps: int = FPS) -> bytes:
    """A film as the content of a file of that name; see `write`."""
    suffix = Path(name).suffix
    encode = ENCODERS.get(suffix.lower())
    if encode is None:
        raise LookError(
            f"{name}: a film can't be written as {suffix or 'a file without suffix'!r}; "
            f"name it with one of {', '.join(ENCODERS)}"
        )
    pictures = list(frames)
    if not pictures:
        raise LookError(f"{name}: a film needs at least one frame; got none")
    return encode(pictures, fps)


def _check(
    points: Film, labels: Classes, captions: Sequence[Caption], classes: Sequence[str], size: tuple[int, int]
) -> None:
    frames, items = points.shape[:2]
    if len(captions) != frames or len(labels) != items:
        raise LookError(
            f"a film of {frames} frames and {items} points got {len(captions)} captions and "
            f"{len(labels)} labels; expected a caption a frame and a label a point"
        )
    if items and labels.max() >= len(classes):
        raise LookError(f"label {labels.max()} has no name: the film got {len(classes)} names of classes")
    if size[0] < 320 or size[1] < 360:
        raise LookError(
            f"a film of {size[0]} x {size[1]} pixels is too small to read; use at least 320 x 360"
        )
    if not np.isfinite(points).all():
        bad = int(np.flatnonzero(~np.isfinite(points).all(axis=(1, 2)))[0])
        raise LookError(f"frame {bad} of the film (step {captions[bad][0]}) holds points that aren't finite")


def _backdrop(
    title: str, note: str, size: tuple[int, int], scale: float
) -> tuple[Image.Image, tuple[int, int, int, int]]:
    """What stays the same on all frames, and the box (left, top, right, bottom) left for the points."""
    width, height = size
    picture = sprites.blank(size)
    sprites.write_text(picture, (16 * scale, 12 * scale), title, round(20 * scale), sprites.INK)
    type_height = max(9, round(12.5 * scale))
    lines = sprites.wrapped(note, type_height, width - 32 * scale)
    top_of_note = height - round(22 * scale) - len(lines) * round(1.35 * type_height)
    for number, line in enumerate(lines):
        place = (16 * scale, float(top_of_note + number * round(1.35 * type_height)))
        sprites.write_text(picture, place, line, type_height, sprites.GREY)
    return picture, (0, round(64 * scale), width, top_of_note - round(4 * scale))


def _glyphs(classes: Sequence[str], height: int) -> list[tuple[Image.Image, Image.Image]]:
    colours = class_colours(len(classes))
    return [sprites.glyph(name, colour, height) for name, colour in zip(classes, colours, strict=True)]


def _pixels(points: Film, box: tuple[int, int, int, int], margin: int) -> Int[np.ndarray, "frames n 2"]:
    """Where points lie in the picture: one scale for both axes and for all frames, all of them in the box."""
    left, top, right, bottom = box
    lowest, highest = points.min(axis=(0, 1), initial=np.inf), points.max(axis=(0, 1), initial=-np.inf)
    room = np.array([right - left, bottom - top]) - 2 * margin
    scale = (room / np.maximum(highest - lowest, 1e-9)).min()
    middle = np.array([left + right, top + bottom]) / 2
    places = (points - (lowest + highest) / 2) * np.array([scale, -scale]) + middle
    whole: Int[np.ndarray, "frames n 2"] = np.rint(places).astype(np.int64)
    return whole


def _write_caption(picture: Image.Image, step: int, accuracy: float, scale: float) -> None:
    """In two columns, so that the second stays where it is while the step's number grows."""
    height = round(16 * scale)
    sprites.write_text(picture, (16 * scale, 40 * scale), f"step {step:,}", height, sprites.GREY)
    sprites.write_text(picture, (140 * scale, 40 * scale), f"accuracy {accuracy:.1%}", height, sprites.GREY)


def _draw_progress(picture: Image.Image, share: float, scale: float) -> None:
    """A thin line along the foot: how much of the film has passed."""
    draw = ImageDraw.Draw(picture)
    left, right, y = 16 * scale, picture.width - 16 * scale, picture.height - 10 * scale
    thick = max(2, round(3 * scale))
    draw.line((left, y, right, y), sprites.index(sprites.RULE), thick)
    draw.line((left, y, left + share * (right - left), y), sprites.index(sprites.INK), thick)


def _durations(count: int, fps: int) -> list[int]:
    return [round(1000 / fps)] * (count - 1) + [round(1000 * HOLD)]


def _gif(frames: list[Image.Image], fps: int) -> bytes:
    """Only what changed is written: an index beyond the palette stands for "as before"."""
    return _saved(frames, fps, "GIF", disposal=1, optimize=True, transparency=len(sprites.palette()) // 3)


def _apng(frames: list[Image.Image], fps: int) -> bytes:
    return _saved(frames, fps, "PNG")


def _webp(frames: list[Image.Image], fps: int) -> bytes:
    return _saved([frame.convert("RGB") for frame in frames], fps, "WEBP", lossless=True, quality=0, method=0)


def _saved(frames: list[Image.Image], fps: int, form: str, **options: Any) -> bytes:
    stream = BytesIO()
    duration = _durations(len(frames), fps)
    frames[0].save(
        stream, form, save_all=True, append_images=frames[1:], duration=duration, loop=0, **options
    )
    return stream.getvalue()


def _mp4(frames: list[Image.Image], fps: int) -> bytes:
    """H.264 in 4:2:0, which every browser and telephone plays; sides are cut to even numbers, as it asks.

    At crf 26 the glyphs look as at 20, for two thirds of the bytes.
    """
    try:
        import av
    except ImportError:
        raise MissingLibrary("av", "An MP4", "mp4") from None
    stream = BytesIO()
    held = [frames[-1]] * round(HOLD * fps)
    with av.open(stream, "w", format="mp4") as container:
        video = container.add_stream("libx264", rate=fps, options={"crf": "26", "preset": "veryfast"})
        video.width, video.height = (side - side % 2 for side in frames[0].size)
        video.pix_fmt = "yuv420p"
        for frame in chain(frames, held):
            picture = frame.convert("RGB").crop((0, 0, video.width, video.height))
            container.mux(video.encode(av.VideoFrame.from_ndarray(np.asarray(picture), format="rgb24")))
        container.mux(video.encode())
    return stream.getvalue()


ENCODERS: dict[str, Callable[[list[Image.Image], int], bytes]] = {
    ".gif": _gif,
    ".mp4": _mp4,
    ".apng": _apng,
    ".webp": _webp,
}
