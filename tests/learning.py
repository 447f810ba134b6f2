"""Stands in for handlens.engine.learner, without torch: records one step, then does what it is told.

The recipe's seed says what else: 13 can't train, 14 is killed, 15 falls over, 16 doesn't end by itself.
"""

import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

from small import drawn, header, record_steps, state

from handlens.recipes import Recipe
from handlens.recording import Writer
from handlens.recording.schema import ChangeLine


def tell(**said: Any) -> None:
    """Say a line."""
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()


def begun(order: dict[str, Any]) -> Writer:
    """The recording, new or resumed."""
    if "recipe" not in order:
        return Writer.reopen(Path(order["out"]))[0]
    chosen = Recipe.model_validate(order["recipe"])
    if chosen.seed == 15:
        raise SystemExit("RuntimeError: something\nfell over")
    if chosen.seed == 13:
        tell(failed="device 'cuda:13' isn't usable here")
        raise SystemExit(1)
    writer = Writer.create(Path(order["out"]), header(recipe=chosen), drawn(0), state(0), None)
    record_steps(writer, range(1, 2))
    writer.state(1, state(1))
    return writer


def main() -> None:
    """Learn."""
    order = json.loads(sys.stdin.readline())
    (Path(order["out"]).parent / "order.json").parent.mkdir(parents=True, exist_ok=True)
    (Path(order["out"]).parent / "order.json").write_text(json.dumps(order))
    writer = begun(order)
    seed = writer.header.recipe.seed
    if seed == 14:
        os.kill(os.getpid(), signal.SIGKILL)
    if seed == 16:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.stdout.write("a library's own words\n")
    tell(began={"folder": order["out"], "step": 1, "total": 9})
    for line in sys.stdin:
        wish = json.loads(line)
        if wish["do"] == "stop":
            break
        pause = {"pause": True, "go on": False}.get(wish["do"])
        change = ChangeLine(step=1, field="lr", value=wish["value"])
        if pause is not None:
            change = ChangeLine(step=1, field="pause", value=pause)
        writer.log(change)
        tell(changed=change.model_dump(exclude={"kind"}))
    writer.release()
    tell(ended={"status": "interrupted", "step": 1})
    while seed == 16:
        time.sleep(60)


if __name__ == "__main__":
    main()
