"""What a message wants, made whole by what was said before it; or why it cannot be had.

The one place where intents, follow-ups and the limits of translation meet.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from engine import languages, quoted_code, translation
from engine.followups import is_follow_up, standalone
from engine.intents import Intent, read_intent
from generation.extractive import declining
from generation.protocol import Task

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from engine.languages import Language
    from engine.quoted_code import Code
    from engine.translation import Own
    from generation.protocol import Completion, Request, Turn


class Model(Protocol):
    """Writes text; a provider that ``is_model``, or a chain that has one, does."""

    def complete(self, request: Request) -> Completion:
        """Return the whole text."""


@dataclass(frozen=True, slots=True)
class Understood:
    """What is to be done for a message."""

    question: str
    """What to search for and to answer: the message, made whole if it is a follow-up."""
    task: Task
    language: str | None = None
    """Of a translation: the name of the language to translate to."""
    declined: str | None = None
    """Why it cannot be done, for the person to read; then nothing else is to be tried."""


def understand(
    message: str,
    *,
    repository: str,
    own: Callable[[], Own],
    task: Task | None = None,
    language: str | None = None,
    history: Sequence[Turn] = (),
    code: Sequence[Code] = (),
    model: Model | None = None,
) -> Understood:
    """Return what ``message`` wants.

    ``task`` is what a command asks for, and goes before what the words do. ``code`` is what the
    message points at without holding it; ``own`` tells what the repository defines, and is called
    for a translation alone. ``model`` is None where nothing writes text of its own.
    """
    question = standalone(message, history, repository=repository, model=model)
    intent = _intent(message, question, task, repository=repository, model=model)
    if intent.task is not Task.TRANSLATE:
        declined = None if model else declining.reason_against(intent.task)
        return Understood(question, intent.task, declined=declined)
    target = languages.named(language) if language else intent.language or _target(message)
    brought = intent.code or quoted_code.given(message)
    pieces = brought or tuple(code) or _said_code(message, history)
    declined = translation.reason_against(pieces, target, own())
    if declined is None and model is None:
        declined = declining.reason_against(intent.task)
    return Understood(question, intent.task, target.name if target else None, declined)


def _intent(
    message: str, question: str, task: Task | None, *, repository: str, model: Model | None
) -> Intent:
    if task is not None:
        return Intent(task, code=quoted_code.blocks(message))
    intent = read_intent(message, repository=repository)
    if intent.is_sure:
        return intent
    # What is left open by “and with opacity?” is what the question before it asked for.
    whole = read_intent(question, repository=repository, model=model)
    return replace(whole, code=intent.code or whole.code)


def _target(message: str) -> Language | None:
    """Return the language of a command to translate: it need not stand after a “to”."""
    prose = quoted_code.prose(message)
    named = languages.target(prose)
    if named:
        return named
    mentioned = languages.mentioned(prose)
    if mentioned:
        return mentioned[-1]
    return next(filter(None, map(languages.named, prose.split())), None)


def _said_code(message: str, history: Sequence[Turn]) -> tuple[Code, ...]:
    """Return the code that was last shown, where the message points back to it."""
    if not is_follow_up(message, history) and "this" not in message.lower():
        return ()
    found = (quoted_code.blocks(turn.text) for turn in reversed(history))
    return next(filter(None, found), ())
