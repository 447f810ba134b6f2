"""A recording, to be looked at: its header and log, and the network as it was at any step."""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from handlens import data
from handlens.arrays import Batch, Weights
from handlens.data.mnist import user_cache
from handlens.errors import DataError, HandlensError, RecordingError
from handlens.graph import Graph
from handlens.recording import naming, shipped
from handlens.recording.files import keep, kept, read_tensors
from handlens.recording.folder import (
    CACHE,
    HEADER,
    LOG,
    SAMPLES,
    frame_path,
    held,
    read_header,
    read_log,
    standing_frames,
)
from handlens.recording.schema import ChangeLine, EvaluationLine, NoteLine, StepLine
from handlens.runtime import Net

if TYPE_CHECKING:
    from handlens.module import Network

Status = Literal["running", "interrupted", "finished", "failed"]


def load(path: str | Path, cache: Path | None = None) -> "Recording":
    """Open a recording to look at it.

    Args:
        path: its folder, or the name of one that ships with handlens, unless a recording here is called so.
        cache: where to keep what can be computed anew; by default in the recording, and in the user's cache
            for one that ships.

    Raises:
        RecordingError: the folder is missing, foreign, newer than this handlens, or damaged.
    """
    folder, cache = located(path, cache)
    return Recording(folder, cache)


def located(path: str | Path, cache: Path | None = None) -> tuple[Path, Path | None]:
    """Folder and cache of a recording, see `load`; whether the folder holds one isn't looked at.

    Raises:
        RecordingError: there is no such folder, and none of that name ships.
    """
    folder = Path(path)
    if not (folder / HEADER).exists() and (ships := shipped.folder(str(path))) is not None:
        return ships, cache or user_cache() / "shipped" / ships.name
    if not folder.is_dir():
        raise RecordingError(
            f"{path}: no such folder; a recording is a folder that holds {HEADER}, or the name of one that "
            f"ships: {', '.join((*shipped.names(), *shipped.lessons()))}"
        )
    return folder, cache


