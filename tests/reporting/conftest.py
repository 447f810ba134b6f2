"""Two small recordings: a training of ours, and somebody's own loop over coloured images."""

import shutil
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from handlens.engine import record, train
from handlens.recording import Recording, load
from handlens.recording.folder import header_bytes, read_header

CLASSES = ["cat", "truck", "aeroplane"]


class Residual(nn.Module):
    """Batch norm, a residual sum, a mean over places: 3 x 12 x 10 in, three classes out."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.norm = nn.Conv2d(3, 6, 3, padding=1), nn.BatchNorm2d(6)
        self.second, self.last = nn.Conv2d(6, 6, 3, padding=1), nn.Linear(6, 3)

    def forward(self, x: Tensor) -> Tensor:
        x = torch.relu(self.norm(self.first(x)))
        return self.last(torch.relu(self.second(x) + x).mean((2, 3)))


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """The default recipe on 600 digits: six steps."""
    return train("default", out=tmp_path_factory.mktemp("runs") / "small", limit=600, epochs=1, threads=1)


@pytest.fixture(scope="session")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """Nine steps of a loop of one's own, 60 samples."""
    generator = torch.Generator().manual_seed(0)
    images, labels = torch.randn(60, 3, 12, 10, generator=generator), torch.arange(60) % 3
    torch.manual_seed(0)
    model = Residual()
    optimiser = torch.optim.SGD(model.parameters(), lr=0.1)
    out = tmp_path_factory.mktemp("runs") / "foreign"
    with record(model, out, samples=(images, labels), classes=CLASSES) as recorder:
        for _ in range(9):
            loss = nn.functional.cross_entropy(model(images), labels)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            recorder.step(loss=loss)
    return load(out)


@pytest.fixture
def interrupted(small: Recording, tmp_path: Path) -> Recording:
    """The small training as if it had been killed before its end."""
    folder = tmp_path / "interrupted"
    shutil.copytree(small.folder, folder)
    header = read_header(folder).model_copy(update={"status": "running", "result": None})
    (folder / "recording.json").write_bytes(header_bytes(header))
    return load(folder)
