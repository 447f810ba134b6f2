"""Small variations of a frame, as the same hand would write it a second time."""

from functools import cache

import numpy as np
from jaxtyping import Float32, Float64

from handlens.reading.frame import SIZE, Pixels

VARIATIONS = 24
"""How many are made of each correction, itself the first."""

# What a person's digits of one kind differ by, roughly, after framing: a few degrees of turn and slant, a
# tenth in width or height, a pixel in place.
_TURN, _SLANT, _STRETCH, _SHIFT = np.deg2rad(8), 0.12, 0.08, 1.0


def varied(pixels: Pixels) -> Float32[np.ndarray, "variations 28 28"]:
    """The frame and its variations: turned, slanted, stretched, shifted a little; the same every time."""
    rows, columns = _places()
    top, left = np.floor(rows).astype(int), np.floor(columns).astype(int)
    down, right = rows - top, columns - left
    padded = np.pad(pixels, SIZE)  # paper around: no place below lies further out than a frame's side

    def at(row: np.ndarray, column: np.ndarray) -> np.ndarray:
        taken: np.ndarray = padded[row + SIZE, column + SIZE]
        return taken

    upper = at(top, left) * (1 - right) + at(top, left + 1) * right
    lower = at(top + 1, left) * (1 - right) + at(top + 1, left + 1) * right
    made: Float32[np.ndarray, "variations 28 28"] = (upper * (1 - down) + lower * down).astype(np.float32)
    return made


@cache
def _places() -> tuple[Float64[np.ndarray, "variations 28 28"], Float64[np.ndarray, "variations 28 28"]]:
    """Where each pixel of each variation comes from: row and column in the frame."""
    rng = np.random.default_rng(0)
    drawn = rng.uniform(-1, 1, (VARIATIONS, 6))
    drawn[0] = 0
    turn, slant = drawn[:, 0] * _TURN, drawn[:, 1] * _SLANT
    cos, sin = np.cos(turn), np.sin(turn)
    matrix = np.array([[cos, -sin], [sin, cos]]).transpose(2, 0, 1)
    matrix[:, 1] += slant[:, None] * matrix[:, 0]
    matrix *= 1 + drawn[:, 2:4, None] * _STRETCH
    middle = (SIZE - 1) / 2
    grid = np.indices((SIZE, SIZE)).reshape(2, -1) - middle
    places = matrix @ grid + middle + drawn[:, 4:6, None] * _SHIFT
    rows, columns = places.reshape(VARIATIONS, 2, SIZE, SIZE).transpose(1, 0, 2, 3)
    return rows, columns
