"""A recording with a face: what a notebook shows of it, and the page on request."""

from pathlib import Path

from handlens import recording
from handlens.recording.reader import located


class Recording(recording.Recording):
    """A training that was recorded. Reading it changes nothing but its cache.

    A step that has no frame stands for the nearest one that has (the earlier of two equally near). As the
    last value of a notebook's cell it is a card; ``.view()`` is the page.
    """

    def view(self, height: int = 900) -> object:
        """The page: scrub through the training, draw, touch every number.

        In a notebook it stands in the cell's output, as long as the kernel runs. Elsewhere it opens in the
        browser, and a script stays until Ctrl-C. Only this computer's browsers can reach it.

        Args:
            height: of the frame in a notebook, in pixels.

        Example:
            >>> hl.load("runs/first").view()  # doctest: +SKIP
        """
        from handlens.notebook.frame import framed  # a server is loaded when it is asked for

        return framed(self, height)

    def _repr_html_(self) -> str:
        from handlens.notebook.card import card

        return card(self)


def load(path: str | Path) -> Recording:
    """Open a recording to look at it.

    Args:
        path: its folder, or the name of one that ships with handlens, unless a folder is called so.

    Raises:
        RecordingError: the folder is missing, foreign, newer than this handlens, or damaged.
    """
    return Recording(*located(path))
