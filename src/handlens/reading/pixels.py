"""Bits and modes of any kind to eight bits of gray or colour, opaque."""

import math
from collections.abc import Callable, Iterator

import numpy as np
from jaxtyping import UInt8
from PIL import Image

from handlens.errors import InkError

Gray = UInt8[np.ndarray, "height width"]
Colour = UInt8[np.ndarray, "height width 3"]
Pixels = Gray | Colour

# Rec. 601, as in JPEG and in OpenCV's and Pillow's gray.
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)


def of_image(image: Image.Image) -> Pixels:
    """Pillow's decoded image, of any mode.

    Raises:
        InkError: it has values beyond sixteen bits.
    """
    width, height = image.size
    if image.has_transparency_data:
        whole = image.convert("LA") if image.mode == "La" else image
        return _on_paper(
            lambda: (np.asarray(strip.convert("RGBA")) for strip in _strips(whole)), height, width
        )
    if image.mode[0] in "IF":
        return _eight_bits(lambda: (np.asarray(strip) for strip in _strips(image)))
    mode = image.mode
    if mode not in ("L", "RGB"):
        mode = "L" if mode == "1" else "RGB"
    pixels = np.empty((height, width, 3) if mode == "RGB" else (height, width), np.uint8)
    _fill(pixels, (np.asarray(strip.convert(mode)) for strip in _strips(image)))
    return pixels


def of_array(array: np.ndarray) -> Pixels:
    """An array's pixels, as eight bits.

    Args:
        array: [height, width] or [height, width, 3 or 4], not empty.

    Raises:
        InkError: its type is none of bool, uint8, uint16 and float, or its floats aren't 0 … 1.
    """
    pixels = _bytes_of(array)
    return _on_paper(lambda: _rows(pixels), *pixels.shape[:2]) if pixels.shape[2:] == (4,) else pixels


def _bytes_of(array: np.ndarray) -> UInt8[np.ndarray, "..."]:
    if array.dtype == np.uint8:
        return array
    if array.dtype == np.bool_:
        return array.astype(np.uint8) * np.uint8(255)
    if array.dtype == np.uint16:
        return _eight_bits(lambda: _rows(array))
    if array.dtype.kind == "f":
        lowest, highest = float(array.min()), float(array.max())
        if lowest >= 0 and highest <= 1:
            return np.rint(array.astype(np.float32) * 255).astype(np.uint8)
        found = f"values from {lowest:g} to {highest:g}"
        if not np.isfinite([lowest, highest]).all():
            found = f"{np.count_nonzero(~np.isfinite(array))} values that are NaN or infinite"
        raise InkError(f"the array has {found}; expected 0 … 1: divide by the largest possible value first.")
    raise InkError(
        f"the array's values are {array.dtype}; expected bool, uint8, uint16 or float in 0 … 1. "
        "Use array.astype(np.uint8) where they are 0 … 255."
    )


_STRIP = 1 << 20
"""Pixels that are converted at once: of sixty million, a whole copy for each step would take gigabytes."""


def _strips(image: Image.Image) -> Iterator[Image.Image]:
    """A picture from top to bottom; a small one in one piece."""
    width, height = image.size
    rows = max(1, _STRIP // width)
    for top in range(0, height, rows):
        yield image.crop((0, top, width, min(top + rows, height))) if rows < height else image


def _fill(whole: np.ndarray, strips: Iterator[np.ndarray]) -> None:
    """Put strips below each other."""
    top = 0
    for strip in strips:
        whole[top : top + len(strip)] = strip
        top += len(strip)


def _rows(array: np.ndarray) -> Iterator[np.ndarray]:
    """An array from top to bottom."""
    rows = max(1, _STRIP // array.shape[1])
    return (array[top : top + rows] for top in range(0, len(array), rows))


def _eight_bits(strips: Callable[[], Iterator[np.ndarray]]) -> UInt8[np.ndarray, "..."]:
    """Grays of unknown depth: the smallest usual full scale that holds them becomes 255."""
    ends = [(strip.min(), strip.max(), strip.shape, strip.dtype.kind) for strip in strips()]
    lowest, highest = np.min([end[0] for end in ends]), np.max([end[1] for end in ends])  # NaN stays NaN
    if not np.isfinite(highest) or lowest < 0 or highest > np.iinfo(np.uint16).max:
        raise InkError(f"the picture has values from {lowest:g} to {highest:g}; expected 0 … 65535.")
    scales = [2**bits - 1 for bits in (8, 10, 12, 14, 16)]
    if ends[0][3] == "f":
        scales.insert(0, 1)
    full = next(scale for scale in scales if highest <= scale)
    pixels = np.empty((sum(end[2][0] for end in ends), *ends[0][2][1:]), np.uint8)
    _fill(pixels, (np.rint(strip * np.float32(255 / full)).astype(np.uint8) for strip in strips()))
    return pixels


_LOOKED_AT = 4 << 20
"""Pixels that decide on the paper: of a larger picture, so many spread over it evenly."""


def _on_paper(
    strips: Callable[[], Iterator[UInt8[np.ndarray, "rows width 4"]]], height: int, width: int
) -> Pixels:
    """Lay a picture with transparency, given in strips, upon paper, so that its ink can be seen."""
    every = math.ceil(math.sqrt(height * width / _LOOKED_AT))
    lowest, sample = 255, []
    for strip in strips():
        lowest = min(lowest, int(strip[..., 3].min()))
        sample.append(strip[::every, ::every].reshape(-1, 4).copy())
    pixels = np.empty((height, width, 3), np.uint8)
    if lowest == 255:
        _fill(pixels, (strip[..., :3] for strip in strips()))
    else:
        seen = np.concatenate(sample)
        paper = _paper(seen[:, :3], seen[:, 3])
        _fill(pixels, (_lay(strip, paper) for strip in strips()))
    return pixels


def _paper(
    colour: UInt8[np.ndarray, "pixels 3"], alpha: UInt8[np.ndarray, " pixels"]
) -> tuple[int, int, int]:
    """The colour of the paper.

    Where most is opaque and has contrast of its own, the transparent rest (corners, a cut-out's
    surroundings) is paper too, and takes its colour. Else what is visible is ink: dark ink gets white
    paper, light ink black.
    """
    seen = colour[alpha >= 128] if alpha.max() >= 128 else colour[alpha > 0]
    if not seen.size:
        return _WHITE
    light = seen @ _LUMA
    darkest, middle, lightest = np.percentile(light, (5, 50, 95), method="nearest")
    if len(seen) > alpha.size / 2 and lightest - darkest > 64:
        red, green, blue = np.median(seen[np.abs(light - middle) <= 8], axis=0)
        return round(red), round(green), round(blue)
    return _WHITE if light.mean() < 128 else _BLACK


_WHITE, _BLACK = (255, 255, 255), (0, 0, 0)


def _lay(rgba: UInt8[np.ndarray, "rows width 4"], paper: tuple[int, int, int]) -> Colour:
    ink = Image.fromarray(rgba)  # Pillow rounds to the nearest, in a tenth of numpy's time
    laid = Image.new("RGB", ink.size, paper)
    laid.paste(ink, mask=ink)
    return np.asarray(laid)
