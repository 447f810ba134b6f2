"""The report: whole, self-contained, honest, for every kind of recording; the films in it."""

import json
import logging
import re
import shutil
import sys
from base64 import b64decode
from io import BytesIO
from pathlib import Path

import av
import pytest
from markup import Page, check_closed
from PIL import Image

from handlens.errors import MissingLibrary, RecordingError
from handlens.page.resources import Resources
from handlens.recording import Recording
from handlens.reporting import report
from handlens.reporting.filming import films_of
from handlens.reporting.sections import sections


def read(path: Path) -> Page:
    return Page(path.read_text("utf-8"))


def style_of(page: Page) -> str:
    """The report's own style sheet."""
    style = page.texts("style")[-1]
    assert style.startswith(".report {")
    return style


@pytest.fixture
def shorter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports of the last two sections alone: a fifth of the time."""
    monkeypatch.setattr("handlens.reporting.drawn.sections", lambda run: sections(run)[-2:])


@pytest.fixture(scope="module")
def page(small: Recording) -> Page:
    """The small training's report, without films."""
    return read(report(small, films=False))


PAGES = ["page", pytest.param("filmed", marks=pytest.mark.slow)]


@pytest.fixture(scope="module")
def filmed(foreign: Recording, brief_dreams: None) -> Page:
    """The foreign recording's report, films included."""
    return read(report(foreign))


@pytest.mark.parametrize("name", PAGES)
def test_the_page_needs_nothing_else(name: str, request: pytest.FixtureRequest) -> None:
    check_closed(request.getfixturevalue(name))


def test_it_holds_the_recording(small: Recording, page: Page) -> None:
    said = json.loads(page.resources["run.json"])
    assert said["accuracy"] == small.accuracy
    assert said["frames"] == list(small.steps)
    assert page.resources["frames/6.safetensors"] == Resources(small).read("frames/6.safetensors")


@pytest.mark.parametrize("name", PAGES)
def test_pictures_have_words_and_ids_are_unique(name: str, request: pytest.FixtureRequest) -> None:
    page: Page = request.getfixturevalue(name)
    images = [image for image in page.all("img") if "alt" in image]
    assert len(images) > 15
    assert all(len(image["alt"]) > 20 for image in images)
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {link["href"][1:] for link in page.all("a")} <= set(ids)


def test_its_styles_reach_nothing_else(page: Page) -> None:
    style = style_of(page)
    rules = re.findall(r"([^{}]+)\{[^{}]*\}", re.sub(r"@media[^{]*\{", "", style))
    selectors = [one.strip() for rule in rules for one in re.sub(r"\([^()]*\)", "", rule).split(",")]
    assert len(selectors) > 40
    assert {one.split()[0] for one in selectors} == {".report"}


def test_the_pages_styles_dont_know_its_classes(page: Page) -> None:
    begin = next(n for n, (_, attributes) in enumerate(page.elements) if attributes.get("id") == "report")
    end = next(n for n, (tag, _) in enumerate(page.elements) if tag == "footer")
    inside = [attributes for _, attributes in page.elements[begin + 1 : end]]
    used = {name for attributes in inside for name in attributes.get("class", "").split()}
    assert {"report-plate", "report-left-out", "report-number"} <= used
    assert not [name for name in used if f".{name}" in page.texts("style")[0]]


def test_its_section_is_the_last(page: Page) -> None:
    sections = [attributes for tag, attributes in page.elements if tag == "section"]
    report = next(place for place, one in enumerate(sections) if one.get("id") == "report")
    assert all(one["id"].startswith("report") for one in sections[report:])
    assert not any(one.get("id", "").startswith("report") for one in sections[:report])


def test_pictures_are_those_beside_the_page(small: Recording, page: Page) -> None:
    assert {path.name for path in (small.folder / "figures").glob("*.svg")} == {
        "curves.svg",
        "gradients.svg",
        "per-class.svg",
    }
    embedded = {b64decode(image["src"].partition(",")[2]) for image in page.all("img")}
    assert (small.folder / "figures" / "curves.svg").read_bytes() in embedded
    shown = [Image.open(BytesIO(content)) for content in embedded if content.startswith(b"RIFF")]
    assert len(shown) > 20
    pixels = {picture.convert("RGB").tobytes() for picture in shown}
    for name in ("kernels-conv1.png", "matrix.png", "maps-1-relu2.png", "flattened-2.png"):
        assert Image.open(small.folder / "figures" / name).convert("RGB").tobytes() in pixels


def test_a_small_square_picture_isnt_moved_sideways(page: Page) -> None:
    narrow = [image["alt"] for image in page.all("img") if image.get("class") == "report-narrow"]
    assert any(alt.startswith("One of them, large.") for alt in narrow)
    assert not any(
        alt.startswith(("Loss and accuracy", "The first ones", "No. 1, through")) for alt in narrow
    )
    assert ".report-plate img:not(.report-narrow) { min-width: 31rem; }" in style_of(page)


