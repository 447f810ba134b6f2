"""Running a graph without torch: graph and weights become ONNX, and onnxruntime runs it.

>>> net = Net(graph, weights)
>>> net(images)                     # logits, float32 [batch, classes]
>>> net.stages(images)["relu1"]     # float32 [batch, 16, 28, 28]

The modules here, lowest first: ``model`` (the ONNX model), ``session`` (onnxruntime's), ``net`` (what callers
use; it loads the other two when it first runs).
"""

from handlens.runtime.net import Net

__all__ = ["Net"]
