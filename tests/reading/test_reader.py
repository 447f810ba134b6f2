import subprocess
import sys
import threading
from dataclasses import replace

import cv2
import numpy as np
import pytest
from material.pasted import pasted
from written import HEIGHT, on_paper, page, row

from handlens.errors import InkError
from handlens.page import sample
from handlens.reading import lines
from handlens.reading import reader as reading_by
from handlens.reading.frame import Box
from handlens.reading.ink import ink
from handlens.reading.reader import SMALL, STROKES, Reader
from handlens.reading.result import Digit, Line, Reading
from handlens.reading.rows import in_corner, outgrows, runs_out
from handlens.reading.trust import LOW


@pytest.fixture(scope="module")
def reader() -> Reader:
    """By the recording that ships for looking at: ten classes, none for what is no digit."""
    return Reader(sample.recording())


@pytest.fixture(scope="module")
def plain(mnist, reader) -> dict[str, np.ndarray]:
    """For each value, a digit that the network is sure of, and that nobody would part."""
    images, labels = mnist.validation.images[:1000], mnist.validation.labels[:1000]
    sure = reader.judge(images.astype(np.float32) / 255)
    return {str(value): images[np.where(labels == value, sure[:, value], 0).argmax()] for value in range(10)}


def written(plain, text: str, gap: int = 12) -> np.ndarray:
    return row([plain[value] for value in text], gap)


def test_mnist_is_read_as_it_is(mnist, reader):
    images, labels = mnist.validation.images[2000:2200], mnist.validation.labels[2000:2200]
    readings = [reader.read(image) for image in images]
    assert {reading.mode for reading in readings} == {"digit"}
    right = [reading.text == str(label) for reading, label in zip(readings, labels, strict=True)]
    refused = [bool(reading.rejected) for reading in readings]
    assert np.mean(np.array(right) | refused) > 0.98
    assert np.mean(refused) < 0.15


@pytest.mark.parametrize("turned", [False, True])
def test_a_row(plain, reader, turned):
    paper = on_paper(page([written(plain, "2741905")]))
    reading = reader.read(255 - paper if turned else paper)
    assert (reading.text, reading.mode) == ("2741905", "row")
    assert reading.size == paper.shape
    tops, lefts, bottoms, _ = np.array([digit.box for digit in reading.digits]).T
    assert (np.diff(lefts) > 0).all()
    assert (np.abs(bottoms - 80) <= 3).all()
    assert (np.abs(bottoms - tops - HEIGHT) <= 5).all()
    assert reading.lines[0].box[1] == lefts[0]


@pytest.mark.parametrize("margin", [0, 1, 4, 10])
@pytest.mark.parametrize("text", ["7712123", "90210", "2741", "1471"])
def test_a_row_that_was_cut_out_close(plain, reader, text, margin):
    """Ones and stems as high as the picture are no rules, and at its ends no edges of the paper."""
    ink = page([written(plain, text)], margin=60)
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    close = ink[rows[0] - margin : rows[-1] + 1 + margin, columns[0] - margin : columns[-1] + 1 + margin]
    assert reader.read(on_paper(np.kron(close, np.ones((3, 3), np.float32)))).text == text


def test_a_page_from_top_to_bottom(plain, reader):
    reading = reader.read(on_paper(page([written(plain, text) for text in ("301", "2846", "57")])))
    assert (reading.text, reading.mode) == ("301\n2846\n57", "page")


def test_digits_that_touch(plain, reader):
    ink = page([np.hstack([written(plain, "05")[:, :-1], written(plain, "3")])])
    assert reader.read(on_paper(ink), expect="ddd").text == "053"


def test_beside_another_network_rows_are_read_by_its_candidates_alone(reader):
    assert reader.along is None
    assert Reader().along is not None


