"""What a report shows, in its order, and what each picture is asked for."""

from typing import Any, NamedTuple

from handlens.recording import Recording
from handlens.reporting.asked import LAB_DIGIT, convolutions, digits, map_stages
from handlens.reporting.words import DOES, PICTURES

MOST_LAYERS, MOST_STAGES = 2, 8  # of larger networks the first and the last are shown
LINES = ("curves", "gradients", "per-class")  # lines and letters, which stay sharp as SVG


class Plan(NamedTuple):
    """A picture to draw: its file's name, what `look` is asked for, its heading and how to read it."""

    name: str
    kind: str
    options: dict[str, Any]
    heading: str
    reading: str


class Section(NamedTuple):
    """A part of the report; ``more`` is shown on request."""

    name: str
    heading: str
    plans: tuple[Plan, ...]
    more_heading: str = ""
    more: tuple[Plan, ...] = ()


def sections(run: Recording) -> tuple[Section, ...]:
    """The report's parts after its words and films."""
    first, *others = lab_digits(run)
    return (
        Section("training", "How it learnt", (_plan("curves"), _plan("gradients"))),
        Section("digits", "What it reads", _digits(first)),
        Section("kernels", "What its filters look for", _kernels(run)),
        Section(
            "inside",
            "What happens inside",
            (*(_stages(digit) for digit in (first, *others)), *_maps(run, first)),
            more_heading=f"The same for no. {others[0]}, stage by stage" if others else "",
            more=_maps(run, others[0]) if others else (),
        ),
        Section("over-time", "One digit through the training", (_plan("over-time", digit=first),)),
        Section("mistakes", "Where it is wrong", tuple(map(_plan, ("predictions", "mistakes", "confident")))),
        Section("confusion", "What it mixes up", (_plan("confusion"), _plan("per-class"))),
    )


def lab_digits(run: Recording) -> list[int]:
    """The two digits that the lab looks at; of samples, as many of these as there are."""
    wanted = [LAB_DIGIT, LAB_DIGIT + 1]
    if "samples" not in run.set_names:
        return wanted
    there = len(digits(run, "samples")[1])
    return [index for index in wanted if index < there] or [0]


def _digits(digit: int) -> tuple[Plan, ...]:
    return _plan("digits"), _plan("digit", digit=digit), _plan("prepared", digit=digit)


def _kernels(run: Recording) -> tuple[Plan, ...]:
    layers = _ends(convolutions(run.graph), MOST_LAYERS)
    plans = [_plan("before-after", f"kernels-{_file(layer)}", layer=layer) for layer in layers]
    return (*plans, _plan("matrix")) if layers else ()


def _stages(digit: int) -> Plan:
    return _plan("stages", f"stages-{digit}", digit=digit)


def _maps(run: Recording, digit: int) -> tuple[Plan, ...]:
    plans = []
    for stage in _ends(map_stages(run.graph), MOST_STAGES):
        op, shape = run.graph.node(stage).op, "×".join(map(str, run.graph.shape(stage)))
        plan = _plan("activations", f"maps-{digit}-{_file(stage)}", digit=digit, layer=stage)
        does = DOES.get(op, f"What {op} makes of the maps before it.")
        plans.append(
            plan._replace(
                heading=plan.heading.replace("{shape}", shape), reading=plan.reading.replace("{does}", does)
            )
        )
    return (*plans, _plan("flattened", f"flattened-{digit}", digit=digit))


def _plan(kind: str, name: str = "", **options: Any) -> Plan:
    heading, reading = PICTURES[kind]
    for option, value in options.items():
        heading = heading.replace(f"{{{option}}}", str(value))
    return Plan(name or kind, kind, options, heading, reading)


def _ends(names: list[str], most: int) -> list[str]:
    return names if len(names) <= most else [*names[: most // 2], *names[-(most // 2) :]]


def _file(name: str) -> str:
    """A layer's name as a part of a file's."""
    return "".join(letter if letter.isalnum() else "-" for letter in name)
