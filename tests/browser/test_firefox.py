"""The page in an installed Firefox: it opens with every room, scrubs, draws, chooses and trains."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser.hands import SEVEN
from browser.marionette import Firefox, installed
from browser.trained import trained
from serving import serving

from handlens.recording import Recording
from handlens.serve import Live

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(installed() is None, reason="the page is not tested in Firefox: it isn't installed"),
]

LEARNER = (sys.executable, str(Path(__file__).parents[1] / "learning.py"))
ROOMS = "&filters=open&embedding=open&mistakes=open&why=open&train=open"
TALL = (1440, 5500)
SHOWN = [
    ".filters-best:not(.waiting) [role=option] canvas",
    ".embedding-layout:not([hidden]) .embedding-count:not(:empty)",
    ".mistakes-layout:not([hidden]) [role=option] canvas",
    ".why-maps canvas",
    ".strip:not(.filling)",
]
HAS = "document.querySelector(arguments[0]) !== null"


@pytest.fixture(scope="module")
def firefox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    program = installed()
    assert program is not None
    firefox = Firefox(program, tmp_path_factory.mktemp("firefox"))
    yield firefox
    firefox.close()


def test_every_room_stands_and_follows(home: str, firefox: Firefox) -> None:
    firefox.open(f"{home}#{ROOMS}", *TALL)
    for shown in SHOWN:
        firefox.wait(HAS, shown)
    steps = "document.querySelector('.embedding-count').textContent"
    before = firefox.run(f"return {steps};")
    firefox.drag(".track", [(0.9, 0.5), (0.5, 0.5), (0.3, 0.5)])
    firefox.wait(f"{steps} !== arguments[0]", before)
    firefox.drag(".track", [(0.3, 0.5), (0.7, 0.5), (0.999, 0.5)])
    firefox.wait(f"{steps} === arguments[0]", before)
    firefox.drag("#input canvas.pad", SEVEN[0])
    firefox.wait("location.hash.includes('ink=')")
    firefox.wait("document.querySelector('.verdict .said').textContent === '7'")
    firefox.run("document.querySelector('#room-mistakes [role=option]').click();")
    firefox.wait("location.hash.includes('digit=')")
    assert firefox.problems(home) == []


def test_a_training_is_begun_and_compared(firefox: Firefox, tmp_path: Path) -> None:
    first: Recording = trained(tmp_path / "first", range(1, 4))
    with serving(first, live=Live(tmp_path, command=LEARNER)) as address:
        firefox.open(f"{address}/#train=open", *TALL)
        firefox.wait("/updates/.test(document.querySelector('.train-plan')?.textContent)")
        firefox.run("document.querySelector('.train-go button').click();")
        firefox.wait("/^default-001/.test(document.title)")
        firefox.run("location.hash += '&compare=first';")
        firefox.wait(HAS, ".compare-body:not([hidden]) table")
        assert firefox.problems(address) == []
