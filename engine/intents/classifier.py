"""Reads what a message asks for: by rules and, where those are unsure, by a model."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Protocol

import structlog

from engine import languages, quoted_code
from engine.intents.rules import by_rule
from generation.protocol import GenerationError, Request, Task

if TYPE_CHECKING:
    from engine.intents.model import Intent
    from generation.protocol import Completion

log = structlog.get_logger(__name__)

ASKABLE: Final = tuple(task for task in Task if task not in {Task.STANDALONE, Task.CLASSIFY})
"""What a person can ask for."""

_MOST_WORDS: Final = 3
"""Of a reply that is an answer; a model that writes more has not classified."""


class Model(Protocol):
    """Writes text; a provider that ``is_model``, or a chain that has one, does."""

    def complete(self, request: Request) -> Completion:
        """Return the whole text."""


def read_intent(message: str, *, repository: str, model: Model | None = None) -> Intent:
    """Return what ``message`` asks for.

    ``model`` is asked about a message that the rules are unsure of. When it fails, or answers with
    none of the tasks, what the rules make of the message holds.
    """
    intent = by_rule(message)
    if intent.is_sure or model is None:
        return intent
    try:
        completion = model.complete(Request(message, repository, (), task=Task.CLASSIFY))
    except GenerationError as error:
        log.info("intent_left_to_rules", reason=str(error))
        return intent
    task = _task(completion.text)
    if task is None:
        log.info("intent_left_to_rules", reason="the model named no task")
        return intent
    language = languages.target(quoted_code.prose(message)) if task is Task.TRANSLATE else None
    return replace(intent, task=task, language=language)


def _task(text: str) -> Task | None:
    words = re.findall(r"[a-z]+", text.lower())
    if not words or len(words) > _MOST_WORDS:
        return None
    named = {"summarize": Task.SUMMARISE, **{task.value: task for task in ASKABLE}}
    return next((named[word] for word in words if word in named), None)
