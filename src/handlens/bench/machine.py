"""What a measurement ran on."""

import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any


def hardware() -> dict[str, Any]:
    """The processor's name, and how many cores there are."""
    return {"cpu": _processor(), "cores": os.cpu_count()}


def versions(*packages: str) -> dict[str, str]:
    """Python's version and those of packages."""
    return {"python": platform.python_version(), **{name: version(name) for name in packages}}


def _processor() -> str:
    """The processor's name, where the system tells it."""
    information = Path("/proc/cpuinfo")
    lines = information.read_text().splitlines() if information.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
