"""The page as one HTML file: opened from a disk, it shows a recording without a server or a network.

Each resource of `resources` is a block that the browser doesn't run::

    <script type="application/octet-stream" data-key="frames/300.safetensors">BASE64</script>

BASE64 is of zlib's format (RFC 1950; `DecompressionStream("deflate")`), and nothing else was done to the
bytes. Measured on the default recording (46 frames, half precision: 2.55 MB): deflated 2.35 MB; after parting
high and low bytes 2.22; after XOR with the frame before 2.08; both 1.93. Eighteen per cent are not worth
another step to undo; fewer frames are simpler. ``run.json``, the last frame and the first digits come first.
"""

import base64
import math
import zlib

from handlens.page.lesson import Lesson
from handlens.page.resources import Resources
from handlens.page.rooms import Rooms
from handlens.page.shell import single
from handlens.recording import Recording

MOST_FRAMES = 36
FRAMES_BYTES = 12_000_000
"""What the frames may take together before they are deflated; there are two at least."""
HELD = 100


def bundle(
    run: Recording,
    *,
    figures: str = "",
    figure_styles: str = "",
    title: str = "",
    rooms: Rooms | None = None,
    lesson: Lesson | None = None,
) -> str:
    """The page of a recording as one HTML file.

    Of the frames at most 36 are kept, those between the first and the last in half precision; of each set
    the first 100 items and the first 100 that the network gets wrong, of the rooms' set also what they want.

    Args:
        run: the recording.
        figures: HTML for the page's last section.
        figure_styles: its style sheet.
        title: the window's; by default the recording's name.
        rooms: computes what the page's rooms read; without it there are none.
        lesson: what is asked about it; by default what lesson.md in its folder asks.

    Raises:
        RecordingError: a frame is damaged.
        DataError: the data set can't be read.
        LessonError: the recording's lesson.md isn't written as a lesson is.
    """
    resources = Resources(run, frames=_frames(run), half=True, held=HELD, rooms=rooms, lesson=lesson)
    keys = resources.keys()
    contents = {key: resources.read(key) for key in reversed(keys)}  # run.json last: nothing is slow by then
    blocks = "\n".join(_block(key, contents[key]) for key in keys)
    return single(title or run.folder.resolve().name, blocks, figures, figure_styles)


def _frames(run: Recording) -> int:
    numbers = sum(math.prod(shape) for shape in run.graph.tensors.values())
    return max(2, min(MOST_FRAMES, FRAMES_BYTES // (2 * numbers)))


def _block(key: str, content: bytes) -> str:
    """A resource as an element; its key holds only names of sets and numbers."""
    packed = base64.b64encode(zlib.compress(content, 9)).decode()
    return f'<script type="application/octet-stream" data-key="{key}">{packed}</script>'
