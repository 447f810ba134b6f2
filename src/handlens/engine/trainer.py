"""The training itself: a generator of events that knows neither pictures nor files."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from time import perf_counter
from typing import Any

import numpy as np
import torch
from torch import Tensor

from handlens import data, nets
from handlens.arrays import Weights
from handlens.engine import environment, optim
from handlens.engine.batches import Batches
from handlens.engine.changes import Changes
from handlens.engine.events import Began, Diverged, Evaluated, Event, Finished, Stepped
from handlens.engine.scoring import UpdateSizes, score
from handlens.engine.updates import WARM, Updates, computed_in, placed
from handlens.errors import RecipeError, RecordingError
from handlens.module import Network
from handlens.recipes import PRESETS, Recipe, recipe
from handlens.recording.frames import keeps
from handlens.recording.schema import Score
from handlens.recording.states import State

BLOWN_UP = 20  # times the loss of guessing: no network that learns is ever as sure and as wrong
PATIENCE = 200  # updates before accuracy near chance counts as stuck: twice what a slow start needs
LOOK_EVERY = 100  # updates between two looks at the loss where a look waits for the device
BLOCK = 8  # updates that a GPU gets at once: the distance between frames from step 64 on


def training(
    preset: str | Recipe = "default",
    *,
    start: Weights | None = None,
    resume: State | None = None,
    changes: Changes | None = None,
    **fields: Any,
) -> Iterator[Event]:
    """Train, yielding each event: `Began`, `Stepped` for every update, `Evaluated`, at last `Finished`.

    The test set is out of reach until the last update is done, unless the recipe watches it as the
    tutorials do.

    Args:
        preset: a recipe, or the name of one.
        start: initial weights instead of drawn ones.
        resume: go on from this state instead of from the start.
        changes: learning rates that may be added to while it runs; by default those that the recipe plans.
        fields: fields of the recipe to replace.

    Raises:
        RecipeError: an unknown field, a value out of range, or a device that isn't there.
        DataError: the set is missing or damaged.

    Example:
        >>> for event in training("lab", epochs=1):
        ...     if isinstance(event, Evaluated):
        ...         print(event.step, event.score.accuracy)
    """
    chosen = recipe(preset, **fields) if isinstance(preset, str) else preset.but(**fields)
    with _machine(chosen):
        events = _Training(chosen, start, resume, changes or Changes(chosen)).events()
    while True:
        with _machine(chosen):
            event = next(events, None)
        if event is None:
            return
        yield event


@contextmanager
def _machine(recipe: Recipe) -> Iterator[None]:
    """The recipe's thread count and flushed denormals inside, as before outside.

    They are the process's own: held from one event to the next, they would change whatever runs in between,
    and a training dropped half way, whose end comes when Python clears it away, the bytes of the next one.
    """
    threads = torch.get_num_threads()
    try:
        environment.keep_freed_memory()
        if recipe.threads is not None:
            torch.set_num_threads(recipe.threads)
        torch.set_flush_denormal(True)
        yield
    finally:
        torch.set_num_threads(threads)
        torch.set_flush_denormal(False)


class _Training:
    def __init__(self, recipe: Recipe, start: Weights | None, resume: State | None, changes: Changes) -> None:
        self.recipe = recipe
        self.changes = changes
        self.device = environment.device(recipe.device)
        self.sets = data.load(recipe.data)
        self.graph = nets.build(recipe.net, recipe.widths, recipe.kernel, recipe.blocks)
        _check_fit(self.sets, self.graph.input.shape[1:], len(self.graph.classes))
        drawn = torch.Generator().manual_seed(recipe.seed)
        network = Network(self.graph, seed=recipe.seed)
        network.draw(drawn)  # leaves the stream where building the network leaves it
        if start is not None:
            network.load(start)
        self.network = placed(network, recipe).train()
        self.average = self._copy() if recipe.ema is not None else None
        self.batches = Batches(*self._resident(recipe.train_on, recipe.limit), recipe, drawn)
        self.total = recipe.epochs * self.batches.an_epoch
        self.updates = Updates(recipe, self.network, self.average, self.batches)
        self.step, self.before = 0, 0.0
        self.in_blocks = _in_blocks(self.device)
        self.warm = 0  # updates made one by one in this process, which a resume begins anew
        self.unseen: list[Tensor] = []  # losses that nobody has looked at yet
        self.bad: int | None = None  # the first step whose loss is no number
        if resume is not None:
            self._restore(resume)
        self.began = perf_counter()

    @property
    def predictor(self) -> Network:
        """What predicts: the moving average where there is one."""
        return self.average or self.network

    def _copy(self) -> Network:
        copied = placed(Network(self.graph, self.network.weights()), self.recipe)
        return copied.requires_grad_(False).eval()

    def _resident(self, split: str, first: int | None) -> tuple[Tensor, Tensor]:
        """Images and labels of a split's first digits on the device, as bytes and int64."""
        digits = self.sets.split(split)
        images = torch.from_numpy(np.array(digits.images[:first])).to(self.device)
        return images, torch.from_numpy(digits.labels[:first].astype(np.int64)).to(self.device)

    # -- events ----------------------------------------------------------------------------------------

    def _moment(self) -> dict[str, Any]:
        weights, state = self.predictor.weights, self.state
        return {"step": self.step, "seconds": self._seconds(), "weights": weights, "state": state}

    def _seconds(self) -> float:
        """Since the training began, without its pauses."""
        return self.before + perf_counter() - self.began - self.changes.rested

    def _rate(self, step: int) -> float:
        """The learning rate of update ``step``."""
        return optim.learning_rate(self.changes.after(step - 1), step, self.total)

    def events(self) -> Iterator[Event]:
        recipe = self.recipe
        split: dict[str, int] = {recipe.train_on: self.batches.count, recipe.watch: len(self._watched[1])}
        yield Began(
            **self._moment(),
            recipe=recipe,
            graph=self.graph,
            threads=torch.get_num_threads(),
            precision="bfloat16" if computed_in(recipe) is torch.bfloat16 else "float32",
            digests=self.sets.digests,
            split=split,
            total=self.total,
        )
        if self.step == 0 and recipe.watch_every is not None and recipe.watch_from == 0:
            yield self._evaluate(None)
        while self.step < self.total:
            if block := self._block():
                yield from self._several(block)
                if self.bad is not None:
                    yield self._diverged()
                    return
                continue
            sizes = UpdateSizes(self.network) if self._scores_after(self.step + 1) else None
            stepped = self._update()
            if stepped is None:
                yield self._diverged()
                return
            yield stepped
            if sizes is not None:
                yield self._evaluate(sizes)
        images, labels = self._resident("test", None)
        test = score(self.predictor, "test", images, labels)
        yield Finished(**self._moment(), images=self.batches.images_after(self.step), test=test)

    def _scores_after(self, step: int) -> bool:
        if step == self.total:
            return True
        if self.recipe.watch_every is None:
            return step % self.batches.an_epoch == 0
        since = step - self.recipe.watch_from
        return since >= 0 and since % self.recipe.watch_every == 0

    def _update(self) -> Stepped | None:
        """One update, or None where its loss is no number: then no weight is updated."""
        step = self.step + 1
        loss = self.updates.loss(step)
        self.unseen.append(loss.detach())
        if self._looks(step) and self._went_bad(step):
            return None
        rate = self._rate(step)
        self.updates.descend(step, loss, rate)
        self.step = step
        self.warm += 1
        return self._stepped(step, loss.detach(), rate, settled=not self._scores_after(step))

    def _block(self) -> range | None:
        """The next updates, where they can be made at once: nobody looks at what lies between them."""
        steps = range(self.step + 1, self.step + 1 + BLOCK)
        if not self.in_blocks or self.warm < WARM or steps[-1] > self.total:
            return None
        images = self.batches.images_after(steps[-1]) - self.batches.images_after(self.step)
        if images < BLOCK * self.recipe.batch or any(map(keeps, steps[:-1])):
            return None
        return None if any(map(self._scores_after, steps)) else steps

    def _several(self, steps: range) -> Iterator[Stepped]:
        rates = list(map(self._rate, steps))
        losses = self.updates.several(steps, rates)
        self.unseen.append(losses)
        self.step = steps[-1]
        if any(map(self._looks, steps)):
            self._went_bad(self.step)
        for step, loss, rate in zip(steps, losses, rates, strict=True):
            yield self._stepped(step, loss, rate, settled=step == steps[-1])

    def _stepped(self, step: int, loss: Tensor, rate: float, settled: bool) -> Stepped:
        return Stepped(
            **self._moment() | {"step": step},
            epoch=(step - 1) // self.batches.an_epoch + 1,
            images=self.batches.images_after(step),
            loss_tensor=loss,
            lr=rate,
            settled=settled,
        )

    @cached_property
    def _watched(self) -> tuple[Tensor, Tensor]:
        return self._resident(self.recipe.watch, self.recipe.watch_first)

    def _evaluate(self, sizes: UpdateSizes | None) -> Evaluated:
        result = score(self.predictor, self.recipe.watch, *self._watched)
        norms = sizes.gradient_norm() if sizes else {}
        ratios = sizes.update_ratio() if sizes else {}
        return Evaluated(
            **self._moment(),
            score=result,
            gradient_norm=norms,
            update_ratio=ratios,
            stuck=self._stuck(result),
            settled=self.step > 0,
        )

    # -- what goes wrong -------------------------------------------------------------------------------

    def _looks(self, step: int) -> bool:
        return self.device.type == "cpu" or step % LOOK_EVERY == 0 or step == self.total

    def _went_bad(self, step: int) -> bool:
        """Whether one of the losses up to this step's is no number."""
        losses = torch.cat([losses.reshape(-1) for losses in self.unseen]).tolist()
        finite = list(map(math.isfinite, losses))
        self.unseen.clear()
        if not all(finite):
            self.bad = step + 1 - len(finite) + finite.index(False)
        return self.bad is not None

    def _stuck(self, score: Score) -> str | None:
        """What to say of a network that does no better than guessing, or far worse."""
        _, labels = self._watched
        chance, guess = float(labels.bincount().max()) / len(labels), math.log(len(self.graph.classes))
        if score.loss is not None and not score.loss <= BLOWN_UP * guess:  # more, or no number
            text = f"blown up: a loss of {score.loss:.3g} on {score.set}, where guessing gives {guess:.2f}"
        elif self.step >= PATIENCE and score.accuracy <= 1.5 * chance:
            reached = f"{score.accuracy:.2%} on {score.set} after {self.step:,} updates"
            text = f"stuck: {reached}, where guessing gives {chance:.2%}"
        else:
            return None
        text += f". {self._lower_rate()}"
        return text + (", or --order shuffled" if self.recipe.order in ("file", "sorted") else "")

    def _lower_rate(self) -> str:
        """What to try: a tenth, or the recipe's own rate where that is lower still."""
        rate, preset = self.changes.after(self.step).lr, PRESETS.get(self.recipe.name)
        lower = min(rate / 10, preset.lr) if preset else rate / 10
        return f"Try a lower learning rate (now {rate:g}: --lr {lower:g})"

    def _diverged(self) -> Diverged:
        where = f", first at layer {self._bad_layer()!r}" if self.bad == self.step + 1 else ""
        text = f"diverged: at step {self.bad} the loss is no number any more{where}. {self._lower_rate()}"
        return Diverged(**self._moment(), images=self.batches.images_after(self.step), text=text)

    def _bad_layer(self) -> str:
        """The first stage that is no number, while the weights are still those that gave the bad loss."""
        images, _ = self.batches.cut(self.batches.draw(self.step + 1))
        with torch.inference_mode():
            stages = self.network.stages(images)
        bad = (name for name, value in stages.items() if not bool(torch.isfinite(value).all()))
        return next(bad, "loss")

    # -- state -----------------------------------------------------------------------------------------

    def state(self) -> State:
        """A copy of everything that a training needs to go on from here."""
        parts = {"weights": self.network.weights(), "moments": self.updates.optimiser.moments()}
        if self.average is not None:
            parts["ema"] = self.average.weights()
        tensors = {f"{part}/{name}": value for part, held in parts.items() for name, value in held.items()}
        return State(tensors, {"step": self.step, "seconds": self._seconds()})

    def _restore(self, state: State) -> None:
        parts: dict[str, Weights] = {"weights": {}, "moments": {}, "ema": {}}
        for path, value in state.tensors.items():
            part, _, name = path.partition("/")
            if part not in parts:
                raise RecordingError(f"the state holds {path!r}, which no training has")
            parts[part][name] = value
        self.step, self.before = state.progress["step"], state.progress["seconds"]
        self.network.load(parts["weights"])
        if self.average is not None:
            self.average.load(parts["ema"])
        optimiser = self.updates.optimiser
        if self.step > 0 and optimiser.remembers and not parts["moments"]:
            raise RecordingError("the state lacks what the optimiser remembers")
        optimiser.restore(parts["moments"])


def _in_blocks(device: torch.device) -> bool:
    """Whether updates are made several at once: where launching one takes longer than making it."""
    return device.type == "cuda"


def _check_fit(sets: data.Sets, size: tuple[int, ...], classes: int) -> None:
    if sets.size != size or len(sets.classes) > classes:
        raise RecipeError(
            f"data {sets.name!r} has {len(sets.classes)} classes of {sets.size[0]}x{sets.size[1]} pixels; "
            f"the built-in network reads {classes} classes of {size[0]}x{size[1]}. Record a loop of your own "
            "with handlens.record"
        )
