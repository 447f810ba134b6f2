"""The page in the output of a notebook's cell, or in the browser."""

import logging
import time
from functools import cache
from html import escape

from handlens.notebook.kernel import at_prompt, in_notebook
from handlens.recording import Recording
from handlens.serve import Background, show

log = logging.getLogger("handlens")


class Frame:
    """The page of a recording, at an address of this computer's.

    A notebook shows it as a frame. Its kernel serves the page, so the frame stays empty where the browser
    runs on another computer than the kernel; the file of ``handlens export RUN --to html`` opens anywhere.
    """

    def __init__(self, address: str, height: int) -> None:
        self.address = address
        self._height = height

    def __repr__(self) -> str:
        return self.address

    def _repr_html_(self) -> str:
        return (
            f"<iframe src='{escape(self.address)}' title='handlens' width='100%' height='{self._height}' "
            "style='border:0'></iframe>"
        )


def framed(run: Recording, height: int) -> Frame:
    """The page: in a notebook to be shown in the cell; elsewhere opened in the browser.

    A script stays until Ctrl-C, as the page would go away with it.
    """
    page = Frame(_server().address(run), height)
    if in_notebook():
        return page
    show(page.address)
    if not at_prompt():
        log.warning("%s  … Ctrl-C goes on", page.address)  # seen without any set-up, on the standard error
        _stay()
    return page


@cache
def _server() -> Background:
    return Background()


def _stay() -> None:
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        return
