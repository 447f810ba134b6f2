"""Whether a lesson fits the recording that a file holds: what its moments ask for must be there."""

from functools import partial
from math import prod

from handlens.errors import GraphError
from handlens.page.lesson import Misfit
from handlens.page.sets import visible_sets
from handlens.recording import Recording


def misfit(run: Recording) -> Misfit:
    """What the one file of a recording lacks that an address asks for; see `handlens.page.lesson.Misfit`.

    A moment of another recording is left to the page, which says that it isn't there.
    """
    return partial(_misfit, run)


def _misfit(run: Recording, fields: dict[str, str]) -> str:
    if fields.get("run", run.folder.resolve().name) != run.folder.resolve().name:
        return ""
    if "compare" in fields:
        return f"'compare={fields['compare']}': a file holds one recording and has no room Compare"
    return (
        _step(run, int(fields.get("step", 0)))
        or _digit(run, *_pair(fields.get("digit")))
        or _unit(run, *_pair(fields.get("unit")))
    )


def _step(run: Recording, step: int) -> str:
    last = max(run.steps[-1], run.updates[-1].step if run.updates else 0)
    return "" if step <= last else f"'step={step}': this training has the steps 0 to {last:,}"


def _digit(run: Recording, name: str, index: int) -> str:
    if not name:
        return ""
    there = visible_sets(run)
    if name not in there:
        return f"'digit={name}:{index}': there is no set {name!r}; there are {', '.join(there) or 'none'}"
    n = len(run.labels(name))
    return "" if index < n else f"'digit={name}:{index}': the set {name} has the items 0 to {n - 1:,}"


def _unit(run: Recording, stage: str, index: int) -> str:
    if not stage:
        return ""
    try:
        size = prod(run.graph.shape(stage))
    except GraphError as error:
        return f"'unit={stage}:{index}': {error}"
    return "" if index < size else f"'unit={stage}:{index}': {stage} has the numbers 0 to {size - 1:,}"


def _pair(text: str | None) -> tuple[str, int]:
    """A name, which may hold colons, and a number; "" and 0 of nothing."""
    if text is None:
        return "", 0
    name, _, index = text.rpartition(":")
    return name, int(index)
