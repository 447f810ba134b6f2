"""Fuzzing without a library: good files of a kind, damaged in the ways that break parsers, over and over.

    python tests/trust/fuzzing.py TARGET CASES SEED

fuzzes one target of targets.py in a process of its own and prints a report as JSON. A case is a failure where
the parser raises what it mustn't, accepts what the oracle doesn't (the second, simpler implementation beside
each target), or takes more than a second. The same seed gives the same cases.
"""

import faulthandler
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

HANG = 20
"""Seconds after which a case counts as a hang: where it is then is printed, and the process ends."""

SLOW = 1.0
"""Seconds; a slow case is tried once more, for the machine may have been busy."""

NUMBERS = (0, 1, 2, 127, 128, 255, 256, 32_767, 65_535, 2**24, 2**31 - 1, 2**31, 2**32 - 1, 2**63, 2**64 - 1)
MOST = 5
"""Failures after which a run ends: more of them say the same."""


@dataclass(frozen=True)
class Target:
    """A parser, what it is fed, and who judges it."""

    name: str
    seeds: Sequence[bytes]
    """Good files of its kind."""
    parse: Callable[[bytes, Path], Any]
    """Takes a file's bytes and an empty folder of its own."""
    allowed: tuple[type[Exception], ...]
    """What it may raise."""
    oracle: Callable[[bytes, Any], None]
    """Raises AssertionError where this value isn't what these bytes mean."""
    words: Sequence[bytes] = ()
    """What stands in such files, to be put elsewhere."""
    corpus: Sequence[bytes] = ()
    """Files, good or not, that reach what the good ones don't."""


@dataclass
class Report:
    """What came of a run."""

    target: str
    cases: int = 0
    accepted: int = 0
    slowest: float = 0.0
    failures: list[str] = field(default_factory=list)


def fuzz(target: Target, cases: int, seed: int, folder: Path) -> Report:
    """Feed a target its files as they are, and then so many damaged ones."""
    report = Report(target.name)
    for number, data in enumerate(_cases(target, cases, seed)):
        if number % 100 == 0:
            faulthandler.dump_traceback_later(HANG, exit=True)
        seconds, failure = _try(target, data, folder, report)
        if seconds > SLOW:
            seconds, failure = _try(target, data, folder, report)
        report.cases += 1
        report.slowest = max(report.slowest, round(seconds, 4))
        if failure is None and seconds > SLOW:
            failure = f"took {seconds:.1f} s"
        if failure is not None:
            report.failures.append(f"case {number}: {failure}: {data[:400]!r}")
        if len(report.failures) >= MOST:
            break
    faulthandler.cancel_dump_traceback_later()
    return report


def _cases(target: Target, cases: int, seed: int) -> Iterator[bytes]:
    random = Random(f"{target.name} {seed}")
    files = [*target.seeds, *target.corpus]
    yield from files
    for _ in range(cases):  # good ones as often as all others together
        yield damaged(target.seeds if random.random() < 0.5 else files, target.words, random)


def _try(target: Target, data: bytes, folder: Path, report: Report) -> tuple[float, str | None]:
    started = time.perf_counter()
    failure = None
    try:
        value = target.parse(data, folder)
    except target.allowed:
        seconds = time.perf_counter() - started
    except Exception as error:
        seconds = time.perf_counter() - started
        failure = f"raised {error!r}"
    else:
        seconds = time.perf_counter() - started
        report.accepted += 1
        try:
            target.oracle(data, value)
        except Exception as error:
            failure = f"accepted wrongly ({error!r})"
    return seconds, failure


# --- damage ------------------------------------------------------------------------------------------------


def damaged(seeds: Sequence[bytes], words: Sequence[bytes], random: Random) -> bytes:
    """One of the seeds with one to four things done to it."""
    data = bytearray(random.choice(seeds))
    for _ in range(random.choice((1, 1, 1, 2, 3, 4))):
        random.choice(_DAMAGES)(data, random)
        if words and random.random() < 0.3:
            _put(data, random.choice(words), random)
        if random.random() < 0.1:
            _splice(data, random.choice(seeds), random)
    return bytes(data)


def _place(data: bytearray, random: Random) -> int:
    """Anywhere; headers are hit more often."""
    return min(random.randrange(64) if random.random() < 0.4 else random.randrange(len(data) + 1), len(data))


def _flip(data: bytearray, random: Random) -> None:
    if data:
        data[random.randrange(len(data))] ^= 1 << random.randrange(8)


def _set(data: bytearray, random: Random) -> None:
    place = _place(data, random)
    data[place : place + 1] = bytes([random.choice((0, 1, 127, 128, 255, random.randrange(256)))])


def _cut(data: bytearray, random: Random) -> None:
    del data[_place(data, random) :]


def _remove(data: bytearray, random: Random) -> None:
    place = _place(data, random)
    del data[place : place + random.randrange(1, 30)]


def _insert(data: bytearray, random: Random) -> None:
    place = _place(data, random)
    data[place:place] = random.randbytes(random.randrange(1, 12))


def _repeat(data: bytearray, random: Random) -> None:
    start = _place(data, random)
    data[start:start] = data[start : start + random.randrange(1, 60)] * random.choice((1, 1, 2, 50))


def _number(data: bytearray, random: Random) -> None:
    """A whole number where one may be, as bytes in either order."""
    size = random.choice((2, 4, 4, 8))
    value = random.choice(NUMBERS) + random.choice((0, 0, -1, 1))
    place = _place(data, random)
    data[place : place + size] = (value % 256**size).to_bytes(size, random.choice(("big", "little")))


def _digits(data: bytearray, random: Random) -> None:
    """Another number in a text."""
    places = [place for place, byte in enumerate(data) if 48 <= byte <= 57]
    if not places:
        return
    start = stop = random.choice(places)
    while stop < len(data) and 48 <= data[stop] <= 57:
        stop += 1
    said = (str(random.choice(NUMBERS)), "-1", "1e400", "0.5", "NaN", "null", '"1"', "[]", "true", "9" * 400)
    data[start:stop] = random.choice(said).encode()


def _put(data: bytearray, word: bytes, random: Random) -> None:
    place = _place(data, random)
    data[place : place + random.choice((0, len(word)))] = word


def _splice(data: bytearray, other: bytes, random: Random) -> None:
    """The first part of one, the last of another."""
    data[_place(data, random) :] = other[random.randrange(len(other) + 1) :]


_DAMAGES = (_flip, _flip, _set, _set, _cut, _remove, _insert, _repeat, _number, _number, _digits)


def workplace() -> tempfile.TemporaryDirectory[str]:
    """A folder in memory where there is one: writing a file anew takes a disk milliseconds."""
    return tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None)


def main(name: str, cases: int, seed: int) -> None:
    """Fuzz one target; prints its report."""
    from trust.targets import TARGETS

    with workplace() as folder:
        report = fuzz(TARGETS[name](), cases, seed, Path(folder))
    sys.stdout.write(json.dumps(asdict(report)) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
