"""Figures of a network: arrays in, a `matplotlib.figure.Figure` out, saved with ``figure.savefig``."""
