"""What a question to the engine is, and what comes back."""

from __future__ import annotations

from dataclasses import dataclass


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
    is_provisional: bool = False
    """The model was still reading the repository: asked again, it may be answered better."""

    @property
    def references(self) -> tuple[str, ...]:
        """The sources as permalinks, in the order of their numbers."""
        return tuple(source.url for source in self.sources)
