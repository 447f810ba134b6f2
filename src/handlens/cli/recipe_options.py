"""The options that a recipe's fields become: names, types, choices and help all come from the model."""

import inspect
from collections.abc import Callable
from typing import Annotated, Any, get_args

from cyclopts import Group, Parameter
from pydantic.fields import FieldInfo

from handlens.cli.numbers import whole, whole_or_none
from handlens.recipes import PRESETS, Recipe

FIELDS = Group(
    "The recipe's fields",
    help="Any of them can be given; the rest stays as the recipe has it. Defaults shown: recipe default.\n",
    sort_key=2,
)


def with_recipe_fields(command: Callable[..., int]) -> Callable[..., int]:
    """Give a command one option for every field of `Recipe` in place of its ``**fields``.

    Fields that aren't typed aren't passed. ``changes`` has no option: it repeats what was done by hand.
    """
    own = [
        parameter
        for parameter in inspect.signature(command).parameters.values()
        if parameter.kind is not inspect.Parameter.VAR_KEYWORD
    ]
    fields = [_option(name, field) for name, field in Recipe.model_fields.items() if name != "changes"]
    signature = inspect.Signature([*own, *fields])
    command.__signature__ = signature  # type: ignore[attr-defined]
    command.__annotations__ = {name: given.annotation for name, given in signature.parameters.items()}
    return command


def _option(name: str, field: FieldInfo) -> inspect.Parameter:
    about = " ".join((field.description or "").replace("`", "").split())
    default = getattr(PRESETS["default"], name)
    converter = None
    if _holds(int, field.annotation):
        converter = whole_or_none if _holds(type(None), field.annotation) else whole
    typed = default is not None and _typed
    shown = Parameter(help=about, group=FIELDS, show_default=typed, converter=converter)
    # The field's own limits, as Ge(1): what is out of range is a mistyped command, like what is no number.
    kind: Any = (field.annotation, *field.metadata, shown)
    hint = Annotated[kind]
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=hint)


def _holds(kind: type, annotation: Any) -> bool:
    return annotation is kind or any(_holds(kind, part) for part in get_args(annotation))


def _typed(value: Any) -> str:
    """A default as one would type it."""
    return " ".join(map(str, value)) if isinstance(value, tuple) else str(value)
