"""What a figure holds, read back from matplotlib."""

import numpy as np
from matplotlib.figure import Figure


def pictures(figure: Figure) -> list[np.ndarray]:
    """The arrays of the images, in the order in which they were drawn; colour bars are left out."""
    shown = [np.ma.getdata(image.get_array()) for axes in figure.axes for image in axes.images]
    return [picture for picture in shown if picture.shape[:2] != (1, 256)]


def texts(figure: Figure) -> list[str]:
    """Every text inside the axes."""
    return [text.get_text() for axes in figure.axes for text in axes.texts]
