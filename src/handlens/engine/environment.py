"""What a training ran on: versions, processor, cores, and the device asked for."""

import os
import platform
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import torch

from handlens.errors import RecipeError


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
