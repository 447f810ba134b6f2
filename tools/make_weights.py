"""Make the networks that ship with the package anew: src/handlens/recording/shipped.

::

    make weights

1. tools/no_digits makes what the reader must refuse, behind MNIST's training digits: runs/weights/data.
2. The recipe `reader` learns from it: runs/weights/reader. Stopped by Ctrl-C, the same command goes on.
3. Its rule (handlens.reading.judge) is chosen on MNIST's validation digits and on
   made things that were held out, as they are and worn. The test set isn't looked at.
4. The last frame is kept, with the rule beside it; README.md there, the card, is written by hand.

The digits are MNIST's own, so the recording that ships names that set; of the made images it holds digests.
"""

import json
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float64, Int64
from no_digits.pool import NOTHING, write_pool
from scipy.optimize import minimize

from handlens import data
from handlens.arrays import Batch, Logits
from handlens.engine import train
from handlens.engine.chance import NUMBERS, Chance
from handlens.engine.wear import handled
from handlens.reading.judge import RULE_FILE, Rule
from handlens.recording import Recording, Writer, load, shipped
from handlens.recording.folder import LOCK, STATES
from handlens.recording.schema import DroppedLine

WORK = Path("runs/weights")
STEPS_APART = 500  # of the log's lines for single updates, one in so many ships

REFUSED = 0.004
"""The share of validation digits, as they are, that the threshold may refuse."""

NOTHINGS = 0.02
"""The share of what a reader is given that is no digit: one in fifty; in training nearly half."""


def main() -> None:
    """Make the data, train, choose the rule, ship."""
    if not (WORK / "data" / "t10k-labels-idx1-ubyte").exists():  # the file that is written last
        write_pool(WORK / "data")
    run = trained()
    choice = chosen(run)
    print(choice)
    ship(run, choice.rule)


def trained() -> Recording:
    """The whole training, gone on with where it was interrupted."""
    begun = (WORK / "reader").exists()
    if begun and (run := load(WORK / "reader")).status == "finished":
        return run
    return train("reader", out=WORK / "reader", data=str(WORK / "data"), resume=begun)


class Chosen(NamedTuple):
    """The rule, and what it was seen to do on the validation set."""

    rule: Rule
    refused: float
    """Of MNIST's digits."""
    taken: float
    """Of the things that are none."""


def chosen(run: Recording) -> Chosen:
    """Temperature and rarity by the likelihood of the right answers; threshold by the digits that it refuses.

    The threshold is of the sureness (handlens.reading.judge): with what is no digit as common as in training.

    Digits and things as they are, and once more worn: the temperature serves both.
    """
    assert run.sets is not None
    split = run.sets.validation
    labels = split.labels.astype(np.int64)
    plain = split.images[:, None].astype(np.float32) / 255
    net = run.net()
    logits = net(plain)
    digits = split.indices < len(data.load("mnist").development)  # MNIST's own; cut ones follow
    nothings = labels == NOTHING
    weights = digits * (1 - NOTHINGS) / digits.sum() + nothings * NOTHINGS / nothings.sum()
    temperature, rarity = calibrated(
        np.concatenate([logits, net(worn(plain, labels))]), np.tile(labels, 2), np.tile(weights, 2)
    )
    sureness = softmax(adjusted(logits, temperature, 0.0))[:, :NOTHING].max(axis=1)
    threshold = float(np.quantile(sureness[digits], REFUSED))
    above = sureness >= threshold
    rule = Rule(round(temperature, 4), round(threshold, 4), round(rarity, 4))
    return Chosen(rule, 1 - float(above[digits].mean()), float(above[nothings].mean()))


def worn(images: Batch, labels: Int64[np.ndarray, "n"]) -> Batch:
    """As in training, by chance of its own."""
    chances = torch.rand((len(images), NUMBERS), generator=torch.Generator().manual_seed(1))
    parts = [
        handled(
            torch.from_numpy(images[start : start + 250]),
            torch.from_numpy(labels[start : start + 250]),
            Chance(chances[start : start + 250]),
            1.0,
            1.0,
        )
        for start in range(0, len(images), 250)
    ]
    return torch.cat(parts).numpy()


def calibrated(
    logits: Logits, labels: Int64[np.ndarray, "n"], weights: Float64[np.ndarray, "n"]
) -> tuple[float, float]:
    """Temperature and rarity (handlens.reading.judge.Rule) of the greatest likelihood."""

    def loss(parameters: np.ndarray) -> float:
        probabilities = softmax(adjusted(logits, float(np.exp(parameters[0])), float(parameters[1])))
        right = probabilities[np.arange(len(labels)), labels]
        return float(-weights @ np.log(np.maximum(right, 1e-12)))

    log_temperature, rarity = minimize(loss, [0.0, 0.0], method="Nelder-Mead").x
    return float(np.exp(log_temperature)), float(rarity)


def adjusted(logits: Logits, temperature: float, rarity: float) -> Logits:
    """As the judge takes them."""
    taken = logits / temperature
    taken[:, NOTHING] -= rarity
    return taken


def softmax(logits: Logits) -> Logits:
    """Rows of probabilities."""
    exponents = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: Logits = exponents / exponents.sum(axis=1, keepdims=True)
    return shares


def ship(run: Recording, rule: Rule) -> None:
    """The last frame alone, with some lines of the log, as the recording of the package."""
    assert run.header.result is not None
    digests = data.load("mnist").digests | {f"made {name}": d for name, d in run.header.data.sha256.items()}
    header = run.header.model_copy(
        update={
            "status": "running",
            "result": None,
            "hardware": {},
            "data": run.header.data.model_copy(update={"name": "mnist", "sha256": digests}),
        }
    )
    last = run.steps[-1]
    made = WORK / "shipped"
    shutil.rmtree(made, ignore_errors=True)
    writer = Writer.create(made, header, run.weights(0), None, None)
    writer.log(*(line for line in run.updates if line.step % STEPS_APART == 0 or line.step == last))
    writer.log(*run.evaluations)
    writer.frame(last, run.weights(last))
    writer.log(DroppedLine(step=last, frames=(0,)))
    writer.remove((0,))
    writer.close(run.header.result)
    (made / LOCK).unlink(missing_ok=True)
    (made / STATES).rmdir()
    (made / RULE_FILE).write_text(json.dumps(asdict(rule), indent=1) + "\n", encoding="utf-8")
    if problems := load(made).verify():
        raise SystemExit("\n".join(problems))
    target = shipped.FOLDER / "reader"
    target.mkdir(exist_ok=True)
    for old in target.iterdir():  # the card stays
        if old.is_dir():
            shutil.rmtree(old)
    shutil.copytree(made, target, dirs_exist_ok=True)
    print(f"{load(target)!r}")


if __name__ == "__main__":
    main()
