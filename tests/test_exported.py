"""The public door: what it lists is sorted, there, and all that `dir` shows."""

import importlib

import pytest

import handlens


def test_the_list_is_sorted() -> None:
    assert list(handlens.__all__) == sorted(handlens.__all__)


@pytest.mark.parametrize("name", handlens.__all__)
def test_every_exported_name_is_there(name: str) -> None:
    assert getattr(handlens, name) is not None


def test_dir_shows_the_exported_names() -> None:
    assert set(handlens.__all__) <= set(dir(handlens))


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    with pytest.raises(AttributeError, match=r"no attribute 'nothing'.*load"):
        handlens.nothing  # noqa: B018


def test_no_module_bears_the_name_of_a_public_function() -> None:
    """`handlens.train` as function and as module would overwrite each other."""
    functions = [name for name in handlens.__all__ if not hasattr(getattr(handlens, name), "__path__")]
    clashes = [name for name in functions if importlib.util.find_spec(f"handlens.{name}")]
    assert clashes == []
