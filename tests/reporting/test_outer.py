"""What is drawn of digits, curves and answers, against numbers computed here."""

import numpy as np
import pytest
from drawn import pictures, texts

from handlens.errors import LookError
from handlens.insight.activations import softmax
from handlens.reading.frame import frame
from handlens.recording import Recording
from handlens.reporting import look


def answers(run: Recording, name: str, step: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    images, labels = run.digits(name)
    return run.net(step)(images).argmax(axis=1), labels


def key(run: Recording) -> list[str]:
    return [text.get_text().replace("\n", " ") for text in look(run, "curves").legends[0].get_texts()]


def test_a_digit_is_the_one_of_the_file(small: Recording) -> None:
    figure = look(small, "digit", digit=3)
    np.testing.assert_array_equal(pictures(figure)[0], small.digits("train", np.array([3]))[0][0, 0])
    assert figure.get_label() == "Training digit no. 3 (y=1) · small"


def test_a_sheet_begins_at_the_first(small: Recording) -> None:
    figure = look(small, "digits", set="test", n=4)
    np.testing.assert_array_equal(pictures(figure), small.digits("test", np.arange(4))[0][:, 0])
    assert texts(figure)[-4:] == ["7", "2", "1", "0"]


def test_prepared_is_what_frame_makes(small: Recording) -> None:
    ink = small.digits("train", np.array([1]))[0][0, 0]
    original, prepared = pictures(look(small, "prepared"))
    np.testing.assert_array_equal(original, ink)
    np.testing.assert_array_equal(prepared, frame(ink).pixels)


def test_curves_are_the_logs_numbers(small: Recording) -> None:
    loss, accuracy = (axes.lines[0] for axes in look(small, "curves").axes)
    np.testing.assert_array_equal(loss.get_xydata(), np.column_stack(small.losses))
    scored = [(line.step, line.accuracy) for line in small.evaluations]
    np.testing.assert_array_equal(accuracy.get_xydata(), scored)


def test_curves_say_which_loss_and_which_set(small: Recording, foreign: Recording) -> None:
    loss, accuracy = key(small)
    assert "cross-entropy of each batch, labels smoothed by 0.05" in loss
    assert "accuracy on the validation set of 5,000; at the end" in accuracy
    loss, accuracy = key(foreign)
    assert "as the loop gave it" in loss
    assert "accuracy on the 60 samples, scored afterwards; at the end" in accuracy


def test_a_foreign_accuracy_is_scored_at_each_frame(foreign: Recording) -> None:
    line = look(foreign, "curves").axes[1].lines[0]
    shares = [float(np.mean(np.equal(*answers(foreign, "samples", step)))) for step in foreign.steps]
    np.testing.assert_allclose(line.get_xydata(), np.column_stack([foreign.steps, shares]))


def test_gradients_are_of_each_layers_weights(small: Recording) -> None:
    norms, ratios = look(small, "gradients").axes
    last = small.evaluations[-1]
    for layer, line in zip(("conv1", "conv2", "logits"), norms.lines, strict=True):
        assert line.get_label() == layer
        assert line.get_ydata()[-1] == last.gradient_norm[f"{layer}.weight"]
    assert ratios.lines[0].get_ydata()[-1] == last.update_ratio["conv1.weight"]


def test_predictions_are_the_first_answers(small: Recording) -> None:
    predicted, labels = answers(small, "test")
    said = [f"{true} → {read}" for true, read in zip(labels[:10], predicted[:10], strict=True)]
    assert texts(look(small, "predictions"))[-10:] == said


@pytest.mark.parametrize("kind", ["mistakes", "confident"])
def test_mistakes_are_those_of_the_set_at_the_step(small: Recording, kind: str) -> None:
    images, labels = small.digits("validation")
    beliefs = softmax(small.net(3)(images))
    wrong = np.flatnonzero(beliefs.argmax(axis=1) != labels)
    if kind == "confident":
        wrong = wrong[np.argsort(-beliefs[wrong].max(axis=1), kind="stable")]
    figure = look(small, kind, set="validation", step=3, n=4)
    np.testing.assert_array_equal(pictures(figure), images[wrong[:4], 0])
    said = [text for text in texts(figure) if " · no. " in text]
    assert [text.rpartition(" ")[2] for text in said] == [str(index) for index in wrong[:4]]
    assert f"(4 of {(beliefs.argmax(axis=1) != labels).sum():,})" in figure.get_label()


def test_the_confusion_counts_every_answer(small: Recording) -> None:
    predicted, labels = answers(small, "test")
    counts = np.zeros((10, 10), int)
    np.add.at(counts, (labels, predicted), 1)
    np.fill_diagonal(counts, 0)
    np.testing.assert_array_equal(pictures(look(small, "confusion"))[0], counts)


def test_the_accuracy_of_each_class_stands_beside_it(small: Recording) -> None:
    predicted, labels = answers(small, "test")
    shares = [float((predicted[labels == value] == value).mean()) for value in range(10)]
    axes = look(small, "per-class").axes[0]
    dots = [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "o"]
    np.testing.assert_allclose(dots, shares)


def test_the_softmax_view_has_a_glyph_an_item(small: Recording) -> None:
    figure = look(small, "softmax-view", n=100)
    assert sum(len(group.get_offsets()) for group in figure.axes[0].collections) == 100
    assert "100 digits" in figure.get_label()


def test_test_digits_at_an_early_step_chose_nothing(small: Recording) -> None:
    said = "drawn afterwards; chose nothing"
    assert said in look(small, "stages", set="test", step=0).get_label()
    assert said in look(small, "mistakes", step=0).get_label()
    assert said in look(small, "over-time", set="test").get_label()
    assert said not in look(small, "mistakes").get_label()
    assert said not in look(small, "mistakes", set="validation", step=0).get_label()


def test_the_test_set_stays_closed_until_the_end(interrupted: Recording) -> None:
    with pytest.raises(LookError, match="is interrupted; its test set is looked at when it has finished"):
        look(interrupted, "mistakes", set="test")
    assert "validation set" in look(interrupted, "mistakes").get_label()
