"""The changes that a log tells of, as a plan for another training."""

import pytest

from handlens.errors import RecordingError
from handlens.recipes import Change, recipe
from handlens.recording.changes import PAUSE, all_changes, made
from handlens.recording.schema import ChangeLine, NoteLine


def line(step: int, value: object, field: str = "lr") -> ChangeLine:
    return ChangeLine(step=step, field=field, value=value)


def test_pauses_and_other_lines_are_no_changes() -> None:
    lines = [line(3, 0.1), NoteLine(step=4, text="stuck"), line(5, True, PAUSE), line(5, 0.2)]
    assert made(lines) == [Change(step=3, value=0.1), Change(step=5, value=0.2)]


def test_what_is_planned_and_not_reached_comes_in_its_place() -> None:
    planned = recipe(changes=[{"step": 2, "value": 0.1}, {"step": 9, "value": 0.3}])
    lines = [line(2, 0.1), line(2, 0.5), line(9, 0.2), line(12, 0.4)]
    assert [(change.step, change.value) for change in all_changes(planned, lines)] == [
        (2, 0.1),
        (2, 0.5),
        (9, 0.2),
        (9, 0.3),
        (12, 0.4),
    ]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (line(3, "much"), "a change of lr to 'much' at step 3: Input should be a valid number"),
        (line(3, -1), "a change of lr to -1 at step 3: Input should be greater than 0"),
        (line(3, 1, "seed"), "a change of seed to 1 at step 3: Input should be 'lr'"),
    ],
)
def test_a_change_that_no_training_makes_is_damage(wrong: ChangeLine, said: str) -> None:
    with pytest.raises(RecordingError, match=f"^the log is damaged: {said}"):
        all_changes(recipe(), [wrong])
