"""kill -9 at random moments, fifty times: never an unreadable recording, and always the same end.

`handlens bench kills` is the same with every recipe, and more often.
"""

import random
import sys

import pytest

from handlens.bench.kills import measured

KILLS = 48
RECIPES = ("default", "lab", "tiny", "accurate", "no-shuffling", "shuffled-labels")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 and fork are POSIX")
def test_a_kill_at_any_moment() -> None:
    report = measured(KILLS, random.randrange(10**6), RECIPES)
    assert report["kills"] == KILLS
    assert report["before"] < KILLS / 4
    wrong = {key: report[key] for key in ("unreadable", "different") if report[key]}
    assert not wrong, f"with seed {report['seed']}: {wrong}"
