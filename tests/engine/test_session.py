"""train(): recorded, interrupted, resumed to the same bytes, branched."""

import os
import signal
from pathlib import Path
from threading import Timer
from time import monotonic

import numpy as np
import pytest
import torch

from handlens.engine import Event, Interrupted, Stepped, Wishes, environment, train
from handlens.errors import HandlensError, RecipeError, RecordingError
from handlens.recording import Recording, Writer, load
from handlens.recording.changes import all_changes, made
from handlens.recording.folder import read_log
from handlens.recording.schema import ChangeLine
from handlens.recording.states import State, newest_state, save_state

QUICK = {"epochs": 1, "limit": 2000, "threads": 1, "watch_first": 100}


def frames(run: Recording) -> dict[int, str]:
    """Every frame's digest."""
    assert run.verify() == []
    return {step: run.digest(step) for step in run.steps}


def test_what_is_recorded(tmp_path: Path) -> None:
    run = train("default", tmp_path / "run", **QUICK)
    assert run.status == "finished"
    assert run.steps == (*range(17), 18, 20)
    assert len(run.updates) == 20
    assert run.header.recipe is not None
    assert run.header.recipe.limit == 2000
    assert run.header.threads == 1
    assert run.header.data.split == {"train": 2000, "validation": 100}
    assert run.accuracy_set == "test"
    images, labels = run.digits("test")
    assert run.accuracy == pytest.approx(float((run.net()(images).argmax(1) == labels).mean()))
    np.testing.assert_allclose(run.outputs("test"), run.net()(images))


def test_the_same_twice(tmp_path: Path) -> None:
    first, second = (train("default", tmp_path / name, **QUICK, shift=1, ema=0.9) for name in "ab")
    assert frames(first) == frames(second)
    assert first.losses[1].tolist() == second.losses[1].tolist()


def test_folders_are_numbered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names = [train("default", epochs=1, limit=100, threads=1, watch_first=10).folder for _ in range(2)]
    assert [str(name) for name in names] == ["runs/default-001", "runs/default-002"]


def test_a_folder_that_another_process_takes_first_is_left_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    create = Writer.create.__func__

    def beaten(cls: type[Writer], folder: Path, *rest: object) -> Writer:
        if folder.name == "default-001":
            folder.mkdir(parents=True, exist_ok=True)
        return create(cls, folder, *rest)

    monkeypatch.setattr(Writer, "create", classmethod(beaten))
    run = train("default", epochs=1, limit=100, threads=1, watch_first=10)
    assert str(run.folder) == "runs/default-002"


def stop_at(step: int) -> object:
    """A listener that presses Ctrl-C once that step has been recorded."""

    def listener(event: Event) -> None:
        if isinstance(event, Stepped) and event.step == step:
            os.kill(os.getpid(), signal.SIGINT)

    return listener


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"shift": 2, "ema": 0.9, "label_smoothing": 0.1},
        {"optimiser": "sgd", "momentum": 0.9, "watch_every": 4},
        {"order": "file", "optimiser": "sgd", "schedule": "constant"},
    ],
)
def test_ctrl_c_and_resume_end_at_the_same_bytes(tmp_path: Path, fields: dict) -> None:
    whole = train("default", tmp_path / "whole", **QUICK, **fields)
    out = tmp_path / "stopped"
    for step in (8, 13):
        with pytest.raises(Interrupted) as stopped:
            train("default", out, **QUICK, **fields, resume=out.exists(), listener=stop_at(step))
        assert stopped.value.recording.status == "interrupted"
        assert stopped.value.recording.steps[-1] == step
    run = train(out=out, resume=True)
    pauses = {8, 13} - set(whole.steps)
    assert {step: digest for step, digest in frames(run).items() if step not in pauses} == frames(whole)
    assert run.losses[1].tolist() == whole.losses[1].tolist()
    assert [(line.step, line.accuracy) for line in run.evaluations] == [
        (line.step, line.accuracy) for line in whole.evaluations
    ]


