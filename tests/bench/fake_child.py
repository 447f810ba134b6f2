"""What `handlens.bench.children` is tried on: run as a module, it does what its settings say."""

import signal
import sys

from handlens.bench.children import answer, settings

given = settings()
match given["do"]:
    case "answer":
        sys.stdout.write("a library's chatter\n")
        for number in range(given["times"]):
            answer({"number": number, **given})
    case "fail":
        sys.stderr.write("first words\nlast words\n")
        sys.exit(3)
    case "die":
        signal.raise_signal(signal.SIGKILL)
    case "lack":
        import no_such_library.part  # noqa: F401
    case "wait":
        with open(given["pipe"], "w") as pipe:
            pipe.write("here")
            pipe.flush()
            signal.pause()
