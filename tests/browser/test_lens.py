"""The lens: what is pointed at, how its number came about, and that both are true."""

import math

import numpy as np
import pytest
import torch
from browser.hands import SEVEN, draw, hover, maps, next_picture, seen
from browser.lens import Shown, lens
from browser.visits import Open
from playwright.sync_api import Page, expect

from handlens.arrays import Weights
from handlens.recording import Recording

DIGIT = 17  # of the test set
WITHIN = 1e-4
CLASSES = "0123456789"


def point(page: Page, stage: str, shape: tuple[int, ...], index: int) -> Shown:
    """Point at a number, and read the lens, which is to show that very number."""
    hover(page, stage, math.prod(shape), index)
    shown = lens(page)
    assert (shown.stage, shown.index_in(shape, CLASSES)) == (stage, index)
    return shown


def true(sum_of: object, value: float) -> None:
    """The sum is the value, to float32's rounding of its terms."""
    assert sum_of == pytest.approx(value, rel=1e-5, abs=2e-5)


def check_conv(shown: Shown, weights: Weights, stages: Weights, source: str) -> None:
    channel, row, column = shown.place
    kernel = weights[f"{shown.stage}.weight"][channel]
    padded = np.pad(stages[source][0], ((0, 0), (2, 2), (2, 2)))
    patch = padded[:, row : row + 5, column : column + 5]
    np.testing.assert_array_equal(shown.grids["kernel"].astype(np.float32), kernel[shown.map].ravel())
    np.testing.assert_allclose(shown.grids["patch"], patch[shown.map].ravel(), rtol=0, atol=WITHIN)
    products = shown.grids["patch"] * shown.grids["kernel"]
    np.testing.assert_allclose(shown.grids["product"], products, rtol=1e-6, atol=1e-9)
    true(products.sum(), shown.one("sum"))
    assert shown.one("bias") == weights[f"{shown.stage}.bias"][channel]
    true(shown.one("sum") + sum(shown.rows.get("others", [])) + shown.one("bias"), shown.value)
    assert shown.value == pytest.approx((patch * kernel).sum() + shown.one("bias"), abs=WITHIN)


def check_linear(shown: Shown, weights: Weights, stages: Weights) -> None:
    products = weights["logits.weight"][int(shown.place)] * stages["flatten"][0]
    largest = products[np.argsort(-np.abs(products))[: len(shown.rows["term"])]]
    np.testing.assert_allclose(shown.rows["term"], largest, rtol=0, atol=WITHIN)
    assert shown.one("others") == pytest.approx(products.sum() - largest.sum(), abs=WITHIN)
    true(sum(shown.rows["term"]) + shown.one("others") + shown.one("bias"), shown.value)


def check(shown: Shown, weights: Weights, stages: Weights) -> None:
    """The arithmetic adds up, and is the network's own."""
    stage, value = shown.stage, shown.value
    index = shown.index_in(stages[stage][0].shape, CLASSES)
    assert value == pytest.approx(stages[stage].ravel()[index], abs=WITHIN)
    if stage.startswith("conv"):
        check_conv(shown, weights, stages, "input" if stage == "conv1" else "pool1")
    elif stage.startswith("relu"):
        assert value == shown.one("value") == max(shown.one("input"), 0)
    elif stage.startswith("pool"):
        assert value == shown.grids["window"].max()
    elif stage == "logits":
        check_linear(shown, weights, stages)
    else:
        assert value == shown.one("value") == shown.one("pixel" if stage == "input" else "from")


def test_the_arithmetic_shown_is_the_value_and_the_networks_own(opened: Open, sample: Recording) -> None:
    page = opened(f"digit=test:{DIGIT}")
    images, _ = sample.digits("test", np.array([DIGIT]))
    stages, weights = sample.stages(images), sample.weights()
    assert len(stages) == 9
    for stage, (values,) in stages.items():
        corner, middle, largest = 0, values.size // 2 + 5, int(np.abs(values).argmax())
        for index in (corner, min(middle, values.size - 1), largest):
            check(point(page, stage, values.shape, index), weights, stages)


def test_of_a_drawing_too(opened_served: Open, sample: Recording) -> None:
    page = opened_served("digit=test:2")
    draw(page, SEVEN)
    next_picture(page)
    image = seen(page)[None, None].astype(np.float32) / 255  # as exact as a screen is
    stages = sample.stages(image)
    for stage in ("conv1", "logits"):
        values = stages[stage][0]
        shown = point(page, stage, values.shape, int(np.abs(values).argmax()))
        assert shown.value == pytest.approx(values.ravel()[np.abs(values).argmax()], abs=0.05)
        terms = [sum(shown.rows.get(role, [])) for role in ("sum", "term", "others", "bias")]
        true(sum(terms), shown.value)


def test_what_a_number_was_computed_from_is_framed(opened_served: Open) -> None:
    page = opened_served()
    overlay = page.locator(".network-overlay")
    expect(overlay).to_be_hidden()
    shape = (8, 28, 28)
    point(page, "conv1", shape, int(np.ravel_multi_index((3, 14, 14), shape)))
    expect(overlay).to_be_visible()
    width, height, side = page.evaluate("""() => {
      const { width, height } = document.querySelector(".network-near").getBBox();
      return [width, height, document.querySelector("[data-stage=input] canvas[tabindex]").clientWidth];
    }""")
    assert width == pytest.approx(height)
    assert width / side * 28 == pytest.approx(5, abs=0.5)
    assert page.locator(".network-curves path[d]:not([d=''])").count() == 1  # from the one map above
    told = lens(page).place
    page.mouse.move(5, 5)
    expect(overlay).to_be_hidden()
    assert lens(page).place == told  # it stays, so that it can be read


def test_a_lens_that_grows_leaves_the_maps_under_the_pointer(opened_served: Open) -> None:
    page = opened_served()
    maps(page, "conv2").scroll_into_view_if_needed()
    next_picture(page)
    rows = page.locator(".network-rows")
    before = rows.bounding_box()
    hover(page, "conv2", 16 * 14 * 14, 100)
    assert rows.bounding_box() == before


def test_gradients_are_torchs(opened_served: Open, sample: Recording) -> None:
    page = opened_served(f"digit=test:{DIGIT}&show=gradients")
    images, labels = sample.digits("test", np.array([DIGIT]))
    wrong = (int(labels[0]) + 4) % 10
    page.locator("#network-tools select").select_option(str(wrong))
    expect(page.locator(".network-note")).to_contain_text(f"“{wrong}”")
    stages = sample.module().stages(torch.from_numpy(images).requires_grad_())
    loss = torch.nn.functional.cross_entropy(stages["logits"], torch.tensor([wrong]))
    found = torch.autograd.grad(loss, list(stages.values()))
    for stage, (gradients,) in zip(stages, found, strict=True):
        flat = gradients.flatten().numpy()
        for index in {int(flat.argmax()), int(flat.argmin()), 0}:
            shown = point(page, stage, tuple(gradients.shape), index)
            assert shown.gradient == pytest.approx(flat[index], rel=0.006, abs=1e-6)  # it has three digits
    page.locator("#network-tools").get_by_role("button", name="values").click()
    hover(page, "conv1", 8 * 28 * 28, 400)
    expect(page.locator(".lens-gradient")).to_be_hidden()
