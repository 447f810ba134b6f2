"""What every test stands on: shapes checked at run time, a cache of its own, the real MNIST."""

import os
import shutil
import tempfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from jaxtyping import install_import_hook

# Before anything of handlens is imported: from here on beartype holds every annotation to its word.
install_import_hook("handlens", "beartype.beartype")

if TYPE_CHECKING:
    from handlens.data import Sets

IN_WORKER = "PYTEST_XDIST_WORKER" in os.environ

settings.register_profile("handlens", deadline=None, derandomize=os.environ.get("CI") == "true")
settings.load_profile("handlens")


def pytest_configure(config: pytest.Config) -> None:
    """One cache for all processes of this run, child processes included; never the user's."""
    if IN_WORKER:
        # The workers share the cores; a library that takes all of them for itself slows all tests down.
        os.environ.setdefault("OMP_NUM_THREADS", "1")
    else:
        os.environ["HANDLENS_CACHE"] = tempfile.mkdtemp(prefix="handlens-test-cache-")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave nothing behind."""
    if not IN_WORKER:
        shutil.rmtree(os.environ["HANDLENS_CACHE"], ignore_errors=True)


@pytest.fixture(scope="session")
def mnist() -> "Sets":
    """The bundled MNIST, unpacked once a run."""
    from handlens import data

    return data.load("mnist")
