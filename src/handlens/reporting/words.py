"""How to read each picture and film of a report: a heading, and a teacher's one or two sentences."""

from typing import NamedTuple


class Words(NamedTuple):
    """What stands over a picture; braces are filled in by whoever shows it."""

    heading: str
    reading: str


PICTURES: dict[str, Words] = {
    "curves": Words(
        "Loss and accuracy",
        "The loss says how surprised the network was by the right answers; it falls as the accuracy rises. "
        "The two have an axis each, so where the lines cross means nothing.",
    ),
    "gradients": Words(
        "Gradients and updates",
        "Above: how strongly each layer was pushed. Below: how far the push moved it, as a share of its "
        "size. A layer far below the others hardly learns; one near 1 forgets what it knew.",
    ),
    "digits": Words("The first ones", "As they are stored, with their labels."),
    "digit": Words(
        "One of them, large",
        "To the network each pixel is a number. The pictures below follow this one through it.",
    ),
    "prepared": Words(
        "Prepared",
        "Handwriting from elsewhere is fitted into 20×20 pixels and moved by its centre of mass, as MNIST "
        "was made. A digit of MNIST itself comes back nearly as it was.",
    ),
    "before-after": Words(
        "{layer}, before and after",
        "Each tile is one filter's weights for the first input channel. Red adds, blue takes away, white "
        "ignores. Before the training they are noise; strokes and edges come with it.",
    ),
    "matrix": Words(
        "Every kernel of one layer",
        "A row is one filter, a column one input map that it reads. A pale column is a map that nobody "
        "listens to, a pale row a filter that does little.",
    ),
    "stages": Words(
        "No. {digit}, through every stage",
        "Read it from top to bottom. Each stage has its own scale, printed beside it; white is always zero.",
    ),
    "activations": Words("No. {digit}: {layer}, {shape}", "{does}"),
    "flattened": Words(
        "No. {digit}: the layer before the logits", "All that the last layer gets to know about this digit."
    ),
    "over-time": Words(
        "The same digit at six moments",
        "All maps are on one scale, so a paler map is a weaker one. On the right: what the network believed "
        "at that step.",
    ),
    "predictions": Words("The first ten", "The true class, then the answer; wrong ones are framed."),
    "mistakes": Words(
        "The first mistakes",
        "Would you have read them? Under each stand all its probabilities: blue is the truth, orange what "
        "the network read.",
    ),
    "confident": Words(
        "The most confident mistakes",
        "Here it was sure and wrong. Look closely before you blame it: some of these labels can be doubted.",
    ),
    "confusion": Words(
        "Confusion",
        "A row is the truth, a column the answer. Only mistakes are coloured; the many right answers on the "
        "diagonal would outshine them.",
    ),
    "per-class": Words(
        "Accuracy of each class",
        "The line is the range in which the true accuracy plausibly lies. Where lines overlap, the order of "
        "the classes may be chance. The axis doesn't begin at 0.",
    ),
}

DOES: dict[str, str] = {
    "conv": "Red: the kernel finds its pattern at this place. Blue: it finds the opposite.",
    "relu": "What was blue is gone: everything negative became 0. Nothing else has changed.",
    "maxpool": "The largest value of each block is left: smaller maps, the same strokes.",
    "avgpool": "The mean of each block is left: smaller maps, a little blurred.",
    "batchnorm": "The same maps, each shifted and stretched to a common size.",
    "add": "Two paths of the network, added up place by place.",
}

FILMS: dict[str, Words] = {
    "tsne": Words(
        "The layer before the logits, by t-SNE",
        "Each item stands in its class's colour, and what the network finds alike lies close together. What "
        "may not be read from it: distances between groups, sizes of groups and directions mean nothing. And "
        "groups at step 0 aren't knowledge: similar strokes stay similar through random kernels, and each "
        "frame was begun from the one after it, so that early frames look as much like the end as they can.",
    ),
    "softmax": Words(
        "The answers, in one fixed linear view",
        "Each class has its place on a circle and pulls an item as strongly as the network believes in it. "
        "All begin in the middle, where it has no idea, and move outward; what stays between two places is "
        "doubt. The map is the same for all frames, so every movement is the network's.",
    ),
}
