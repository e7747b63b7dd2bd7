"""What can go wrong with a question.

::

    EngineError
    ├── NotIndexed        the repository, or the ref, has no index yet
    └── UnknownProvider   no provider of that name is configured
"""

from __future__ import annotations

from generation import registry


class EngineError(Exception):
    """The engine cannot take the question."""


class NotIndexed(EngineError):
    """There is nothing to answer from yet."""

    def __init__(self, repository: str, ref: str | None = None) -> None:
        state = f"{repository} at {ref}" if ref else repository
        option = f" --ref {ref}" if ref else ""
        super().__init__(
            f"{state} is not indexed; run `fury-bot index PATH --repo {repository}{option}`, or "
            "install the App on it"
        )
        self.repository = repository
        self.ref = ref


class UnknownProvider(EngineError):
    """The question names a provider that is not there."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        super().__init__(_advice(name, known))
        self.name = name
        self.known = known


def _advice(name: str, known: tuple[str, ...]) -> str:
    """Say what ``name`` lacks, or which names there are, and what those lack."""
    if name in registry.MODELS:
        return f"{name} is not set up: it needs {registry.needs(name)}"
    others = (
        f"{each} (needs {registry.needs(each)})" for each in registry.MODELS if each not in known
    )
    return f"unknown provider {name!r}; known: {', '.join((*known, *others))}"
