"""Rows of training digits: their text is what stands in them, one seed makes the same, a network learns."""

import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy import ndimage

from handlens import nets
from handlens.data import Sets
from handlens.module import Network
from handlens.page import sample
from handlens.reading.row_judge import HEIGHT, RowImage, RowJudge
from handlens.runtime import Net

sys.path.append(str(Path(__file__).parents[1] / "tools"))

from rows import bank, compose, learn, pool, wear
from rows.bank import Bank
from rows.compose import Row

LEVELS = np.linspace(120, 255, 11).round().astype(np.uint8)
"""How bright each class is in `flat`."""


@pytest.fixture(scope="module")
def flat() -> Bank:
    """Each digit a box of a brightness of its own, and so is what is none."""
    images = np.zeros((11, 28, 28), np.uint8)
    images[:, 4:24, 7:21] = LEVELS[:, None, None]
    return Bank(images[:10], np.arange(10, dtype=np.uint8), np.arange(10), images[10:])


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts stand apart, without marks or long lines."""
    monkeypatch.setattr(compose, "SPACINGS", (0, 0, 1, 0))
    monkeypatch.setattr(compose, "MARKED", 0)
    monkeypatch.setattr(compose, "EDGED", 0)


def composed(bank: Bank, count: int, seed: int = 0) -> list[Row]:
    made = (compose.compose(np.random.default_rng([seed, place]), bank) for place in range(count))
    return [row for row in made if row is not None]


def same(one: list[Row], other: list[Row]) -> bool:
    return [row.text for row in one] == [row.text for row in other] and all(
        np.array_equal(a.pixels, b.pixels) for a, b in zip(one, other, strict=True)
    )


@pytest.mark.usefixtures("plain")
def test_the_text_names_what_stands_in_the_row_from_left_to_right(flat: Bank) -> None:
    """The oracle: each component's brightness, in the order of their left edges."""
    seen = set()
    for seed in range(60):
        text, ink = compose._written(np.random.default_rng(seed), flat)
        numbered, count = ndimage.label(ink > 0.2)
        levels = [255 * ink[numbered == number].max() for number in range(1, count + 1)]
        lefts = [place[1].start for place in ndimage.find_objects(numbered)]
        names = [int(np.abs(LEVELS - levels[k]).argmin()) for k in np.argsort(lefts)]
        assert tuple(names) == text
        seen |= {*names, -count}
    assert seen == {*range(11), *range(-8, 0)}


@pytest.mark.usefixtures("plain")
def test_a_row_as_the_network_sees_it_holds_its_text(flat: Bank) -> None:
    """The brightest part is 255, the others in proportion; blur may join neighbours in a few rows."""
    whole = 0
    rows = composed(flat, 60)
    for row in rows:
        assert row.pixels.dtype == np.uint8
        assert row.pixels.shape[0] == HEIGHT
        assert row.pixels.shape[1] <= compose.WIDEST
        assert row.pixels.max() == 255
        numbered, count = ndimage.label(row.pixels > 60)
        if count == len(row.text):
            whole += 1
            columns = np.argsort([place[1].start for place in ndimage.find_objects(numbered)])
            levels = np.array([np.percentile(row.pixels[numbered == k + 1], 80) for k in columns])
            expected = LEVELS[list(row.text)].astype(float)
            np.testing.assert_allclose(levels, 255 * expected / expected.max(), atol=8)
    assert whole > 0.7 * len(rows)


def test_the_same_seed_composes_the_same_row_and_another_seed_another(flat: Bank) -> None:
    assert same(composed(flat, 20), composed(flat, 20))
    assert not same(composed(flat, 20)[:5], composed(flat, 20, seed=1)[:5])


