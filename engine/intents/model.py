"""What a message asks for, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.languages import Language
    from engine.quoted_code import Code
    from generation.protocol import Task


@dataclass(frozen=True, slots=True)
class Intent:
    """What is asked for."""

    task: Task
    language: Language | None = None
    """Of a translation: the language to translate to; None when none is named."""
    code: tuple[Code, ...] = ()
    """The blocks of code in the message."""
    subject: str = ""
    """The symbol or file that it names, as written; empty when it names none."""
    is_sure: bool = True
    """Whether the rules alone settle it."""
