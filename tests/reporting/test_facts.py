"""What a report says of recordings that no recipe of ours made."""

from pathlib import Path

import numpy as np
from small import drawn, header

from handlens.data import Sets
from handlens.graph import Builder
from handlens.recording import Writer, load
from handlens.recording.naming import remember
from handlens.recording.schema import Data, Result, Score
from handlens.reporting import facts
from handlens.reporting.asked import scored_set
from handlens.reporting.drawn import pictures
from handlens.reporting.sections import Plan, Section


def test_imported_weights_are_told_as_such(mnist: Sets, tmp_path: Path) -> None:
    made = header(data=Data(name="mnist", sha256=mnist.digests))
    writer = Writer.create(tmp_path / "run", made, drawn(0), None, None)
    test = Score(set="test", n=10_000, accuracy=0.97)
    writer.close(Result(step=0, seconds=0.0, images=0, test=test))
    run = load(tmp_path / "run")
    assert facts.story(run) == [
        "The weights were saved elsewhere and imported; how they came about isn't known here."
    ]
    verdict = facts.verdict(run)
    assert verdict is not None
    assert verdict.score == test
    assert verdict.meaning.startswith("Scored when the weights were imported")
    assert scored_set(run) == "test"
    np.testing.assert_array_equal(run.outputs("test").shape, (10_000, 10))


def test_a_stride_is_named_where_it_isnt_the_usual_one(tmp_path: Path) -> None:
    net = Builder((1, 28, 28))
    x = net.add("even", "conv", net.input, channels=2, kernel=5)
    x = net.add("halved", "conv", x, channels=2, kernel=5, stride=2)
    x = net.add("uneven", "conv", x, channels=2, kernel=3, stride=(2, 1))
    x = net.add("apart", "maxpool", x, kernel=2)
    x = net.add("overlapping", "maxpool", x, kernel=2, stride=1)
    x = net.add("logits", "linear", net.add("flatten", "flatten", x), features=2)
    graph = net.graph(x, ("a", "b"))
    Writer.create(tmp_path / "run", header(graph=graph), drawn(0, graph), None, None).release()
    assert [layer.operation for layer in facts.layers(load(tmp_path / "run"))] == [
        "convolution 5×5",
        "convolution 5×5, stride 2",
        "convolution 3×3, stride 2×1",
        "max pooling 2×2",
        "max pooling 2×2, stride 1",
        "all in one row",
        "linear layer",
    ]


def test_a_reason_ends_without_a_full_stop(tmp_path: Path, monkeypatch) -> None:
    gone = Data(name="/nowhere/set", sha256={"a": "0" * 64})
    remember(gone.name)
    Writer.create(tmp_path / "run", header(data=gone), drawn(0), None, None).release()
    plan = Plan("digits", "digits", {}, "The first ones", "")
    monkeypatch.setattr("handlens.reporting.drawn.sections", lambda run: (Section("a", "A", (plan,)),))
    ((_, (shown,), _),) = pictures(load(tmp_path / "run"), tmp_path, lambda what, share: None)
    assert shown.missing.endswith("or a folder of IDX files")
