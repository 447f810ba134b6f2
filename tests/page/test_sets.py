"""Which sets may be looked at, and what their items are called."""

from pathlib import Path

import numpy as np
import pytest
from dags import CLASSES, rgb
from small import SMALL

from handlens.page.sets import things, visible_sets, watched_test
from handlens.recipes import recipe
from handlens.recording.schema import Data

ALL = ("train", "validation", "test")


@pytest.mark.parametrize(
    ("preset", "status", "seen"),
    [
        ("default", "finished", ALL),
        ("default", "interrupted", ALL[:2]),
        ("default", "running", ALL[:2]),
        ("week5", "running", ALL),
    ],
)
def test_the_test_set_stays_closed_until_the_end(
    record, digits: Data, preset: str, status: str, seen
) -> None:
    run = record(data=digits, recipe=recipe(preset), status=status)
    assert run.status == status
    assert visible_sets(run) == seen
    assert watched_test(run) == (preset == "week5")


def test_what_the_items_are_called(record, digits: Data, tmp_path: Path) -> None:
    own = {"inputs": np.zeros((2, *rgb().input.shape), np.float32), "labels": np.array([0, 1])}
    letters = SMALL.model_copy(update={"classes": tuple("abcdefghij")})
    assert things(record(data=digits, name="a")) == "digits"
    assert things(record(data=digits, graph=letters, name="b")) == "items"
    assert things(record(graph=rgb(), samples=own, name="c")) == "samples"
    assert len(CLASSES) == 3
