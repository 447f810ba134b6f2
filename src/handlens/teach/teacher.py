"""Teaching: corrections are kept, the last layer learns them, MNIST's digits are read as well as before."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np
from filelock import FileLock, Timeout
from jaxtyping import Bool, Float64, Int64

from handlens.errors import GraphError, HandlensError, InkError, RecordingError
from handlens.reading.judge import NONE, Judge
from handlens.reading.taught import LAYER, Account, Taught, home
from handlens.recording import Recording, load
from handlens.teach import corrections as kept
from handlens.teach.adaptation import Wanted, adapted, probabilities
from handlens.teach.corrections import Correction
from handlens.teach.distortion import VARIATIONS, varied
from handlens.teach.features import Features, Labels, Layer, Some, entering, features, labels

STRENGTHS = (10.0, 30.0, 100.0, 300.0, 1000.0)
"""As many anchors does one correction weigh; tried in this order until all corrections are read."""

PULL = 1e-5
"""The price of change, in units of the features' mean square. With ten times more or less another strength
is needed, and the layer reads MNIST equally well (seven odd digits, one at a time)."""

MOST_LOST = 0.001
"""Share of MNIST's validation digits that may be read worse than before: 5 of 5,000."""

LOCK_SECONDS = 60.0
"""How long a lesson waits for another, which takes seconds; but a process may be stopped, or hang."""

NOTHING = "nothing has been taught. To correct a reading, type: handlens teach FILE LABEL"


class Lesson(NamedTuple):
    """What came of teaching."""

    account: Account
    read: tuple[tuple[Correction, bool], ...]
    """Every correction that is kept, and whether it is read right now."""


class Teacher:
    """Teaches a network's last layer. What it keeps lies in the user's data folder.

    Args:
        recording: a recording, its folder, or a shipped network's name.

    Raises:
        RecordingError: there is no such recording, or it is damaged.
        GraphError: the network's last layer isn't a linear one with a bias.
    """

    def __init__(self, recording: Recording | str | Path = "reader") -> None:
        self.recording = recording if isinstance(recording, Recording) else load(recording)
        self.judge = Judge.of(self.recording)
        self._before = _last_layer(self.judge)

    def teach(self, corrections: Iterable[Correction]) -> Lesson:
        """Add corrections to the personal set, and learn all of it.

        Of one frame, the newest label counts.

        Raises:
            InkError: a label is no class of the network, or there are too many corrections.
            RecordingError: what is kept is damaged, or can't be written.
        """
        new = [_checked(each, self.judge.names) for each in corrections]
        with _alone():
            everything = kept.added(kept.load(), new)
            taught, lesson = self._learned(everything)
            kept.save(everything)  # first: a layer can be made anew, see `again`
            taught.save()
        return lesson

    def again(self) -> Lesson:
        """Learn the personal set for this network, which may have changed since.

        Raises:
            InkError: nothing was taught.
            RecordingError: what is kept is damaged, or can't be written.
        """
        with _alone():
            everything = kept.load()
            if not everything:
                raise InkError(NOTHING)
            taught, lesson = self._learned(everything)
            taught.save()
            return lesson

    def forget(self, numbers: Sequence[int]) -> Lesson | None:
        """Remove corrections by their numbers, from 1 in the order in which they were taught; learn the rest.

        Returns:
            None where none is left: the network is as it shipped.

        Raises:
            InkError: there is no correction of that number, or none at all.
            RecordingError: what is kept is damaged, or can't be written.
        """
        with _alone():
            everything = kept.load()
            if not everything:
                raise InkError(NOTHING)
            known = "1 alone" if len(everything) == 1 else f"1 to {len(everything):,}"
            for number in numbers:
                if not 1 <= number <= len(everything):
                    raise InkError(f"there is no correction {number:,}; expected {known}")
            left = tuple(each for place, each in enumerate(everything, 1) if place not in numbers)
            if not left:
                _remove(home() / LAYER)
                kept.save(left)
                return None
            taught, lesson = self._learned(left)
            kept.save(left)
            taught.save()
            return lesson

    def _learned(self, corrections: Sequence[Correction]) -> tuple[Taught, Lesson]:
        """The layer for these corrections, and what came of it."""
        for each in corrections:
            _checked(each, self.judge.names)
        before, seen = self._before, features(self.recording)
        marked = _Marked(seen, labels(self.judge.names), self.judge)
        wanted = self._wanted(corrections)
        own = wanted.features
        best, best_read, begin = before, marked.read(before, own, corrections), before
        anchors = self._anchors(seen.anchors)
        pull = PULL * float(np.vdot(seen.anchors, seen.anchors)) / len(seen.anchors)
        validation = marked.validation(before)
        for strength in STRENGTHS:
            heavy = wanted._replace(weights=wanted.weights * strength / len(seen.anchors))
            begin = adapted(before, begin, [anchors, heavy], pull, self.judge.rule.temperature)
            layer = begin.astype(np.float32).astype(np.float64)  # as it will be kept
            if marked.validation(layer) < validation - MOST_LOST - 1e-9:
                break
            read = marked.read(layer, own, corrections)
            if read.sum() > best_read.sum() or read.all():
                best, best_read = layer, read
            if read.all():
                break
        account = Account(
            self.recording.digest(),
            len(corrections),
            int(best_read.sum()),
            (validation, marked.validation(best)),
            (marked.test(before), marked.test(best)),
        )
        weight, bias = best[:, :-1].astype(np.float32), (best[:, -1] + _taken(self.judge)).astype(np.float32)
        lesson = Lesson(account, tuple(zip(corrections, map(bool, best_read), strict=True)))
        return Taught(weight, bias, account), lesson

    def _wanted(self, corrections: Sequence[Correction]) -> Wanted:
        """The features of all corrections' variations, and what shall come of them."""
        frames = np.concatenate([varied(each.pixels) for each in corrections])
        entered = entering(self.judge.net, frames[:, None])
        targets = np.zeros((len(frames), len(self.judge.names)))
        classes = [self.judge.names.index(each.label) for each in corrections]
        targets[np.arange(len(frames)), np.repeat(classes, VARIATIONS)] = 1
        weights = np.full(len(frames), 1 / VARIATIONS)
        return Wanted(entered, targets, weights)

    def _anchors(self, anchors: Some) -> Wanted:
        targets = probabilities(self._before, anchors, self.judge.rule.temperature)
        return Wanted(anchors, targets, np.full(len(anchors), 1 / len(anchors)))


