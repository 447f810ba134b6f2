"""The built-in networks, each whole on one page."""

from handlens.errors import GraphError
from handlens.graph import Builder, Graph

DIGITS = tuple("0123456789")


def tutorial(
    widths: tuple[int, int] = (16, 32), kernel: int = 5, blocks: int = 2, norms: bool = False
) -> Graph:
    """The network of both tutorials: 28,938 parameters and 2.84 million multiply-adds at the defaults.

    Two convolutions, each followed by ReLU and a 2x2 pool, then one linear layer. ``widths`` are the lab's
    ``CNN(out_1, out_2)``; the padding keeps height and width, so the last maps are 7x7 for any kernel.
    ``blocks`` is how many convolutions there are: of one, the second width counts for nothing; a third and a
    fourth have twice the filters of the one before, on maps of 7x7 and 3x3. With ``norms``, which the
    tutorials don't have, it learns better: each convolution is followed by a batch norm, which
    `handlens.graph.folded` puts into that convolution's weights and biases once they are learnt: 99.45 % of
    the test digits are promised, 99.51 % are right (bench/accuracy/tutorial.json, 5 seeds).

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
        x = net.add(
            f"conv{number}", "conv", x, bias=not norms, channels=filters, kernel=kernel, padding=kernel // 2
        )
        x = net.add(f"norm{number}", "batchnorm", x) if norms else x
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
    _check_kernel("fast", kernel, 13)
    net = Builder((1, 28, 28))
    x = _normed(net, 1, net.input, widths[0], kernel, stride=2)
    x = _normed(net, 2, x, widths[1], 3, pool=2)
    x = _normed(net, 3, x, 2 * widths[1], 3)
    x = net.add("flatten", "flatten", x)
    x = net.add("logits", "linear", x, features=len(DIGITS))
    return net.graph(x, DIGITS)


def tiny(widths: tuple[int, int] = (32, 44), kernel: int = 3) -> Graph:
    """The network under 10,000: 9,846 parameters, 0.8 million multiply-adds at the defaults.

    After a first convolution and its pool come four separable ones (Chollet 2017, Xception): each map by a
    3x3 filter of its own, then a mixture of the maps at each place, for a ninth of the weights. None of them
    pads, so that the maps shrink from 13x13 to 5x5; of each the mean counts. 99.40 % of the test digits are
    promised, 99.66 % are right (bench/accuracy/tiny.json, 5 seeds). ``widths`` are the filters of the first
    convolution and of the others; ``kernel`` is the first one's.

    Raises:
        GraphError: a width below 1, or a kernel that isn't odd and within 1…11.
    """
    _check_kernel("tiny", kernel, 11)
    net = Builder((1, 28, 28))
    x = _normed(net, 1, net.input, widths[0], kernel, pool=2)
    for number in range(2, 6):
        x = _separable(net, number, x, widths[1])
    return _mean_of_maps(net, x)


def micro(widths: tuple[int, int] = (7, 10), kernel: int = 3) -> Graph:
    """The network under 1,000: 997 parameters without its norms, 0.1 million multiply-adds.

    `tiny` with a quarter of its filters, and somewhat more of them towards the end, where they stand for more
    than strokes. At this size the norms would be a tenth of all parameters: here they are only to learn by,
    each right behind its convolution, and `handlens.graph.folded` takes them out. 98.80 % of the test digits
    are promised, 99.03 % are right (bench/accuracy/micro.json, 5 seeds). ``widths`` are the filters of the
    first convolution and of the next two; the last two have one and two more.

    Raises:
        GraphError: as `tiny` does.
    """
    _check_kernel("micro", kernel, 11)
    net = Builder((1, 28, 28))
    x = _normed(net, 1, net.input, widths[0], kernel)
    x = net.add("pool1", "maxpool", x, kernel=2)
    for number, more in enumerate((0, 0, 1, 2), 2):
        x = _separable(net, number, x, widths[1] + more)
    return _mean_of_maps(net, x)


def accurate(widths: tuple[int, int] = (32, 64), kernel: int = 3) -> Graph:
    """The network for the most digits right: 150,698 parameters, 12.5 million multiply-adds at the defaults.

    Five convolutions of 3x3, each with batch normalisation and ReLU. The first two work at full size, where
    thin strokes and small gaps are still apart, and have nearly half of the arithmetic. 99.65 % of the test
    digits are promised, 99.70 % are right (bench/accuracy/accurate.json, 3 seeds). ``widths`` are the
    filters of the first two convolutions and of the next two; the last has twice as many as those. ``kernel``
    is the first one's.

    Raises:
        GraphError: a width below 1, or a kernel that isn't odd and within 1…11.
    """
    _check_kernel("accurate", kernel, 11)
    net = Builder((1, 28, 28))
    x = _normed(net, 1, net.input, widths[0], kernel)
    x = _normed(net, 2, x, widths[0], 3, pool=2)
    x = _normed(net, 3, x, widths[1], 3, padding=1)
    x = _normed(net, 4, x, widths[1], 3, pool=2)
    x = _normed(net, 5, x, 2 * widths[1], 3)
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
        GraphError: a width below 1, or a kernel that isn't odd and within 1…9.
    """
    _check_kernel("reader", kernel, 9)
    net = Builder((1, 28, 28))
    x = _normed(net, 1, net.input, widths[0], kernel, stride=2)
    x = _normed(net, 2, x, widths[1], 3)
    x = _normed(net, 3, x, widths[1], 3, pool=2)
    x = _normed(net, 4, x, 2 * widths[1], 3, padding=1)
    x = _normed(net, 5, x, 2 * widths[1], 3)
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
    x = _normed(net, 1, net.input, 32, 5, stride=2, padding=(2, 0))
    x = _normed(net, 2, x, 64, 3, padding=(1, 0), pool=(2, 1))
    x = _normed(net, 3, x, 96, 3, padding=(1, 0))
    x = _normed(net, 4, x, 128, 3, padding=(1, 0), pool=(2, 1))
    x = _normed(net, 5, x, 192, (4, 3))
    x = _normed(net, 6, x, 192, (1, 9))
    x = net.add("logits", "conv", x, channels=len(DIGITS) + 2, kernel=1)
    x = net.add("classes", "flatten", x)
    return net.graph(x, (*DIGITS, "none", "blank"))


