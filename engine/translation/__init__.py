"""Whether code can be translated to another programming language, and if not, why."""

from engine.translation.check import Own, reason_against

__all__ = ["Own", "reason_against"]
