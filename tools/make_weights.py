"""Make the networks that ship with the package anew: src/handlens/recording/shipped.

::

    make weights

The network of single digits, `reader`:

1. tools/no_digits makes what the reader must refuse, behind MNIST's training digits: runs/weights/data.
2. The recipe `reader` learns from it: runs/weights/reader. Stopped by Ctrl-C, the same command goes on.
3. Its rule (handlens.reading.judge) is chosen on MNIST's validation digits and on
   made things that were held out, as they are and worn. The test set isn't looked at.
4. The last frame is kept, with the rule beside it; README.md there, the card, is written by hand.

The network of whole rows, `rows`:

1. tools/rows composes rows of training digits, and some of validation digits: runs/weights/rows-data.
2. The network learns to read them: runs/weights/rows. Stopped by Ctrl-C it begins again.
3. The last frame is kept, with some windows of rows that were held out.

The networks that read MNIST alone, `tutorial`, `tiny`, `micro` and `accurate`: each learns by its recipe
from all 60,000 digits, with the first of the seeds that ``handlens bench accuracy`` measures it by. Those
trainings are that measurement's own, in runs/accuracy; norms that were only to learn by are folded away.
With OMP_NUM_THREADS=1, two of the first three side by side, each takes a quarter of an hour;
`accurate`, alone on both cores, 27 minutes.

What is finished in runs/weights and runs/accuracy isn't made again: move it away first.

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
from rows.learn import learn
from rows.pool import load as load_rows
from rows.pool import write_pool as write_rows
from scipy.optimize import minimize

from handlens import data, nets
from handlens.arrays import Batch, Logits, Weights
from handlens.bench import accuracy
from handlens.engine import train
from handlens.engine.chance import NUMBERS, Chance
from handlens.engine.wear import handled
from handlens.reading.judge import RULE_FILE, Rule
from handlens.recording import Recording, Writer, load, shipped
from handlens.recording.folder import LOCK, SAMPLES, STATES
from handlens.recording.schema import DroppedLine, Header

WORK = Path("runs/weights")
PLAIN = ("tutorial", "tiny", "micro", "accurate")
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
    ship_reader(run, choice.rule)
    ship_rows(trained_rows())
    for name in PLAIN:
        ship_plain(name)


def trained() -> Recording:
    """The whole training, gone on with where it was interrupted."""
    begun = (WORK / "reader").exists()
    if begun and (run := load(WORK / "reader")).status == "finished":
        return run
    return train("reader", out=WORK / "reader", data=str(WORK / "data"), resume=begun)


def trained_rows() -> Recording:
    """The network of whole rows; an interrupted training begins again."""
    folder, made = WORK / "rows", WORK / "rows-data"
    if folder.exists() and (run := load(folder)).status == "finished":
        return run
    shutil.rmtree(folder, ignore_errors=True)
    if not (made / "learned.npz").exists():  # the file that is written last
        write_rows(made)
    return learn(load_rows(made / "learned.npz"), load_rows(made / "held-out.npz"), folder)


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


def ship_reader(run: Recording, rule: Rule) -> None:
    """The network of single digits, and its rule beside it."""
    digests = data.load("mnist").digests | {f"made {name}": d for name, d in run.header.data.sha256.items()}
    learnt = run.header.data.model_copy(update={"name": "mnist", "sha256": digests})
    made = last_frame(run, run.header.model_copy(update={"data": learnt}), None)
    (made / RULE_FILE).write_text(json.dumps(asdict(rule), indent=1) + "\n", encoding="utf-8")
    ship(made, "reader")


def ship_rows(run: Recording) -> None:
    """The network of whole rows, by the names that `handlens.nets.rows` gives its layers."""
    header = run.header.model_copy(update={"graph": nets.rows()})
    ship(last_frame(run, header, (run.folder / SAMPLES).read_bytes()), "rows")


def ship_plain(name: str) -> None:
    """A network that reads MNIST alone, by its recipe and the first of its seeds."""
    run = accuracy.trained(accuracy.chosen(name, accuracy.target_of(name).seeds[0]), told=print)
    graph, weights = accuracy.learnt(run)
    ship(last_frame(run, run.header.model_copy(update={"graph": graph}), None, weights), name)


def last_frame(run: Recording, header: Header, samples: bytes | None, weights: Weights | None = None) -> Path:
    """The last frame alone, with some lines of the log, as a recording under that header.

    Its weights are the training's own, unless the header's network has others.
    """
    assert run.header.result is not None
    last, made, recipe = run.steps[-1], WORK / "shipped", run.header.recipe
    shutil.rmtree(made, ignore_errors=True)
    fresh = header.model_copy(update={"status": "running", "result": None, "hardware": {}})
    weights = weights or run.weights(last)
    writer = Writer.create(made, fresh, weights, None, samples)
    writer.log(*(line for line in run.updates if line.step % STEPS_APART == 0 or line.step == last))
    if recipe is None or recipe.train_on == "train":  # else what was scored on the way was learnt from
        writer.log(*run.evaluations)
    writer.frame(last, weights)
    writer.log(DroppedLine(step=last, frames=(0,)))
    writer.remove((0,))
    writer.close(run.header.result)
    (made / LOCK).unlink(missing_ok=True)
    if (made / STATES).exists():
        (made / STATES).rmdir()
    return made


def ship(made: Path, name: str) -> None:
    """Put a recording in its place in the package, once it is verified."""
    if problems := load(made).verify():
        raise SystemExit("\n".join(problems))
    target = shipped.FOLDER / name
    target.mkdir(parents=True, exist_ok=True)
    for old in target.iterdir():  # the card stays
        if old.is_dir():
            shutil.rmtree(old)
    shutil.copytree(made, target, dirs_exist_ok=True)
    print(f"{load(target)!r}")


if __name__ == "__main__":
    main()
