"""The exceptions of handlens.

::

    HandlensError
    ├── DataError         a data set, or a file of one, is not what it should be
    ├── GraphError        a network's description contradicts itself or its weights
    │   └── TraceError    a foreign module can't be turned into a graph
    ├── RecipeError       a setting of a training is unknown or out of range
    ├── RecordingError    a run folder is missing, foreign, newer, damaged or in use
    ├── LookError         a picture was asked for that this recording can't give
    ├── InkError          a picture holds no ink, or can't be decoded
    ├── LessonError       a lesson's file can't be read, or isn't written as one
    └── MissingLibrary    an optional library isn't installed

Every message names the file or value concerned, says what was expected and what to do next.
The command line prints it as one line and exits with status 1.
"""


class HandlensError(Exception):
    """The root: catch this to catch everything that handlens raises on purpose."""


class DataError(HandlensError):
    """A data set, or a file of one, is not what it should be."""


class GraphError(HandlensError):
    """A network's description contradicts itself or its weights."""


class TraceError(GraphError):
    """A foreign module can't be turned into a graph."""


class RecipeError(HandlensError):
    """A setting of a training is unknown or out of range."""


class RecordingError(HandlensError):
    """A run folder is missing, foreign, newer, damaged or in use."""


class LookError(HandlensError):
    """A picture was asked for that this recording can't give."""


class InkError(HandlensError):
    """A picture holds no ink, or can't be decoded."""


class LessonError(HandlensError):
    """A lesson's file can't be read, or isn't written as one."""


class MissingLibrary(HandlensError):
    """An optional library isn't installed; the message holds the line to type."""

    def __init__(self, library: str, purpose: str, extra: str) -> None:
        super().__init__(f"{purpose} needs {library}, which isn't installed. Type: {install_line(extra)}")


EXTRAS = {
    "av": "mp4",
    "jinja2": "train",
    "matplotlib": "train",
    "openTSNE": "train",
    "pillow_heif": "heif",
    "torch": "train",
}
"""Optional libraries, and the extra that brings each."""


def missing_library(error: ModuleNotFoundError, purpose: str) -> MissingLibrary | None:
    """The failed import of an optional library in words; None where it was another module's."""
    library = (error.name or "").partition(".")[0]
    return MissingLibrary(library, purpose, EXTRAS[library]) if library in EXTRAS else None


def install_line(extra: str) -> str:
    """The exact line that installs an extra; torch first and pinned, lest gigabytes of CUDA arrive."""
    torch_first = "pip install torch==2.13.0 && " if extra == "train" else ""
    return f"{torch_first}pip install 'handlens[{extra}]'"
