"""What a training ran on: versions, processor, cores, and the device asked for."""

import ctypes
import os
import platform
from contextlib import suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import torch

from handlens.errors import RecipeError

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # malloc.h


def versions() -> dict[str, str]:
    """Versions of what decides the numbers."""
    found = {"python": platform.python_version()}
    for package in ("handlens", "numpy", "torch"):
        with suppress(PackageNotFoundError):
            found[package] = version(package)
    return found


def hardware() -> dict[str, str | int]:
    """The processor, its cores and the system."""
    found: dict[str, str | int] = {"cpu": _cpu(), "cores": os.cpu_count() or 1, "system": platform.system()}
    if torch.cuda.is_available():
        found["gpu"] = torch.cuda.get_device_name()
    return found


def _cpu() -> str:
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


@cache
def keep_freed_memory() -> None:
    """Let glibc keep the memory of freed tensors up to 512 MiB, for the next ones.

    By default it hands blocks of more than a few megabytes back to the system, which then clears every page
    of the next update's feature maps anew: with the lab's network that took a quarter of the training.
    Other C libraries know no such setting. It holds for the process (mallopt(3)).
    """
    with suppress(OSError, AttributeError, TypeError):  # Windows has no library without a name
        libc = ctypes.CDLL(None)
        libc.mallopt(_M_MMAP_THRESHOLD, 2**25)  # the most that every glibc takes
        libc.mallopt(_M_TRIM_THRESHOLD, 2**29)


def device(name: str) -> torch.device:
    """The device of that name, checked to be there.

    Raises:
        RecipeError: this machine or this build of torch has no such device.
    """
    kind, _, number = name.partition(":")
    there = {
        "cpu": True,
        "cuda": torch.cuda.is_available() and int(number or 0) < torch.cuda.device_count(),
        "mps": torch.backends.mps.is_available(),
    }
    if not there[kind]:
        usable = ", ".join(kind for kind, usable in there.items() if usable)
        raise RecipeError(
            f"device {name!r} isn't usable here (torch {torch.__version__}); there is: {usable}"
        )
    return torch.device(name)
