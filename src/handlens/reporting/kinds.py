"""The pictures that a recording can give, by name. Standard library only: `--help` lists them."""

KINDS: dict[str, str] = {
    "digit": "one digit, large, with its label: what does the network get to see?",
    "digits": "a sheet of the first digits of a set, with their labels",
    "prepared": "a digit beside the 28x28 frame that is made of it before the network reads it",
    "kernels": "the kernels of a layer for one input channel: what does each filter look for?",
    "before-after": "the same kernels at the initialisation and after training, on one scale",
    "matrix": "every kernel of a layer in one picture, outputs x inputs",
    "stages": "one digit on its way through every stage to the probabilities, on one page",
    "activations": "the feature maps of one stage for one digit: where did each filter find its pattern?",
    "flattened": "the layer that the last linear layer reads, as one picture",
    "over-time": "one digit's maps and probabilities at several moments: when did it learn this one?",
    "curves": "loss and accuracy along the training",
    "gradients": "how long each layer's gradient was, and how far each update moved its weights",
    "predictions": "the first digits of a set: truth against prediction",
    "mistakes": "the first digits that the network got wrong, with its probabilities",
    "confident": "the mistakes that the network was surest of",
    "confusion": "which class is taken for which",
    "per-class": "the accuracy of each class, with its 95 % interval",
    "embedding": "t-SNE of the layer before the logits: which digits does the network find alike?",
    "softmax-view": "each digit between its class's corners: sure, wavering or clueless?",
}
"""Name → one line that says what the picture shows, or the question that it answers."""
