"""Recordings that are unlike the one that ships."""

import shutil
from pathlib import Path

import numpy as np
import torch
from networks import Residual
from small import SMALL, drawn, header

from handlens.engine import record
from handlens.recording import Recording, Writer, load
from handlens.recording.files import pack, sha256
from handlens.recording.schema import Data, EvaluationLine, NoteLine, Result, StepLine

COLOURS = ("red", "green", "blue", "cyan", "magenta", "yellow", "black", "white", "gray", "brown")


def foreign(folder: Path) -> Recording:
    """Somebody's own loop: a residual network on colour pictures of 32x32, with samples of its own."""
    torch.manual_seed(0)
    model = Residual(3).train()
    images = torch.rand(12, 3, 32, 32)
    labels = torch.arange(12) % 10
    optimiser = torch.optim.SGD(model.parameters(), lr=0.05)
    with record(model, folder, samples=(images, labels), classes=COLOURS) as rec:
        for _ in range(3):
            loss = torch.nn.functional.cross_entropy(model(images), labels)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            rec.step(loss)
    return load(folder)


def written(folder: Path, last: int, failure: str | None = None, broken_from: int | None = None) -> Recording:
    """A small recording with a frame a step; from a step on its weights may be no numbers."""
    rng = np.random.default_rng(3)
    samples = {"inputs": rng.random((6, 1, 28, 28), np.float32), "labels": np.arange(6) % 3}
    content = pack({**samples, "labels": samples["labels"].astype(np.int64)})
    data = Data(name=folder.name, samples=sha256(content), watched="samples", split={"samples": 6})
    writer = Writer.create(folder, header(data=data), drawn(0), None, content)
    for step in range(1, last + 1):
        broken = broken_from is not None and step >= broken_from
        writer.log(StepLine(step=step, seconds=step / 10, loss=float("nan") if broken else 1 / step))
        weights = drawn(step)
        if broken:
            weights = {name: np.full_like(tensor, np.nan) for name, tensor in weights.items()}
        writer.frame(step, weights)
        if broken:
            writer.log(NoteLine(step=step, text="the loss is no number any more"))
    if last:
        accuracy = EvaluationLine(step=last, set="samples", n=6, accuracy=0.5, seconds=1.0)
        writer.log(accuracy)
    writer.close(Result(step=last, seconds=1.0, images=6 * last, failure=failure))
    return load(folder)


def damaged(folder: Path, whole: Recording, step: int) -> Recording:
    """A copy, one byte of one frame of which is another."""
    shutil.copytree(whole.folder, folder)
    frame = folder / "frames" / f"{step:08}.safetensors"
    content = bytearray(frame.read_bytes())
    content[-1] ^= 1
    frame.write_bytes(content)
    return load(folder)


def begun(folder: Path) -> Writer:
    """A recording that is being written; to be released."""
    return Writer.create(folder, header(graph=SMALL), drawn(0), None, None)