class _Marked(NamedTuple):
    """How well a layer does."""

    seen: Features
    labels: Labels
    judge: Judge

    def validation(self, layer: Layer) -> float:
        return self._share(layer, self.seen.validation, self.labels.validation)

    def test(self, layer: Layer) -> float:
        return self._share(layer, self.seen.test, self.labels.test)

    def _share(self, layer: Layer, some: Some, right: Int64[np.ndarray, "n"]) -> float:
        return float((self._probabilities(layer, some).argmax(axis=1) == right).mean())

    def _probabilities(self, layer: Layer, some: Some) -> Float64[np.ndarray, "n classes"]:
        return probabilities(layer, some, self.judge.rule.temperature)

    def read(
        self, layer: Layer, varied: Some, corrections: Sequence[Correction]
    ) -> Bool[np.ndarray, "corrections"]:
        """Which corrections the reader would read right, with half of their variations at least.

        Right is surely enough; or, where no digit is meant, no digit surely enough.
        """
        digits = self._probabilities(layer, varied)[:, : len(self.judge.digits)]
        sure, values = digits.max(axis=1) >= self.judge.rule.threshold, digits.argmax(axis=1)
        meant = np.repeat([self.judge.names.index(each.label) for each in corrections], VARIATIONS)
        nothing = np.repeat([each.label == NONE for each in corrections], VARIATIONS)
        right = np.where(nothing, ~sure, sure & (values == meant)).reshape(-1, VARIATIONS)
        both: Bool[np.ndarray, "corrections"] = right[:, 0] & (right.mean(axis=1) >= 0.5)
        return both


def reset() -> int:
    """Forget everything that was taught: the reader is as it shipped.

    Returns:
        How many corrections there were; 0 where their file was damaged, which is removed like a whole one.

    Raises:
        RecordingError: a file can't be removed.
    """
    with _alone():
        try:
            count = len(kept.load())
        except HandlensError:
            count = 0
        _remove(home() / LAYER)
        _remove(kept.path())
    return count


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise RecordingError(f"{path}: can't be removed: {error.strerror or error}") from None


def _checked(correction: Correction, classes: Sequence[str]) -> Correction:
    kept.known(correction.label, classes)
    return correction


@contextmanager
def _alone() -> Iterator[None]:
    """One lesson at a time: the page and the command line may both teach.

    Raises:
        RecordingError: the folder can't be written to, or another lesson doesn't end.
    """
    lock = FileLock(home() / "lock")
    try:
        home().mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=LOCK_SECONDS)
    except Timeout:
        raise RecordingError(
            f"{home()}: another process has been teaching for {LOCK_SECONDS:,.0f} s and doesn't end. Nothing "
            "was learned or lost: end that process, then teach again"
        ) from None
    except OSError as error:
        raise RecordingError(
            f"{home()}: can't be written to: {error.strerror or error}. What is taught is kept there; "
            "HANDLENS_HOME names another folder"
        ) from None
    try:
        yield
    finally:
        lock.release()


def _last_layer(judge: Judge) -> Layer:
    """The network's last layer as pictures are read: what the rule takes from its logits is in the bias."""
    graph, weights = judge.net.graph, judge.net.weights
    last = graph.node(graph.output)
    if last.op != "linear" or "bias" not in last.weights or last.inputs[0] not in graph.stages:
        raise GraphError(
            f"the network's last layer, {last.name!r}, isn't linear with a bias: it can't be taught"
        )
    weight, bias = (weights[last.weights[role]] for role in ("weight", "bias"))
    layer: Layer = np.concatenate([weight, bias[:, None]], axis=1).astype(np.float64)
    layer[:, -1] -= _taken(judge)
    return layer


def _taken(judge: Judge) -> Float64[np.ndarray, "classes"]:
    """What the rule takes from each logit, before the temperature: the rarity of what is no digit."""
    taken = np.zeros(len(judge.names))
    taken[len(judge.digits) :] = judge.rule.rarity * judge.rule.temperature
    return taken
