"""That annotations are checked under the tests: every other test leans on it."""

import pytest
from jaxtyping import TypeCheckError


def test_annotations_are_checked_in_modules_imported_late() -> None:
    from handlens import nets

    with pytest.raises(TypeCheckError):
        nets.tutorial(kernel="5")  # type: ignore[arg-type]
