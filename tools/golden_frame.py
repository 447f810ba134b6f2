"""Write tests/golden/frame: gray pictures and the frames that they become.

    python tools/golden_frame.py

The browser's copy of handlens.reading.frame is held to these files; so is the original, lest it drift.
Run it after a change of the rules that is meant, and look at what changed.

Each file: ``gray`` (height, width, uint8 in base64, row by row) and the expected ``frame`` with its 28
rows of pixels, rounded to seven decimals, and box, corner, scale, gain, shift as in ``Frame``.
"""

import base64
import json
from pathlib import Path

import numpy as np

from handlens import data
from handlens.reading.frame import Frame, frame, from_gray

FOLDER = Path(__file__).parent.parent / "tests" / "golden" / "frame"


def stroke(height: int, width: int, points: list[tuple[float, float]], radius: float) -> np.ndarray:
    """A pen's line through (row, column) points, bright on black, its edge one pixel soft."""
    grid = np.stack(np.meshgrid(np.arange(height), np.arange(width), indexing="ij"), axis=-1)
    nearest = np.full((height, width), np.inf)
    for start, end in zip(np.array(points[:-1]), np.array(points[1:]), strict=True):
        along = (grid - start) @ (end - start) / max(float((end - start) @ (end - start)), 1e-9)
        foot = start + np.clip(along, 0, 1)[..., None] * (end - start)
        nearest = np.minimum(nearest, np.linalg.norm(grid - foot, axis=-1))
    return np.round(255 * np.clip(radius + 0.5 - nearest, 0, 1)).astype(np.uint8)


def shrink(image: np.ndarray, by: int) -> np.ndarray:
    """Means of by x by blocks."""
    height, width = image.shape[0] // by, image.shape[1] // by
    means: np.ndarray = image.reshape(height, by, width, by).mean(axis=(1, 3))
    return means.round().astype(np.uint8)


def cases() -> dict[str, tuple[str, np.ndarray]]:
    """Name to what it tries and the picture."""
    digits = data.load("mnist").development.images[:60].copy()
    seven = [(8.0, 8.0), (8.0, 30.0), (50.0, 18.0)]
    haze = stroke(40, 40, [(8, 12), (30, 25)], 2)
    haze[2:38:3, 1:39:2] = np.maximum(haze[2:38:3, 1:39:2], 20)
    return {
        "mnist_five": ("an MNIST digit comes back as it is", digits[0]),
        "mnist_zero": ("an MNIST digit comes back as it is", digits[1]),
        "mnist_one": ("a narrow MNIST digit of odd margins", digits[3]),
        "mnist_low": ("the lowest of the first 60 MNIST digits", digits[np.argmin(_heights(digits))]),
        "mnist_negative": ("dark on light", 255 - digits[2]),
        "mnist_half": ("an MNIST digit at half size: enlarged", shrink(digits[4], 2)),
        "mnist_thrice": (
            "an MNIST digit in 3x3 blocks: shrunk by a whole number",
            np.kron(digits[5], _ones(3)),
        ),
        "thin_tall": ("a stroke of one pixel, 60 high: gain", stroke(64, 12, [(2, 6), (61, 5)], 0.5)),
        "thin_wide": ("a minus sign", stroke(10, 53, [(5, 2), (4, 50)], 1.2)),
        "tiny_3x3": ("three by three pixels", np.array([[0, 255, 0], [40, 200, 0], [0, 90, 0]], np.uint8)),
        "single_pixel": (
            "one bright pixel fills the box",
            np.pad(np.full((1, 1), 77, np.uint8), ((3, 5), (2, 4))),
        ),
        "big_200x300": ("a large drawing", stroke(200, 300, [(30, 80), (25, 200), (180, 130)], 7)),
        "off_centre": (
            "ink in a corner of a tall picture",
            stroke(90, 50, [(62, 28), (60, 46), (86, 33)], 1.7),
        ),
        "pencil": ("gray on gray paper", (222 - stroke(60, 44, seven, 2.3) * 0.3).round().astype(np.uint8)),
        "haze": ("specks below the threshold don't widen the box", haze),
        "symmetric": (
            "centre of mass between two pixels",
            np.kron(np.eye(2, dtype=np.uint8) * 255, _ones(8)),
        ),
        "heavy_foot": ("the shift stops where ink would be cut off", _heavy_foot()),
    }


def _ones(side: int) -> np.ndarray:
    return np.ones((side, side), np.uint8)


def _heights(images: np.ndarray) -> np.ndarray:
    rows: np.ndarray = (images.max(axis=2) > 0).sum(axis=1)
    return rows


def _heavy_foot() -> np.ndarray:
    image = stroke(70, 60, [(4, 30), (60, 30)], 0.8)
    image[58:66, 10:50] = 250
    return image


def document(what: str, gray: np.ndarray, framed: Frame) -> str:
    """One golden file's text: a row of pixels a line, so that a change can be read."""
    height, width = gray.shape
    rows = ",\n    ".join(f"[{','.join(_short(value) for value in row)}]" for row in framed.pixels.tolist())
    head = {
        "what": what,
        "gray": {"height": height, "width": width, "uint8": base64.b64encode(gray.tobytes()).decode()},
    }
    steps = {
        "box": framed.box,
        "corner": framed.corner,
        "scale": framed.scale,
        "gain": framed.gain,
        "shift": framed.shift,
    }
    return (
        f'{json.dumps(head)[:-1]},\n  "frame": {json.dumps(steps)[:-1]}, "pixels": [\n    {rows}\n  ]}}}}\n'
    )


def _short(value: float) -> str:
    return f"{value:.7f}".rstrip("0").rstrip(".")


def main() -> None:
    """Write every case and say how large they are together."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    total = 0
    for name, (what, gray) in cases().items():
        text = document(what, gray, frame(from_gray(gray)))
        total += (FOLDER / f"{name}.json").write_text(text, encoding="utf-8")
    print(f"{len(cases())} files, {total / 1000:.0f} kB in {FOLDER.name}")


if __name__ == "__main__":
    main()
