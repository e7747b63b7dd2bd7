"""How freely a model may write, and how much of it: by what the text is wanted for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from generation.protocol import Task


@dataclass(frozen=True, slots=True)
class Sampling:
    """The two settings that every service knows."""

    temperature: float
    """0 is the likeliest word each time."""
    max_output_tokens: int
    """Of the text, and of what a thinking model spends before it."""


_ANSWER: Final = Sampling(temperature=0.2, max_output_tokens=4096)
"""Answers are to follow the passages; a little warmth keeps sentences from repeating."""
_LINE: Final = Sampling(temperature=0.0, max_output_tokens=512)
"""One question, or one word, and the same for the same input."""


def sampling_for(task: Task, *, at_most: int | None = None) -> Sampling:
    """Return the settings of a completion for ``task``, of ``at_most`` so many tokens."""
    usual = _LINE if task in {Task.STANDALONE, Task.CLASSIFY} else _ANSWER
    if at_most is None or at_most >= usual.max_output_tokens:
        return usual
    return replace(usual, max_output_tokens=at_most)
