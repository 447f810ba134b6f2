"""The fifteen corruptions of MNIST-C, by their descriptions (Mu and Gilmer 2019, arXiv 1906.02337).

Each takes an image [28, 28] float64 0 … 1, light on dark, and gives such an image; values may leave 0 … 1.
The code is our own and the severities are about that paper's: it says what to expect there, no more.
"""

from collections.abc import Callable

import cv2
import numpy as np

from material.paper import noise

Corruption = Callable[[np.random.Generator, np.ndarray], np.ndarray]


def shot_noise(rng: np.random.Generator, image: np.ndarray) -> np.ndarray:
    """Few photons: the counts scatter."""
    photons = 5.0
    return rng.poisson(image * photons) / photons


def impulse_noise(rng: np.random.Generator, image: np.ndarray) -> np.ndarray:
    """Salt and pepper."""
    struck = rng.random(image.shape) < 0.2
    return np.where(struck, rng.random(image.shape) < 0.5, image)


def glass_blur(rng: np.random.Generator, image: np.ndarray) -> np.ndarray:
    """Frosted glass: neighbouring pixels change places."""
    seen = cv2.GaussianBlur(image, (0, 0), 0.7)
    for row in range(1, 27):
        for column in range(1, 27):
            down, right = rng.integers(-1, 2, 2)
            other = (row + down, column + right)
            seen[row, column], seen[other] = seen[other], seen[row, column]
    return cv2.GaussianBlur(seen, (0, 0), 0.7)


def motion_blur(rng: np.random.Generator, image: np.ndarray) -> np.ndarray:
    """Shaken along a line within 45 degrees of the horizontal."""
    angle, reach = rng.uniform(-np.pi / 4, np.pi / 4), np.arange(-5, 6)
    weights = np.exp(-0.5 * (reach / 2.0) ** 2)
    return sum(
        weight * _moved(image, np.eye(2), (step * np.cos(angle), step * np.sin(angle)))
        for step, weight in zip(reach, weights / weights.sum(), strict=True)
    )


def shear(rng: np.random.Generator, image: np.ndarray) -> np.ndarray:
    """Leaning to one side."""
    lean = rng.choice((-1, 1)) * rng.uniform(0.3, 0.6)
    return _moved(image, np.array([[1, lean], [0, 1]]))


def scale(rng: np.random.Generator, image: np.ndarray) -> np.ndarray:
    """Smaller, each way by its own share."""
    return _moved(image, np.diag(rng.uniform(0.5, 0.7, 2)))


def rotate(rng: np.random.Generator, image: np.ndarray) -> np.ndarray:
    """Turned by up to 30 degrees, and by no less than 15."""
    angle = np.deg2rad(rng.choice((-1, 1)) * rng.uniform(15, 30))
    cos, sin = np.cos(angle), np.sin(angle)
    return _moved(image, np.array([[cos, -sin], [sin, cos]]))


def brightness(_: np.random.Generator, image: np.ndarray) -> np.ndarray:
    """Everything brighter."""
    return image + 0.5


def translate(rng: np.random.Generator, image: np.ndarray) -> np.ndarray:
    """Moved by up to a fifth of the picture; ink that leaves it is lost."""
    return _moved(image, np.eye(2), tuple(rng.choice((-1, 1), 2) * rng.uniform(0.1, 0.2, 2) * 28))


def stripe(_: np.random.Generator, image: np.ndarray) -> np.ndarray:
    """The left and right columns inverted."""
    seen = image.copy()
    seen[:, :7] = 1 - seen[:, :7]
    seen[:, -7:] = 1 - seen[:, -7:]
    return seen


def fog(rng: np.random.Generator, image: np.ndarray) -> np.ndarray:
    """Clouds of light before the digit."""
    cloud = sum(size**0.8 * noise(rng, 28, 28, size).astype(np.float64) for size in (2, 4, 8, 16))
    cloud = (cloud - cloud.min()) / (cloud.max() - cloud.min())
    return (image + 2 * cloud) / 3


def spatter(rng: np.random.Generator, image: np.ndarray) -> np.ndarray:
    """Drops of something gray upon it."""
    wet = cv2.GaussianBlur(rng.normal(0.6, 0.3, image.shape), (0, 0), 1.0)
    drops = np.clip((wet - np.quantile(wet, 0.87)) * 12, 0, 1)
    return image * (1 - drops) + 0.65 * drops


def dotted_line(rng: np.random.Generator, image: np.ndarray) -> np.ndarray:
    """A straight line of dots across the picture."""
    start, end = _across(rng)
    seen = image.copy()
    length = np.hypot(*(end - start))
    for at in np.arange(0, length, 3.0):
        _dot(seen, start + (end - start) * at / length)
    return seen


def zigzag(rng: np.random.Generator, image: np.ndarray) -> np.ndarray:
    """A zigzag line across the picture."""
    start, end = _across(rng)
    along = (end - start) / np.hypot(*(end - start))
    beside = np.array([-along[1], along[0]])
    steps = np.arange(0, np.hypot(*(end - start)), 2.5)
    corners = [start + along * at + beside * (1.75 if i % 2 else -1.75) for i, at in enumerate(steps)]
    line = np.zeros(image.shape, np.uint8)
    points = np.round(np.array(corners) * 16).astype(np.int32)
    cv2.polylines(line, [points], False, 255, 1, cv2.LINE_AA, 4)
    return np.maximum(image, line / 255)


def canny_edges(_: np.random.Generator, image: np.ndarray) -> np.ndarray:
    """Only the edges (Canny 1986), after blur by one pixel."""
    soft = cv2.GaussianBlur(image, (0, 0), 1.0)
    return cv2.Canny((np.clip(soft, 0, 1) * 255).astype(np.uint8), 25, 60) / 255


CORRUPTIONS: dict[str, Corruption] = {
    made.__name__: made
    for made in (
        shot_noise,
        impulse_noise,
        glass_blur,
        motion_blur,
        shear,
        scale,
        rotate,
        brightness,
        translate,
        stripe,
        fog,
        spatter,
        dotted_line,
        zigzag,
        canny_edges,
    )
}


def _moved(image: np.ndarray, matrix: np.ndarray, shift: tuple[float, ...] = (0, 0)) -> np.ndarray:
    """The image under an affine map about its centre, x and y."""
    centre = np.full(2, 13.5)
    whole = np.column_stack([matrix, centre - matrix @ centre + shift])
    return cv2.warpAffine(image, whole, (28, 28), flags=cv2.INTER_LINEAR)


def _across(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Two points on opposite sides of the picture, x and y."""
    first, second = rng.uniform(3, 25, 2)
    if rng.random() < 0.5:
        return np.array([0.0, first]), np.array([27.0, second])
    return np.array([first, 0.0]), np.array([second, 27.0])


def _dot(image: np.ndarray, at: np.ndarray) -> None:
    y, x = np.mgrid[:28, :28]
    np.maximum(image, np.clip(1.3 - np.hypot(x - at[0], y - at[1]), 0, 1), out=image)
