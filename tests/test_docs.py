"""docs/recording.md says what the code does: every field, every operation; its snippet reads a recording."""

import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import BaseModel
from small import drawn, header, record_steps, state

from handlens.graph import Graph, Input, Node
from handlens.graph.ops import OPS, Op
from handlens.recipes import Change, Recipe
from handlens.recording import Writer, frames, schema

PAGE = (Path(__file__).parents[1] / "docs" / "recording.md").read_text(encoding="utf-8")

MODELS = {
    "The header, `recording.json`": schema.Header,
    "`data`": schema.Data,
    "`origin`": schema.Origin,
    "`result`": schema.Result,
    "`result.test`": schema.Score,
    "`recipe`": Recipe,
    "One of `changes`": Change,
    "`graph`": Graph,
    "`graph.input`": Input,
    "`graph.nodes`": Node,
    "`step`: an update was made": schema.StepLine,
    "`evaluation`: a set was scored": schema.EvaluationLine,
    "`frame`: the weights were kept": schema.FrameLine,
    "`dropped`: frames were removed to make room": schema.DroppedLine,
    "`change`: a setting was changed during the training": schema.ChangeLine,
    "`resume`: the training went on from a saved state": schema.ResumeLine,
    "`note`: something worth telling": schema.NoteLine,
}


def section(heading: str) -> str:
    """What stands under a heading, up to the next one."""
    found = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#|\Z)", PAGE, re.DOTALL | re.MULTILINE)
    assert found, f"docs/recording.md has no section {heading!r}"
    return found[1]


def rows(text: str) -> list[list[str]]:
    """The cells of a table's rows, without its head."""
    lines = [line for line in text.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines]


def names(text: str) -> list[str]:
    """What stands in backticks."""
    return re.findall(r"`([^`]+)`", text)


@pytest.mark.parametrize("heading", MODELS)
def test_every_field_is_documented_and_every_documented_field_is_there(heading: str) -> None:
    assert [names(field) for field, *_ in rows(section(heading))] == [
        [field] for field in MODELS[heading].model_fields
    ]


def test_every_model_of_the_schema_has_its_section() -> None:
    written = {
        model
        for model in vars(schema).values()
        if isinstance(model, type) and issubclass(model, BaseModel) and not model.__name__.startswith("_")
    } - {BaseModel}
    assert written - set(MODELS.values()) == set()


def test_every_operation_is_documented_with_its_attributes_and_weights() -> None:
    documented = {
        names(operation)[0]: (
            set(names(attributes.partition(" (")[0])),
            set(re.findall(r"\(?`\w+`\)?", weights)),
        )
        for operation, attributes, weights in rows(section("Operations"))
    }
    assert documented == {name: (set(op.attrs), roles(op)) for name, op in OPS.items()}


def roles(op: Op) -> set[str]:
    """An operation's weights as the page writes them: in brackets where they may be left out."""
    needed = op.weights((1, 8, 8), {"channels": 1, "groups": 1, "kernel": (1, 1), "features": 1})
    return {f"(`{role}`)" if role in op.optional else f"`{role}`" for role in needed}


def test_the_rule_of_frames_is_the_codes() -> None:
    rule = inspect.getsource(frames.keeps).rpartition("return ")[2].strip().replace("step", "s")
    assert f"\n    {rule}\n" in section("Frames")
    written = re.findall(r"(\d+)(?: frames)? for ([\d,]+)", section("Frames"))
    assert len(written) == 2
    for count, last in ((int(count), int(last.replace(",", ""))) for count, last in written):
        assert sum(frames.keeps(step) or step == last for step in range(last + 1)) == count


def test_the_snippet_reads_a_recording_without_handlens(tmp_path: Path) -> None:
    snippet = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert snippet
    assert len(snippet[1].splitlines()) <= 20
    writer = Writer.create(tmp_path / "runs" / "first", header(), drawn(0), state(0), None)
    record_steps(writer, range(1, 4))
    writer.remove(writer.thin(3))
    writer.release()
    script = snippet[1] + 'import sys\nassert "handlens" not in sys.modules\n'
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    expected = [f"{name} float32 {value.shape}" for name, value in sorted(drawn(3).items())]
    assert sorted(done.stdout.splitlines()) == expected