@pytest.mark.parametrize("touching", [False, True])
def test_a_row_as_a_whole_is_read_better_than_by_its_candidates(mnist, monkeypatch, touching):
    """Rows of four digits, pasted beside each other, or until they share ink."""
    rng = np.random.default_rng(0)
    images, labels = mnist.validation.images, mnist.validation.labels
    rows = [
        (pasted(rng, list(images[chosen]), touching), "".join(map(str, labels[chosen])))
        for chosen in rng.integers(0, len(images), (30, 4))
    ]
    shipped = Reader()
    whole = [shipped.read(picture).text.replace(" ", "") == text for picture, text in rows]
    monkeypatch.setattr(shipped, "along", None)
    by_candidates = [shipped.read(picture).text.replace(" ", "") == text for picture, text in rows]
    assert np.mean(whole) >= (0.7 if touching else 0.9)
    assert sum(whole) >= sum(by_candidates) + (3 if touching else 0)


def test_along_a_row_as_many_digits_are_named_as_were_found(plain):
    reading = Reader().read(on_paper(page([written(plain, "27419")])))
    assert reading.text == "27419"
    for digit in reading.digits:
        assert sum(digit.probabilities.values()) == pytest.approx(1)
        assert digit.confidence == digit.probabilities[digit.value] > 0.9


def test_boxes_are_in_the_pictures_own_pixels(plain, reader):
    ink = page([written(plain, "274")])
    large = np.kron(on_paper(ink), np.ones((9, 9), np.uint8))
    assert max(large.shape) > 1600
    small, found = reader.read(on_paper(ink)), reader.read(large)
    assert found.text == small.text == "274"
    for one, other in zip(found.digits, small.digits, strict=True):
        np.testing.assert_allclose(np.array(one.box), 9 * np.array(other.box), atol=2 * 9)


def test_a_mark_leaves_a_gap(plain, reader):
    ink = page([written(plain, "1250", 20)])
    left = reader.read(on_paper(ink)).digits[2].box.left
    ink[40 + HEIGHT - 7 : 40 + HEIGHT, left - 13 : left - 7] = 1
    reading = reader.read(on_paper(ink))
    assert reading.text == "12 50"
    ((kind, box),) = [(mark.kind, mark.box) for mark in reading.marks]
    assert kind == "dot"
    np.testing.assert_allclose(box, (73, left - 13, 80, left - 7), atol=2)


def slashed(plain, text: str) -> np.ndarray:
    """Paper with digits and strokes that lean as much as slashes do, and are hardly taller than a digit."""
    stroke = np.zeros((HEIGHT + 3, 28), np.float32)
    cv2.line(stroke, (25, 1), (2, HEIGHT + 1), 1.0, 3, cv2.LINE_AA)
    parts = [
        stroke if sign == "/" else np.vstack([np.zeros((3, ink.shape[1])), ink])
        for sign in text
        for ink in [written(plain, sign.replace("/", "1"))]
    ]
    return on_paper(page([np.hstack([np.pad(part, ((0, 0), (0, 14))) for part in parts])]))


def test_a_stroke_that_may_be_a_slash_is_one_in_a_date(plain, reader):
    date = reader.read(slashed(plain, "23/5/2046"))
    assert date.text == "23 5 2046"
    assert [mark.kind for mark in date.marks] == ["slash", "slash"]
    assert reader.read(slashed(plain, "23/5/046")).text == "23151046"


def test_a_bar_that_runs_out_of_the_picture_is_no_one(reader):
    paper = np.full((400, 400), 230, np.uint8)
    paper[150:250, 197:203] = 30
    assert reader.read(paper).text == "1"
    for part in (paper[150:], paper[:250]):
        reading = reader.read(part)
        assert reading.text == ""
        assert "runs out of the picture" in reading.rejected[0].reason


@pytest.mark.parametrize("side", [300, 600])
def test_what_runs_out_of_a_photograph_by_itself_is_an_edge_and_a_digit_may_be_cut_out(plain, reader, side):
    paper = np.full((side, side), 230, np.uint8)
    seven = 230 - 200 * written(plain, "7")
    paper[: len(seven), 100 : 100 + seven.shape[1]] = seven
    reading = reader.read(paper, mode="row")
    assert reading.text == ("7" if side == 300 else "")
    if side == 600:
        assert "may be 7, but it runs out of the picture" in reading.rejected[0].reason


