"""What every test stands on: shapes checked at run time, a cache of its own, the real MNIST."""

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest
from beartype import beartype
from hypothesis import settings
from jaxtyping import install_import_hook


def checked(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, held to its annotations; but not to Self, which beartype knows only on whole classes."""
    hints = function.__annotations__
    hints.update({name: Any for name, hint in hints.items() if "typing.Self" in repr(hint)})
    return beartype(function)


# Before anything of handlens is imported. The hook takes its checker by the name of a module.
sys.modules["checks"] = ModuleType("checks")
sys.modules["checks"].checked = checked  # type: ignore[attr-defined]
install_import_hook("handlens", "checks.checked")

if TYPE_CHECKING:
    from commands import Done, Typed

    from handlens.data import Sets

IN_WORKER = "PYTEST_XDIST_WORKER" in os.environ

settings.register_profile("handlens", deadline=None, derandomize=os.environ.get("CI") == "true")
settings.load_profile("handlens")


def pytest_configure(config: pytest.Config) -> None:
    """One cache and one home for all processes of this run, child processes included; never the user's."""
    if IN_WORKER:
        # The workers share the cores; a library that takes all of them for itself slows all tests down.
        os.environ.setdefault("OMP_NUM_THREADS", "1")
    else:
        os.environ["HANDLENS_CACHE"] = tempfile.mkdtemp(prefix="handlens-test-cache-")
        os.environ["HANDLENS_HOME"] = os.path.join(os.environ["HANDLENS_CACHE"], "home")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave nothing behind."""
    if not IN_WORKER:
        shutil.rmtree(os.environ["HANDLENS_CACHE"], ignore_errors=True)


@pytest.fixture(scope="session")
def mnist() -> "Sets":
    """The bundled MNIST, unpacked once a run."""
    from handlens import data

    return data.load("mnist")


@pytest.fixture(scope="module")
def brief_dreams() -> Iterator[None]:
    """The pictures that excite units most, hardly climbed: for what only shows that they are there."""
    from handlens.insight import dreams

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dreams, "maximising", partial(dreams.maximising, updates=2))
        yield


@pytest.fixture
def typed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> "Typed":
    """Runs a command line in this process, 80 columns wide."""
    from commands import Done

    from handlens.cli import main

    monkeypatch.setenv("COLUMNS", "80")
    for name in ("FORCE_COLOR", "HANDLENS_DEBUG"):
        monkeypatch.delenv(name, raising=False)

    def run(*words: object) -> "Done":
        status = main([str(word) for word in words])
        return Done(status, *capsys.readouterr())

    return run
