"""Which learning rate holds when, and how long a training has rested."""

import pytest

from handlens.engine import changes as module
from handlens.engine.changes import Changes, check_rate
from handlens.errors import RecipeError
from handlens.recipes import recipe
from handlens.recording.changes import PAUSE
from handlens.recording.schema import ChangeLine

PLANNED = recipe(
    "lab", changes=[{"step": 2, "value": 0.2}, {"step": 2, "value": 0.3}, {"step": 5, "value": 0.5}]
)


def rates(changes: Changes, last: int = 7) -> list[float]:
    """The rate of the update after 0, 1, … others."""
    return [changes.after(step).lr for step in range(last)]


def line(step: int, value: object, field: str = "lr") -> ChangeLine:
    return ChangeLine(step=step, field=field, value=value)


def test_a_rate_holds_from_the_next_update_on() -> None:
    assert rates(Changes(PLANNED)) == [0.1, 0.1, 0.3, 0.3, 0.3, 0.5, 0.5]


def test_nothing_else_of_the_recipe_changes() -> None:
    assert Changes(PLANNED).after(5) == PLANNED.but(lr=0.5)
    plain = recipe("lab")
    assert Changes(plain).after(5) is plain


def test_of_one_steps_changes_the_last_counts_until_the_next_planned_one() -> None:
    changes = Changes(PLANNED)
    assert changes.add(2, 0.7) == line(2, 0.7)
    changes.add(3, 0.8)
    changes.add(3, 0.9)
    assert rates(changes) == [0.1, 0.1, 0.7, 0.9, 0.9, 0.5, 0.5]


def test_what_is_planned_is_due_once() -> None:
    changes = Changes(PLANNED)
    assert [changes.due(step) for step in (1, 2, 2, 7)] == [
        (),
        (line(2, 0.2), line(2, 0.3)),
        (),
        (line(5, 0.5),),
    ]


def test_a_resume_knows_what_the_log_tells_and_says_no_planned_one_twice() -> None:
    changes = Changes(PLANNED, [line(2, 0.2), line(2, 0.3), line(3, 0.9)])
    assert rates(changes) == [0.1, 0.1, 0.3, 0.9, 0.9, 0.5, 0.5]
    assert changes.due(4) == ()
    assert changes.due(5) == (line(5, 0.5),)


def test_whether_the_log_ends_in_a_pause() -> None:
    pause, on = line(3, True, PAUSE), line(3, False, PAUSE)
    told = ([], [pause], [pause, line(3, 0.2)], [pause, on], [pause, on, pause])
    assert [Changes(PLANNED, lines).paused for lines in told] == [False, True, True, False, True]


def test_rest_counts_while_it_lasts_and_adds_up(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([10.0, 12.0, 13.0, 20.0, 21.5])
    monkeypatch.setattr(module, "perf_counter", lambda: next(clock))
    changes = Changes(PLANNED)
    with changes.resting():
        assert changes.rested == 2.0
    assert changes.rested == 3.0
    with changes.resting():
        pass
    assert changes.rested == 4.5


@pytest.mark.parametrize(
    ("rate", "said"), [(0.0, "greater than 0"), (1e7, "less than"), (float("nan"), "finite")]
)
def test_a_rate_out_of_range_is_refused(rate: float, said: str) -> None:
    changes = Changes(PLANNED)
    with pytest.raises(RecipeError, match=f"^recipe, lr: .*{said}"):
        check_rate(rate)
    with pytest.raises(RecipeError, match=f"^recipe, lr: .*{said}"):
        changes.add(1, rate)
    assert rates(changes, 3) == [0.1, 0.1, 0.3]