def test_it_says_what_how_and_how_well(small: Recording, page: Page) -> None:
    assert "A network of 28,938 numbers, 6 steps of training" in page.text
    assert "conv2 convolution 5×5 32×14×14 12,832 2,508,800" in page.text
    assert "It learnt from 600 digits" in page.text
    assert "5,000 other digits of the training file were scored" in page.text
    assert f"{100 * small.accuracy:.2f} %" in page.text
    assert "Scored once, after the last step: the test set chose nothing." in page.text
    assert small.header.versions["torch"] in page.text
    for author in ("Joseph Santarcangelo", "Michelle Carey", "Mavis Zhou", "cognitiveclass.ai", "Chang Wang"):
        assert author in page.text


@pytest.mark.slow
def test_a_foreign_report_leaves_out_what_it_lacks_and_says_so(filmed: Page) -> None:
    assert "“Gradients and updates” is left out: no gradients were recorded" in filmed.text
    assert "“Prepared” is left out: digits are prepared as 1x28x28" in filmed.text
    assert "Somebody's own PyTorch loop made 9 updates" in filmed.text
    assert "right on 60 samples" in filmed.text
    assert "the recording doesn't know" in filmed.text


@pytest.mark.slow
def test_the_films_are_in_it(foreign: Recording, filmed: Page) -> None:
    videos = filmed.all("video")
    assert [(video["width"], video["height"]) for video in videos] == [("384", "432")] * 2
    for video in videos:
        still = Image.open(BytesIO(b64decode(video["poster"].partition(",")[2])))
        assert still.size == (384, 432)
        with av.open(BytesIO(b64decode(video["src"].partition(",")[2]))) as small:
            assert (small.streams.video[0].width, small.streams.video[0].height) == (384, 432)
    assert len((foreign.folder / "report.html").read_bytes()) < 10_000_000
    assert "distances between groups, sizes of groups and directions mean nothing" in filmed.text
    with Image.open(foreign.folder / "figures" / "tsne.gif") as film:
        assert (film.size, film.n_frames) == ((640, 720), len(foreign.steps))


@pytest.mark.slow
def test_an_interrupted_training_says_so_first(interrupted: Recording, tmp_path: Path, shorter: None) -> None:
    page = read(report(interrupted, out=tmp_path / "elsewhere" / "page.html", films=False))
    assert (tmp_path / "elsewhere" / "figures" / "confusion.png").exists()
    assert page.text.index("The training is interrupted") < page.text.index("The network")
    assert "This is the last score of the training, at step 6." in page.text
    assert "test set of" not in page.text
    assert not any("test" in image["alt"] for image in page.all("img"))


def test_a_name_from_outside_stays_text(foreign: Recording, tmp_path: Path, shorter: None) -> None:
    folder = shutil.copytree(foreign.folder, tmp_path / "<script>alert(1)<")
    page = read(report(folder, out=tmp_path, films=False))
    check_closed(page)
    assert page.text.count("<script>alert(1)<: how a network learnt to read") == 2


def test_progress_grows_to_the_end(foreign: Recording, tmp_path: Path, shorter: None) -> None:
    told: list[tuple[str, float]] = []
    report(foreign, out=tmp_path, progress=lambda what, share: told.append((what, share)))
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert told[-1] == ("done", 1.0)


def test_without_open_tsne_the_linear_view_goes_on(
    interrupted: Recording, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "openTSNE", None)
    with caplog.at_level(logging.WARNING, "handlens"):
        made = films_of(interrupted, tmp_path)
    assert made.keys() == {"softmax"}
    assert {"softmax.gif", "softmax.png"} <= set(made["softmax"].files)
    assert re.search("t-SNE needs openTSNE.*Going on with the linear view alone", caplog.text)


@pytest.mark.slow
def test_the_still_is_the_films_last_frame(foreign: Recording, filmed: Page) -> None:
    folder = foreign.folder / "figures"
    still, stream = Image.open(folder / "softmax.png").convert("RGB"), BytesIO()
    with Image.open(folder / "softmax.gif") as film:
        film.seek(film.n_frames - 1)
        film.convert("RGB").save(stream, "PNG")
    assert still.tobytes() == Image.open(stream).tobytes()


def test_without_jinja_it_says_what_to_type(foreign: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(MissingLibrary, match=r"A report needs jinja2.*handlens\[train\]"):
        report(foreign)


def test_a_place_that_cant_be_written_is_named(foreign: Recording, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RecordingError, match=r"file.figures: can't be made: .*Choose another out"):
        report(foreign, out=tmp_path / "file")
