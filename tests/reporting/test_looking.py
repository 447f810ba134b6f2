"""Every kind is drawn, from both kinds of recordings; what can't be drawn is refused in words."""

import subprocess
import sys
from io import BytesIO

import pytest
from matplotlib.figure import Figure

from handlens.errors import LookError, MissingLibrary
from handlens.recording import Recording
from handlens.reporting import KINDS, look
from handlens.reporting.looking import WAYS

NO_STEP = {"digit", "digits", "prepared"}
FEW = {"embedding": 60, "softmax-view": 60}


def drawn(run: Recording, kind: str) -> Figure:
    figure = look(run, kind, n=FEW[kind]) if kind in FEW else look(run, kind)
    figure.savefig(BytesIO(), format="png", dpi=30)
    return figure


def test_every_kind_has_a_way() -> None:
    assert list(WAYS) == list(KINDS)
    assert all(20 < len(about) < 120 for about in KINDS.values())


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_drawn_and_says_of_what(small: Recording, kind: str) -> None:
    title = drawn(small, kind).get_label()
    assert "small" in title
    assert kind in NO_STEP or "6" in title.replace("600", "")


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"prepared", "gradients"}))
def test_every_kind_is_drawn_of_somebodys_own_network(foreign: Recording, kind: str) -> None:
    assert "foreign" in drawn(foreign, kind).get_label()


def test_a_folder_is_as_good_as_a_recording(small: Recording) -> None:
    assert look(str(small.folder), "kernels").get_label() == look(small, "kernels").get_label()


def test_the_step_in_the_title_is_the_frame_that_was_used(small: Recording) -> None:
    assert look(small, "kernels", step=4).get_label() == "Kernels of conv1 · small · step 4"
    assert look(small, "kernels", step=10_000).get_label() == "Kernels of conv1 · small · step 6"


def test_own_words_come_first_and_the_facts_after_them(small: Recording) -> None:
    title = look(small, "kernels", step=0, title="1st layer kernels before training").get_label()
    assert title == "1st layer kernels before training · small · step 0"


@pytest.mark.parametrize(
    ("kind", "options", "message"),
    [
        ("kernel", {}, r"no picture is named 'kernel'; there are digit, digits, .*softmax-view"),
        ("curves", {"layer": "conv1"}, "curves can't be asked for a layer; it takes title"),
        ("kernels", {"layer": "relu1"}, "'relu1' is no layer with kernels; this network has conv1, conv2"),
        ("kernels", {"channel": 1}, "no input channel 1: these kernels have channels 0 to 0"),
        ("kernels", {"rows": 17}, "16 pictures can't stand in 17 rows"),
        ("activations", {"layer": "flatten"}, "no stage with feature maps; .* conv1, relu1, pool1, conv2"),
        ("flattened", {"layer": "conv1"}, "'conv1' is no flat stage; this network has flatten, logits"),
        ("stages", {"digit": 60_000}, r"train has no item 60000; its items are 0…59,999"),
        ("stages", {"digit": -1}, "train has no item -1"),
        ("stages", {"set": "samples"}, "no set 'samples'; this recording has train, validation, test"),
        ("mistakes", {"n": 0}, "n is 0: give how many to show, from 1 to 500"),
        ("digits", {"n": 100_000}, "n is 100,000: give how many to show, from 1 to 500"),
        ("predictions", {"n": 501}, "n is 501: .*, from 1 to 500"),
        ("over-time", {"n": 51}, "n is 51: .*, from 1 to 50"),
        ("softmax-view", {"n": 0}, "n is 0: give how many to show, 1 or more"),
        ("kernels", {"step": -5}, "step is -5: this recording's steps run from 0 to 6"),
        ("softmax-view", {"step": -1}, "step is -1: "),
    ],
)
def test_what_cant_be_shown_is_refused_with_the_choices(
    small: Recording, kind: str, options: dict[str, object], message: str
) -> None:
    with pytest.raises(LookError, match=message):
        look(small, kind, **options)


def test_a_foreign_recording_says_what_it_lacks(foreign: Recording) -> None:
    with pytest.raises(LookError, match="no gradients were recorded: a loop of one's own doesn't give them"):
        look(foreign, "gradients")
    with pytest.raises(LookError, match="prepared as 1x28x28, and this network reads 3x12x10"):
        look(foreign, "prepared")
    with pytest.raises(LookError, match="no set 'test'; this recording has samples"):
        look(foreign, "mistakes", set="test")


def test_without_matplotlib_it_says_what_to_type(small: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "matplotlib"]:
        monkeypatch.setitem(sys.modules, name, None)
    for name in [name for name in sys.modules if "insight.figures" in name or "reporting.inner" in name]:
        monkeypatch.delitem(sys.modules, name)
    with pytest.raises(MissingLibrary, match=r"matplotlib, which isn't installed.*handlens\[train\]"):
        look(small, "kernels")


def test_the_list_of_kinds_loads_nothing_heavy() -> None:
    code = "import sys, handlens.reporting; assert not {'matplotlib', 'torch', 'numpy'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
