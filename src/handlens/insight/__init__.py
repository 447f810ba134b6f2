"""Looking inside a network: arrays in, arrays or a figure out. Nothing here reads a recording.

The order inside the package: ``palette`` imports nothing; ``kernels``, ``activations``, ``scales``,
``series``, ``mistakes``, ``embedding`` and ``films`` compute and don't import ``figures``; ``figures`` draws
what they give and is the only place that imports matplotlib.
"""
