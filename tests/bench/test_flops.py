"""What a training costs, counted by hand."""

from handlens.bench.flops import training_flops
from handlens.graph import Builder
from handlens.nets import tutorial


def test_the_tutorials_network() -> None:
    conv1 = 28 * 28 * 16 * 25
    conv2 = 14 * 14 * 32 * 16 * 25
    linear = 32 * 7 * 7 * 10
    # The first layer's input is the picture, whose gradient nobody needs.
    by_hand = 2 * (2 * conv1 + 3 * conv2 + 3 * linear)
    assert training_flops(tutorial()) == by_hand == 16_401_280


def test_what_stands_before_the_first_layer_with_weights_needs_no_gradient() -> None:
    net = Builder((1, 4, 4))
    pooled = net.add("pool", "avgpool", net.input, kernel=2)
    one = net.add("one", "conv", pooled, channels=3, kernel=1)
    other = net.add("other", "conv", pooled, channels=3, kernel=1)
    both = net.add("both", "add", one, other)
    logits = net.add("logits", "linear", net.add("flat", "flatten", both), features=2)
    # Each convolution 2·2·3 products forward and as many for its weights; the linear layer 12·2, three times.
    assert training_flops(net.graph(logits, ("a", "b"))) == 2 * (2 * 12 + 2 * 12 + 3 * 24)
