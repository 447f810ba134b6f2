"""Strokes that some hands add."""

import numpy as np
import pytest
import torch

from handlens.engine.chance import NUMBERS, Chance
from handlens.engine.habits import habits, stroke_of


def one(n: int = 200) -> torch.Tensor:
    """Upright strokes on a canvas, columns 20 … 23, rows 8 … 35."""
    images = torch.zeros(n, 1, 44, 44)
    images[:, :, 8:36, 20:24] = 1
    return images


def drawn(n: int = 200) -> Chance:
    return Chance(torch.rand((n, NUMBERS), generator=torch.Generator().manual_seed(0)))


@pytest.mark.parametrize(("label", "share"), [(1, 0.6), (7, 0.3), (0, 0.04), (4, 0.0), (10, 0.0)])
def test_each_digit_has_its_share(label: int, share: float) -> None:
    labels = torch.full((200,), label)
    changed = (habits(one(), labels, drawn()) != one()).flatten(1).any(1)
    assert float(changed.float().mean()) == pytest.approx(share, abs=0.1 if share else 0.0)
    assert bool(changed.any()) == bool(share)


def test_a_flag_goes_down_to_the_left_from_the_top_and_a_foot_lies_at_the_bottom() -> None:
    added = habits(one(1000), torch.full((1000,), 1), drawn(1000)) - one(1000)
    rows, columns = added[:, 0].sum(2), added[:, 0].sum(1)
    left, right = columns[:, :20].sum(1), columns[:, 24:].sum(1)
    flags = (rows[:, 8:22].sum(1) > 3) & (left > 3 * right)
    feet = rows[:, 33:39].sum(1) > 3
    assert 0.35 < float(flags.float().mean()) < 0.55
    assert 0.12 < float(feet.float().mean()) < 0.4
    assert rows[:, 24:31].abs().max() == 0  # nothing in between


def test_a_bar_crosses_the_stem_of_a_seven() -> None:
    seven = torch.zeros(200, 1, 44, 44)
    seven[:, :, 8:11, 8:30] = 1
    seven[:, :, 8:36, 27:30] = 1
    added = (habits(seven, torch.full((200,), 7), drawn()) - seven)[:, 0]
    barred = added[added.flatten(1).any(1)]
    places = torch.arange(44).float() + 0.5
    mass = barred.sum((1, 2))
    columns, rows = (barred.sum(1) @ places) / mass, (barred.sum(2) @ places) / mass
    assert ((columns - 28.5).abs() < 2).all()
    assert ((rows > 16) & (rows < 30)).all()


def test_a_bent_stroke_lies_off_the_straight_line_in_its_middle_alone() -> None:
    straight = [torch.tensor([value]) for value in (22.0, 22.0, 0.0, 10.0, 1.0)]
    (bent,) = stroke_of(*straight, size=44, bend=torch.tensor([0.3]))
    rows = (torch.arange(44) + 0.5) @ bent / bent.sum(0)
    assert float(rows[21:23].mean()) == pytest.approx(22 + 0.3 * 20, abs=0.2)
    assert float(rows[12]) == pytest.approx(float(rows[31]), abs=0.1) == pytest.approx(22.0, abs=1.5)


def test_flags_are_bent_either_way() -> None:
    flags = (habits(one(), torch.full((200,), 1), drawn()) - one())[:, 0, :30, :20]
    places = torch.arange(20) + 0.5
    rows = (flags * (torch.arange(30) + 0.5)[None, :, None]).sum(1) / flags.sum(1)
    bends = []
    for flag, row in zip(flags, rows, strict=True):
        long = flag.sum(0) > 1.5
        if int(long.sum()) >= 6:
            bends.append(float(np.polyfit(places[long], row[long], 2)[0]))
    assert min(bends) < -0.01
    assert max(bends) > 0.01


def test_a_stroke_has_its_length_and_width() -> None:
    (stroke,) = stroke_of(*(torch.tensor([value]) for value in (22.0, 22.0, 0.0, 8.0, 1.5)), 44)
    along, across = stroke.sum(1), stroke.sum(0)
    assert float(across[22]) == pytest.approx(3.0, abs=0.1)
    assert float(stroke[21:23].amax(0).sum()) == pytest.approx(16 + 3, abs=0.6)
    assert along.argmax() in (21, 22)
    (slanted,) = stroke_of(*(torch.tensor([value]) for value in (22.0, 22.0, np.pi / 4, 8.0, 1.5)), 44)
    assert float(slanted.sum()) == pytest.approx(float(stroke.sum()), rel=0.05)
    assert slanted[25, 25] > 0.9  # from the right downwards
    assert slanted[18, 26] == 0
