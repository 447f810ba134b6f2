"""Make the recording that ships with the package: src/handlens/page/sample/digits, about a minute.

::

    python tools/make_sample.py

The default recipe with half as many filters, on the bundled MNIST. Of its frames 42 stay, so that the folder
is small; its saved states, which only a resume needs, and the machine's description don't. On one machine,
with one set of versions, every frame comes out the same; the log differs in its seconds.
"""

import shutil
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from handlens.engine import train
from handlens.page import sample
from handlens.page.thinning import fewer_frames
from handlens.recording import Recording, Writer, load
from handlens.recording.folder import LOCK, STATES, read_log
from handlens.recording.schema import FrameLine, NoteLine

WIDTHS = (8, 16)
FRAMES = 42


def main() -> None:
    """Train, keep what a look needs, check it, and put it in its place."""
    with TemporaryDirectory() as folder:
        trained = train("default", out=Path(folder) / "trained", widths=WIDTHS, seed=0, threads=1)
        kept = shortened(trained, Path(folder) / "kept", fewer_frames(trained.steps, FRAMES))
        if problems := kept.verify():
            raise SystemExit("\n".join(problems))
        shutil.rmtree(sample.path(), ignore_errors=True)
        shutil.copytree(kept.folder, sample.path())
    size = sum(path.stat().st_size for path in sample.path().rglob("*") if path.is_file())
    print(f"{load(sample.path())!r}, {size:,} bytes")


def shortened(run: Recording, folder: Path, steps: Sequence[int], notes: bool = True) -> Recording:
    """The same training with fewer frames, those of these steps; without notes nothing is said of it."""
    header = run.header.model_copy(update={"status": "running", "result": None, "hardware": {}})
    writer = Writer.create(folder, header, run.weights(0), None, None)
    for line in read_log(run.folder):
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
    main()