def test_a_digit_that_runs_out_of_a_photograph_is_not_believed_for_what_else_stands_there(plain, hash_sign):
    paper = np.full((600, 600), 230, np.uint8)
    between = np.zeros((HEIGHT, 16), np.float32)
    both = 230 - 200 * np.hstack([written(plain, "7"), between, hash_sign])
    for top, text in ((100, "7"), (0, "")):
        seen = paper.copy()
        seen[top : top + HEIGHT, 100 : 100 + both.shape[1]] = both
        assert Reader("reader").read(seen).text == text


def test_a_star_is_no_pair_of_eights():
    tips = [(200 + 120 * np.sin(turn), 200 - 120 * np.cos(turn)) for turn in 4 * np.pi / 5 * np.arange(5)]
    paper = np.full((400, 400), 230, np.uint8)
    cv2.polylines(paper, [np.round(tips).astype(np.int32)], True, 40, 9, cv2.LINE_AA)
    assert Reader("reader").read(paper).text == ""


def apart(*parts: np.ndarray) -> np.ndarray:
    """On paper, side by side."""
    gap = np.zeros((HEIGHT, 16), np.float32)
    return on_paper(page([np.hstack([piece for part in parts for piece in (part, gap)])]))


def test_a_spiral_is_no_nought(reader):
    turn = np.linspace(0, 2 * np.pi, 400)
    curve = 250 + (175 * turn / turn[-1])[:, None] * np.stack([np.cos(3 * turn), np.sin(3 * turn)], axis=1)
    picture = np.full((500, 500), 235, np.uint8)
    cv2.polylines(picture, [np.round(16 * curve).astype(np.int32)], False, 60, 2, cv2.LINE_AA, 4)
    read = reader.read(picture)
    assert read.text == ""
    assert read.rejected


@pytest.fixture
def hash_sign() -> np.ndarray:
    """No digit."""
    ink = np.zeros((HEIGHT, HEIGHT), np.float32)
    for place in (10, 28):
        cv2.line(ink, (place, 0), (place, HEIGHT), 1.0, 3)
        cv2.line(ink, (0, place), (HEIGHT, place), 1.0, 3)
    return ink


def test_where_ink_is_no_stronger_than_grain_most_must_be_digits(plain, hash_sign, monkeypatch):
    shipped = Reader("reader")

    def readings(*parts: np.ndarray) -> list[Reading]:
        """On clean paper, and on paper whose grain is a fifth as strong as the ink."""
        paper = apart(*parts)
        found = []
        for noise in (0.01, 0.2):
            monkeypatch.setattr(
                reading_by, "find_ink", lambda picture, noise=noise: replace(ink(picture), noise=noise)
            )
            found.append(shipped.read(paper))
        return found

    digits = written(plain, "74")
    assert [(reading.text, reading.notes) for reading in readings(digits)] == [("74", ())] * 2
    clean, grainy = readings(digits, hash_sign, hash_sign, hash_sign)
    assert clean.text == "74"
    assert "is no digit: is the picture turned" in clean.notes[0]
    assert (grainy.text, grainy.rejected) == ("", ())
    assert "hardly stronger than its grain" in grainy.notes[0]


def test_a_reading_is_as_sure_as_its_digits_and_as_that_none_was_missed():
    def line(complete: float, *confidences: float) -> Line:
        box = Box(0, 0, 1, 1)
        digits = [Digit("7", p, {"7": p}, box, np.zeros((28, 28), np.float32)) for p in confidences]
        return Line(tuple(digits), (), "7" * len(digits), box, complete)

    reading = Reading((line(0.5, 0.9, 0.8), line(1.0, 0.7)), (), (9, 9), "page")
    assert reading.confidence == pytest.approx(0.5 * 0.9 * 0.8 * 0.7)
    assert [each["complete"] for each in reading.to_json()["lines"]] == [0.5, 1.0]


def test_ones_among_much_that_is_no_digit_are_strokes(plain, hash_sign):
    shipped = Reader("reader")

    stroke, seven = (
        shipped.read(apart(written(plain, digit), hash_sign, hash_sign, hash_sign)) for digit in "17"
    )
    assert (stroke.text, seven.text) == ("", "7")
    assert stroke.notes == (STROKES,)
    assert stroke.rejected[-1].guess[0] == "1"
    (note,) = shipped.read(apart(hash_sign, hash_sign, hash_sign)).notes
    assert "is no digit: is the picture turned" in note, "where nothing looks like a one"