Size = int | tuple[int, int]
"""One number stands for height and width."""


def _normed(
    net: Builder,
    number: int,
    x: str,
    channels: int,
    kernel: Size,
    *,
    stride: Size = 1,
    padding: Size = 0,
    pool: Size | None = None,
) -> str:
    """Convolution, pool where there is one, batch norm, ReLU: after the pool the last two have less to do."""
    name = f"conv{number}"
    x = net.add(name, "conv", x, bias=False, channels=channels, kernel=kernel, stride=stride, padding=padding)
    if pool is not None:
        x = net.add(f"pool{number}", "maxpool", x, kernel=pool)
    return net.add(f"relu{number}", "relu", net.add(f"norm{number}", "batchnorm", x))


def _separable(net: Builder, number: int, x: str, channels: int) -> str:
    """Each map by a 3x3 filter of its own, then a mixture of the maps at each place."""
    maps = net.shape(x)[0]
    x = net.add(f"depth{number}", "conv", x, channels=maps, kernel=3, groups=maps, bias=False)
    return _normed(net, number, x, channels, 1)


def _mean_of_maps(net: Builder, x: str) -> Graph:
    """The graph that ends in a linear layer on each map's mean."""
    x = net.add("mean", "mean", x, axes=(1, 2))
    return net.graph(net.add("logits", "linear", x, features=len(DIGITS)), DIGITS)


def _check_kernel(name: str, kernel: int, most: int) -> None:
    if kernel % 2 == 0 or not 1 <= kernel <= most:
        raise GraphError(
            f"kernel {kernel}: of the network {name!r} must be odd and at most {most}, for its maps shrink"
        )


def build(name: str, widths: tuple[int, int], kernel: int, blocks: int = 2) -> Graph:
    """The built-in network of that name, as a recipe's fields describe it.

    Raises:
        GraphError: a width, a kernel or a number of blocks that the network can't have.
    """
    if name in ("tutorial", "normed"):
        return tutorial(widths, kernel, blocks, norms=name == "normed")
    if blocks != 2:
        raise GraphError(f"{blocks} blocks: only the network 'tutorial' has them to choose; leave {name!r} 2")
    others = {"fast": fast, "tiny": tiny, "micro": micro, "accurate": accurate, "reader": reader}
    return others[name](widths, kernel)


FOLDED = ("normed", "micro")
"""Networks whose norms are there to learn by. What is scored and ships is what they are without."""

TUTORIAL_NAMES = (
    {"cnn1": "conv1", "cnn2": "conv2", "fc1": "logits"},
    {"conv1.0": "conv1", "conv2.0": "conv2", "out": "logits"},
)
"""What the lab and the write-up call the layers of `tutorial`: their name to ours."""