def test_signals_are_as_before_afterwards(tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    with pytest.raises(Interrupted):
        train("default", tmp_path / "run", **QUICK, listener=stop_at(2))
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


def test_a_listener_that_fails_leaves_a_recording_that_resumes(tmp_path: Path) -> None:
    def fail(event: Event) -> None:
        if event.step == 5:
            raise RuntimeError("the listener's own")

    with pytest.raises(RuntimeError, match="own"):
        train("default", tmp_path / "run", **QUICK, listener=fail)
    assert load(tmp_path / "run").status == "interrupted"
    assert train(out=tmp_path / "run", resume=True).status == "finished"


def test_a_resume_elsewhere_says_what_is_another_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Interrupted):
        train("default", tmp_path / "run", **QUICK, listener=stop_at(2))
    versions = environment.versions()
    monkeypatch.setattr(environment, "versions", lambda: {**versions, "torch": "9.9"})
    run = train(out=tmp_path / "run", resume=True)
    (note,) = [line.text for line in run.notes]
    assert note.startswith(f"goes on with torch 9.9, not {versions['torch']}: its bytes may differ")


@pytest.mark.parametrize("lost", ["moments", "ema"])
def test_a_state_that_lacks_a_part_isnt_resumed(tmp_path: Path, lost: str) -> None:
    with pytest.raises(Interrupted):
        train("default", tmp_path / "run", **QUICK, ema=0.9, listener=stop_at(2))
    saved = newest_state(tmp_path / "run")
    tensors = {name: value for name, value in saved.state.tensors.items() if not name.startswith(lost)}
    saved.path.unlink()
    save_state(tmp_path / "run", 2, State(tensors, saved.state.progress), saved.log_bytes)
    with pytest.raises(HandlensError):
        train(out=tmp_path / "run", resume=True)
    assert load(tmp_path / "run").status == "interrupted"


def test_a_resume_with_another_recipe_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Interrupted):
        train("default", tmp_path / "run", **QUICK, listener=stop_at(2))
    with pytest.raises(RecipeError, match=r"was recorded with lr = 0\.\d+, not 0.5; a resume goes on"):
        train("default", tmp_path / "run", resume=True, lr=0.5)
    with pytest.raises(RecipeError, match="was recorded with name = 'default', not 'lab'"):
        train("lab", tmp_path / "run", resume=True)
    with pytest.raises(RecipeError, match="say which recording"):
        train("default", resume=True)


def test_a_resume_does_not_mind_damage_behind_its_state(tmp_path: Path) -> None:
    with pytest.raises(Interrupted):
        train("default", tmp_path / "run", **QUICK, listener=stop_at(2))
    with (tmp_path / "run" / "metrics.jsonl").open("ab") as log:
        log.write(b"\0\0\0\n")  # a power cut may leave such
    run = train(out=tmp_path / "run", resume=True)
    assert (run.status, len(run.updates), run.verify()) == ("finished", 20, [])


def test_an_existing_recording_is_refused_with_the_line_to_type(tmp_path: Path) -> None:
    with pytest.raises(Interrupted):
        train("default", tmp_path / "run", **QUICK, listener=stop_at(2))
    with pytest.raises(RecordingError, match=r"run: exists already; go on with it by --out .*run --resume"):
        train("default", tmp_path / "run", **QUICK)


def test_a_branch_begins_from_a_frame(tmp_path: Path) -> None:
    first = train("default", tmp_path / "first", **QUICK)
    second = train("default", tmp_path / "second", **QUICK, lr=0.0001, branch=(first, 9))
    assert second.digest(0) == first.digest(9)
    assert second.header.origin is not None
    assert (second.header.origin.recording, second.header.origin.step) == ("first", 9)


def test_what_convolutions_were_computed_in_is_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for able, precision in ((True, "bfloat16"), (False, "float32")):
        monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda able=able: able)
        run = train("fast", tmp_path / precision, **QUICK | {"limit": 200}, layout="contiguous")
        assert run.header.precision == precision
    assert train("lab", tmp_path / "lab", **QUICK | {"limit": 200}).header.precision == "float32"


