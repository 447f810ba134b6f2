"""Array types with their shapes, for signatures: what a name below says, beartype checks under the tests.

Axes are named as everywhere in handlens: ``n`` items of a set, ``batch``, ``channels``, ``height``,
``width``, ``classes``. Pixels are uint8 in 0…255 in a data set and float32 in 0…1 in a network's input.
"""

import numpy as np
from jaxtyping import Float, Float32, Int, UInt8

Images = UInt8[np.ndarray, "n height width"]
Labels = UInt8[np.ndarray, "n"]
Ink = Float[np.ndarray, "height width"]
Batch = Float32[np.ndarray, "batch channels height width"]
Logits = Float[np.ndarray, "batch classes"]
Probabilities = Float[np.ndarray, "batch classes"]
Kernels = Float[np.ndarray, "out in kernel_height kernel_width"]
Maps = Float[np.ndarray, "channels height width"]
Points = Float[np.ndarray, "n 2"]
Confusion = Int[np.ndarray, "classes classes"]

Weights = dict[str, np.ndarray]
"""Tensors by name, as a frame of a recording holds them."""
