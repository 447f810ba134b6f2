"""What this computer's page may order: a training, and what is to change while it runs."""

import math
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.concurrency import run_in_threadpool

from handlens import data, nets
from handlens.errors import RecipeError, RecordingError
from handlens.page.resources import placeless
from handlens.recipes import Recipe, known, recipe
from handlens.recording import Recording, load
from handlens.recording.changes import all_changes
from handlens.serve.guard import from_here
from handlens.serve.live import Live, cores, missing
from handlens.serve.shelf import Kept, Shelf

MOST_SEEN = 12_000_000
"""Digits that a training may look at, all epochs together: 200 epochs of MNIST."""
NO_STORE = {"Cache-Control": "no-store"}


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Frame(_Model):
    """A frame on the shelf, to begin from."""

    run: str
    step: Annotated[int, Field(ge=0)] | None = None
    """Its nearest frame is taken; by default the last."""


class Again(_Model):
    """A recording on the shelf, to be trained again from its start."""

    run: str
    changes: bool = True
    """Whether what was changed by hand is done again too."""


class Order(_Model):
    """POST /live."""

    recipe: dict[str, Any] = {}
    """Any fields; ``preset`` names what the others are taken from."""
    from_: Frame | None = Field(None, alias="from")
    again: Again | None = None


class Wish(_Model):
    """POST /live/RUN."""

    do: Literal["pause", "go on", "stop", "resume", "change"]
    value: float | None = None
    """The learning rate to change to."""


Body = TypeVar("Body", bound=_Model)
Beginning = tuple[Recording, int]
"""A recording, and the step of one of its frames."""


def limits() -> dict[str, int]:
    """The most of what a page may ask for: what one browser tab may cost this computer."""
    return {"epochs": 200, "widths": 256, "batch": 1000, "threads": cores()}


def here(request: Request) -> None:
    """Refuse other computers."""
    if not from_here(request.scope):
        raise HTTPException(403, "trainings are run from the computer that serves this page")


router = APIRouter(include_in_schema=False, dependencies=[Depends(here)])


@router.get("/live.json")
def about(request: Request) -> JSONResponse:
    """Whether trainings can be run, what can be chosen, and which run."""
    live: Live = request.app.state.live
    why = missing()
    found = {
        "there": why is None,
        "why": why,
        "recipes": {name: preset.model_dump(mode="json") for name, preset in known().items()},
        "fields": fields(),
        "digits": {name: data.load(name).counts for name in data.names()},
        "seen": MOST_SEEN,
        "running": [
            {"run": _name(request, folder), **standing._asdict()}
            for folder, standing in live.running().items()
        ],
        "most": live.most,
    }
    return JSONResponse(found, headers=NO_STORE)


@router.post("/live")
async def order(request: Request) -> JSONResponse:
    """Start a training; answered when it is being recorded."""
    if why := missing():
        raise HTTPException(409, why)
    given = await body(request, Order)
    return JSONResponse({"run": await run_in_threadpool(_start, request, given)}, 201)


@router.post("/plan")
async def plan(request: Request) -> JSONResponse:
    """What a training would be, by the same order; refused as that would be, and nothing is started."""
    given = await body(request, Order)
    return JSONResponse(await run_in_threadpool(_planned, request, given), headers=NO_STORE)


@router.post("/live/{run}")
async def wish(run: str, request: Request) -> JSONResponse:
    """Change, pause, end or go on with a training."""
    given = await body(request, Wish)
    await run_in_threadpool(_do, request, run, given)
    return JSONResponse({"run": run})


async def body(request: Request, model: type[Body]) -> Body:
    """A request's JSON.

    Raises:
        HTTPException: 415, it says to be something else, as what a form sends does; 422, it isn't what was
            expected; 408 or 413, by `handlens.serve.bodies.Limit`.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise HTTPException(415, f"the body's type is {kind or 'not told'}; send application/json")
    content = await request.body()
    try:
        return model.model_validate_json(content)
    except ValidationError as error:
        raise HTTPException(422, _sentence(error, model)) from None


def _sentence(error: ValidationError, model: type[BaseModel]) -> str:
    first = error.errors()[0]
    name = ".".join(map(str, first["loc"]))
    if first["type"] == "extra_forbidden":
        known = ", ".join(field.alias or name for name, field in model.model_fields.items())
        return f"there is no {name!r} in it; there are {known}"
    return f"{name}: {first['msg']}" if name else str(first["msg"])


# -- a training ----------------------------------------------------------------------------------------


def _planned(request: Request, given: Order) -> dict[str, Any]:
    chosen, _ = _asked(request, given)
    graph = nets.build(chosen.net, chosen.widths, chosen.kernel, chosen.blocks)
    digits = _digits(chosen)
    return {
        "parameters": sum(math.prod(shape) for shape in graph.parameters.values()),
        "updates": chosen.epochs * -(-digits // chosen.batch),
        "digits": digits,
    }


def _start(request: Request, given: Order) -> str:
    live: Live = request.app.state.live
    chosen, begun = _asked(request, given)
    branch = None if begun is None else {"folder": str(begun[0].folder.resolve()), "step": begun[1]}
    return _name(request, live.start(chosen.name, recipe=chosen.model_dump(mode="json"), branch=branch))


def _asked(request: Request, given: Order) -> tuple[Recipe, Beginning | None]:
    """What is to be trained, and the frame to begin from; refused where it can't be."""
    chosen, begun = _chosen(given, partial(_kept, request.app.state.shelf))
    _check(chosen)
    if begun is not None:
        _check_frame(chosen, *begun)
    return chosen, begun


