"""L-BFGS against solutions that are known."""

from collections import deque

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from handlens.teach.descent import _inverse_hessian_times, least


@given(st.integers(0, 1000), st.integers(1, 12))
def test_a_quadratic_ends_at_its_solution(seed: int, size: int) -> None:
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(size, size))
    matrix = root @ root.T + np.eye(size)
    right = rng.normal(size=size)
    steps = []

    def quadratic(x: np.ndarray) -> tuple[float, np.ndarray]:
        steps.append(x)
        return float(x @ matrix @ x / 2 - right @ x), matrix @ x - right

    found = least(quadratic, np.zeros(size), tolerance=1e-9)
    np.testing.assert_allclose(found, np.linalg.solve(matrix, right), atol=1e-5)
    assert len(steps) < 400


def test_the_two_loops_are_the_product_with_the_matrix_of_bfgs() -> None:
    """The matrix written out: Nocedal & Wright 2006, equations 6.17 and 7.20."""
    rng = np.random.default_rng(0)
    root = rng.normal(size=(6, 6))
    pairs = deque((step, (root @ root.T + np.eye(6)) @ step) for step in rng.normal(size=(3, 6)))
    step, change = pairs[-1]
    inverse = np.eye(6) * (step @ change) / (change @ change)
    for step, change in pairs:
        left = np.eye(6) - np.outer(step, change) / (step @ change)
        inverse = left @ inverse @ left.T + np.outer(step, step) / (step @ change)
    gradient = rng.normal(size=6)
    np.testing.assert_allclose(_inverse_hessian_times(gradient, pairs), inverse @ gradient, rtol=1e-9)


def test_a_function_that_bends_is_descended_too() -> None:
    def softly_absolute(x: np.ndarray) -> tuple[float, np.ndarray]:
        away = x - np.array([3.0, -2.0])
        length = np.sqrt(1 + away**2)
        return float((length * [100, 0.1]).sum()), np.array([100, 0.1]) * away / length

    np.testing.assert_allclose(least(softly_absolute, np.zeros(2), tolerance=1e-9), [3, -2], atol=1e-6)


def test_it_stays_where_nothing_is_lower() -> None:
    start = np.array([1.0, 2.0])
    found = least(lambda x: (float((x - start) @ (x - start)), 2 * (x - start)), start)
    np.testing.assert_array_equal(found, start)
