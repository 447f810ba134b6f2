"""What one would take instead, on the same digits and machine: Keras' own example, scikit-learn.

Each in a process of its own. One that isn't installed is a row that says how to install it. As a child
(`handlens.bench.children`) it answers once, with what the peer's function returns.

- Keras 3's "Simple MNIST convnet" (keras.io, F. Chollet): two 3x3 convolutions of 32 and 64 filters, each
  with ReLU and a 2x2 pool; dropout of one half; a dense softmax. Adam at its defaults, batches of 128, a
  tenth of the training digits for validation. The example takes 15 epochs.
- scikit-learn's MLPClassifier at its defaults (one hidden layer of 100), for a few passes; and the three
  nearest neighbours, which learn nothing and search.
"""

import os
import sys
import warnings
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from importlib import import_module
from time import perf_counter
from typing import Any

import numpy as np

from handlens import data
from handlens.bench.children import answer, ask, settings
from handlens.bench.machine import versions
from handlens.bench.reports import Report, Table, Told, cell, silent
from handlens.bench.targets import TARGETS, UNWATCHED
from handlens.errors import HandlensError
from handlens.recipes import PRESETS

PACKAGES = ("numpy", "torch")
EPOCHS = 3  # of Keras; its example's 15 take five times as long
PASSES = 10  # of MLPClassifier, whose own limit is 200
NEIGHBOURS = 3

INSTALL = {
    "keras-torch": "pip install keras",
    "keras-jax": "pip install keras jax",
    "sklearn-mlp": "pip install scikit-learn",
    "sklearn-knn": "pip install scikit-learn",
}
"""The peers, and the line that installs each."""

Digits = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]
"""Training images in 0…1 and labels, test images and labels."""


def measured(
    epochs: int = EPOCHS,
    names: Sequence[str] = tuple(INSTALL),
    limit: int | None = None,
    told: Told = silent,
) -> Report:
    """Measure the peers, then handlens' own recipes in the same way, with one seed.

    Args:
        epochs: of Keras.
        names: which peers.
        limit: learn from the first so many digits only, to try the measurement out.
        told: takes lines that say how far it is.

    Returns:
        A row for each: seconds to fit and to predict the test set, accuracy, settings; or ``missing`` and
        ``install``.
    """
    rows = []
    for name in names:
        rows.append(peer(name, epochs, limit))
        told(_line(rows[-1]))
    for preset in [target.preset for target in TARGETS] if limit is None else []:
        rows.append(ours(preset))
        told(_line(rows[-1]))
    return {"n": 1, "unit": "seconds", "rows": rows}


def peer(name: str, epochs: int, limit: int | None) -> Report:
    """One peer's row."""
    try:
        (found,) = ask("handlens.bench.peers", _backend(name), name=name, epochs=epochs, limit=limit)
    except ModuleNotFoundError as error:
        return {"name": name, "missing": f"{error.name} isn't installed", "install": INSTALL[name]}
    except HandlensError as error:  # one that doesn't work here must not cost the others' figures
        return {"name": name, "missing": str(error), "install": ""}
    return {"name": name, **found.value, "process": round(found.seconds, 4)}


def ours(preset: str) -> Report:
    """A recipe's row; its prediction is the scoring of the test set, after the last update."""
    if preset not in PRESETS:
        return {"name": f"handlens {preset}", "missing": f"there is no recipe {preset!r}", "install": ""}
    found = ask("handlens.bench.learning", preset=preset, seed=1, **UNWATCHED)[-1]
    return {
        "name": f"handlens {preset}",
        "fit": round(found.value["loop"], 4),
        "predict": round(found.value["final"], 4),
        "accuracy": found.value["accuracy"],
        "process": round(found.seconds, 4),
    }


def _backend(name: str) -> dict[str, str]:
    return {"KERAS_BACKEND": name.removeprefix("keras-")} if name.startswith("keras-") else {}


def _line(row: Report) -> str:
    if "missing" in row:
        return f"{row['name']}: {row['missing']}"
    return f"{row['name']}: {row['fit']:.1f} s to fit, {row['accuracy']:.2%}"


# -- in the child --------------------------------------------------------------------------------------


