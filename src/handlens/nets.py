"""The built-in networks, each whole on one page."""

from handlens.errors import GraphError
from handlens.graph import Builder, Graph

DIGITS = tuple("0123456789")


def tutorial(widths: tuple[int, int] = (16, 32), kernel: int = 5, blocks: int = 2) -> Graph:
    """The network of both tutorials: 28,938 parameters and 2.84 million multiply-adds at the defaults.

    Two convolutions, each followed by ReLU and a 2x2 pool, then one linear layer. ``widths`` are the lab's
    ``CNN(out_1, out_2)``; the padding keeps height and width, so the last maps are 7x7 for any kernel.
    ``blocks`` is how many convolutions there are: of one, the second width counts for nothing; a third and a
    fourth have twice the filters of the one before, on maps of 7x7 and 3x3.

    Raises:
        GraphError: a width below 1, a kernel that isn't odd and within 1…27, or not 1 to 4 blocks.
    """
    if kernel % 2 == 0 or not 1 <= kernel <= 27:
        raise GraphError(f"kernel {kernel}: must be odd, 1 to 27, so that padding keeps the image's size")
    if not 1 <= blocks <= 4:
        raise GraphError(f"{blocks} blocks: must be 1 to 4, for each halves the maps of 28x28")
    net = Builder((1, 28, 28))
    x = net.input
    for number, filters in enumerate((*widths, 2 * widths[1], 4 * widths[1])[:blocks], 1):
        x = net.add(f"conv{number}", "conv", x, channels=filters, kernel=kernel, padding=kernel // 2)
        x = net.add(f"relu{number}", "relu", x)
        x = net.add(f"pool{number}", "maxpool", x, kernel=2)
    x = net.add("flatten", "flatten", x)
    x = net.add("logits", "linear", x, features=len(DIGITS))
    return net.graph(x, DIGITS)


def fast(widths: tuple[int, int] = (16, 32), kernel: int = 5) -> Graph:
    """The network that learns in a second: 29,434 parameters and 0.69 million multiply-adds at the defaults.

    As many parameters as `tutorial`, a quarter of its arithmetic: the first convolution takes every second
    pixel, and none of the three pads, so that the maps shrink from 12x12 to 3x3. Batch normalisation lets it
    learn at a high rate from the first step; after the pool it has a quarter of the work. ``widths`` are the
    filters of the first two convolutions, the third has twice the second's; ``kernel`` is the first one's,
    the others are 3x3.

    Raises:
        GraphError: a width below 1, or a kernel that isn't odd and within 1…13.
    """
    if kernel % 2 == 0 or not 1 <= kernel <= 13:
        raise GraphError(
            f"kernel {kernel}: of the network 'fast' must be odd and at most 13, for its maps shrink"
        )
    net = Builder((1, 28, 28))
    x = net.add("conv1", "conv", net.input, channels=widths[0], kernel=kernel, stride=2, bias=False)
    x = net.add("relu1", "relu", net.add("norm1", "batchnorm", x))
    x = net.add("conv2", "conv", x, channels=widths[1], kernel=3, bias=False)
    x = net.add("pool2", "maxpool", x, kernel=2)
    x = net.add("relu2", "relu", net.add("norm2", "batchnorm", x))
    x = net.add("conv3", "conv", x, channels=2 * widths[1], kernel=3, bias=False)
    x = net.add("relu3", "relu", net.add("norm3", "batchnorm", x))
    x = net.add("flatten", "flatten", x)
    x = net.add("logits", "linear", x, features=len(DIGITS))
    return net.graph(x, DIGITS)


def reader(widths: tuple[int, int] = (48, 96), kernel: int = 5) -> Graph:
    """The network that reads other people's hands: 632,987 parameters, 13.6 million multiply-adds.

    Five convolutions, each with batch normalisation and ReLU, from 28x28 down to 2x2, then one linear layer
    with an eleventh class, ``none``, for what is no digit. ``widths`` are the filters of the first
    convolution and of the next two; the last two have twice as many as those. ``kernel`` is the first one's,
    the others are 3x3.

    Raises:
        GraphError: a width below 1, or a kernel that isn't odd and within 1…11.
    """
    if kernel % 2 == 0 or not 1 <= kernel <= 11:
        raise GraphError(
            f"kernel {kernel}: of the network 'reader' must be odd and at most 11, for its maps shrink"
        )
    net = Builder((1, 28, 28))

    x = net.add("conv1", "conv", net.input, channels=widths[0], kernel=kernel, stride=2, bias=False)
    x = net.add("relu1", "relu", net.add("norm1", "batchnorm", x))
    x = net.add("conv2", "conv", x, channels=widths[1], kernel=3, bias=False)
    x = net.add("relu2", "relu", net.add("norm2", "batchnorm", x))
    x = net.add("conv3", "conv", x, channels=widths[1], kernel=3, bias=False)
    x = net.add("pool3", "maxpool", x, kernel=2)
    x = net.add("relu3", "relu", net.add("norm3", "batchnorm", x))
    x = net.add("conv4", "conv", x, channels=2 * widths[1], kernel=3, padding=1, bias=False)
    x = net.add("relu4", "relu", net.add("norm4", "batchnorm", x))
    x = net.add("conv5", "conv", x, channels=2 * widths[1], kernel=3, bias=False)
    x = net.add("relu5", "relu", net.add("norm5", "batchnorm", x))
    x = net.add("flatten", "flatten", x)
    x = net.add("logits", "linear", x, features=len(DIGITS) + 1)
    return net.graph(x, (*DIGITS, "none"))


def rows() -> Graph:
    """The network that reads along a row: 815,532 parameters, 23.1 million multiply-adds a window.

    It sees a window of a row, 32 pixels high, and says which digit stands in its middle: one of ten, ``none``
    for what is no digit, or ``blank`` where nothing begins or ends there. No convolution pads to the left or
    right, so that the network slides: of a longer row it answers at every second pixel, and neighbouring
    windows share their work (LeCun et al. 1998, section VII: space displacement). It has learnt with the
    loss of Graves et al. 2006 (Connectionist temporal classification) from rows of which only the text is
    known; handlens.reading.ctc says how its answers become one.
    """
    net = Builder((1, 32, 37))

    x = net.add("conv1", "conv", net.input, channels=32, kernel=5, stride=2, padding=(2, 0), bias=False)
    x = net.add("relu1", "relu", net.add("norm1", "batchnorm", x))
    x = net.add("conv2", "conv", x, channels=64, kernel=3, padding=(1, 0), bias=False)
    x = net.add("pool2", "maxpool", x, kernel=(2, 1))
    x = net.add("relu2", "relu", net.add("norm2", "batchnorm", x))
    x = net.add("conv3", "conv", x, channels=96, kernel=3, padding=(1, 0), bias=False)
    x = net.add("relu3", "relu", net.add("norm3", "batchnorm", x))
    x = net.add("conv4", "conv", x, channels=128, kernel=3, padding=(1, 0), bias=False)
    x = net.add("pool4", "maxpool", x, kernel=(2, 1))
    x = net.add("relu4", "relu", net.add("norm4", "batchnorm", x))
    x = net.add("conv5", "conv", x, channels=192, kernel=(4, 3), bias=False)
    x = net.add("relu5", "relu", net.add("norm5", "batchnorm", x))
    x = net.add("conv6", "conv", x, channels=192, kernel=(1, 9), bias=False)
    x = net.add("relu6", "relu", net.add("norm6", "batchnorm", x))
    x = net.add("logits", "conv", x, channels=len(DIGITS) + 2, kernel=1)
    x = net.add("classes", "flatten", x)
    return net.graph(x, (*DIGITS, "none", "blank"))


def build(name: str, widths: tuple[int, int], kernel: int, blocks: int = 2) -> Graph:
    """The built-in network of that name, as a recipe's fields describe it.

    Raises:
        GraphError: a width, a kernel or a number of blocks that the network can't have.
    """
    if name == "tutorial":
        return tutorial(widths, kernel, blocks)
    if blocks != 2:
        raise GraphError(f"{blocks} blocks: only the network 'tutorial' has them to choose; leave {name!r} 2")
    return {"fast": fast, "reader": reader}[name](widths, kernel)


TUTORIAL_NAMES = (
    {"cnn1": "conv1", "cnn2": "conv2", "fc1": "logits"},
    {"conv1.0": "conv1", "conv2.0": "conv2", "out": "logits"},
)
"""What the lab and the write-up call the layers of `tutorial`: their name to ours."""