def test_of_nothing_there_is_no_confidence(reader):
    assert reader.read(np.full((100, 100), 230, np.uint8)).confidence == 0


@pytest.mark.parametrize(
    ("box", "out"),
    [
        (Box(0, 10, 50, 14), True),
        (Box(50, 0, 100, 4), True),
        (Box(60, 10, 100, 14), True),
        (Box(10, 190, 50, 200), True),
        (Box(1, 1, 99, 199), False),
        (Box(0, 10, 90, 14), False),  # cut out without a margin
    ],
)
def test_what_runs_out_of_a_picture(box: Box, out: bool):
    assert runs_out(box, [], (100, 200)) == out


@pytest.mark.parametrize(("tall", "out"), [(60, True), (85, False)])
def test_a_bar_as_tall_as_the_picture_is_its_edge_where_nothing_else_in_its_row_is(tall: int, out: bool):
    other = Box(10, 50, 10 + tall, 80)
    assert runs_out(Box(0, 190, 100, 196), [other, Box(90, 82, 96, 88)], (100, 200)) == out


@pytest.mark.parametrize(
    ("right", "size", "out"),
    [(240, (500, 600), True), (400, (500, 600), False), (90, (300, 300), True), (90, (200, 200), False)],
)
def test_in_a_large_picture_what_was_cut_out_without_a_margin_fills_its_width_too(right, size, out):
    assert runs_out(Box(0, 30, size[0], right), [], size) == out


def test_a_smooth_change_of_colour_is_no_one(reader):
    across = np.linspace(0, 1, 323)[None, :, None]
    colours = (1 - across) * np.array([75, 15, 175]) + across * np.array([130, 240, 0])
    assert not reader.read(np.rint(colours.repeat(323, axis=0)).astype(np.uint8)).digits


def test_the_desk_in_a_corner_of_the_picture_is_no_seven():
    picture = np.full((310, 340), 60, np.uint8)
    cv2.fillPoly(picture, [np.array([(0, 0), (318, 34), (306, 310), (0, 310)])], 220)
    reading = Reader("reader").read(cv2.GaussianBlur(picture, (0, 0), 1.5))
    assert reading.text == ""
    assert reading.rejected[0].reason == "it may be 7, but it runs out of the picture, as edges do"


def test_what_lies_along_one_side_may_be_a_digit_that_was_cut_out():
    ink = np.zeros((100, 80), np.float32)
    ink[:9], ink[9:, 30:40] = 1, 1
    box = Box(0, 0, 100, 80)
    assert not in_corner(ink, box)
    ink[30:, -9:] = 1
    assert in_corner(ink, box)
    assert not in_corner(ink, Box(0, 0, 100, 70)), "of the box alone"


@pytest.mark.parametrize(("tall", "edge"), [(100, False), (120, False), (140, True)])
def test_an_edge_is_taller_than_the_digits_of_its_row(tall: int, edge: bool):
    others = [Box(0, 20, 100, 60), Box(90, 70, 96, 76)]
    assert outgrows(Box(0, 0, tall, 8), others) == edge
    assert not outgrows(Box(0, 0, tall, 8), [])


def test_a_long_bar_at_the_picture_s_edge_is_no_one_among_digits(plain, reader):
    ink = page([written(plain, "2741")])
    left = np.flatnonzero(ink.any(axis=0))[0]
    paper = on_paper(ink[:, left - 30 :])
    paper[10:-10, :4] = 20
    assert reader.read(paper).text == "2741"


def test_among_digits_a_one_may_run_out_of_the_picture(plain, reader):
    ink = page([written(plain, "12741")])
    left = np.flatnonzero(ink.any(axis=0))[0]
    assert reader.read(on_paper(ink[:, left:])).text == "12741"


