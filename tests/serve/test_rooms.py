"""What takes long to compute has threads and places of its own; what doesn't never waits for it."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Event, Semaphore, Thread

import httpx2
import pytest
from serving import recorded, serving

from handlens.errors import DataError, HandlensError, LookError
from handlens.page.resources import Resources, placeless
from handlens.recording import Recording, load
from handlens.serve import turns
from handlens.serve.shelf import Kept, pace

PATIENCE = 20
SLOW = "tsne/test.safetensors"
SCORED = "outputs/test.safetensors"


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> Semaphore:
    """Released each time that something slow is begun."""
    return Semaphore(0)


@pytest.fixture
def may(begun: Semaphore, monkeypatch: pytest.MonkeyPatch) -> Iterator[Event]:
    """What t-SNE waits for."""
    event, usual = Event(), Resources.read

    def read(self: Resources, key: str) -> bytes:
        if key == SLOW:
            begun.release()
            assert event.wait(PATIENCE)
            return b"slow"
        return b"scored" if key == SCORED else usual(self, key)

    monkeypatch.setattr(Resources, "read", read)
    yield event
    event.set()


def test_quick_ones_never_wait_and_of_slow_ones_some_are_told_when(
    may: Event, begun: Semaphore, tmp_path: Path
) -> None:
    answers: list[httpx2.Response] = []
    with serving(recorded(tmp_path / "run")) as address:

        def ask() -> None:
            answers.append(httpx2.get(f"{address}/runs/run/{SLOW}", timeout=PATIENCE))

        asking = [Thread(target=ask) for _ in range(45)]
        for thread in asking:
            thread.start()
        assert begun.acquire(timeout=PATIENCE)
        most = turns.ROOM_WORKERS + turns.ROOM_WAITING
        for _ in range(1000):  # until they are told, which takes no time
            if len(answers) >= 45 - most:
                break
            asking[0].join(0.01)
        for path in ("run.json", "frames/2.safetensors", SCORED, "events"):
            with httpx2.stream("GET", f"{address}/runs/run/{path}", timeout=2) as answer:
                assert answer.status_code == 200
        assert len(answers) == 45 - most
        assert {answer.status_code for answer in answers} == {503}
        assert {answer.headers["retry-after"] for answer in answers} == {"5"}
        assert "too much is being computed" in answers[0].json()["error"]
        may.set()
        for thread in asking:
            thread.join(PATIENCE)
        assert sorted(answer.status_code for answer in answers) == [200] * most + [503] * (45 - most)


def test_it_ends_while_something_slow_goes_on(may: Event, begun: Semaphore, tmp_path: Path) -> None:
    def ask(address: str) -> None:
        with suppress(httpx2.HTTPError):
            httpx2.get(f"{address}/runs/run/{SLOW}", timeout=PATIENCE)

    with serving(recorded(tmp_path / "run")) as address:  # it has 20 s to end, the slow one ends after it
        asking = Thread(target=ask, args=(address,))
        asking.start()
        assert begun.acquire(timeout=PATIENCE)
    assert not may.is_set()
    may.set()
    asking.join(PATIENCE)


def test_every_kind_of_resource_has_a_pace() -> None:
    found = {key: pace(key) for key in ("run.json", "frames/1.safetensors", "sets/test.safetensors", SLOW)}
    assert list(found.values()) == ["quick", "quick", "scored", "computed"]


# -- names in place of folders -------------------------------------------------------------------------


def test_no_folder_of_this_computer_goes_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = recorded(tmp_path / "a run")
    frame = run.folder / "frames" / "00000001.safetensors"
    frame.write_bytes(frame.read_bytes()[:-1] + b"\x01")
    with serving(run) as address:
        damaged = httpx2.get(f"{address}/runs/a-run/frames/1.safetensors")
        missing = httpx2.get(f"{address}/runs/a-run/frames/7.safetensors")
    assert damaged.json()["error"].startswith("a run/frames/00000001.safetensors: ")
    assert missing.json()["error"].startswith("a run: no resource ")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "elsewhere").symlink_to(run.folder)
    for folder in (Path("a run"), Path("elsewhere"), Path("../") / tmp_path.name / "a run"):
        with pytest.raises(HandlensError) as raised:
            Kept(load(folder)).read("frames/1.safetensors")
        assert str(tmp_path) not in str(raised.value)
        assert tmp_path.name not in str(raised.value)


@pytest.mark.parametrize("name", ["set", "a/deep/set"])
def test_a_data_set_is_named_by_its_last_name(name: str, tmp_path: Path) -> None:
    run = _trained_on(recorded(tmp_path / "run"), str(tmp_path / name))
    said = f"{tmp_path / name}/train-images: is no IDX; {tmp_path / 'run'}: was trained on {tmp_path / name}"
    assert placeless(said, run) == "set/train-images: is no IDX; run: was trained on set"


def test_a_cache_elsewhere_is_named_too(tmp_path: Path) -> None:
    recorded(tmp_path / "run")
    run = load(tmp_path / "run", tmp_path / "far" / "kept")
    assert (
        placeless(f"{tmp_path / 'far' / 'kept' / 'x'}: can't be written", run) == "kept/x: can't be written"
    )


def test_the_page_is_told_of_missing_digits_without_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = recorded(tmp_path / "run")

    def lost(self: Recording, *_: object) -> None:
        raise DataError(f"{self.folder}/samples.safetensors: is gone")

    monkeypatch.setattr(Recording, "digits", lost)
    monkeypatch.setattr(Recording, "sets", property(lost))
    run = _trained_on(run, "mnist")
    shown = Resources(run)
    assert shown._there == ({}, "run/samples.safetensors: is gone")
    with pytest.raises(LookError, match=r"^run: no resource 'x'"):
        shown.read("x")


def _trained_on(run: Recording, name: str) -> Recording:
    about = run.header.data.model_copy(update={"name": name, "sha256": {"train-images": "0" * 64}})
    run.header = run.header.model_copy(update={"data": about})
    return run
