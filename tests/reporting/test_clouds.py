"""The films' numbers: right, kept, and cut off where a run diverged."""

import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from handlens.errors import LookError, MissingLibrary
from handlens.insight import embedding
from handlens.insight.activations import softmax
from handlens.recording import Recording, load
from handlens.reporting import clouds
from handlens.reporting.clouds import cast, cloud, coded, decoded, has_tsne, tsne_of


@pytest.fixture
def fresh(foreign: Recording, tmp_path: Path) -> Recording:
    """The foreign recording with nothing in its cache."""
    return load(shutil.copytree(foreign.folder, tmp_path / "fresh", ignore=shutil.ignore_patterns("cache")))


@pytest.fixture
def drawn_places(monkeypatch: pytest.MonkeyPatch) -> None:
    """In place of a t-SNE, other places each time."""
    rng = np.random.default_rng(0)

    def places(features, seed, callback):  # type: ignore[no-untyped-def]
        return rng.normal(size=(len(list(features)), 60, 2)).astype(np.float32)

    monkeypatch.setattr(embedding, "aligned_tsne", places)


def never(*args: object) -> None:
    raise AssertionError("computed again")


def test_the_cast_is_balanced_and_the_stage_is_before_the_logits(small: Recording) -> None:
    chosen = cast(small, "test", 100)
    np.testing.assert_array_equal(np.bincount(chosen.labels), [10] * 10)
    assert chosen.stage == "flatten"


def test_probabilities_are_the_networks_at_each_step(fresh: Recording) -> None:
    chosen = cast(fresh, "samples")
    seen = cloud(fresh, chosen, (0, 4, 9), tsne=False)
    images = fresh.digits("samples", chosen.items)[0]
    for step, ours in zip((0, 4, 9), seen.probabilities, strict=True):
        np.testing.assert_allclose(ours, softmax(fresh.net(step)(images)), atol=1e-6)
    assert seen.tsne is None


def test_the_t_sne_is_of_the_stage_before_the_logits(
    fresh: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[np.ndarray] = []

    def noting(features, seed, callback):  # type: ignore[no-untyped-def]
        given.extend(features)
        return np.zeros((len(given), 60, 2), np.float32)

    monkeypatch.setattr(embedding, "aligned_tsne", noting)
    chosen = cast(fresh, "samples")
    cloud(fresh, chosen, (0, 9), tsne=True)
    images = fresh.digits("samples", chosen.items)[0]
    for step, features in zip((0, 9), given, strict=True):
        np.testing.assert_allclose(features, fresh.stages(images, step)["mean"], atol=1e-5)


@pytest.mark.usefixtures("drawn_places")
def test_what_was_computed_is_kept(fresh: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = cast(fresh, "samples")
    first = cloud(fresh, chosen, (0, 9), tsne=True)
    monkeypatch.setattr(clouds, "_pass", never)
    again = cloud(fresh, chosen, (0, 9), tsne=True)
    assert again.steps == first.steps
    np.testing.assert_array_equal(again.tsne, first.tsne)
    np.testing.assert_array_equal(again.probabilities, first.probabilities)
    with pytest.raises(AssertionError, match="computed again"):
        cloud(fresh, chosen, (0, 8), tsne=True)


@pytest.mark.usefixtures("drawn_places")
def test_a_t_sne_is_kept_by_itself_and_known_of(fresh: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = cast(fresh, "samples")
    assert not has_tsne(fresh, chosen, (0, 9))
    first = tsne_of(fresh, chosen, (0, 9))
    assert has_tsne(fresh, chosen, (0, 9))
    assert not has_tsne(fresh, chosen, (0, 8))
    assert not has_tsne(fresh, chosen._replace(items=chosen.items[::-1]), (0, 9))
    monkeypatch.setattr(embedding, "aligned_tsne", never)
    np.testing.assert_array_equal(cloud(fresh, chosen, (0, 9), tsne=True).tsne, first)


def test_codes_hold_a_film_to_a_four_thousandth() -> None:
    film = np.random.default_rng(0).normal(size=(5, 40, 2)).astype(np.float32)
    kept = coded(film)
    np.testing.assert_allclose(decoded(**_as_arguments(kept)), film, atol=np.abs(film).max() / 2047 * 0.51)
    np.testing.assert_array_equal(kept["film"][0], np.rint(film[0] / kept["scale"]))
    still = coded(np.repeat(film[:1], 3, axis=0))["film"]
    assert not still[1:].any()
    assert decoded(**_as_arguments(coded(np.zeros((2, 3, 2), np.float32)))).tolist() == [[[0, 0]] * 3] * 2


def _as_arguments(kept: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {"differences": kept["film"], "scale": kept["scale"]}


def test_a_damaged_cache_is_computed_anew(fresh: Recording) -> None:
    chosen = cast(fresh, "samples")
    first = cloud(fresh, chosen, (0, 9), tsne=False)
    (kept,) = (fresh.folder / "cache").iterdir()
    kept.write_bytes(b"nonsense")
    again = cloud(fresh, chosen, (0, 9), tsne=False)
    np.testing.assert_array_equal(again.probabilities, first.probabilities)


def test_a_cache_that_cant_be_written_costs_nothing_but_time(fresh: Recording) -> None:
    (fresh.folder / "cache").write_text("a file where the folder should be")
    assert cloud(fresh, cast(fresh, "samples"), (0, 9), tsne=False).steps == (0, 9)


def diverging(monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    real = clouds._pass

    def bad(run: Recording, images: np.ndarray, name: str, step: int) -> tuple[np.ndarray, np.ndarray]:
        stage, logits = real(run, images, name, step)
        return stage, np.full_like(logits, np.nan) if step >= at else logits

    monkeypatch.setattr(clouds, "_pass", bad)


def test_a_film_ends_before_the_first_frame_that_isnt_finite(
    fresh: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    diverging(monkeypatch, at=2)
    seen = cloud(fresh, cast(fresh, "samples"), (0, 1, 2, 3), tsne=False)
    assert seen.steps == (0, 1)
    assert seen.probabilities.shape == (2, 60, 3)
    assert cloud(fresh, cast(fresh, "samples"), (0, 1, 2, 3), tsne=False).steps == (0, 1)


def test_without_a_finite_frame_there_is_no_film(fresh: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    diverging(monkeypatch, at=0)
    with pytest.raises(LookError, match="step 0 holds numbers that aren't finite; there is no film"):
        cloud(fresh, cast(fresh, "samples"), (0, 1), tsne=False)


def test_a_t_sne_without_open_tsne_is_refused(fresh: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openTSNE", None)
    with pytest.raises(MissingLibrary, match="openTSNE"):
        cloud(fresh, cast(fresh, "samples"), (0,), tsne=True)
