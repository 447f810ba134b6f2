"""What a row says: against torch's own loss, and against all ways to spell a text."""

from collections import defaultdict
from itertools import groupby, product

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import log_softmax

from handlens.reading import ctc
from handlens.reading.ctc import instead, likeliest, log_likelihood

NEVER = -1e8
seeds = st.integers(0, 2**32 - 1)


def answers_of(seed: int, places: int, classes: int) -> np.ndarray:
    """Random answers; no class is less likely than `ctc.LEAST`."""
    return log_softmax(np.random.default_rng(seed).uniform(-2, 2, (places, classes)), axis=1)


def all_texts(answers: np.ndarray) -> dict[tuple[int, ...], float]:
    """Every text's probability: the sum over its spellings."""
    places, classes = answers.shape
    found: dict[tuple[int, ...], float] = defaultdict(float)
    for spelling in product(range(classes), repeat=places):
        text = tuple(name for name, _ in groupby(spelling) if name != classes - 1)
        found[text] += float(np.exp(answers[range(places), spelling].sum()))
    return found


@given(seed=seeds, places=st.integers(1, 8), classes=st.integers(2, 5), length=st.integers(0, 4))
def test_a_texts_likelihood_is_minus_torchs_loss(seed: int, places: int, classes: int, length: int) -> None:
    answers = answers_of(seed, places, classes)
    texts = np.random.default_rng(seed).integers(0, classes - 1, (6, length))
    expected = -torch.nn.functional.ctc_loss(
        torch.from_numpy(answers)[:, None].expand(-1, 6, -1),
        torch.from_numpy(texts),
        torch.full((6,), places),
        torch.full((6,), length),
        blank=classes - 1,
        reduction="none",
    ).numpy()
    found = log_likelihood(answers, [tuple(text) for text in texts.tolist()])
    can_be = np.isfinite(expected)
    np.testing.assert_allclose(found[can_be], expected[can_be], atol=1e-9)
    assert (found[~can_be] < NEVER).all()


@pytest.mark.parametrize("text", [(0, 0), (0, 1, 0), (1, 1, 1, 1)])
def test_a_text_that_has_no_room_is_impossible(text: tuple[int, ...]) -> None:
    assert log_likelihood(answers_of(0, 2, 3), [text])[0] < NEVER


def test_a_repetition_needs_a_blank_between() -> None:
    answers = answers_of(1, 3, 3)
    assert log_likelihood(answers, [(0, 0)])[0] == pytest.approx(answers[[0, 1, 2], [0, 2, 0]].sum())


def test_of_no_places_only_the_empty_text_can_be() -> None:
    nothing = np.zeros((0, 3))
    assert log_likelihood(nothing, [()])[0] == 0
    assert log_likelihood(nothing, [(0,)])[0] < NEVER


@given(seed=seeds)
def test_a_large_beam_finds_all_texts_and_their_exact_sums(seed: int) -> None:
    answers = answers_of(seed, 3, 3)
    found, exact = likeliest(answers, beam=1000), all_texts(answers)
    assert {text for text, log in found.items() if log > NEVER} == set(exact)
    for text, probability in exact.items():
        assert np.exp(found[text]) == pytest.approx(probability)


@given(seed=seeds, beam=st.integers(1, 4))
def test_a_small_beam_keeps_so_many_and_counts_no_spelling_twice(seed: int, beam: int) -> None:
    answers = answers_of(seed, 4, 4)
    found, exact = likeliest(answers, beam), all_texts(answers)
    assert len(found) == beam
    for text, log in found.items():
        assert np.exp(log) <= exact[text] * (1 + 1e-9)


def test_where_the_answers_are_sure_that_is_the_likeliest_text() -> None:
    sure = log_softmax(8 * np.eye(12)[[11, 3, 3, 11, 3, 7, 7, 11, 10]], axis=1)
    found = likeliest(sure)
    assert max(found, key=found.__getitem__) == (3, 3, 7, 10)


@pytest.mark.parametrize(("probability", "tried"), [(ctc.LEAST + 0.1, True), (ctc.LEAST - 0.1, False)])
def test_what_is_hardly_likely_is_not_tried(probability: float, tried: bool) -> None:
    rare = np.exp(probability)
    answers = np.log([[rare, 0.5 - rare, 0.5]])
    assert ((0,) in likeliest(answers)) == tried


@given(seed=seeds, text=st.lists(st.integers(0, 2), min_size=1, max_size=2).map(tuple))
def test_instead_of_each_character_every_class_by_its_texts_probability(
    seed: int, text: tuple[int, ...]
) -> None:
    answers = answers_of(seed, 4, 4)
    exact = all_texts(answers)
    expected = np.array(
        [[exact[(*text[:i], name, *text[i + 1 :])] for name in range(3)] for i in range(len(text))]
    )
    expected[:, -1] += [exact[text[:i] + text[i + 1 :]] for i in range(len(text))]
    found = instead(answers, text, range(len(text)))
    np.testing.assert_allclose(found, expected / expected.sum(axis=1, keepdims=True), atol=1e-9)
    np.testing.assert_allclose(found.sum(axis=1), 1)


def test_only_the_characters_that_are_asked_for() -> None:
    answers, text = answers_of(1, 9, 12), (3, 1, 4)
    everywhere = instead(answers, text, range(3))
    np.testing.assert_allclose(instead(answers, text, [2, 0]), everywhere[[2, 0]])


def test_nothing_stands_instead_of_nothing() -> None:
    assert instead(answers_of(0, 4, 12), (), ()).shape == (0, 11)
