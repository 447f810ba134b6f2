"""Teaching: what was misread is read, MNIST stays, a lesson twice gives the same bytes, all can be undone."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock

from handlens.data import Sets
from handlens.errors import GraphError, InkError, RecordingError
from handlens.reading.judge import RULE_FILE, Judge
from handlens.reading.reader import Reader
from handlens.reading.taught import LAYER, Taught, home
from handlens.recording import Recording, load
from handlens.teach import Correction, Teacher, corrections, reset, teacher


def misread(network: Recording, mnist: Sets) -> list[Correction]:
    """Test digits that the network reads wrong, with their labels."""
    judge = Judge.of(network)
    some = slice(0, 2000)
    frames = mnist.test.images[some].astype(np.float32) / 255
    wrong = np.flatnonzero(judge(frames).argmax(axis=1) != mnist.test.labels[some])
    return [Correction(mnist.test.images[n], str(mnist.test.labels[n]), f"{n}") for n in wrong]


def read(reader: Reader, correction: Correction) -> tuple[str, float]:
    """Value and probability that the reader's network gives a frame."""
    (p,) = reader.judge(correction.pixels[None])
    return reader.judge.names[int(p.argmax())], float(p.max())


def test_one_odd_digit_is_read_after_it_was_taught(network: Recording, mnist: Sets) -> None:
    odd, *others = misread(network, mnist)
    lesson = Teacher(network).teach([odd])
    assert lesson.read == ((odd, True),)
    before, after = lesson.account.validation
    assert after >= before - 0.001
    value, sure = read(Reader(network, taught=True), odd)
    assert (value, sure >= 0.8) == (odd.label, True)
    assert read(Reader(network), odd)[0] != odd.label, "the shipped network stays as it is"
    assert others, "the network has more to learn"


@pytest.mark.usefixtures("few_anchors")
def test_the_account_is_what_the_taught_network_scores(network: Recording, mnist: Sets) -> None:
    odd = misread(network, mnist)[0]
    account = Teacher(network).teach([odd]).account
    judge = Reader(network, taught=True).judge
    for split, told in ((mnist.validation, account.validation), (mnist.test, account.test)):
        frames = split.images.astype(np.float32) / 255
        found = (judge(frames).argmax(axis=1) == split.labels).mean()
        assert told[1] == pytest.approx(found, abs=2 / len(split))  # features are kept in 16 bits
    assert account.network == network.digest()


@pytest.mark.usefixtures("few_anchors")
def test_the_same_lesson_gives_the_same_bytes(network: Recording, mnist: Sets) -> None:
    odd = misread(network, mnist)[:3]
    contents = []
    for _ in range(2):
        reset()
        Teacher(network).teach(odd)
        contents.append([path.read_bytes() for path in (home() / LAYER, corrections.path())])
    assert contents[0] == contents[1]


@pytest.mark.usefixtures("few_anchors")
def test_a_correction_that_would_cost_mnist_is_not_learned(network: Recording, mnist: Sets) -> None:
    """Many plain sevens called ones: reading them so would misread MNIST's sevens."""
    sevens = mnist.train.images[mnist.train.labels == 7][:60]
    lesson = Teacher(network).teach(Correction(image, "1", "wrong") for image in sevens)
    assert lesson.account.learned < 60
    before, after = lesson.account.validation
    assert after >= before - 0.001


