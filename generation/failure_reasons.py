"""Why a provider did not answer, in a clause for people: no status, no address, no advice."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from generation.protocol import (
    Interrupted,
    QuotaExceeded,
    TimedOut,
    TooLong,
    Unauthorised,
    Unavailable,
)

if TYPE_CHECKING:
    from generation.protocol import GenerationError


def reason_of(error: GenerationError) -> str:
    """Return the clause, such as ``groq could not be reached``."""
    name = error.provider
    match error:
        case QuotaExceeded(retry_after=float() | int() as seconds):
            reason = f"the budget of {name} is used up for {math.ceil(seconds)} s"
        case QuotaExceeded():
            reason = f"the budget of {name} is used up"
        case Unauthorised():
            reason = f"{name} does not accept its key"
        case TooLong():
            reason = f"the question is too long for {name}"
        case TimedOut():
            reason = f"{name} took too long"
        case Interrupted():
            reason = f"{name} broke off"
        case Unavailable():
            reason = f"{name} could not be reached"
        case _:
            reason = f"{name} gave no answer"
    return reason
