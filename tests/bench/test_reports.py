"""What a report holds, and how its numbers are shown."""

import json
from pathlib import Path

import pytest

from handlens.bench import machine, reports
from handlens.errors import HandlensError


def test_a_report_opens_with_when_where_and_what(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    found = reports.opening("handlens bench speed", "torch", "no-such-package")
    assert found["command"] == "handlens bench speed"
    assert set(found["versions"]) == {"python", "handlens", "torch"}
    assert found["hardware"]["cores"] >= 1
    assert found["environment"]["OMP_NUM_THREADS"] == "3"
    assert found["load_average_before"] is None or found["load_average_before"] >= 0


def test_a_machine_that_counts_no_load_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("os.getloadavg", raising=False)
    assert machine.load_average() is None


def test_a_report_is_written_into_a_new_folder(tmp_path: Path) -> None:
    reports.write({"n": 1}, tmp_path / "bench" / "speed.json")
    assert json.loads((tmp_path / "bench" / "speed.json").read_text()) == {"n": 1}


@pytest.mark.parametrize(
    ("given", "shown"),
    [((1234.567,), "1,234.57"), ((0.5, 0, " %"), "0 %"), ((None,), "–"), ((2, 1, "×"), "2.0×")],
)
def test_a_cell(given: tuple[float | None], shown: str) -> None:
    assert reports.cell(*given) == shown


def test_a_median_is_the_middle_one() -> None:
    assert reports.median([3.0, 1.0, 2.00004]) == 2.0
    assert reports.median([1.0, 2.0]) == 1.5


def test_a_report_is_read_back_and_what_is_none_is_named(tmp_path: Path) -> None:
    assert reports.read(tmp_path / "none.json") is None
    reports.write({"mean": 0.5}, tmp_path / "a.json")
    assert reports.read(tmp_path / "a.json") == {"mean": 0.5}
    (tmp_path / "b.json").write_text("{")
    with pytest.raises(HandlensError, match=r"b\.json: is no report \(.*\); move it away"):
        reports.read(tmp_path / "b.json")
