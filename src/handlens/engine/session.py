"""train(): the trainer's events, recorded; stopped cleanly by Ctrl-C, resumed to the same bytes."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

from handlens import nets
from handlens.arrays import Weights
from handlens.engine import environment
from handlens.engine.changes import Changes
from handlens.engine.events import Began, Diverged, Evaluated, Event, Finished, Stepped
from handlens.engine.recorder import STATE_SECONDS, Recorder, new_header, next_folder
from handlens.engine.trainer import training
from handlens.engine.wishes import Wishes
from handlens.errors import RecipeError, RecordingError
from handlens.recipes import Recipe, recipe
from handlens.recording import Header, Recording, Writer, load, naming
from handlens.recording.changes import PAUSE
from handlens.recording.folder import read_header, read_log
from handlens.recording.schema import ChangeLine, Data, EvaluationLine, NoteLine, Origin, Result

Listener = Callable[[Event], None]


class _Beside(NamedTuple):
    """What a training does besides training."""

    listener: Listener | None
    wishes: Wishes | None
    state_seconds: float


class Interrupted(KeyboardInterrupt):
    """Ctrl-C, or a wish, ended a training cleanly: the recording is whole and can be resumed.

    Attributes:
        recording: what was recorded until then.
    """

    def __init__(self, recording: Recording) -> None:
        super().__init__(f"stopped at step {recording.steps[-1]:,}")
        self.recording = recording


def train(
    preset: str | Recipe = "default",
    out: str | Path | None = None,
    *,
    resume: bool = False,
    branch: tuple[Recording, int] | None = None,
    listener: Listener | None = None,
    wishes: Wishes | None = None,
    state_seconds: float = STATE_SECONDS,
    **fields: Any,
) -> Recording:
    """Train a built-in network and record it.

    Args:
        preset: a recipe, or the name of one: "default", "lab", "week5".
        out: the recording's folder, which must not exist; by default ``runs/NAME-001`` and so on.
        resume: go on with the interrupted recording in ``out``, with its own recipe, to the same bytes.
        branch: begin from the frame nearest to a step of another recording instead of drawn weights.
        listener: called with every event after it was recorded.
        wishes: takes, from other threads, what is to change while it runs.
        state_seconds: seconds between two saved states.
        fields: any field of the recipe, by name.

    Returns:
        The finished recording; one whose training diverged has the status "failed" and says so in `notes`.

    Raises:
        RecipeError: an unknown field or a value out of range.
        RecordingError: ``out`` exists already, can't be written, or can't be resumed.
        Interrupted: Ctrl-C, or a wish; what was recorded is whole.
    """
    beside = _Beside(listener, wishes, state_seconds)
    if resume:
        if out is None:
            raise RecipeError("to resume, say which recording: out=… (--out DIR --resume)")
        if branch is not None:
            raise RecipeError("a resume goes on with its own weights: leave out either --resume or --from")
        return _resumed(Path(out), preset, fields, beside)
    chosen = recipe(preset, **fields) if isinstance(preset, str) else preset.but(**fields)
    start, origin = _origin(branch, chosen)
    changes = Changes(chosen)
    events = training(chosen, start=start, changes=changes)
    began = next(events)
    assert isinstance(began, Began)
    naming.remember(chosen.data)
    writer = _created(out, began, origin)
    return _recorded(events, began, writer, changes, beside)


def _created(out: str | Path | None, began: Began, origin: Origin | None) -> Writer:
    """The recording's folder: the one asked for, or the next free one, also where others take theirs now."""
    while True:
        folder = Path(out) if out is not None else next_folder(began.recipe.name)
        try:
            return Writer.create(folder, _header(began, origin), began.weights(), began.state(), None)
        except RecordingError:
            if out is not None or not folder.exists():
                raise


def _resumed(folder: Path, preset: str | Recipe, fields: dict[str, Any], beside: _Beside) -> Recording:
    recorded = read_header(folder)  # not the log: what came after the last state may be damaged
    if recorded.recipe is None:
        raise RecipeError(f"{folder}: recorded somebody's own loop; only that loop can go on with it")
    _same_recipe(folder, recorded.recipe, preset, fields)
    if "data" in fields:
        naming.remember(recorded.recipe.data)
    naming.check(recorded.recipe.data, folder)
    writer, state = Writer.reopen(folder)
    try:
        chosen = recorded.recipe.but(threads=recorded.threads)
        changes = Changes(chosen, read_log(folder, recorded.checked))
        events = training(chosen, resume=state, changes=changes)
        began = next(events)
        assert isinstance(began, Began)
        if elsewhere := _differences(recorded, began):
            writer.log(NoteLine(step=began.step, text=elsewhere))
        if changes.paused:  # it was killed in the middle of a pause
            writer.log(ChangeLine(step=began.step, field=PAUSE, value=False))
    except BaseException:
        writer.release()
        raise
    return _recorded(events, began, writer, changes, beside)