@pytest.mark.usefixtures("few_anchors")
def test_what_cant_be_learned_changes_nothing(
    network: Recording, mnist: Sets, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(teacher, "STRENGTHS", (0.3,))
    lesson = Teacher(network).teach(misread(network, mnist)[:1])
    assert lesson.account.learned == 0
    taught = Taught.kept()
    assert taught is not None
    np.testing.assert_array_equal(taught.weight, network.weights()["logits.weight"])


@pytest.mark.usefixtures("few_anchors")
def test_a_full_disk_loses_no_correction(
    network: Recording, mnist: Sets, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A layer that has learned what isn't kept couldn't be made again, nor taken back."""

    def full(*_: object) -> None:
        raise RecordingError("the disk is full")

    some = Correction(mnist.test.images[0], "7")
    with monkeypatch.context() as patched:
        patched.setattr(corrections, "save", full)
        with pytest.raises(RecordingError, match="full"):
            Teacher(network).teach([some])
    assert Taught.kept() is None
    with monkeypatch.context() as patched:
        patched.setattr(Taught, "save", full)
        with pytest.raises(RecordingError, match="full"):
            Teacher(network).teach([some])
    assert len(corrections.load()) == 1
    assert Teacher(network).again().account.learned == 1


def test_a_home_that_cant_be_written_to_is_told(
    network: Recording, mnist: Sets, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("HANDLENS_HOME", str(tmp_path / "file"))
    with pytest.raises(RecordingError, match=r"taught: can't be written to: .* HANDLENS_HOME names another"):
        Teacher(network).teach([Correction(mnist.test.images[0], "7")])


def test_a_lesson_that_doesnt_end_is_not_waited_for_for_ever(
    network: Recording, mnist: Sets, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(teacher, "LOCK_SECONDS", 0.1)
    home().mkdir(parents=True)
    school = Teacher(network)
    message = r"taught: another process has been teaching for 0 s and doesn't end\. .* end that process, then"
    with FileLock(home() / "lock"):
        for ask in (lambda: school.teach([Correction(mnist.test.images[0], "7")]), school.again, reset):
            with pytest.raises(RecordingError, match=message):
                ask()
    assert corrections.load() == ()
    assert reset() == 0


@pytest.mark.usefixtures("few_anchors")
def test_what_is_no_digit_is_refused_after_it_was_taught(eleven: Recording, mnist: Sets) -> None:
    turned = np.rot90(mnist.test.images[2]).copy()  # a one, lying: no digit, to this person
    scribble = Correction(turned, "none", "scribble")
    judge = Judge.of(eleven)
    (before,) = judge(scribble.pixels[None])
    lesson = Teacher(eleven).teach([scribble])
    (after,) = Reader(eleven, taught=True).judge(scribble.pixels[None])
    assert lesson.account.learned == 1
    assert after[-1] > before[-1]
    assert after[:10].max() < 0.8


@pytest.mark.usefixtures("few_anchors")
def test_the_rule_s_rarity_counts_as_it_does_in_reading(
    eleven: Recording, mnist: Sets, tmp_path: Path
) -> None:
    shutil.copytree(eleven.folder, tmp_path / "run")
    rule = {"temperature": 1.5, "threshold": 0.5, "rarity": -5.0}  # what is no digit is common here
    (tmp_path / "run" / RULE_FILE).write_text(json.dumps(rule))
    rare = load(tmp_path / "run")
    lesson = Teacher(rare).teach([Correction(mnist.test.images[0], "7")])
    frames = mnist.test.images.astype(np.float32) / 255
    shares = [
        float((reader.judge(frames).argmax(axis=1) == mnist.test.labels).mean())
        for reader in (Reader(rare), Reader(rare, taught=True))
    ]
    assert lesson.account.test == pytest.approx(tuple(shares), abs=3e-4)  # features are kept in 16 bits
    assert shares[0] < float((Reader(eleven).judge(frames).argmax(axis=1) == mnist.test.labels).mean()) - 1e-3


def test_a_class_that_the_network_lacks_is_refused(network: Recording) -> None:
    with pytest.raises(
        InkError, match=r"'none' is none of this network's classes: 0, .*; it has no class for what"
    ):
        Teacher(network).teach([Correction(np.zeros((28, 28), np.uint8), "none", "x")])
    assert corrections.load() == ()


def test_a_network_that_ends_otherwise_cant_be_taught(
    network: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    last = network.graph.node("logits").model_copy(update={"op": "softmax"})
    graph = network.graph.model_copy(update={"nodes": (*network.graph.nodes[:-1], last)})
    monkeypatch.setattr(Recording, "graph", graph)
    with pytest.raises(GraphError, match="'logits', isn't linear with a bias: it can't be taught"):
        Teacher(network)


@pytest.mark.usefixtures("few_anchors")
def test_corrections_add_up_and_the_newest_label_of_a_frame_counts(network: Recording, mnist: Sets) -> None:
    first, second = misread(network, mnist)[:2]
    school = Teacher(network)
    school.teach([first])
    school.teach([second])
    lesson = school.teach([Correction(first.frame, second.label, "again")])
    assert [(each.label, each.source) for each, _ in lesson.read] == [
        (second.label, second.source),
        (second.label, "again"),
    ]
    assert lesson.account.corrections == 2


@pytest.mark.usefixtures("few_anchors")
def test_forgetting_one_leaves_the_rest_as_if_it_had_never_been(network: Recording, mnist: Sets) -> None:
    first, second = misread(network, mnist)[:2]
    school = Teacher(network)
    school.teach([second])
    alone = (home() / LAYER).read_bytes()
    reset()
    school.teach([first, second])
    assert (home() / LAYER).read_bytes() != alone
    with pytest.raises(InkError, match="no correction 3; expected 1 to 2"):
        school.forget([1, 3])
    lesson = school.forget([1])
    assert lesson is not None
    assert [each.source for each, _ in lesson.read] == [second.source]
    assert (home() / LAYER).read_bytes() == alone
    with pytest.raises(InkError, match="no correction 2; expected 1 alone"):
        school.forget([2])
    assert school.forget([1]) is None
    with pytest.raises(InkError, match="nothing has been taught"):
        school.forget([1])
    assert Reader(network, taught=True).taught is None


@pytest.mark.usefixtures("few_anchors")
def test_a_reset_leaves_nothing(network: Recording, mnist: Sets) -> None:
    odd = misread(network, mnist)[0]
    Teacher(network).teach([odd])
    assert reset() == 1
    assert Reader(network, taught=True).taught is None
    assert corrections.load() == ()
    with pytest.raises(InkError, match="nothing has been taught"):
        Teacher(network).again()


@pytest.mark.usefixtures("few_anchors")
def test_a_reset_helps_out_of_damage(network: Recording, mnist: Sets) -> None:
    odd = misread(network, mnist)[0]
    Teacher(network).teach([odd])
    for path in (corrections.path(), home() / LAYER):
        path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(RecordingError, match=r"layer.safetensors: .*damaged"):
        Reader(network, taught=True)
    with pytest.raises(RecordingError, match=r"corrections.safetensors: .*damaged"):
        Teacher(network).teach([odd])
    assert reset() == 0
    assert Reader(network, taught=True).taught is None


@pytest.mark.usefixtures("few_anchors")
def test_another_network_is_read_as_it_is_and_can_learn_the_same(
    network: Recording, eleven: Recording, mnist: Sets, caplog: pytest.LogCaptureFixture
) -> None:
    odd = misread(network, mnist)[0]
    Teacher(network).teach([odd])
    assert Reader(eleven, taught=True).taught is None
    assert "belongs to another network and isn't used" in caplog.text
    assert Teacher(eleven).again().account.network == eleven.digest()
    assert Reader(eleven, taught=True).taught is not None
    assert Reader(network, taught=True).taught is None


def test_a_layer_that_isnt_one_is_told(network: Recording, home: Path) -> None:
    corrections.save([])
    (home / "taught" / LAYER).write_bytes(corrections.path().read_bytes())
    with pytest.raises(RecordingError, match="it isn't a taught layer"):
        Taught.kept()
