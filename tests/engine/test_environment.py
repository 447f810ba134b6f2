"""What a training runs on, and what it asks of the C library."""

import ctypes
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from handlens.engine import environment


def windows(name: str | None) -> Any:
    """As ctypes there: a library has a name."""
    return "/" in name  # type: ignore[operator]


def musl(name: str | None) -> Any:
    """A C library without mallopt."""
    return SimpleNamespace()


@pytest.mark.parametrize("libraries", [windows, musl])
def test_other_c_libraries_are_left_alone(
    monkeypatch: pytest.MonkeyPatch, libraries: Callable[[str | None], Any]
) -> None:
    monkeypatch.setattr(ctypes, "CDLL", libraries)
    environment.keep_freed_memory.__wrapped__()


def test_glibc_is_asked_to_keep_what_is_freed(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[int, int] = {}
    library = SimpleNamespace(mallopt=asked.__setitem__)
    monkeypatch.setattr(ctypes, "CDLL", lambda name: library)
    environment.keep_freed_memory.__wrapped__()
    assert asked == {-3: 32 * 2**20, -1: 512 * 2**20}, "M_MMAP_THRESHOLD, M_TRIM_THRESHOLD of malloc.h"
