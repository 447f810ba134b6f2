"""The list of breakages is about the code as it stands; what tools/break_it.py says of them is so."""

import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools"))
import break_it
from breakages import BREAKAGES, Breakage

ROOT = Path(__file__).resolve().parents[1]
EACH = [each for some in BREAKAGES.values() for each in some]


def test_each_text_stands_in_its_file_once() -> None:
    assert break_it.misplaced(ROOT) == []


def test_a_text_that_is_gone_or_stands_twice_is_told(tmp_path: Path) -> None:
    (tmp_path / "src" / "handlens").mkdir(parents=True)
    first, second = (
        next(each for each in EACH if each.file == name) for name in ("tasks.py", "pyproject.toml")
    )
    (tmp_path / second.file).write_text(second.old * 2)
    told = break_it.misplaced(tmp_path)
    assert f"{first.file}: {first.about}: its text stands there 0 times; expected once" in told
    assert f"{second.file}: {second.about}: its text stands there 2 times; expected once" in told


@pytest.mark.parametrize("each", EACH, ids=lambda each: each.about)
def test_each_changes_something_and_names_a_test_that_is_there(each: Breakage) -> None:
    assert each.old != each.new
    file, _, name = each.test.partition("::")
    assert f"def {name.partition('[')[0]}(" in (ROOT / "tests" / file).read_text(encoding="utf-8")


def test_there_are_enough_and_each_is_another() -> None:
    assert len(EACH) >= 30
    assert len({(each.file, each.old, each.new) for each in EACH}) == len(EACH)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A project of one module and its tests."""
    (tmp_path / "src" / "handlens").mkdir(parents=True)
    (tmp_path / "src" / "handlens" / "__init__.py").touch()
    (tmp_path / "src" / "handlens" / "sums.py").write_text("def add(a, b):\n    return a + b\n")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_sums.py").write_text(
        "from handlens.sums import add\n\n\ndef test_two():\n    assert add(2, 3) == 5\n"
    )
    return tmp_path


def adding(new: str) -> Breakage:
    return Breakage("sums are wrong", "sums.py", "a + b", new, "test_sums.py::test_two")


@pytest.mark.parametrize(
    ("new", "caught"),
    [
        ("a - b", "`test_sums.py` `test_two`"),
        ("b + a", "**nothing**"),
        ("a +", "**nothing: pytest ended with 4**"),
        ("sum(iter(int, 1))", "**nothing: it hangs**"),
    ],
)
def test_what_is_caught_and_what_is_not(
    tree: Path, new: str, caught: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_it.install(tree)
    monkeypatch.setattr(break_it, "SECONDS", 3 if "iter" in new else 60)
    outcome = break_it.broken(tree, adding(new))
    assert (outcome.caught, outcome.ok) == (caught, new == "a - b")
    assert "return a + b" in (tree / "src" / "handlens" / "sums.py").read_text()


@pytest.fixture
def judged(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its code is what is copied; its test is done by eye."""

    def ran(copy: Path, tests: list[str]) -> tuple[int, float, str]:
        assert tests == [adding("").test]
        text = (copy / "src" / "handlens" / "sums.py").read_text()
        right = "a + b" in text or "b + a" in text
        return (0 if right else break_it.FAILED), 0.6, ""

    monkeypatch.setattr(break_it, "ROOT", tree)
    monkeypatch.setattr(break_it, "copy", lambda to: shutil.copytree(tree, to, dirs_exist_ok=True))
    monkeypatch.setattr(break_it, "install", lambda to: None)
    monkeypatch.setattr(break_it, "ran", ran)


@pytest.mark.parametrize(
    ("news", "words", "status", "end"),
    [
        (["a - b", "a * b"], [], 0, "2 of 2 caught"),
        (["a - b", "b + a"], [], 1, "1 of 2 caught"),
        (["a - b", "b + a"], ["a - b"], 0, "1 of 1 caught"),
    ],
)
@pytest.mark.usefixtures("judged")
def test_one_that_is_not_caught_is_a_failure(
    news: list[str],
    words: list[str],
    status: int,
    end: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(break_it, "BREAKAGES", {"Sums": list(map(adding, news))})
    assert break_it.main(words) == status
    told = capsys.readouterr().out
    assert told.startswith("| Sums | sums are wrong | `sums.py` | `test_sums.py` `test_two` | 1 |\n")
    assert told.endswith(f"\n{end}\n")


@pytest.mark.usefixtures("judged")
def test_nothing_is_broken_where_a_text_is_gone_or_the_tests_fail_anyway(
    tree: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sums = tree / "src" / "handlens" / "sums.py"
    monkeypatch.setattr(break_it, "BREAKAGES", {"Sums": [adding("a - b")]})
    sums.write_text("")
    assert break_it.main([]) == 1
    monkeypatch.setattr(break_it, "BREAKAGES", {"Sums": [adding("a - b")._replace(old="return")]})
    sums.write_text("def add(a, b):\n    return a * b\n")
    assert break_it.main([]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.split("\n\n") == [
        "sums.py: sums are wrong: its text stands there 0 times; expected once",
        "the tests fail as the code stands\n",
    ]


def test_the_copy_is_what_lies_here_without_what_git_ignores(tmp_path: Path) -> None:
    break_it.copy(tmp_path)
    name = "src/handlens/untrusted.py"
    assert (tmp_path / name).read_bytes() == (ROOT / name).read_bytes()
    assert not (tmp_path / ".venv").exists()
