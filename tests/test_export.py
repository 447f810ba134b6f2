"""Export: the page as one file, with its figures where they can be drawn."""

import logging
import re
import sys
from pathlib import Path

import numpy as np
import pytest
from markup import Page, check_closed
from small import drawn, header

from handlens.errors import LessonError, LookError, RecordingError
from handlens.export import export
from handlens.page.bundle import bundle
from handlens.recording import Recording, Writer, load
from handlens.recording.files import pack, sha256
from handlens.recording.schema import Data, Result
from handlens.reporting.rooms import Recorded

LESSON = "# Why?\n\n</script><script>alert(1)</script>\n\n- [Look](#step=1): <img src=x onerror=alert(1)>"


@pytest.fixture
def run(tmp_path: Path) -> Recording:
    """Two frames of drawn weights, thirty samples."""
    images = np.random.default_rng(0).random((30, 1, 28, 28), np.float32)
    samples = pack({"inputs": images, "labels": np.arange(30) % 10})
    named = Data(name="mine", samples=sha256(samples))
    writer = Writer.create(tmp_path / "mine", header(data=named), drawn(0), None, samples)
    writer.frame(1, drawn(1))
    writer.close(Result(step=1, seconds=1.0, images=1))
    return load(tmp_path / "mine")


def test_the_page_alone(run: Recording, tmp_path: Path) -> None:
    told: list[tuple[str, float]] = []
    page = export(run, figures=False, progress=lambda what, share: told.append((what, share)))
    assert page == run.folder / "mine.html"
    assert page.read_text("utf-8") == bundle(run, rooms=Recorded(run))
    assert told[-1] == ("done", 1.0)
    assert not (run.folder / "figures").exists()


def test_a_lesson_goes_into_the_page_as_text(run: Recording, tmp_path: Path) -> None:
    file = tmp_path / "mine.md"
    file.write_text(LESSON, "utf-8")
    page = export(run, out=tmp_path / "a.html", figures=False, lesson=file).read_text("utf-8")
    assert 'data-key="lesson.json"' in page
    assert "alert(1)" not in page  # it is packed
    check_closed(Page(page))
    (run.folder / "lesson.md").write_text(LESSON, "utf-8")
    assert export(run, out=tmp_path / "b.html", figures=False).read_text("utf-8") == page


def test_an_earlier_page_is_replaced_and_nothing_else(
    run: Recording, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "a.html"
    for _ in range(2):
        assert export(run, out=page, figures=False) == page
    monkeypatch.setattr("handlens.export.illustrated", lambda *wishes: pytest.fail("it draws"))
    page.write_text("my thesis")
    with pytest.raises(RecordingError, match=r"a\.html: is there already, and handlens didn't write it"):
        export(run, out=page)
    assert page.read_text() == "my thesis"
    own = run.folder / "mine.html"
    own.write_text("notes of mine")
    with pytest.raises(RecordingError, match=r"mine\.html: is there already"):
        export(run)


def test_a_wrong_lesson_is_told_before_anything_is_drawn(
    run: Recording, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handlens.export.illustrated", lambda *wishes: pytest.fail("it draws"))
    (tmp_path / "l.md").write_text("# Why?\n- [Look](elsewhere)", "utf-8")
    with pytest.raises(LessonError, match=r"l\.md, line 2: 'elsewhere' is no moment of this page"):
        export(run, out=tmp_path / "a.html", lesson=tmp_path / "l.md")
    assert not (tmp_path / "a.html").exists()
    with pytest.raises(LessonError, match=r"none\.md: the lesson can't be read: No such file"):
        export(run, lesson=str(tmp_path / "none.md"))


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("#step=99999", "'step=99999': this training has the steps 0 to 1"),
        ("#digit=nosuch:3", "'digit=nosuch:3': there is no set 'nosuch'; there are samples"),
        ("#digit=samples:30", "'digit=samples:30': the set samples has the items 0 to 29"),
        ("#unit=nolayer:3", "'unit=nolayer:3': no node 'nolayer'; the graph has "),
        ("#unit=logits:99", "'unit=logits:99': logits has the numbers 0 to 9"),
        ("#compare=nobody", "'compare=nobody': a file holds one recording and has no room Compare"),
        ("#step=1&cellar=open", "'cellar=open' says nothing to the page; it knows run, step"),
    ],
)
def test_a_lesson_that_asks_for_what_isnt_there(
    run: Recording, tmp_path: Path, address: str, message: str
) -> None:
    (run.folder / "lesson.md").write_text(f"# Why?\n- [a](#run=lab&step=9)\n- [b]({address})", "utf-8")
    with pytest.raises(LessonError, match=re.escape(f"lesson.md, line 3: {message}")):
        export(run, out=tmp_path / "a.html", figures=False)
    assert not (tmp_path / "a.html").exists()


def test_a_page_elsewhere_replaces_an_earlier_one(run: Recording, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    for _ in range(2):
        assert export(str(run.folder), "html", page, figures=False) == page
        check_closed(Page(page.read_text("utf-8")))


def test_with_figures_nothing_is_left_beside_it(
    run: Recording, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handlens.reporting.page.pictures", lambda run, folder, tell: [])
    monkeypatch.setattr("handlens.reporting.page.films", lambda run, folder, tell: ([], "none here"))
    (tmp_path / "out").mkdir()
    (tmp_path / "l.md").write_text(LESSON, "utf-8")
    html = export(run, out=tmp_path / "out" / "a.html", lesson=tmp_path / "l.md").read_text("utf-8")
    assert 'data-key="lesson.json"' in html
    text = Page(html).text
    assert "mine: how a network learnt to read" in text
    assert "none here" in text
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a.html"]


@pytest.mark.parametrize("library", ["matplotlib", "jinja2"])
def test_without_the_extra_the_figures_are_left_out(
    run: Recording, library: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name in [
        name
        for name in sys.modules
        if name.startswith(
            ("handlens.insight.figures", "handlens.reporting.outer", "handlens.reporting.inner")
        )
    ]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, library, None)
    with caplog.at_level(logging.WARNING, "handlens"):
        page = export(run)
    assert page.read_text("utf-8") == bundle(run, rooms=Recorded(run))
    assert f"needs {library}, which isn't installed" in caplog.text
    assert "The page goes without figures and films." in caplog.text


def test_another_format_is_refused(run: Recording) -> None:
    with pytest.raises(LookError, match="can't be exported to 'pdf'; give to='html'"):
        export(run, "pdf")


def test_a_place_that_cant_be_written_is_named_before_anything_is_drawn(
    run: Recording, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handlens.reporting.page.pictures", lambda run, folder, tell: pytest.fail("drawn"))
    with pytest.raises(RecordingError, match=r"nowhere.a.html: can't be written"):
        export(run, out=tmp_path / "nowhere" / "a.html")
    with pytest.raises(RecordingError, match=r": is a folder; name a file in it, such as .*page\.html"):
        export(run, out=tmp_path)
