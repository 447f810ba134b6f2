"""Whole numbers as options: what is no whole number is a mistyped command, not a rounded one."""

from collections.abc import Sequence
from typing import Annotated, Any

from cyclopts import CoercionError, Parameter, Token, convert
from cyclopts.validators import Number


def whole(kind: Any, tokens: Sequence[Token]) -> Any:
    """Convert what was typed for one or several whole numbers; cyclopts alone rounds 1.5 to 2."""
    for token in tokens:
        if "." in token.value:
            raise CoercionError(msg=f"{token.value} is no whole number", token=token, target_type=int)
    return convert(kind, tokens)


def whole_or_none(kind: Any, tokens: Sequence[Token]) -> Any:
    """The same where none can be typed too; cyclopts keeps that from a converter."""
    return None if tokens[0].value.lower() == "none" else whole(kind, tokens)


Index = Annotated[int, Parameter(converter=whole, validator=Number(gte=0))]
"""A step, or a number that is counted from 0."""
Count = Annotated[int, Parameter(converter=whole, validator=Number(gte=1))]
"""How many."""