def test_a_row_that_comes_out_too_wide_is_left_out(flat: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    all_rows = composed(flat, 40)
    monkeypatch.setattr(compose, "WIDEST", 100)
    kept = composed(flat, 40)
    assert 0 < len(kept) < len(all_rows)
    assert same(kept, [row for row in all_rows if row.pixels.shape[1] <= 100])


def test_parts_that_touch_share_no_more_than_they_may(flat: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compose, "MARKED", 0)
    parts = {}
    for name, spacing in (("touching", (1, 0, 0, 0)), ("apart", (0, 0, 1, 0))):
        monkeypatch.setattr(compose, "SPACINGS", spacing)
        written = [compose._written(np.random.default_rng(seed), flat) for seed in range(40)]
        parts[name] = sum(ndimage.label(ink > 0.2)[1] for _, ink in written)
    assert parts["touching"] < 0.6 * parts["apart"]


def test_digits_are_rewritten_and_keep_their_names(mnist: Sets) -> None:
    """The oracle is a network that knows MNIST: it still names most of them."""
    digits, labels = np.array(mnist.train.images[:100]), np.array(mnist.train.labels[:100])
    made = bank.make(digits, labels, 40, 1, lambda images: np.full((len(images), 10), 0.1))
    assert len(made.digits) == len(made.labels) == bank.COPIES * 100
    assert made.things.shape == (40, 28, 28)
    for copy in np.split(made.digits, bank.COPIES):
        assert not (copy == digits).all(axis=(1, 2)).any()
    pens = made.digits[made.by_pen].mean(axis=(1, 2))
    assert (np.diff(pens) >= 0).all()
    logits = sample.recording().net()(made.digits[:, None].astype(np.float32) / 255)
    assert (logits.argmax(axis=1) == made.labels).mean() > 0.8


def test_rows_are_read_as_they_were_written(flat: Bank, tmp_path: Path) -> None:
    rows = composed(flat, 12)
    pool.save(tmp_path / "rows.npz", rows)
    back = pool.load(tmp_path / "rows.npz")
    assert same(rows, back)
    assert {row.pixels.dtype for row in back} == {np.dtype(np.uint8)}
    assert {type(name) for row in back for name in row.text} == {int}


@pytest.mark.slow
def test_any_number_of_processes_makes_the_same_rows(flat: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "_CHUNK", 5)
    for processes in (1, 2):
        monkeypatch.setattr(pool, "cpu_count", lambda count=processes: count)
        assert same(pool.composed(flat, 12, seed=3), composed(flat, 12, seed=3))


def worn(images: torch.Tensor, seed: int) -> torch.Tensor:
    return wear.worn(images, torch.Generator().manual_seed(seed))


@pytest.fixture(scope="module")
def images(flat: Bank) -> torch.Tensor:
    return learn._batch(composed(flat, 100), [(4, 4)] * 100).images


def test_worn_rows_are_rows_still_the_same_for_the_same_seed(images: torch.Tensor) -> None:
    once = worn(images, 1)
    assert once.shape == images.shape
    assert once.dtype == torch.float32
    assert once.min() >= 0
    assert once.max() <= 1
    assert torch.equal(once, worn(images, 1))
    assert not torch.equal(once, worn(images, 2))
    assert not (once == images).all(dim=(1, 2, 3)).any()


@pytest.mark.parametrize("kind", [*wear.PENS, *wear.CAMERAS], ids=lambda kind: kind.wear.__name__)
def test_each_kind_of_wear_changes_rows_and_keeps_their_range(images: torch.Tensor, kind: wear.Kind) -> None:
    numbers = torch.rand((len(images), kind.numbers), generator=torch.Generator().manual_seed(0))
    changed = kind.wear(images, numbers)
    assert changed.shape == images.shape
    assert changed.min() >= 0
    assert changed.max() <= 1
    assert (changed != images).flatten(1).any(dim=1).float().mean() > 0.9


B = learn.BLANK


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ([B, B], ()),
        ([3, 3, 3], (3,)),
        ([3, B, 3], (3, 3)),
        ([B, 1, 1, 2, B, B, 2, 10, B], (1, 2, 2, 10)),
    ],
)
def test_repetitions_are_one_then_blanks_go(answer: list[int], text: tuple[int, ...]) -> None:
    assert learn._collapsed(answer) == text


def test_a_batch_answers_where_the_row_judge_does(flat: Bank) -> None:
    """Rows of a batch are continued by paper; that changes none of the answers that count."""
    network = Network(nets.rows(), seed=1).eval()
    rows = composed(flat, 5)
    batch = learn._batch(rows, [(0, 0)] * 5)
    with torch.no_grad():
        answers = learn._answers(network, batch.images)
    judge = RowJudge(Net(network.graph, network.weights(), threads=1))
    for place, row in enumerate(rows):
        expected = judge(RowImage(row.pixels.astype(np.float32) / 255, 1.0))
        assert len(expected) == batch.places[place]
        found = answers[: len(expected), place].numpy()
        np.testing.assert_allclose(found, expected, atol=1e-3)
    assert batch.text.tolist() == [name for row in rows for name in row.text]
    assert batch.lengths.tolist() == [len(row.text) for row in rows]


def test_every_batch_has_other_rows_of_about_one_width(flat: Bank) -> None:
    rows = [Row(np.full((HEIGHT, 20 + place), 9, np.uint8), (place % 10,)) for place in range(200)]
    batches = learn._batches(np.random.default_rng(0), rows)
    for batch in (next(batches) for _ in range(10)):
        assert len(batch.images) == learn.BATCH
        assert batch.places.max() - batch.places.min() <= (learn.BATCH + 16 + 2 * learn.MARGIN) / 2 + 1


def test_too_few_rows_are_refused(flat: Bank, tmp_path: Path) -> None:
    rows = composed(flat, 10) * 20
    few = rows[: 2 * learn.BATCH - 1]
    with pytest.raises(ValueError, match="127 rows are too few to learn from; expected 128 or more"):
        learn.learn(few, rows[:20], tmp_path / "run", steps=1)
    assert not (tmp_path / "run").exists()


@pytest.mark.slow
def test_some_steps_on_easy_rows_lower_the_loss_and_are_recorded(
    flat: Bank, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compose, "COUNTS", (0.5, 0.5))
    rows = composed(flat, 150)
    run = learn.learn(rows[:130], rows[130:], tmp_path / "run", steps=30)
    assert run.verify() == []
    _, losses = run.losses
    assert len(losses) == 30
    assert losses[-5:].mean() < 0.5 * losses[:5].mean()
    (evaluation,) = run.evaluations
    assert evaluation.n == len(rows) - 130
    assert evaluation.set == "rows"
    assert RowJudge.of(run)(RowImage(rows[0].pixels.astype(np.float32) / 255, 1.0)).shape[1] == 12
