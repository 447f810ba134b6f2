"""The program: its help, and its commands, each imported when it is typed."""

from importlib.metadata import version

from cyclopts import App, Group, Parameter

app = App(
    name="handlens",
    help="""\
A hand lens for convolutional networks that read handwriting.

Train one on handwritten digits, watch it learn, look at every number inside.
A training leaves a recording, a folder; all the rest looks at recordings.
""",
    help_epilogue="""\
Examples:

  handlens train                       # the default network: ten seconds
  handlens train fast                  # another one: 99 % in a second
  handlens train lab --out runs/lab    # the lab's, exactly as in the tutorial
  handlens view runs/lab               # the page: scrub, draw, touch
  handlens info runs/lab
  handlens look runs/lab kernels
  handlens report runs/lab             # every picture, the films, one page
  handlens read photo.jpg              # what it says

Exit status:

  0    done
  1    refused: bad input, a damaged recording, a missing library
  2    the command was mistyped
  3    the training diverged or blew up; its recording can be looked at
  130  stopped by Ctrl-C; a training can be resumed

With --debug, or HANDLENS_DEBUG=1, an error shows its traceback.
""",
    help_format="plaintext",
    version=lambda: version("handlens"),
    group_parameters=Group("Options", sort_key=1),
    default_parameter=Parameter(negative=()),
    suppress_keyboard_interrupt=False,
)

# What --help says of each: the first line in the list of commands too, without importing any of them.
_COMMANDS = {
    "train": (
        "train:app",
        """Train a network and record it.

A recipe says how: default; dash, fast or sharp, another network's, for half
a second, one, four; or one of the two tutorials, lab and week5.
Ctrl-C stops cleanly: what was recorded can be looked at and resumed.""",
    ),
    "view": (
        "view:app",
        """Open the page: scrub, draw, touch every number.

The whole training is one timeline there, and the network runs on what you draw.
It is served to this computer's browsers alone, until Ctrl-C. Without RUN it
shows a small recording that ships with handlens.""",
    ),
    "serve": (
        "serve:app",
        """Read pictures: a page for your phone's camera, and an API.

Everything that view shows is there too. By default only this computer can
reach it; --lan lets those in who have the link that the terminal shows.""",
    ),
    "info": (
        "info:app",
        """Say what a recording is and whether it is whole.

The exit status is 1 where the recording is damaged, and 0 otherwise: also for
a training that was interrupted, or still runs.""",
    ),
    "look": (
        "pictures:look_app",
        """Draw one picture of a recording, at any step.

Films, and the page with everything, are made by handlens report.""",
    ),
    "report": (
        "pictures:report_app",
        """Draw all figures and films, and report.html.

The page holds everything: it opens from disk and can be sent to anyone.""",
    ),
    "export": (
        "export:app",
        """Write the page as one HTML file.

The recording is inside: the file opens from disk, offline, and can be sent to
anyone.""",
    ),
    "import": (
        "weights:app",
        """Make a recording of weights saved elsewhere.

The file is what torch.save(model.state_dict(), "model.pt") wrote in the lab's
or the write-up's script. Nothing in it is run.""",
    ),
    "read": (
        "read:app",
        """Read handwritten digits from pictures.

One digit, a row or a page: a photo, a scan, a drawing. What is no digit is
refused. Standard output holds the text alone.""",
    ),
    "teach": (
        "teach:app",
        """Correct the reader, and it learns in seconds.

What it misread is kept, with what it says, in a small set of your own; its last
layer adapts to it, as long as MNIST's digits are read as well as before.""",
    ),
    "evaluate": (
        "evaluate:app",
        """Measure how well the reader reads pictures of yours.

Per digit and per string with intervals, what was refused, whether it is as sure
as it is right, and what of that holds for corrupted pictures.""",
    ),
    "data": (
        "datasets:app",
        """List, describe, verify and export data sets.

Wherever a SET is asked for, a folder of four IDX files does as well.""",
    ),
    "bench": (
        "bench:app",
        """Measure how fast all of it is on this machine.

What the documentation states was measured so; threads says which number of
threads trains fastest here.""",
    ),
}
for _place, (_name, (_where, _about)) in enumerate(_COMMANDS.items()):
    app.command(f"handlens.cli.{_where}", name=_name, help=_about, sort_key=_place)
app.register_install_completion_command(help="Install completion for your shell.")