def _differences(recorded: Header, began: Began) -> str | None:
    """What is another here than where the recording began; None where its bytes will be the same."""
    was = {**recorded.versions, "processor": recorded.hardware.get("cpu"), "precision": recorded.precision}
    now = {
        **environment.versions(),
        "processor": environment.hardware().get("cpu"),
        "precision": began.precision,
    }
    others = [
        f"{name} {now[name]}, not {was[name]}" for name in now if was.get(name) not in (None, now[name])
    ]
    if not others:
        return None
    return f"goes on with {', '.join(others)}: its bytes may differ from those of an unbroken training"


def _same_recipe(folder: Path, recorded: Recipe, preset: str | Recipe, fields: dict[str, Any]) -> None:
    """Refuse a resume that asks for something else than what was recorded; "default" asks for nothing."""
    asked = recorded.but(**fields)
    if isinstance(preset, Recipe):
        asked = preset.but(**fields)
    elif preset not in ("default", recorded.name):
        asked = recipe(preset, **fields)
    if differences := recorded.differences(asked):
        field, (was, now) = next(iter(differences.items()))
        raise RecipeError(
            f"{folder}: was recorded with {field} = {was!r}, not {now!r}; a resume goes on with the recorded "
            "recipe. To train with another, choose a new --out"
        )


def _origin(branch: tuple[Recording, int] | None, chosen: Recipe) -> tuple[Weights | None, Origin | None]:
    if branch is None:
        return None, None
    recording, step = branch
    if recording.graph != nets.build(chosen.net, chosen.widths, chosen.kernel, chosen.blocks):
        theirs = recording.header.recipe
        way = "the network that it has"
        if theirs is not None:
            widths = " ".join(map(str, theirs.widths))
            way = f"--net {theirs.net} --widths {widths} --kernel {theirs.kernel} --blocks {theirs.blocks}"
        raise RecipeError(
            f"{recording.folder}: holds another network than {chosen.net!r} with widths {chosen.widths}, "
            f"kernel {chosen.kernel} and {chosen.blocks} blocks; to begin from its weights, ask for {way}"
        )
    frame = recording.nearest(step)
    digest = recording.digest(frame)
    return recording.weights(frame), Origin(recording=recording.folder.name, step=frame, sha256=digest)


def _header(began: Began, origin: Origin | None) -> Header:
    chosen = began.recipe
    return new_header(
        chosen.device,
        recipe=chosen,
        origin=origin,
        threads=began.threads,
        precision=began.precision,
        data=Data(name=chosen.data, sha256=began.digests, split=began.split, watched=chosen.watch),
        graph=began.graph,
        weights="raw" if chosen.ema is None else "ema",
    )


def _recorded(
    events: Iterator[Event], began: Began, writer: Writer, changes: Changes, beside: _Beside
) -> Recording:
    recorder = Recorder(writer, began.weights, began.state, beside.state_seconds)
    try:
        with _held_signals() as stop:
            _tell(beside.listener, began)
            for event in events:
                _write(recorder, event)
                _tell(beside.listener, event)
                if event.settled:
                    _settle(event.step, recorder, changes, beside.wishes, stop)
                if event.settled and stop.is_set():
                    recorder.pause(event.step)
                    raise Interrupted(load(writer.folder))
    except BaseException:
        writer.release()
        raise
    return load(writer.folder)


def _settle(
    step: int, recorder: Recorder, changes: Changes, wishes: Wishes | None, stop: threading.Event
) -> None:
    """All about a step has been told: what was planned for it is said, and what was wished is done."""
    if planned := changes.due(step):
        recorder.change(*planned)
    recorder.settle(step)
    if wishes is not None:
        wishes.heed(step, changes, recorder, stop)


def _tell(listener: Listener | None, event: Event) -> None:
    if listener is not None:
        listener(event)


def _write(recorder: Recorder, event: Event) -> None:
    match event:
        case Stepped():
            recorder.step(
                event.step,
                event.loss_tensor,
                epoch=event.epoch,
                images=event.images,
                seconds=event.seconds,
                lr=event.lr,
            )
        case Evaluated():
            recorder.evaluation(
                EvaluationLine(
                    step=event.step,
                    seconds=event.seconds,
                    gradient_norm=event.gradient_norm,
                    update_ratio=event.update_ratio,
                    **event.score.model_dump(),
                )
            )
            if event.stuck:
                recorder.note(event.step, event.stuck)
        case Diverged():
            recorder.note(event.step, event.text)
            recorder.finish(
                Result(step=event.step, seconds=event.seconds, images=event.images, failure=event.text)
            )
        case Finished():
            recorder.finish(
                Result(step=event.step, seconds=event.seconds, images=event.images, test=event.test)
            )


@contextmanager
def _held_signals() -> Iterator[threading.Event]:
    """Ctrl-C and SIGTERM set an event, to be looked at between two updates; a second one acts at once."""
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def ask(number: int, frame: FrameType | None) -> None:
        stop.set()
        restore()

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    for number in before:
        signal.signal(number, ask)
    try:
        yield stop
    finally:
        restore()
