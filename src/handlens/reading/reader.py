"""The reader: a picture in, a reading out."""

import os
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image

from handlens.arrays import Ink
from handlens.reading.frame import Box, Pixels, frame, from_gray
from handlens.reading.judge import NONE, Judge
from handlens.reading.lines import Components, Members, find_components, find_lines
from handlens.reading.path import Edge, Kind, best_path, parse
from handlens.reading.result import GAP, Digit, Line, Mark, Mode, Reading, Rejected
from handlens.reading.split import Candidate, Piece, Strip, candidates_of, pieces_of, strip_of
from handlens.reading.taught import Taught
from handlens.recording import Recording, load

Source = str | os.PathLike[str] | bytes | BinaryIO | Image.Image | np.ndarray
"""A path, a file's bytes, an open file, a PIL image, or an array [height, width] or [height, width, 3 or 4]."""

SMALL = 40
"""A picture whose sides are at most this long is of one digit, unless it is much wider than high."""

CUT = 0.4
"""What a cut costs, and a pen width of ink that it crosses: most digits don't touch."""

BROKEN = 3.0
"""What joining strokes costs for each digit height of paper between them: most digits aren't broken."""

REJECT = 1.5
"""What taking ink for no digit costs: pictures are given to be read."""

LEAST = 1e-4
"""No probability is taken for less: a network is never that sure that something is no digit."""


