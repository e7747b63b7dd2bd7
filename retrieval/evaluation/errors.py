"""What can go wrong with an evaluation.

::

    EvaluationError (a RetrievalError)
    └── QuestionsInvalid   a file of questions cannot be read, or says what it may not
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from retrieval.errors import RetrievalError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


class EvaluationError(RetrievalError):
    """Search cannot be evaluated."""


class QuestionsInvalid(EvaluationError):
    """A file of questions is unusable; the message has a line for each thing that is wrong."""

    def __init__(self, path: Path, problems: Sequence[str]) -> None:
        super().__init__("\n".join(f"{path}: {problem}" for problem in problems))
        self.path = path
        self.problems = tuple(problems)