def main(name: str, epochs: int, limit: int | None) -> None:
    """Measure one peer, and answer."""
    sets = data.load("mnist")
    digits = (*_scaled(sets.development, limit), *_scaled(sets.test, limit))
    kinds: dict[str, Callable[[Digits], Report]] = {
        "keras-torch": lambda digits: keras(digits, epochs),
        "keras-jax": lambda digits: keras(digits, epochs),
        "sklearn-mlp": multilayer,
        "sklearn-knn": neighbours,
    }
    with redirect_stdout(sys.stderr):
        found = kinds[name](digits)
    answer(found)


def _scaled(split: data.Split, limit: int | None) -> tuple[np.ndarray, np.ndarray]:
    images = split.images[:limit].astype(np.float32) / np.float32(255)
    return images, split.labels[:limit].astype(np.int64)


def keras(digits: Digits, epochs: int) -> Report:
    """Keras' example, on the backend that KERAS_BACKEND names."""
    backend = os.environ["KERAS_BACKEND"]
    import_module(backend)  # before Keras, whose own words for a backend that is missing differ
    library: Any = import_module("keras")
    images, labels, test_images, test_labels = digits
    library.utils.set_random_seed(0)
    layers = library.layers
    model = library.Sequential(
        [
            library.Input((28, 28, 1)),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
    one_hot = library.utils.to_categorical(labels, 10)
    training = {"batch_size": 128, "epochs": epochs, "validation_split": 0.1, "verbose": 0}
    return {
        **_clocked(
            lambda: model.fit(images[..., None], one_hot, **training),
            lambda: model.predict(test_images[..., None], verbose=0).argmax(1),
            test_labels,
        ),
        "settings": {"backend": backend, "epochs": epochs, "epochs_of_the_example": 15},
        "versions": versions("keras", backend),
    }


def multilayer(digits: Digits) -> Report:
    """scikit-learn's network, stopped after some passes, of which it warns."""
    images, labels, test_images, test_labels = digits
    warnings.simplefilter("ignore")
    model = import_module("sklearn.neural_network").MLPClassifier(max_iter=PASSES, random_state=0)
    return {
        **_clocked(
            lambda: model.fit(_flat(images), labels), lambda: model.predict(_flat(test_images)), test_labels
        ),
        "settings": {"hidden_layer_sizes": [100], "max_iter": PASSES, "early_stopping": False},
        "versions": versions("scikit-learn"),
    }


def neighbours(digits: Digits) -> Report:
    """scikit-learn's nearest neighbours."""
    images, labels, test_images, test_labels = digits
    model = import_module("sklearn.neighbors").KNeighborsClassifier(NEIGHBOURS)
    return {
        **_clocked(
            lambda: model.fit(_flat(images), labels), lambda: model.predict(_flat(test_images)), test_labels
        ),
        "settings": {"n_neighbors": NEIGHBOURS},
        "versions": versions("scikit-learn"),
    }


def _flat(images: np.ndarray) -> np.ndarray:
    return images.reshape(len(images), -1)


def _clocked(fit: Callable[[], object], predict: Callable[[], np.ndarray], labels: np.ndarray) -> Report:
    began = perf_counter()
    fit()
    fitted = perf_counter()
    answers = predict()
    predicted = perf_counter()
    return {
        "fit": round(fitted - began, 4),
        "predict": round(predicted - fitted, 4),
        "accuracy": float((answers == labels).mean()),
    }


def tables(report: Report) -> list[Table]:
    """The report, to be read."""
    headings = ("", "fit, s", "predict, s", "accuracy", "from process start, s", "with")
    return [Table("Instead of handlens", headings, [_row(row) for row in report["rows"]])]


def _row(row: Report) -> tuple[str, ...]:
    if "missing" in row:
        return row["name"], "–", "–", "–", "–", f"{row['missing']}. {row['install']}".strip()
    return (
        row["name"],
        cell(row["fit"]),
        cell(row["predict"]),
        cell(100 * row["accuracy"], 2, " %"),
        cell(row["process"]),
        ", ".join(f"{key} {value}" for key, value in row.get("settings", {}).items()),
    )


if __name__ == "__main__":
    main(**settings())
