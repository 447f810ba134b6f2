"""What is inside the network: kernels, and what they make of one digit."""

import numpy as np
from jaxtyping import Float

from handlens.arrays import Kernels
from handlens.insight import figures
from handlens.insight.activations import softmax
from handlens.insight.figures import Figure
from handlens.reporting.asked import Asked, Sample

MOMENTS, MOST_MOMENTS = 6, 50  # over-time: more lines than six don't fit on a sheet of paper
USUAL_ROWS, WIDEST = 4, 8  # the lab's four rows, until they would be wider than eight


def kernels(asked: Asked) -> Figure:
    """One input channel of a layer's kernels at a frame."""
    layer = asked.convolution()
    weights = kernels_of(asked, layer, asked.frame)
    title = asked.heading(f"Kernels of {layer}", asked.moment)
    return figures.kernels(weights, asked.channel or 0, rows=_rows(asked, len(weights)), title=title)


def before_after(asked: Asked) -> Figure:
    """The same at the first frame and at the chosen one."""
    layer, first = asked.convolution(), asked.run.steps[0]
    before, after = (kernels_of(asked, layer, step) for step in (first, asked.frame))
    return figures.kernels_before_after(
        before,
        after,
        asked.channel or 0,
        rows=_rows(asked, len(after)),
        title=asked.heading(f"Kernels of {layer} before and after", f"steps {first:,} and {asked.frame:,}"),
        names=(f"before: step {first:,}", f"after: step {asked.frame:,}"),
    )


def matrix(asked: Asked) -> Figure:
    """Every kernel of a layer; by default of the one with most of them."""
    graph = asked.run.graph
    layers = [node for node in graph.nodes if node.op == "conv"]
    layer = asked.convolution()
    if asked.layer is None:
        layer = max(layers, key=lambda node: graph.tensors[node.weights["weight"]][:2]).name
    title = asked.heading(f"All kernels of {layer}", asked.moment)
    return figures.kernel_matrix(kernels_of(asked, layer, asked.frame), title=title)


def stages(asked: Asked) -> Figure:
    """One digit through every stage."""
    sample = asked.sample()
    values = _values(asked, sample, asked.frame)
    return figures.stages_overview(
        sample.batch[0],
        {name: value for name, value in values.items() if name != "input"},
        chances(asked, sample, asked.frame),
        asked.classes,
        title=_about(asked, sample, "From pixels to probabilities"),
    )


def activations(asked: Asked) -> Figure:
    """The maps of one stage for one digit."""
    stage, sample = asked.maps_stage(), asked.sample()
    maps = _values(asked, sample, asked.frame)[stage]
    title = _about(asked, sample, f"Feature maps of {stage}")
    return figures.activations(maps, title=title, rows=_rows(asked, len(maps)))


def flattened(asked: Asked) -> Figure:
    """The flat stage that the logits are computed from, or another."""
    stage, sample = asked.vector_stage(), asked.sample()
    values = _values(asked, sample, asked.frame)[stage]
    source = asked.run.graph.shape(asked.run.graph.node(stage).inputs[0])
    channels = source[0] if len(source) == 3 else 1
    return figures.flattened(values, channels, title=_about(asked, sample, f"The layer {stage}"))


def over_time(asked: Asked) -> Figure:
    """One digit's maps and probabilities at several frames, to the chosen one."""
    stage, sample, run = asked.maps_stage(), asked.sample(), asked.run
    until = [step for step in run.steps if step <= asked.frame]
    places = np.unique(np.linspace(len(until) - 1, 0, asked.count(MOMENTS, MOST_MOMENTS)).round().astype(int))
    steps = [until[place] for place in places]
    moments = [(step, _values(asked, sample, step)[stage], chances(asked, sample, step)) for step in steps]
    what = f"One digit through the training: {stage}"
    span = f"steps {steps[0]:,} to {steps[-1]:,}"
    title = asked.heading(what, span, sample.place, *asked.afterwards(asked.looked_at, steps[0]))
    return figures.over_time(sample.batch[0], moments, stage, asked.classes, title=title)


def kernels_of(asked: Asked, layer: str, step: int) -> Kernels:
    """A layer's kernels [out, in, height, width] at a frame."""
    weights: Kernels = asked.run.weights(step)[asked.run.graph.node(layer).weights["weight"]]
    return weights


def chances(asked: Asked, sample: Sample, step: int) -> Float[np.ndarray, "classes"]:
    """The probabilities of the sample's classes at a frame."""
    probabilities: Float[np.ndarray, "classes"] = softmax(asked.run.net(step)(sample.batch))[0]
    return probabilities


def _values(asked: Asked, sample: Sample, step: int) -> dict[str, np.ndarray]:
    """What each stage gives for the sample alone, at a frame."""
    return {name: value[0] for name, value in asked.run.stages(sample.batch, step).items()}


def _about(asked: Asked, sample: Sample, what: str) -> str:
    return asked.heading(what, asked.moment, sample.place, *asked.afterwards(asked.looked_at))


def _rows(asked: Asked, count: int) -> int:
    if asked.rows is not None:
        return asked.rows
    return max(min(USUAL_ROWS, -(-count // 4)), -(-count // WIDEST))
