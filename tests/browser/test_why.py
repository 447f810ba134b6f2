"""The room "Why": its maps are torch's, and follow what is asked, drawn and scrubbed."""

import re

import numpy as np
import pytest
import torch
from browser.hands import ZERO, draw, pixels
from browser.visits import Open
from playwright.sync_api import Locator, Page, expect

from handlens.recording import Recording

DIGIT = 17  # of the test set
TALL = {"width": 1280, "height": 2600}  # the room is on the screen, where it is kept up to date
METHODS = ("saliency", "integrated", "occlusion", "gradcam")


def maps(page: Page) -> dict[str, Locator]:
    """The canvas of each method, once it shows what is asked now."""
    for method in METHODS:
        page.locator(f'.why-panel[data-method="{method}"]:not(.stale)').wait_for()
    return {method: page.locator(f'[data-method="{method}"] .why-holder canvas') for method in METHODS}


def written(text: str) -> list[float]:
    """The numbers in a text."""
    return [float(found) for found in re.findall(r"-?\d+(?:\.\d+)?(?:e-?\d+)?", text.replace("−", "-"))]


def slopes(run: Recording, image: np.ndarray, subject: int) -> tuple[float, np.ndarray]:
    """Torch's logit of a class, and its gradient at every pixel."""
    pixels = torch.from_numpy(image).requires_grad_()
    logit = run.module()(pixels)[0, subject]
    (gradient,) = torch.autograd.grad(logit, pixels)
    return logit.item(), gradient[0, 0].numpy()


def test_its_maps_are_torchs(opened: Open, sample: Recording) -> None:
    page = opened(f"digit=test:{DIGIT}&why=open", viewport=TALL)
    images, (label,) = sample.digits("test", np.array([DIGIT]))
    logit, gradient = slopes(sample, images, int(label))
    shown = maps(page)
    score = page.locator(".why-score").inner_text()
    assert score.startswith(f"Its score for a {label} is ")
    assert written(score)[-1] == pytest.approx(logit, rel=0.005)
    row, column = np.unravel_index(np.abs(gradient).argmax(), gradient.shape)
    expect(shown["saliency"]).to_have_attribute(
        "aria-label", re.compile(f"strongest at row {row + 1}, column {column + 1};")
    )
    shown["saliency"].focus()
    page.keyboard.press("ArrowLeft")  # to the strongest
    expect(page.locator(".why [aria-live]")).to_contain_text(f"row {row + 1}, column {column + 1}: ")
    value = page.locator('[data-method="saliency"] .why-value').inner_text()
    assert written(value) == [pytest.approx(np.abs(gradient).max(), rel=0.005)]
    black = slopes(sample, np.zeros_like(images), int(label))[0]
    total = page.locator('[data-method="integrated"] .why-says').inner_text()
    _, whole, score, away = written(total)
    assert whole == pytest.approx(logit - black, rel=0.005)
    assert (score, away) == (pytest.approx(logit, rel=0.005), pytest.approx(abs(black), rel=0.01))


def test_a_pixel_is_pointed_at_in_all_maps(opened_served: Open) -> None:
    page = opened_served(f"digit=test:{DIGIT}&why=open", viewport=TALL)
    canvas = maps(page)["occlusion"]
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 4.5 / 28, box["y"] + box["height"] * 9.5 / 28)
    expect(page.locator(".why-mark.there")).to_have_count(5)  # and in the picture
    places = page.locator(".why-mark.there").evaluate_all(
        "marks => marks.map((mark) => [mark.getAttribute('x'), mark.getAttribute('y')])"
    )
    assert places == [["4", "9"]] * 5
    expect(page.locator(".why-here")).to_contain_text("Row 10, column 5: ")
    page.mouse.move(5, 5)
    expect(page.locator(".why-mark.there")).to_have_count(0)


def test_what_is_asked_stands_in_the_address(opened_served: Open) -> None:
    page = opened_served(f"digit=test:{DIGIT}&why=4.9", viewport=TALL)
    before = pixels(maps(page)["saliency"])
    expect(page.locator(".why-score")).to_contain_text(re.compile(r"^It scores a 4 .* (above|below) a 9\.$"))
    subject, rival = page.locator(".why-question select").all()
    assert (subject.input_value(), rival.input_value()) == ("4", "9")
    rival.select_option("")
    expect(page).to_have_url(re.compile(r"why=4(&|$)"))
    expect(page.locator(".why-score")).to_contain_text("Its score for a 4 is ")
    assert not np.array_equal(before, pixels(maps(page)["saliency"]))
    subject.select_option("")
    answer = page.locator(".verdict .said").inner_text()
    expect(page.locator(".why-score")).to_contain_text(f"Its score for a {answer} is ")
    rival.select_option(str((int(answer) + 1) % 10))
    expect(page).to_have_url(re.compile(rf"why={answer}\.{(int(answer) + 1) % 10}(&|$)"))


def test_the_maps_follow_a_drawing_and_the_step(opened_served: Open) -> None:
    page = opened_served(f"digit=test:{DIGIT}&why=0", viewport=TALL)  # whatever it answers
    before = {method: canvas.get_attribute("aria-label") for method, canvas in maps(page).items()}
    draw(page, ZERO)
    for method, canvas in maps(page).items():
        expect(canvas).not_to_have_attribute("aria-label", before[method])
    drawn = {method: canvas.get_attribute("aria-label") for method, canvas in maps(page).items()}
    page.get_by_role("slider", name="Step of the training").press("Home")
    for method, canvas in maps(page).items():
        expect(canvas).not_to_have_attribute("aria-label", drawn[method])