def test_what_cannot_be_branched_from_is_said(tmp_path: Path) -> None:
    first = train("default", tmp_path / "first", **QUICK | {"limit": 200}, widths=(2, 3))
    wanted = r"than 'tutorial' with widths \(16, 32\), kernel 5 and 2 blocks"
    theirs = "ask for --net tutorial --widths 2 3 --kernel 5 --blocks 2$"
    with pytest.raises(RecipeError, match=f"first: holds another network {wanted}; .*{theirs}"):
        train("default", tmp_path / "second", **QUICK, branch=(first, 1))
    with pytest.raises(RecipeError, match="leave out either --resume or --from"):
        train("default", tmp_path / "first", resume=True, branch=(first, 1))
    train("default", tmp_path / "third", **QUICK | {"limit": 200}, widths=(2, 3), branch=(first, 1))


def test_a_diverged_training_is_kept_and_explained(tmp_path: Path) -> None:
    run = train("lab", tmp_path / "run", epochs=1, limit=2000, threads=1, lr=1e6)
    assert run.status == "failed"
    (note,) = run.notes
    assert note.text.startswith("diverged: at step ")
    assert run.header.result is not None
    assert run.header.result.failure == note.text
    assert run.steps[-1] == run.header.result.step
    assert run.verify() == []


# -- changes -------------------------------------------------------------------------------------------

CHANGED = [
    {},
    {"shift": 2, "ema": 0.9, "label_smoothing": 0.1},
    {"optimiser": "sgd", "momentum": 0.9, "schedule": "constant", "watch_every": 4},
    {"precision": "bfloat16", "schedule": "constant", "optimiser": "adamw", "weight_decay": 0.1},
]


class Hand:
    """Changes the rate twice at step 6 and once at step 11, and may pull the plug."""

    def __init__(self, dies_at: int | None = None, pauses_at: int | None = None) -> None:
        self.wishes = Wishes(self._told)
        self._dies_at, self._pauses_at = dies_at, pauses_at

    def __call__(self, event: Event) -> None:
        if isinstance(event, Stepped):
            if event.step in (6, 11):
                self.wishes.change(0.002 if event.step == 6 else 0.0005)
            if event.step in (6, self._pauses_at):
                self.wishes.pause()
            if event.step == self._dies_at:
                raise MemoryError

    def _told(self, line: ChangeLine) -> None:
        if line.value is True:
            if line.step == 6:
                self.wishes.change(0.004)
            self.wishes.go_on()


def by_hand(out: Path, hand: Hand, **fields: object) -> Recording:
    return train("default", out, **QUICK, **fields, listener=hand, wishes=hand.wishes, state_seconds=1e9)


def told(run: Recording) -> list[tuple[int, float]]:
    """The changes of the rate that the log tells of."""
    return [(change.step, change.value) for change in made(read_log(run.folder, checked=True))]


@pytest.mark.parametrize("fields", CHANGED)
def test_again_from_the_start_gives_the_same_frames(tmp_path: Path, fields: dict) -> None:
    first = by_hand(tmp_path / "first", Hand(), **fields)
    assert told(first) == [(6, 0.002), (6, 0.004), (11, 0.0005)]
    assert first.header.recipe is not None
    plan = all_changes(first.header.recipe, read_log(first.folder, checked=True))
    again = train(first.header.recipe, tmp_path / "again", changes=plan)
    assert frames(again) == frames(first)
    assert again.losses[1].tolist() == first.losses[1].tolist()
    assert told(again) == told(first)
    plain = train(first.header.recipe, tmp_path / "plain")
    assert [plain.digest(step) == first.digest(step) for step in (6, 7, 20)] == [True, False, False]
    assert [line.lr for line in first.updates[:6]] == [line.lr for line in plain.updates[:6]]
    scale = first.header.recipe.lr / 0.0005
    assert first.updates[19].lr == pytest.approx(plain.updates[19].lr / scale)