class Recording:
    """A training that was recorded. Reading it changes nothing but its cache.

    A step that has no frame stands for the nearest one that has (the earlier of two equally near).
    """

    def __init__(self, folder: Path, cache: Path | None = None) -> None:
        self.folder = folder
        self.cache = cache or folder / CACHE
        self.pictures = cache or folder
        """Where pictures and pages of it go unless another place is named; never into the package."""
        self.header = read_header(folder)
        self._lines = read_log(folder, self.header.checked)
        self._frames = standing_frames(self._lines)
        if not self._frames:
            raise RecordingError(f"{folder / LOG}: names no frame; the recording is damaged")

    def __repr__(self) -> str:
        accuracy = f", {self.accuracy:.2%} on {self.accuracy_set}" if self.accuracy is not None else ""
        return (
            f"<Recording {str(self.folder)!r}: {self.status}, {self.steps[-1]:,} steps, "
            f"{len(self.steps)} frames{accuracy}>"
        )

    @property
    def graph(self) -> Graph:
        """The network."""
        return self.header.graph

    @property
    def status(self) -> Status:
        """Running, interrupted (it says running, but no process holds it), finished or failed.

        Where it can't be found out whether one does, it is what it says.
        """
        if self.header.status == "running" and not held(self.folder):
            return "interrupted"
        return self.header.status

    # -- the log ---------------------------------------------------------------------------------------

    @property
    def steps(self) -> tuple[int, ...]:
        """The steps that have a frame, ascending; 0 is the initialisation."""
        return tuple(sorted(self._frames))

    @cached_property
    def updates(self) -> tuple[StepLine, ...]:
        """A line for every update: loss, learning rate, epoch, seconds."""
        return tuple(line for line in self._lines if isinstance(line, StepLine))

    @cached_property
    def evaluations(self) -> tuple[EvaluationLine, ...]:
        """Every scoring during the training."""
        return tuple(line for line in self._lines if isinstance(line, EvaluationLine))

    @property
    def notes(self) -> tuple[NoteLine, ...]:
        """What the training said: stuck, diverged, where and what to try."""
        return tuple(line for line in self._lines if isinstance(line, NoteLine))

    @property
    def changes(self) -> tuple[ChangeLine, ...]:
        """What was changed while the training ran, in the order in which it was."""
        return tuple(line for line in self._lines if isinstance(line, ChangeLine))

    @property
    def losses(self) -> tuple[np.ndarray, np.ndarray]:
        """Steps and the loss of each step's batch, before its update: int64 [n], float64 [n]."""
        steps = np.array([line.step for line in self.updates], np.int64)
        return steps, np.array([line.loss for line in self.updates], np.float64)

    @property
    def accuracy(self) -> float | None:
        """Of the last step, 0…1: on the test set where it was scored, else the last evaluation's."""
        if self.header.result and self.header.result.test:
            return self.header.result.test.accuracy
        return self.evaluations[-1].accuracy if self.evaluations else None

    @property
    def accuracy_set(self) -> str | None:
        """The set that `accuracy` speaks of."""
        if self.header.result and self.header.result.test:
            return self.header.result.test.set
        return self.evaluations[-1].set if self.evaluations else None

    # -- the network at a step -------------------------------------------------------------------------

    def nearest(self, step: int | None = None) -> int:
        """The step of the frame nearest to a step; of the last frame without one."""
        if step is None:
            return self.steps[-1]
        return min(self.steps, key=lambda kept: (abs(kept - step), kept))

    def digest(self, step: int | None = None) -> str:
        """SHA-256 of the nearest frame's file."""
        return self._frames[self.nearest(step)]

    def weights(self, step: int | None = None) -> Weights:
        """The weights of the nearest frame, by name, float32.

        Raises:
            RecordingError: the frame's file is missing or isn't the one that was written.
        """
        return self._weights(self.nearest(step))

    def _weights(self, frame: int) -> Weights:
        path = frame_path(self.folder, frame)
        weights = read_tensors(path, self._frames[frame], self.folder)
        try:
            self.graph.check_weights(weights, str(path))
        except HandlensError as error:
            raise RecordingError(str(error)) from None
        return {name: weights[name] for name in self.graph.tensors}

    def net(self, step: int | None = None) -> Net:
        """The network as it was at the nearest frame, to be called with images; loads no torch."""
        return Net(self.graph, self.weights(step))

    def module(self, step: int | None = None) -> "Network":
        """The same as a `torch.nn.Module`."""
        from handlens.module import Network  # torch, only where it is asked for

        return Network(self.graph, self.weights(step))

    def stages(self, images: np.ndarray, step: int | None = None) -> dict[str, np.ndarray]:
        """What each stage gives for images: ``{"conv1": [n, 16, 28, 28], …}``.

        Args:
            images: uint8 ``[n, height, width]`` as in a data set, or float32
                ``[n, channels, height, width]`` as the network takes them.
            step: of which frame; the last by default.
        """
        return self.net(step).stages(as_input(images))

    # -- what it was trained on ------------------------------------------------------------------------

    @cached_property
    def sets(self) -> data.Sets | None:
        """The data set, checked to be the one recorded; None where the recording holds its own samples.

        Raises:
            DataError: the set isn't there any more, has changed, or is a folder that nobody but this
                recording has named.
        """
        recorded = self.header.data.sha256
        if not recorded:
            return None
        naming.check(self.header.data.name, self.folder)
        sets = data.load(self.header.data.name)
        if changed := [name for name, digest in sets.digests.items() if recorded.get(name) != digest]:
            raise DataError(
                f"{self.folder}: was trained on another {sets.name!r}: {changed[0]} has changed since. "
                "Give --data the original set, or look at the frames without its digits"
            )
        return sets

    @property
    def set_names(self) -> tuple[str, ...]:
        """The sets whose digits can be looked at: train, validation and test, or samples."""
        return ("train", "validation", "test") if self.header.data.sha256 else ("samples",)

    def digits(self, name: str | None = None, indices: np.ndarray | None = None) -> tuple[Batch, np.ndarray]:
        """Images and labels of a set: float32 ``[n, channels, height, width]`` and int ``[n]``.

        Args:
            name: one of `set_names`, the last by default. ``train`` is the training file as it is stored,
                so that an index means what it means everywhere.
            indices: which of them, all by default.

        Raises:
            DataError: no such set, or an index beyond it.
        """
        images, labels = self._stored(name)
        if indices is not None:
            beyond = indices[(indices < 0) | (indices >= len(labels))]
            if len(beyond):
                raise DataError(f"{name} has no item {beyond[0]}; its items are 0…{len(labels) - 1:,}")
            images, labels = images[indices], labels[indices]
        return as_input(images), np.asarray(labels)

    def labels(self, name: str | None = None) -> np.ndarray:
        """The labels of a whole set, as `digits` gives them.

        Raises:
            DataError: no such set.
        """
        return np.asarray(self._stored(name)[1])

    def _stored(self, name: str | None) -> tuple[np.ndarray, np.ndarray]:
        """Images and labels of a set as they are stored."""
        name = name or self.set_names[-1]
        if name not in self.set_names:
            raise DataError(f"{self.folder}: no set {name!r}; this recording has {', '.join(self.set_names)}")
        if self.sets is None:
            return self._samples["inputs"], self._samples["labels"]
        split = self.sets.split("development" if name == "train" else name)
        return split.images, split.labels

    @cached_property
    def _samples(self) -> Weights:
        digest = self.header.data.samples
        if digest is None:
            raise RecordingError(f"{self.folder}: holds no samples and names no data set: nothing to show it")
        return read_tensors(self.folder / SAMPLES, digest, self.folder)

    def outputs(self, name: str | None = None, step: int | None = None) -> np.ndarray:
        """Logits ``[n, classes]`` of a whole set at the nearest frame, kept in the recording's cache."""
        name = name or self.set_names[-1]
        frame = self.nearest(step)
        path = self.cache / f"outputs-{name}-{self._frames[frame][:16]}.safetensors"
        expected = (len(self.labels(name)), len(self.graph.classes))
        found = (kept(path, self.cache) or {}).get("logits")
        if found is not None and found.shape == expected:
            return found
        logits = self.net(frame)(self.digits(name)[0])
        keep(path, {"logits": logits})
        return logits

    def verify(self) -> list[str]:
        """Everything that is wrong with the recording's files, a sentence each; empty when it is whole."""
        problems = self._cut_off()
        for frame in self.steps:
            try:
                self._weights(frame)
            except RecordingError as error:
                problems.append(str(error))
        if self.header.data.samples is not None:
            try:
                self._samples  # noqa: B018  (reading checks it)
            except RecordingError as error:
                problems.append(str(error))
        return problems

    def _cut_off(self) -> list[str]:
        """An ended recording whose log doesn't reach its end: lines are missing."""
        result = self.header.result
        if result is None or result.step == 0:
            return []
        last = self.updates[-1].step if self.updates else 0
        log, length = self.folder / LOG, self.header.log_bytes
        if last != result.step or result.step not in self._frames:
            told = f"tells of {last:,}, and its last frame is of step {self.steps[-1]:,}"
            return [f"{log}: cut off: {HEADER} says {result.step:,} updates, the log {told}"]
        if length is not None and (size := log.stat().st_size) != length:
            return [f"{log}: cut off, or added to: it has {size:,} bytes, {HEADER} says {length:,}"]
        return []


def as_input(images: np.ndarray) -> Batch:
    """Images as a network takes them: uint8 ``[n, height, width]`` becomes float32 ``[n, 1, …]`` in 0…1.

    Raises:
        DataError: one image alone, which has no axis to count images by.
    """
    if images.ndim == 2:
        raise DataError(f"one image of {images.shape}; give a batch, such as images[None], of {images.dtype}")
    if images.dtype == np.uint8:
        images = (images[:, None] if images.ndim == 3 else images).astype(np.float32) / np.float32(255)
    return np.ascontiguousarray(images)
