"""The built-in networks, each whole on one page."""

from handlens.errors import GraphError
from handlens.graph import Builder, Graph

DIGITS = tuple("0123456789")


def tutorial(widths: tuple[int, int] = (16, 32), kernel: int = 5) -> Graph:
    """The network of both tutorials: 28,938 parameters and 2.84 million multiply-adds at the defaults.

    Two convolutions, each followed by ReLU and a 2x2 pool, then one linear layer. ``widths`` are the lab's
    ``CNN(out_1, out_2)``; the padding keeps height and width, so the last maps are 7x7 for any kernel.

    Raises:
        GraphError: a width below 1, or a kernel that isn't odd and within 1…27.
    """
    if kernel % 2 == 0 or not 1 <= kernel <= 27:
        raise GraphError(f"kernel {kernel}: must be odd, 1 to 27, so that padding keeps the image's size")
    net = Builder((1, 28, 28))
    x = net.add("conv1", "conv", net.input, channels=widths[0], kernel=kernel, padding=kernel // 2)
    x = net.add("relu1", "relu", x)
    x = net.add("pool1", "maxpool", x, kernel=2)
    x = net.add("conv2", "conv", x, channels=widths[1], kernel=kernel, padding=kernel // 2)
    x = net.add("relu2", "relu", x)
    x = net.add("pool2", "maxpool", x, kernel=2)
    x = net.add("flatten", "flatten", x)
    x = net.add("logits", "linear", x, features=len(DIGITS))
    return net.graph(x, DIGITS)


def build(name: str, widths: tuple[int, int], kernel: int) -> Graph:
    """The built-in network of that name, as a recipe's fields describe it."""
    return {"tutorial": tutorial}[name](widths, kernel)


TUTORIAL_NAMES = (
    {"cnn1": "conv1", "cnn2": "conv2", "fc1": "logits"},
    {"conv1.0": "conv1", "conv2.0": "conv2", "out": "logits"},
)
"""What the lab and the write-up call the layers of `tutorial`: their name to ours."""
