"""L-BFGS: the least value of a smooth convex function, from its values and gradients alone."""

from collections import deque
from collections.abc import Callable

import numpy as np
from jaxtyping import Float64

Point = Float64[np.ndarray, "_"]
Function = Callable[[Point], tuple[float, Point]]
"""A point's value and gradient."""

MEMORY = 10  # pairs of steps and changes of the gradient; more than 20 seldom helps (Nocedal & Wright, 7.2)
DECREASE = 1e-4  # Armijo's condition, with the usual constant

SMALLEST = 1e-14  # a share of the value, below which a decrease is rounding


def least(function: Function, start: Point, steps: int = 200, tolerance: float = 1e-4) -> Point:
    """The point where a smooth convex function is least, about (Nocedal & Wright 2006, algorithm 7.5).

    Args:
        function: gives value and gradient.
        start: where to begin.
        steps: at most so many.
        tolerance: ends where no part of the gradient is larger, or earlier where the value falls no more.
    """
    point = start
    value, gradient = function(point)
    pairs: deque[tuple[Point, Point]] = deque(maxlen=MEMORY)
    for _ in range(steps):
        if np.abs(gradient).max() <= tolerance:
            break
        direction = -_inverse_hessian_times(gradient, pairs)
        slope = float(direction @ gradient)
        length = 1.0 if pairs else 1 / (1 + float(np.abs(gradient).sum()))
        for _ in range(40):
            there = point + length * direction
            found, uphill = function(there)
            if found <= value + DECREASE * length * slope:
                break
            length /= 2
        else:
            break
        if value - found <= SMALLEST * abs(value):
            return there
        step, change = there - point, uphill - gradient
        if step @ change > 0:
            pairs.append((step, change))
        point, value, gradient = there, found, uphill
    return point


def _inverse_hessian_times(gradient: Point, pairs: deque[tuple[Point, Point]]) -> Point:
    """The two-loop recursion (Nocedal & Wright, algorithm 7.4)."""
    rest = gradient.copy()
    shares = []
    for step, change in reversed(pairs):
        share = (step @ rest) / (step @ change)
        rest -= share * change
        shares.append(share)
    if pairs:
        step, change = pairs[-1]
        rest *= (step @ change) / (change @ change)
    for (step, change), share in zip(pairs, reversed(shares), strict=True):
        rest += step * (share - (change @ rest) / (step @ change))
    return rest
