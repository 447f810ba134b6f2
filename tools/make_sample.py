"""Make the recording that ships with the package: src/handlens/page/sample/digits, about two minutes.

::

    python tools/make_sample.py [made]

The default recipe with half as many filters, on the bundled MNIST. Of its frames 42 stay, so that the folder
is small; its saved states, which only a resume needs, and the machine's description don't. On one machine,
with one set of versions, every frame comes out the same; the log differs in its seconds. Its folder ``made``
holds what the page's rooms would take long to compute of it; the word "made" makes that alone anew.
"""

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from handlens.engine import train
from handlens.page import sample
from handlens.page.resources import Resources
from handlens.page.rooms import part
from handlens.page.thinning import fewer_frames
from handlens.recording import Recording, Writer, load
from handlens.recording.folder import LOCK, MADE, STATES, read_log
from handlens.recording.schema import FrameLine, NoteLine
from handlens.reporting.rooms import Recorded

WIDTHS = (8, 16)
FRAMES = 42
SHIPPED = ("units", "tsne", "dreams")
"""Parts of the page that are computed beforehand. The answers to all digits would be 15 MB."""


def main(words: list[str]) -> None:
    """Make the recording, or nothing of it but what is computed beforehand."""
    if words != ["made"]:
        make()
    compute()
    size = sum(path.stat().st_size for path in sample.path().rglob("*") if path.is_file())
    print(f"{load(sample.path())!r}, {size:,} bytes")


def make() -> None:
    """Train, keep what a look needs, check it, and put it in its place."""
    with TemporaryDirectory() as folder:
        trained = train("default", out=Path(folder) / "trained", widths=WIDTHS, seed=0, threads=1)
        kept = shortened(trained, Path(folder) / "kept", fewer_frames(trained.steps, FRAMES))
        if problems := kept.verify():
            raise SystemExit("\n".join(problems))
        shutil.rmtree(sample.path(), ignore_errors=True)
        shutil.copytree(kept.folder, sample.path())


def compute() -> None:
    """What the rooms read and takes long, as they would put it into a cache."""
    made = sample.path() / MADE
    shutil.rmtree(made, ignore_errors=True)
    with TemporaryDirectory() as cache:
        run = load(sample.path(), Path(cache))
        resources = Resources(run, rooms=Recorded(run, slow=True))
        for key in resources.keys():  # noqa: SIM118
            if part(key) in SHIPPED:
                resources.read(key)
        made.mkdir()
        for path in run.cache.iterdir():
            if path.name.startswith(SHIPPED):
                shutil.copyfile(path, made / path.name)


def shortened(run: Recording, folder: Path, steps: Sequence[int], notes: bool = True) -> Recording:
    """The same training with fewer frames, those of these steps; without notes nothing is said of it."""
    header = run.header.model_copy(update={"status": "running", "result": None, "hardware": {}})
    writer = Writer.create(folder, header, run.weights(0), None, None)
    for line in read_log(run.folder, run.header.checked):
        if not isinstance(line, FrameLine | NoteLine) or (notes and isinstance(line, NoteLine)):
            writer.log(line)
        elif isinstance(line, FrameLine) and line.step in steps[1:]:
            writer.frame(line.step, run.weights(line.step))
    assert run.header.result is not None
    writer.close(run.header.result)
    (folder / LOCK).unlink(missing_ok=True)
    (folder / STATES).rmdir()
    return load(folder)


if __name__ == "__main__":
    main(sys.argv[1:])
