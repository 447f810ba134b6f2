"""What one would take instead: rows, also of what isn't there."""

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from handlens.bench import peers
from handlens.bench.children import Answer
from handlens.bench.peers import Digits, multilayer, neighbours
from handlens.bench.targets import UNWATCHED
from handlens.data import Sets
from handlens.errors import HandlensError


@pytest.fixture
def digits(mnist: Sets) -> Digits:
    """A few."""
    return (*peers._scaled(mnist.development, 600), *peers._scaled(mnist.test, 200))


def test_what_is_missing_or_broken_is_a_row_and_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def ask(module: str, environment: dict[str, str], *, name: str, **settings: Any) -> list[Answer]:
        if name == "keras-jax":
            assert environment == {"KERAS_BACKEND": "jax"}
            raise ModuleNotFoundError("No module named 'jax'", name="jax")
        if name == "sklearn-mlp":
            raise HandlensError("the measurement failed with status 1: it broke")
        return [Answer(9.0, {"fit": 1.0, "predict": 0.5, "accuracy": 0.97, "settings": {"n_neighbors": 3}})]

    monkeypatch.setattr(peers, "ask", ask)
    told: list[str] = []
    names = ("keras-jax", "sklearn-mlp", "sklearn-knn")
    found = peers.measured(names=names, limit=10, told=told.append)
    assert told[:2] == [
        "keras-jax: jax isn't installed",
        "sklearn-mlp: the measurement failed with status 1: it broke",
    ]
    (table,) = peers.tables(found)
    assert table.rows == [
        ("keras-jax", "–", "–", "–", "–", "jax isn't installed. pip install keras jax"),
        ("sklearn-mlp", "–", "–", "–", "–", "the measurement failed with status 1: it broke."),
        ("sklearn-knn", "1.00", "0.50", "97.00 %", "9.00", "n_neighbors 3"),
    ]


def test_in_a_process_of_its_own_it_answers_or_says_what_it_lacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (tmp_path / "keras.py").write_text("import a_library_that_keras_needs")
    row = peers.peer("keras-torch", 1, 10)
    assert row["missing"] == "a_library_that_keras_needs isn't installed"
    assert peers.peer("sklearn-knn", 1, 100)["accuracy"] > 0.3


def test_scikit_learns_rows_are_of_what_it_answers(digits: Digits) -> None:
    for found in (multilayer(digits), neighbours(digits)):
        assert 0.5 < found["accuracy"] <= 1
        assert min(found["fit"], found["predict"]) > 0
        assert found["versions"]["scikit-learn"]
    images, labels, test_images, test_labels = digits
    apart = ((test_images[:, None] - images[None]) ** 2).sum((2, 3))
    nearest = labels[np.argsort(apart, 1)[:, :3]]
    votes = np.array([np.bincount(row, minlength=10).argmax() for row in nearest])
    assert neighbours(digits)["accuracy"] == pytest.approx(float((votes == test_labels).mean()), abs=0.011)


def test_kerass_network_is_its_examples(digits: Digits, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: dict[str, Any] = {}

    class Sequential:
        def __init__(self, layers: list[Any]) -> None:
            calls["layers"] = layers

        def compile(self, **options: Any) -> None:
            calls["compile"] = options

        def fit(self, images: np.ndarray, labels: np.ndarray, **options: Any) -> None:
            calls["fit"] = (images.shape, labels.shape, options)

        def predict(self, images: np.ndarray, verbose: int) -> np.ndarray:
            return np.eye(10)[np.full(len(images), 7)]

    def layer(kind: str) -> Any:
        return lambda *sizes, **options: (kind, *sizes, *options.values())

    kinds = ("Conv2D", "MaxPooling2D", "Flatten", "Dropout", "Dense")
    library: Any = ModuleType("keras")
    library.layers = SimpleNamespace(**{kind: layer(kind) for kind in kinds})
    library.Input, library.Sequential = layer("Input"), Sequential
    library.utils = SimpleNamespace(
        set_random_seed=lambda seed: None, to_categorical=lambda labels, count: np.eye(count)[labels]
    )
    monkeypatch.setitem(sys.modules, "keras", library)
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    found = peers.keras(digits, 2)
    assert calls["layers"] == [
        ("Input", (28, 28, 1)),
        ("Conv2D", 32, 3, "relu"),
        ("MaxPooling2D", 2),
        ("Conv2D", 64, 3, "relu"),
        ("MaxPooling2D", 2),
        ("Flatten",),
        ("Dropout", 0.5),
        ("Dense", 10, "softmax"),
    ]
    assert calls["compile"]["optimizer"] == "adam"
    options = {"batch_size": 128, "epochs": 2, "validation_split": 0.1, "verbose": 0}
    assert calls["fit"] == ((600, 28, 28, 1), (600, 10), options)
    assert found["accuracy"] == pytest.approx(float((digits[3] == 7).mean()))
    assert found["settings"]["backend"] == "torch"


def test_handlens_has_its_row_too(monkeypatch: pytest.MonkeyPatch) -> None:
    run = {"loop": 2.0, "final": 0.25, "accuracy": 0.991}
    asked: list[dict[str, Any]] = []

    def ask(module: str, **given: Any) -> list[Answer]:
        asked.append(given)
        return [Answer(3.0, {"updated": True}), Answer(5.0, run)]

    monkeypatch.setattr(peers, "ask", ask)
    assert peers.ours("default") == {
        "name": "handlens default",
        "fit": 2.0,
        "predict": 0.25,
        "accuracy": 0.991,
        "process": 5.0,
    }
    assert asked == [{"preset": "default", "seed": 1, **UNWATCHED}]  # no scoring on the clock
    assert peers.ours("no-such")["missing"] == "there is no recipe 'no-such'"
