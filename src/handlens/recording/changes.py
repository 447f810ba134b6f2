"""What was changed while a training ran: the changes of its log, and those of its recipe still to come."""

from collections.abc import Iterable

from pydantic import ValidationError

from handlens.errors import RecordingError
from handlens.recipes import Change, Recipe
from handlens.recording.schema import ChangeLine, Line

PAUSE = "pause"
"""The field of a change that isn't the recipe's: true where the training paused, false where it went on."""


def made(lines: Iterable[Line]) -> list[Change]:
    """The changes of a setting that a log tells of, in its order; pauses are none.

    Raises:
        RecordingError: one that no training could have written.
    """
    told = [line for line in lines if isinstance(line, ChangeLine) and line.field != PAUSE]
    return [_checked(line) for line in told]


def all_changes(recipe: Recipe, lines: Iterable[Line]) -> tuple[Change, ...]:
    """All changes of a training by step, of one step in the order in which they hold: the last counts.

    As a recipe's `changes` they make another training do what was done by hand in this one.

    Raises:
        RecordingError: the log tells of a change that no training could have written.
    """
    told = made(lines)
    coming = [change for change in recipe.changes if change not in told]
    return tuple(sorted([*told, *coming], key=lambda change: change.step))


def _checked(line: ChangeLine) -> Change:
    try:
        return Change.model_validate({"step": line.step, "field": line.field, "value": line.value})
    except ValidationError as error:
        reason = error.errors()[0]["msg"]
        raise RecordingError(
            f"the log is damaged: a change of {line.field} to {line.value!r} at step {line.step}: {reason}"
        ) from None
