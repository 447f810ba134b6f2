"""What is drawn of kernels and maps are the recording's own numbers."""

import numpy as np
import pytest
from drawn import pictures, texts

from handlens.insight.activations import softmax
from handlens.insight.kernels import mosaic
from handlens.recording import Recording
from handlens.reporting import look


def test_kernels_are_the_weights_of_the_chosen_channel(small: Recording) -> None:
    shown = pictures(look(small, "kernels", layer="conv2", channel=3, step=2))
    np.testing.assert_array_equal(shown, small.weights(2)["conv2.weight"][:, 3])


def test_before_and_after_are_two_frames_on_one_scale(small: Recording) -> None:
    figure = look(small, "before-after")
    expected = [*small.weights(0)["conv1.weight"][:, 0], *small.weights(6)["conv1.weight"][:, 0]]
    np.testing.assert_array_equal(pictures(figure), expected)
    assert len({image.get_clim() for image in figure.axes[0].images[:-1]}) == 1
    assert {"before: step 0", "after: step 6"} <= set(texts(figure))


def test_the_matrix_is_of_the_layer_with_most_kernels(small: Recording) -> None:
    figure = look(small, "matrix")
    np.testing.assert_array_equal(pictures(figure)[0], mosaic(small.weights()["conv2.weight"]))
    assert "conv2" in figure.get_label()


@pytest.mark.parametrize("stage", ["conv1", "relu1", "pool1", "conv2", "relu2", "pool2"])
def test_activations_are_the_stage_of_the_labs_digit(small: Recording, stage: str) -> None:
    image = small.digits("train", np.array([1]))[0]
    figure = look(small, "activations", layer=stage)
    np.testing.assert_array_equal(pictures(figure), small.stages(image)[stage][0])
    assert figure.get_label() == f"Feature maps of {stage} · small · step 6 · training digit no. 1 (y=0)"


def test_stages_begin_with_the_image_and_hold_every_map(small: Recording) -> None:
    image = small.digits("test", np.array([7]))[0]
    shown = pictures(look(small, "stages", digit=7, set="test", step=1))
    stages = small.stages(image, 1)
    maps = [one for name in ("conv1", "relu1", "pool1", "conv2", "relu2", "pool2") for one in stages[name][0]]
    np.testing.assert_array_equal(shown[0], image[0, 0])
    for ours, theirs in zip(shown[1:-1], maps, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    np.testing.assert_array_equal(shown[-1].ravel(), stages["flatten"][0])


def test_the_flattened_layer_has_a_row_a_map(small: Recording) -> None:
    image = small.digits("train", np.array([2]))[0]
    shown = pictures(look(small, "flattened", digit=2))[0]
    np.testing.assert_array_equal(shown, small.stages(image)["flatten"][0].reshape(32, 49))


def test_over_time_shows_maps_and_beliefs_of_each_moment(small: Recording) -> None:
    image = small.digits("train", np.array([1]))[0]
    figure = look(small, "over-time", layer="pool2", n=3)
    expected = [one for step in (0, 3, 6) for one in small.stages(image, step)["pool2"][0]]
    np.testing.assert_array_equal(pictures(figure)[1:], expected)
    heights = [bar.get_height() for bar in figure.axes[0].patches if type(bar).__name__ == "Rectangle"]
    beliefs = np.concatenate([softmax(small.net(step)(image))[0] for step in (0, 3, 6)])
    bars = np.array([-height for height in heights if height < 0])
    np.testing.assert_allclose(bars / bars.max(), beliefs / beliefs.max(), rtol=1e-5)


def test_over_time_ends_at_the_chosen_step(small: Recording) -> None:
    assert "steps 0 to 2" in look(small, "over-time", step=2).get_label()


def test_a_single_moment_is_the_last(small: Recording) -> None:
    assert "steps 6 to 6" in look(small, "over-time", n=1).get_label()


def test_a_layer_without_maps_is_one_row_of_its_own(foreign: Recording) -> None:
    image = foreign.digits("samples", np.array([1]))[0]
    shown = pictures(look(foreign, "flattened"))[0]
    np.testing.assert_array_equal(shown.ravel(), foreign.stages(image)["mean"][0])
