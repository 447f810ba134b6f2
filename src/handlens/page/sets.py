"""Which of a recording's sets may be looked at, and what to call their items."""

from handlens.recording import Recording


def visible_sets(run: Recording) -> tuple[str, ...]:
    """The names of the sets that may be looked at; the last says best how well the network does.

    The test set stays closed until the training has finished, unless its recipe watches it anyway.
    """
    if run.status == "finished" or watched_test(run):
        return run.set_names
    return tuple(name for name in run.set_names if name != "test")


def watched_test(run: Recording) -> bool:
    """Whether the recipe watches the test set during the training, as the tutorials do."""
    return run.header.recipe is not None and run.header.recipe.watch == "test"


def things(run: Recording) -> str:
    """What is looked at: digits, somebody's samples, or the items of another set."""
    if "samples" in run.set_names:
        return "samples"
    return "digits" if run.graph.classes == tuple("0123456789") else "items"
