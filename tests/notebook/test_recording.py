"""The recording that a notebook shows: its card, and the page on request."""

import re
import subprocess
import sys
import xml.etree.ElementTree as ET  # what is read here was drawn here
from base64 import b64decode
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import pytest
from PIL import Image
from serving import recorded
from small import SMALL, drawn, header

import handlens
from handlens import recording
from handlens.graph import Builder
from handlens.notebook import frame
from handlens.notebook.recording import Recording, load
from handlens.recording import Writer
from handlens.recording.schema import EvaluationLine, StepLine


@pytest.fixture
def run(tmp_path: Path) -> Recording:
    recorded(tmp_path / "<b>first")
    return load(tmp_path / "<b>first")


def words(html: str) -> str:
    return " ".join(" ".join(ET.fromstring(html).itertext()).split())


def picture(html: str) -> np.ndarray:
    source = ET.fromstring(html).find(".//img").attrib["src"]
    with Image.open(BytesIO(b64decode(source.removeprefix("data:image/png;base64,")))) as image:
        return np.asarray(image.convert("RGB"))


def written(folder: Path, graph: Any = SMALL, **lines: list[Any]) -> Recording:
    writer = Writer.create(folder, header(graph=graph), drawn(0, graph), None, None)
    writer.log(*lines.get("lines", []))
    writer.release()
    return load(folder)


# -- the card ------------------------------------------------------------------------------------------


def test_the_door_gives_recordings_with_a_face(run: Recording) -> None:
    assert handlens.Recording is Recording
    assert isinstance(handlens.load(run.folder), Recording)
    assert isinstance(run, recording.Recording)


def test_ipython_shows_the_card(run: Recording) -> None:
    from IPython.core.formatters import HTMLFormatter

    assert HTMLFormatter()(run) == run._repr_html_()


def test_the_card_says_what_it_is_and_what_to_type(run: Recording) -> None:
    text = words(run._repr_html_())
    assert text.startswith("<b>first , a recording of handlens")
    assert "90.00% right on test; interrupted at step 2; 3 frames." in text
    assert "type .view() after the recording’s name" in text
    assert f"handlens view '{run.folder}' in a terminal" in text


def test_the_card_runs_nothing_and_loads_nothing(run: Recording) -> None:
    html = run._repr_html_()
    assert not re.search(r"<script|<iframe|\son\w+=|https?://|javascript:", html)


def test_the_card_draws_loss_and_accuracy(run: Recording) -> None:
    losses, accuracies = ET.fromstring(run._repr_html_()).findall(".//polyline")
    assert len(losses.attrib["points"].split()) == 2
    assert len(accuracies.attrib["points"].split()) == 1


def test_the_card_stays_small_however_long_the_training(tmp_path: Path) -> None:
    lines: list[Any] = [
        StepLine(step=step, seconds=1.0, loss=float("nan") if step % 7 == 0 else 2.5 / step, lr=0.1)
        for step in range(1, 5000)
    ]
    lines += [
        EvaluationLine(step=step, set="test", n=10, loss=0.1, accuracy=0.9, seconds=1.0)
        for step in range(1, 5000)
    ]
    html = written(tmp_path / "run", lines=lines)._repr_html_()
    assert len(html.encode()) < 30_000
    assert "nan" not in html


def test_the_kernels_are_red_where_they_add_and_blue_where_they_take_away(run: Recording) -> None:
    kernels = run.weights()["conv1.weight"][:, 0]
    image = picture(run._repr_html_()).astype(int)
    for (kernel, row, column), value in np.ndenumerate(kernels):
        red, green, blue = image[6 * row + 3, 24 * kernel + 6 * column + 3]
        assert (red > blue) == (value > 0)
        assert abs((255 - green) / (231 if value > 0 else 153) - abs(value) / np.abs(kernels).max()) < 0.01
    assert (image[:, 18:24] == 255).all(), "a line between the two"


def test_weights_that_are_no_numbers_are_yellow(tmp_path: Path) -> None:
    weights = drawn(0)
    weights["conv1.weight"][0, 0, 0, 0] = np.nan
    Writer.create(tmp_path / "run", header(), weights, None, None).release()
    html = load(tmp_path / "run")._repr_html_()
    assert picture(html)[3, 3].tolist() == [255, 213, 0]
    assert "Not scored; interrupted at step 0; 1 frames." in words(html)


def test_a_network_without_kernels_has_a_card_without_them(tmp_path: Path) -> None:
    net = Builder((1, 4, 4))
    logits = net.add("logits", "linear", net.add("flat", "flatten", net.input), features=3)
    assert "<img" not in written(tmp_path / "run", net.graph(logits, ("a", "b", "c")))._repr_html_()


def test_a_damaged_frame_is_said_on_the_card(run: Recording) -> None:
    (run.folder / "frames" / "00000002.safetensors").unlink()
    assert "00000002.safetensors" in words(run._repr_html_())


# -- the page ------------------------------------------------------------------------------------------


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that were opened in the browser, and "stayed" where a script went on living."""
    told: list[str] = []
    monkeypatch.setattr(frame, "show", told.append)
    monkeypatch.setattr(frame, "_stay", lambda: told.append("stayed"))
    return told


def test_in_a_notebook_the_page_stands_in_a_frame(
    run: Recording, shown: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frame, "in_notebook", lambda: True)
    page = run.view(height=500)
    inner = ET.fromstring(page._repr_html_())
    assert (inner.tag, inner.attrib["height"], inner.attrib["width"]) == ("iframe", "500", "100%")
    address, _, state = inner.attrib["src"].partition("#")
    assert state == "run=b-first"
    answer = httpx2.get(address)
    assert "<title>handlens</title>" in answer.text
    assert "frame-ancestors" not in answer.headers["content-security-policy"]
    assert shown == []


@pytest.mark.parametrize(("prompt", "then"), [(True, []), (False, ["stayed"])])
def test_elsewhere_the_browser_opens_and_a_script_stays(
    run: Recording, shown: list[str], monkeypatch: pytest.MonkeyPatch, prompt: bool, then: list[str]
) -> None:
    monkeypatch.setattr(frame, "at_prompt", lambda: prompt)
    page = run.view()
    assert shown == [repr(page), *then]


def test_one_server_shows_all_recordings_of_a_process(
    run: Recording, shown: list[str], tmp_path: Path
) -> None:
    first, second = run.view(), load(recorded(tmp_path / "second").folder).view()
    assert repr(run.view()) == repr(first)
    address, _, state = repr(second).partition("#")
    assert (repr(first).partition("#")[0], state) == (address, "run=second")
    assert {"b-first", "second"} <= {card["id"] for card in httpx2.get(f"{address}runs.json").json()}


def test_card_and_page_load_no_torch(run: Recording) -> None:
    code = f"""
import sys
import handlens as hl
sys.ps1 = ""
run = hl.load({str(run.folder)!r})
run._repr_html_()
print(run.view())
print(sorted({{name.partition(".")[0] for name in sys.modules}} & {{"torch", "matplotlib", "scipy", "av"}}))
"""
    screens = {"DISPLAY": "", "WAYLAND_DISPLAY": "", "BROWSER": "true"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", env=screens)
    assert (done.stdout.splitlines()[1:], done.stderr) == (["[]"], "")
