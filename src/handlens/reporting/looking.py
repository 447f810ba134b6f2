"""One picture of a recording, by name."""

import os
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

from handlens.errors import LookError, MissingLibrary
from handlens.recording import Recording, load
from handlens.reporting.asked import Asked
from handlens.reporting.kinds import KINDS

if TYPE_CHECKING:
    from handlens.insight.figures import Figure


class Way(NamedTuple):
    """How a kind is drawn: by which function of which module, and what it can be asked for."""

    module: str
    function: str
    takes: tuple[str, ...]


_ONE = ("step", "digit", "set", "title")
_SCORED = ("step", "set", "n", "title")
_KERNELS = ("step", "layer", "channel", "rows", "title")

WAYS: Mapping[str, Way] = {
    "digit": Way("outer", "digit", ("digit", "set", "title")),
    "digits": Way("outer", "sheet", ("set", "n", "title")),
    "prepared": Way("outer", "prepared", ("digit", "set", "title")),
    "kernels": Way("inner", "kernels", _KERNELS),
    "before-after": Way("inner", "before_after", _KERNELS),
    "matrix": Way("inner", "matrix", ("step", "layer", "title")),
    "stages": Way("inner", "stages", _ONE),
    "activations": Way("inner", "activations", (*_ONE, "layer", "rows")),
    "flattened": Way("inner", "flattened", (*_ONE, "layer")),
    "over-time": Way("inner", "over_time", (*_ONE, "layer", "n")),
    "curves": Way("outer", "curves", ("title",)),
    "gradients": Way("outer", "gradients", ("title",)),
    "predictions": Way("outer", "predictions", _SCORED),
    "mistakes": Way("outer", "mistakes", _SCORED),
    "confident": Way("outer", "confident", _SCORED),
    "confusion": Way("outer", "confusion", ("step", "set", "title")),
    "per-class": Way("outer", "per_class", ("step", "set", "title")),
    "embedding": Way("outer", "tsne", _SCORED),
    "softmax-view": Way("outer", "softmax_view", _SCORED),
}


def look(
    run: Recording | str | os.PathLike[str],
    kind: str,
    *,
    step: int | None = None,
    digit: int | None = None,
    set: str | None = None,  # noqa: A002
    layer: str | None = None,
    channel: int | None = None,
    rows: int | None = None,
    title: str | None = None,
    n: int | None = None,
) -> "Figure":
    """Draw one picture of a recording. What isn't given is chosen as the lab does, at the last frame.

    Args:
        run: the recording, or its folder.
        kind: a name of `KINDS`.
        step: from 0 on; the nearest frame is shown, and named in the title; the last by default.
        digit: which image, counted from 0 in its set's file; the second by default, as in the lab.
        set: "train" (the training file as it is stored), "validation" or "test"; "samples" where somebody's
            own loop was recorded. Single digits come from the training file by default; answers are counted
            on the test set of a finished training, else on the set that it watches.
        layer: the layer or stage; the first that fits by default.
        channel: the input channel whose kernels are shown, counted from 0.
        rows: in how many rows kernels or maps stand.
        title: your own words in place of the heading's first; what is shown is still named after them.
        n: how many digits or mistakes (at most 500), moments (at most 50) or items are shown.

    Returns:
        A figure whose label is its title; ``figure.savefig("kernels.png")`` or ``.svg`` writes it.

    Raises:
        LookError: no such kind, or the recording has no such set, digit, layer or numbers; the message names
            what there is.
        MissingLibrary: matplotlib isn't installed (or openTSNE, for "embedding").
        RecordingError: the recording is damaged.

    Example:
        >>> look("runs/first", "kernels", layer="conv2", step=300).savefig("k.png")  # doctest: +SKIP
    """
    options = {
        "step": step, "digit": digit, "set": set, "layer": layer,
        "channel": channel, "rows": rows, "title": title, "n": n,
    }  # fmt: skip
    draw = _drawer(kind, [name for name, value in options.items() if value is not None])
    asked = Asked(run=run if isinstance(run, Recording) else load(os.fspath(run)), **options)  # type: ignore[arg-type]
    return draw(asked)


def _drawer(kind: str, given: list[str]) -> "Callable[[Asked], Figure]":
    if kind not in KINDS:
        raise LookError(f"no picture is named {kind!r}; there are {', '.join(KINDS)}")
    way = WAYS[kind]
    for name in given:
        if name not in way.takes:
            raise LookError(f"{kind} can't be asked for a {name}; it takes {', '.join(way.takes)}")
    try:
        module = import_module(f"handlens.reporting.{way.module}")
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] != "matplotlib":
            raise
        raise MissingLibrary("matplotlib", "A picture", "train") from None
    draw: Callable[[Asked], Figure] = getattr(module, way.function)
    return draw
