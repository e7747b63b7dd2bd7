"""What a question to the engine is, and what comes back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from generation.protocol import Task

if TYPE_CHECKING:
    from engine.checks.model import Problem

NOT_FOUND = "I could not find an answer to this in the repository."
"""The response of an abstention for want of an answer."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a question may be answered from, and by whom."""

    repository: str
    """``owner/name``. Nothing outside it is ever read."""
    ref: str | None = None
    """A branch or tag; None is the repository's default index."""
    knn: int = 5
    """How many passages the answer may draw on."""
    provider: str | None = None
    """Ask this provider alone; None is the configured chain."""
    model: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """A passage that the answer cites as ``[number]``."""

    number: int
    path: str
    start_line: int
    end_line: int
    symbol: str | None
    kind: str
    url: str
    """Permalink ``…/blob/<sha>/<path>#La-Lb``."""
    score: float


@dataclass(frozen=True, slots=True)
class Timings:
    """Wall time in seconds of the parts of an answer."""

    retrieval: float
    generation: float
    total: float


@dataclass(frozen=True, slots=True)
class Answer:
    """The engine's reply.

    When ``abstained``, ``response`` says so and ``sources`` are the nearest places to look, not
    support for a claim.
    """

    question: str
    repository: str
    response: str
    """Markdown, citing ``sources`` as ``[1]``, ``[2]``."""
    sources: tuple[Source, ...]
    provider: str
    model: str
    abstained: bool
    confidence: float
    """Probability that the repository can answer the question: [0, 1]."""
    timings: Timings
    commit: str
    task: Task = Task.QUESTION
    standalone: str = ""
    """The question as it was searched for: a follow-up made whole by what was said before it."""
    checks: tuple[Problem, ...] = ()
    """What the check of its code still finds."""
    note: str = ""
    """One line to stand below the answer: what of it could not be confirmed."""
    passages: tuple[Source, ...] = ()
    """All that was found and could be drawn on, the best first, numbered as they were found."""
    is_provisional: bool = False
    """The model was still reading the repository: asked again, it may be answered better."""

    @property
    def declined(self) -> str:
        """Why nothing was tried, for the person to read; empty when an answer was looked for."""
        return self.response if self.abstained and self.response != NOT_FOUND else ""

    @property
    def is_by_model(self) -> bool:
        """Whether a language model wrote it. What is put together from the sources names none."""
        return self.provider != self.model

    @property
    def references(self) -> tuple[str, ...]:
        """The sources as permalinks, in the order of their numbers."""
        return tuple(source.url for source in self.sources)
