"""What the last layer sees: the features of MNIST's digits, computed once and kept in the user's cache."""

import logging
from contextlib import suppress
from typing import NamedTuple

import numpy as np
from jaxtyping import Float32, Float64, Int64, UInt8

from handlens import data
from handlens.arrays import Batch, Images
from handlens.data.mnist import user_cache
from handlens.errors import RecordingError
from handlens.reading.taught import store, stored
from handlens.recording import Recording
from handlens.runtime import Net

log = logging.getLogger("handlens")

STRIDE = 11
"""Every eleventh of MNIST's 55,000 training digits is an anchor."""
FOLDER = "teach"

Some = Float32[np.ndarray, "n features"]
Layer = Float64[np.ndarray, "classes features_and_bias"]
"""A linear layer: the weight, and the bias as its last column."""


class Features(NamedTuple):
    """Of three groups of pictures, what enters the last layer."""

    anchors: Some
    """Of training digits, and of pictures made of them that are no digits: here the layer shall answer as
    before, so they need no labels (Li & Hoiem 2016, Learning without forgetting)."""
    validation: Some
    test: Some


class Labels(NamedTuple):
    """The classes of MNIST's digits, as places in the network's output."""

    validation: Int64[np.ndarray, "n"]
    test: Int64[np.ndarray, "n"]


def labels(classes: tuple[str, ...]) -> Labels:
    """The labels of MNIST's validation and test digits in that order of classes."""
    sets = data.load("mnist")
    places = np.array([classes.index(name) for name in sets.classes], np.int64)
    return Labels(places[sets.validation.labels], places[sets.test.labels])


def features(recording: Recording) -> Features:
    """Of MNIST's digits by a recording's last network, from the cache if it has them.

    They are kept in 16 bits, and rounded so where they are fresh too: the cache changes no result.
    """
    path = user_cache() / FOLDER / f"{recording.digest()[:16]}-{STRIDE}.safetensors"
    with suppress(RecordingError, TypeError):  # not there, damaged or another version's
        return Features(**{name: each.astype(np.float32) for name, each in stored(path)[0].items()})
    sets, net = data.load("mnist"), Net(recording.graph, recording.weights())
    images = sets.train.images[::STRIDE]
    groups = {
        "anchors": np.concatenate([images, no_digits(images)]),
        "validation": sets.validation.images,
        "test": sets.test.images,
    }
    rounded = {name: entering(net, _as_input(each)).astype(np.float16) for name, each in groups.items()}
    try:
        store(path, rounded, {})
        for old in path.parent.glob("*.safetensors"):
            if old != path:
                old.unlink(missing_ok=True)
    except (RecordingError, OSError) as error:
        log.warning("%s: each lesson computes MNIST's features anew", error)
    return Features(**{name: each.astype(np.float32) for name, each in rounded.items()})


def entering(net: Net, frames: Batch) -> Some:
    """What enters the last layer for frames float32 [n, 1, 28, 28].

    Raises:
        GraphError: the network shows no such stage.
    """
    seen: Some = net.stage(net.graph.node(net.graph.output).inputs[0], frames)
    return seen


def no_digits(images: Images) -> UInt8[np.ndarray, "third height width"]:
    """A third as many pictures that are no digits, or odd ones: turned, cut and joined, one over another."""
    some = images[: len(images) // 9 * 9].reshape(9, -1, *images.shape[1:])
    turned = np.rot90(some[0], axes=(1, 2))
    joined = np.concatenate([some[1][:, :14], some[2][:, 14:]], axis=1)
    over = np.maximum(some[3], some[4])
    return np.concatenate([turned, joined, over])


def _as_input(images: Images) -> Batch:
    return images[:, None].astype(np.float32) / np.float32(255)