def test_much_paper_is_a_gap_and_little_is_none(plain, reader):
    for gap, text in [(HEIGHT // 2, "7272"), (3 * HEIGHT, "72 72")]:
        ink = np.hstack([written(plain, "72"), np.zeros((HEIGHT, gap), np.float32), written(plain, "72")])
        assert reader.read(on_paper(page([ink])), mode="row").text == text


def test_one_large_digit_is_one_digit(plain, reader):
    for value in "0123456789":
        ink = page([np.kron(written(plain, value), np.ones((4, 4), np.float32))])
        reading = reader.read(on_paper(ink), mode="digit")
        assert (reading.text, reading.mode) == (value, "digit")
        assert len(reading.digits) == 1


def test_a_small_picture_of_one_digit_is_a_digit_and_a_wide_one_is_a_row(plain, reader):
    assert reader.read(plain["3"]).mode == "digit"
    wide = np.pad(np.hstack([plain["3"], plain["7"]]), ((0, 0), (4, 4)))
    assert wide.shape[0] <= SMALL
    reading = reader.read(wide)
    assert (reading.mode, reading.text) == ("row", "37")


def test_a_pattern_counts_digits_however_doubtful(mnist, reader):
    odd = [image for image in mnist.validation.images if reader.read(image).rejected][:3]
    ink = on_paper(page([row(odd)]))
    assert reader.read(ink).rejected
    expected = reader.read(ink, expect="ddd")
    assert len(expected.digits) == 3
    assert not expected.rejected


def test_what_counts_by_the_pattern_alone_is_told(plain):
    shipped = Reader("reader")
    paper = on_paper(page([written(plain, "274", gap=20)]))
    assert shipped.read(paper, expect="ddd").notes == ()
    letter = np.full((200, 200), 235, np.uint8)
    points = np.array([(50, 150), (60, 50), (100, 110), (140, 50), (150, 150)])
    cv2.polylines(letter, [points], False, 60, 6, cv2.LINE_AA)
    assert shipped.read(letter).text == ""
    forced = shipped.read(letter, expect="d")
    (digit,), (note,) = forced.digits, forced.notes
    assert digit.confidence < LOW
    assert note.startswith(f"guessed by 'd': {digit.value} ({digit.confidence:.0%});")


def test_a_one_that_may_be_a_slash_is_less_sure():
    sure = []
    for lean in (0, 14):
        ink = np.zeros((120, 300), np.uint8)
        for digit, left in zip("869", (10, 110, 190), strict=True):
            cv2.putText(ink, digit, (left, 90), cv2.FONT_HERSHEY_SIMPLEX, 2.6, 255, 7)
        cv2.line(ink, (85 + lean // 2, 34), (85 - lean // 2, 90), 255, 7, cv2.LINE_AA)
        reading = Reader("reader").read(on_paper((ink / 255).astype(np.float32)))
        assert reading.text == "8169"
        assert min(digit.confidence for digit in reading.digits) > 0.98
        sure.append(reading.confidence)
    assert sure[1] < 0.9 < sure[0]


def test_a_pattern_of_fewer_digits_joins_and_skips_none(plain):
    shipped = Reader("reader")
    paper = on_paper(page([written(plain, "27419", gap=3)]))
    assert shipped.read(paper, expect="ddddd").text == "27419"
    reading = shipped.read(paper, expect="ddd")
    assert reading.text == "27419"
    assert any("doesn't fit 'ddd'" in note for note in reading.notes)


def test_a_pattern_that_can_t_be_met_is_told(plain, reader):
    reading = reader.read(on_paper(page([written(plain, "274")])), expect="dddddddddddd-d")
    assert reading.text == "274"
    assert reading.notes == (
        "what is written doesn't fit 'dddddddddddd-d'; this is the reading without the pattern",
    )


def test_a_pattern_without_digits_is_refused(reader):
    with pytest.raises(InkError, match="expects no digit"):
        reader.read(np.zeros((28, 28), np.uint8), expect="--")


@pytest.mark.parametrize("mode", [None, "digit", "row", "page"])
@pytest.mark.parametrize("side", [28, 300])
@pytest.mark.parametrize("gray", [0, 200, 255])
def test_a_blank_picture_is_no_error(reader, mode, side, gray):
    reading = reader.read(np.full((side, side), gray, np.uint8), mode)
    assert reading.lines == reading.rejected == ()
    assert len(reading.notes) == 1
    assert reading.notes[0].startswith("no ink found")
    assert reading.text == ""


WRONG = """
import numpy as np
from handlens.errors import InkError
from handlens.reading.reader import Reader
blank = np.zeros((28, 28), np.uint8)
for image, options in [([1, 2], {}), (None, {}), (blank, {"mode": "rows"}), (blank, {"expect": 5})]:
    try:
        Reader().read(image, **options)
    except InkError as error:
        print(error)
"""


def test_wrong_arguments_are_told():
    """In a process of its own: here types are checked before the reader can say anything."""
    said = subprocess.run([sys.executable, "-c", WRONG], capture_output=True, text=True, check=True).stdout
    a_list, nothing, mode, pattern = said.splitlines()
    assert a_list.startswith("a list is no picture; expected a path")
    assert nothing.startswith("a NoneType is no picture")
    assert mode == "no mode 'rows'; expected digit, row, page, or None to find out"
    assert pattern.startswith("the pattern 5 expects no digit")


def test_what_can_t_be_decoded_is_an_error(reader):
    with pytest.raises(InkError):
        reader.read(b"no picture")


def test_too_many_strokes_are_told(reader, monkeypatch):
    monkeypatch.setattr(lines, "MOST", 50)
    texture = np.full((400, 400), 255, np.uint8)
    for top in range(10, 390, 20):
        for left in range(10, 390, 10):
            texture[top : top + 12, left : left + 3] = 0
    reading = reader.read(texture)
    assert any("left out" in note for note in reading.notes)


@pytest.mark.parametrize(("limit", "most"), [("MOST_LOOKS", 3), ("MOST_LINES", 1)])
def test_no_further_line_is_read_after_too_many(plain, reader, monkeypatch, limit, most):
    monkeypatch.setattr(reading_by, limit, most)
    reading = reader.read(on_paper(page([written(plain, text) for text in ("301", "2846", "57")])))
    assert reading.text == "301"
    assert reading.notes == ("2 lines were not read: there is more ink than on a page",)


@pytest.mark.parametrize(
    ("share", "zoom", "most", "told"),
    [
        (0.5, 1, 0, "no ink found: what is darker than the paper is as small and as faint as its grain"),
        (0.01, 4, reading_by.MOST_FRUITLESS, "of the 30 before them hardly a piece is a digit"),
    ],
)
def test_of_noise_no_more_lines_are_read_than_show_that_it_is_noise(
    share, zoom, most, told, reader, monkeypatch
):
    read, lines_read = reading_by.read_row, []
    monkeypatch.setattr(reading_by, "read_row", lambda *given: lines_read.append(1) or read(*given))
    side = 1600 // zoom
    noise = np.where(np.random.default_rng(0).random((side, side)) < share, 0, 255).astype(np.uint8)
    notes = reader.read(np.kron(noise, np.ones((zoom, zoom), np.uint8))).notes
    assert len(lines_read) == most
    assert sum(told in note for note in notes) == 1


def test_the_same_from_several_threads(plain, reader):
    pictures = [on_paper(page([written(plain, text)])) for text in ("274", "190", "5", "8362")]
    alone = [reader.read(picture).to_json() for picture in pictures]
    found: dict[int, list[dict]] = {}

    def work(thread: int) -> None:
        found[thread] = [reader.read(picture).to_json() for picture in pictures]

    threads = [threading.Thread(target=work, args=(index,)) for index in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert list(found.values()) == [alone] * 4


@pytest.mark.parametrize(("apart", "whole"), [(24, True), (40, False)])
def test_specks_far_apart_are_not_read_as_one_row(apart, whole, monkeypatch):
    """Forty strokes over eighty of their heights: of a page of such lines each took seconds."""
    ask, asked = reading_by.RowJudge.__call__, []
    monkeypatch.setattr(reading_by.RowJudge, "__call__", lambda *given: asked.append(1) or ask(*given))
    paper = np.full((80, 40 * apart + 60), 255, np.uint8)
    for left in range(30, 30 + 40 * apart, apart):
        paper[20:40, left : left + 4] = 0
    Reader().read(paper)
    assert bool(asked) == whole


def test_what_was_read_prints_without_its_pixels(reader):
    picture = np.zeros((28, 28), np.uint8)
    picture[4:24, 13:16] = 255
    ((digit,),) = (line.digits for line in reader.read(picture).lines)
    assert "value='1'" in repr(digit)
    assert "pixels" not in repr(digit)