@pytest.mark.parametrize("fields", CHANGED)
def test_a_change_outlives_whatever_ends_the_training_after_it(tmp_path: Path, fields: dict) -> None:
    """As kill -9 does: nothing is saved at the end. tests/slow has real kills."""
    whole = by_hand(tmp_path / "whole", Hand(), **fields)
    for step in (7, 12):
        out = tmp_path / f"dies at {step}"
        with pytest.raises(MemoryError):
            by_hand(out, Hand(dies_at=step), **fields)
        hand = Hand()
        run = train(out=out, resume=True, listener=hand, wishes=hand.wishes)
        assert frames(run) == frames(whole)
        assert run.losses[1].tolist() == whole.losses[1].tolist()
        assert told(run) == told(whole)
        assert run.notes == ()


def test_a_training_with_a_plan_is_resumed_with_it(tmp_path: Path) -> None:
    plan = [{"step": 0, "value": 0.003}, {"step": 4, "value": 0.002}, {"step": 10, "value": 0.004}]
    whole = train("default", tmp_path / "whole", **QUICK, changes=plan)
    with pytest.raises(Interrupted):
        train("default", tmp_path / "run", **QUICK, changes=plan, listener=stop_at(7))
    run = train(out=tmp_path / "run", resume=True)
    assert frames(run) == frames(whole)
    assert told(run) == told(whole) == [(0, 0.003), (4, 0.002), (10, 0.004)]


def test_a_pause_changes_no_frame_and_takes_no_time_of_the_training(tmp_path: Path) -> None:
    class Slow(Hand):
        def _told(self, line: ChangeLine) -> None:
            if line.value is True:
                self.paused = monotonic()
                Timer(0.3, self.wishes.go_on).start()
            elif line.value is False:
                self.waited = monotonic() - self.paused

    class Idle(Slow):
        def __call__(self, event: Event) -> None:
            if isinstance(event, Stepped) and event.step == 17:
                self.wishes.pause()

    whole = train("default", tmp_path / "whole", **QUICK)
    hand = Idle()
    began = monotonic()
    run = by_hand(tmp_path / "run", hand)
    took = monotonic() - began
    assert hand.waited >= 0.3
    assert run.header.result is not None
    assert run.header.result.seconds <= took - 0.3
    assert {step: digest for step, digest in frames(run).items() if step != 17} == frames(whole)


def test_whoever_is_killed_in_a_pause_goes_on_without_it(tmp_path: Path) -> None:
    class Dying(Hand):
        def _told(self, line: ChangeLine) -> None:
            raise MemoryError

    with pytest.raises(MemoryError):
        by_hand(tmp_path / "run", Dying(pauses_at=3))
    run = train(out=tmp_path / "run", resume=True)
    lines = read_log(run.folder, checked=True)
    pauses = [(line.step, line.value) for line in lines if isinstance(line, ChangeLine)]
    assert pauses == [(3, True), (3, False)]
    assert (run.status, len(run.updates)) == ("finished", 20)


def test_a_wish_to_stop_is_an_end_like_ctrl_c(tmp_path: Path) -> None:
    wishes = Wishes()

    def listener(event: Event) -> None:
        if isinstance(event, Stepped) and event.step == 5:
            wishes.stop()

    with pytest.raises(Interrupted, match="stopped at step 5"):
        train("default", tmp_path / "run", **QUICK, listener=listener, wishes=wishes)
    assert frames(train(out=tmp_path / "run", resume=True)) == frames(
        train("default", tmp_path / "whole", **QUICK)
    )


def test_advice_goes_out_from_the_rate_that_holds(tmp_path: Path) -> None:
    plan = [{"step": 2, "value": 1e6}]
    run = train("lab", tmp_path / "run", epochs=1, limit=2000, threads=1, changes=plan)
    assert run.notes[-1].text.endswith("(now 1e+06: --lr 0.1), or --order shuffled")
