"""What others wrote is never run: a checkpoint that would is refused before it does anything."""

import pickle
from pathlib import Path

import pytest
import torch
from trust.watching import watched

from handlens.engine import import_weights
from handlens.errors import GraphError


class Runs:
    """Unpickled, it makes a file."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, ...]:
        return open, (str(self.mark), "w")


@pytest.mark.parametrize("way", ["torch", "pickle"])
def test_a_checkpoint_runs_no_code(way: str, tmp_path: Path) -> None:
    file, mark = tmp_path / "model.pt", tmp_path / "mark"
    content = {"conv1.weight": Runs(mark)}
    if way == "torch":
        torch.save(content, file)
    else:
        file.write_bytes(pickle.dumps(content))
    with watched(tmp_path) as done, pytest.raises(GraphError, match="since it could run code"):
        import_weights(file, tmp_path / "run")
    assert done == []
    assert not mark.exists()
    assert not (tmp_path / "run").exists()
    pickle.loads(pickle.dumps(Runs(mark))).close()
    assert mark.exists(), "it would have"