def _name(request: Request, folder: Path) -> str:
    """The id of a training's recording, which is put on the shelf where it isn't there."""
    names: dict[Path, str] = request.app.state.trainings
    if folder not in names:
        names[folder] = request.app.state.shelf.add(load(folder))
    return names[folder]


def _kept(shelf: Shelf, name: str) -> Kept:
    if (kept := shelf.get(name)) is None:
        raise HTTPException(404, f"no recording {name!r} here; /runs.json lists those that are")
    kept.refresh()
    return kept


def _chosen(given: Order, kept: Callable[[str], Kept]) -> tuple[Recipe, Beginning | None]:
    """The recipe, and the frame to begin from."""
    if given.from_ and given.again:
        raise HTTPException(422, "give either from or again: what begins at a frame doesn't begin anew")
    wanted = dict(given.recipe)
    preset = wanted.pop("preset", None)
    if preset is not None and not isinstance(preset, str):
        raise HTTPException(422, "recipe.preset: expected a recipe's name")
    if given.again:
        if preset is not None:
            raise HTTPException(422, "again goes by the recording's own recipe: leave preset out")
        run = kept(given.again.run).run
        own = _own(run)
        changes = all_changes(own, run.changes) if given.again.changes else ()
        return own.but(**{"changes": changes, **wanted}), (run, 0) if run.header.origin else None
    if given.from_:
        run = kept(given.from_.run).run
        base = _own(run).but(changes=()) if preset is None else recipe(preset)
        return base.but(**wanted), (run, run.nearest(given.from_.step))
    return recipe(preset or "default", **wanted), None


def _own(run: Recording) -> Recipe:
    if run.header.recipe is None:
        raise RecipeError(f"{run.folder.name}: recorded somebody's own loop, and has no recipe to go by")
    return run.header.recipe


def _check(chosen: Recipe) -> None:
    """Refuse what would read this computer's folders, or take it for long."""
    if chosen.data not in data.names():
        raise RecipeError(f"recipe, data: expected one of {', '.join(data.names())} (got {chosen.data!r})")
    for name, most in limits().items():
        value = getattr(chosen, name)
        if value is not None and max(value if isinstance(value, tuple) else (value,)) > most:
            raise RecipeError(f"recipe, {name}: at most {most:,} from the page (got {value!r})")
    seen = chosen.epochs * _digits(chosen)
    if seen > MOST_SEEN:
        raise RecipeError(
            f"recipe, epochs: {chosen.epochs} look at {seen:,} digits; at most {MOST_SEEN:,} from the page"
        )


def _check_frame(chosen: Recipe, run: Recording, step: int) -> None:
    """Refuse a frame that its training couldn't begin with, without naming this computer's folders."""
    if run.graph != nets.build(chosen.net, chosen.widths, chosen.kernel, chosen.blocks):
        raise RecipeError(
            f"{run.folder.resolve().name}: another network than {chosen.net!r} with widths {chosen.widths}, "
            f"kernel {chosen.kernel} and {chosen.blocks} blocks; what begins at its frame keeps its network"
        )
    try:
        run.weights(step)
    except RecordingError as error:
        raise RecordingError(placeless(str(error), run)) from None


def _digits(chosen: Recipe) -> int:
    """How many digits it learns from."""
    there = data.load(chosen.data).counts[chosen.train_on]
    return min(there, chosen.limit or there)


# -- one that runs -------------------------------------------------------------------------------------


def _do(request: Request, name: str, given: Wish) -> None:
    live: Live = request.app.state.live
    shelf: Shelf = request.app.state.shelf
    run = _kept(shelf, name).run
    if given.do == "resume":
        _resume(live, run)
        return
    if given.do == "change":
        if given.value is None:
            raise HTTPException(422, "value: the learning rate to change to is missing")
        _own(run).but(lr=given.value)
    live.tell(run.folder, given.do, given.value)


def _resume(live: Live, run: Recording) -> None:
    if why := missing():
        raise HTTPException(409, why)
    if run.status != "interrupted":
        raise HTTPException(409, f"{run.folder.name}: is {run.status}; only what was interrupted goes on")
    live.start(run.folder.name, out=run.folder)


# -- the form ------------------------------------------------------------------------------------------


def fields() -> dict[str, dict[str, Any]]:
    """What a form must know of a recipe's fields: type, range, choices and words, all from the model.

    The types are integer, number, text, choice, and integers and numbers, which are two each. ``min`` and
    ``max`` may be had, ``above`` and ``below`` not quite; where it is ``optional`` it may be null.
    """
    properties = Recipe.model_json_schema()["properties"]
    return {name: _field(name, given) for name, given in properties.items() if name != "changes"}


def _field(name: str, given: dict[str, Any]) -> dict[str, Any]:
    options = [option for option in given.get("anyOf", [given]) if option.get("type") != "null"]
    kind = options[0]
    items = kind.get("prefixItems")
    one = items[0] if items else kind
    found: dict[str, Any] = {
        "type": f"{one['type']}s" if items else "choice" if "enum" in kind else kind["type"],
        "optional": "anyOf" in given,
        "about": " ".join(given["description"].replace("`", "").split()),
    }
    if found["type"] == "string":
        found["type"] = "text"
    names = {"minimum": "min", "maximum": "max", "exclusiveMinimum": "above", "exclusiveMaximum": "below"}
    found |= {names[key]: value for key, value in one.items() if key in names}
    if "enum" in kind:
        found["choices"] = kind["enum"]
    if name == "data":
        found |= {"type": "choice", "choices": list(data.names())}
    if name in limits():
        found["max"] = limits()[name]
    return found