class Reader:
    """Reads digits from pictures. One is enough for a process; it may be used from several threads.

    Args:
        recording: a recording, its folder, or a shipped network's name.
        taught: with the last layer that a person taught (`handlens teach`), where there is one.

    Raises:
        RecordingError: there is no such recording, or it is damaged.
        InkError: its network doesn't take one gray image of 28x28.

    Example:
        >>> reader = Reader()
        >>> reader.read("photo.jpg").text  # doctest: +SKIP
        '2741'
    """

    def __init__(self, recording: Recording | str | Path = "reader", taught: bool = False) -> None:
        chosen = recording if isinstance(recording, Recording) else load(recording)
        self.recording = chosen
        self.judge = Judge.of(chosen)
        self.taught = Taught.of(chosen) if taught else None
        """What was taught, and is used."""
        if self.taught is not None:
            self.judge = self.judge.with_last_layer(self.taught.weight, self.taught.bias)

    def read(self, image: Source, mode: Mode | None = None, expect: str | None = None) -> Reading:
        """Read a picture.

        Args:
            image: see `Source`.
            mode: how the digits stand; by default it is found out.
            expect: a pattern of what is written: d stands for a digit, anything else for a mark.

        Raises:
            InkError: the picture can't be decoded or is too large, or the pattern is none.
        """
        pattern = None if expect is None else parse(expect)
        ink = _ink(image)
        size = (ink.shape[0], ink.shape[1])
        notes: list[str] = []
        threshold = self.judge.rule.threshold
        components = find_components(ink)
        if not len(components.boxes):
            return Reading((), (), size, mode or "page", threshold, ("no ink found",))
        if mode is None and pattern is None and max(size) <= SMALL and size[1] < 1.5 * size[0]:
            mode = "digit"
        everything = np.arange(len(components.boxes))
        if mode == "digit":
            line, rejected = self._digit(ink, components)
            return Reading(line, rejected, size, mode, threshold)
        lines = find_lines(components) if mode != "row" else [everything]
        found, rejected_all = [], []
        for members in lines:
            one, rejected_here = self._line(ink, components, members, pattern, notes)
            found += one
            rejected_all += rejected_here
        if mode is None:
            mode = "page" if len(lines) > 1 else "row"
        return Reading(tuple(found), tuple(rejected_all), size, mode, threshold, tuple(notes))

    def _digit(self, ink: Ink, components: Components) -> tuple[tuple[Line, ...], tuple[Rejected, ...]]:
        own = np.where(components.labels > 0, ink, np.float32(0))
        framed = frame(own)
        (probabilities,) = self.judge(framed.pixels[None])
        digit = self._named(probabilities, framed.box, framed.pixels)
        if digit.confidence < self.judge.rule.threshold:
            return (), (_rejected(digit),)
        return (Line((digit,), (), digit.value, digit.box),), ()

    def _line(
        self,
        ink: Ink,
        components: Components,
        members: Members,
        pattern: tuple[Kind, ...] | None,
        notes: list[str],
    ) -> tuple[list[Line], list[Rejected]]:
        strip = strip_of(ink, components, members)
        pieces = pieces_of(strip)
        candidates = candidates_of(strip, pieces)
        frames = np.stack([frame(candidate.ink).pixels for candidate in candidates])
        probabilities = self.judge(frames)
        edges = self._edges(pieces, candidates, probabilities)
        path = best_path(len(pieces), edges, pattern)
        forced = pattern is not None and path is not None
        if path is None:
            notes.append("the pattern doesn't fit what is written; this is the best reading without it")
            path = best_path(len(pieces), edges)
        assert path is not None
        return self._told(strip, pieces, candidates, frames, probabilities, path, forced)

    def _edges(
        self, pieces: list[Piece], candidates: list[Candidate], probabilities: np.ndarray
    ) -> list[Edge]:
        digits = len(self.judge.digits)
        edges = []
        for index, (candidate, p) in enumerate(zip(candidates, probabilities, strict=True)):
            run = pieces[candidate.start : candidate.stop]
            length = sum(piece.length for piece in run)
            around = BROKEN * candidate.gap + (CUT * (1 + run[0].crossed) if run[0].cut else 0)
            score = length * np.log(max(float(p[:digits].max()), LEAST)) - around
            edges.append(Edge(candidate.start, candidate.stop, "digit", score, index))
            if candidate.whole:
                none = float(p[digits]) if len(p) > digits else 0.05
                score = length * (np.log(max(none, LEAST)) - REJECT) - around
                edges.append(Edge(candidate.start, candidate.stop, "none", score, index))
        for position, piece in enumerate(pieces):
            if piece.mark is not None:
                edges.append(Edge(position, position + 1, piece.mark, -0.02))
        return edges

    def _told(
        self,
        strip: Strip,
        pieces: list[Piece],
        candidates: list[Candidate],
        frames: np.ndarray,
        probabilities: np.ndarray,
        path: list[Edge],
        forced: bool,
    ) -> tuple[list[Line], list[Rejected]]:
        digits: list[Digit] = []
        marks: list[Mark] = []
        rejected: list[Rejected] = []
        text = ""
        reach: int | None = None
        boxes = []
        for edge in path:
            run = pieces[edge.start : edge.stop]
            left = min(piece.left for piece in run)
            wide = reach is not None and left - reach > 1.5 * strip.height
            reach = max(piece.right for piece in run)
            if edge.candidate < 0:
                (piece,) = run
                box = strip.box_in_picture(piece.ink, piece.top, piece.left)
                marks.append(Mark(edge.kind, box))
                text += GAP
                continue
            candidate = candidates[edge.candidate]
            box = strip.box_in_picture(candidate.ink, candidate.top, candidate.left)
            digit = self._named(probabilities[edge.candidate], box, frames[edge.candidate])
            if not forced and (edge.kind == "none" or digit.confidence < self.judge.rule.threshold):
                rejected.append(_rejected(digit))
                text += GAP
                continue
            text += (GAP if wide else "") + digit.value
            digits.append(digit)
            boxes.append(box)
        if not digits:
            return [], rejected
        tops, lefts, bottoms, rights = zip(*boxes, strict=True)
        box = Box(min(tops), min(lefts), max(bottoms), max(rights))
        return [Line(tuple(digits), tuple(marks), GAP.join(text.split()), box)], rejected

    def _named(self, probabilities: np.ndarray, box: Box, pixels: Pixels) -> Digit:
        named = dict(zip(self.judge.names, map(float, probabilities), strict=True))
        value = max(self.judge.digits, key=lambda name: named[name])
        return Digit(value, named[value], named, box, pixels)


def _rejected(digit: Digit) -> Rejected:
    other, next_best = digit.alternatives[0]
    if digit.probabilities.get(NONE, 0) > digit.confidence:
        reason = "it looks like no digit: a letter, a scribble or a stain"
    elif digit.confidence < 2 * next_best:
        reason = f"it may be {digit.value} or {other}"
    else:
        reason = f"it may be {digit.value}, but that is too doubtful"
    return Rejected(reason, digit.box, digit.pixels, (digit.value, digit.confidence))


def _ink(image: Source) -> Ink:
    if isinstance(image, np.ndarray):
        return from_gray(image)
    opened = image if isinstance(image, Image.Image) else Image.open(image)  # type: ignore[arg-type]
    return from_gray(np.asarray(opened.convert("L")))
