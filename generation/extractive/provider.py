"""The provider that needs no key, no network and no model."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from generation.extractive import declining
from generation.extractive.answer import compose
from generation.prompts import NOT_FOUND
from generation.protocol import Completion

if TYPE_CHECKING:
    from collections.abc import Generator

    from generation.protocol import Request


class ExtractiveProvider:
    """Composes an answer from the best passages; the same request gives the same answer.

    Without a passage to answer from it says :data:`generation.prompts.NOT_FOUND`, as the models
    are told to.
    """

    name: ClassVar[str] = "extractive"
    is_model: ClassVar[bool] = False

    def stream(self, request: Request) -> Generator[str, None, Completion]:
        """Yield the answer line by line, and return the whole of it."""
        completion = self.complete(request)
        yield from completion.text.splitlines(keepends=True)
        return completion

    def complete(self, request: Request) -> Completion:
        """Return the answer, or why it takes a model: ``request.model`` is of no effect."""
        declined = declining.reason_against(request.task, unanswered=request.unanswered)
        if declined:
            return Completion(
                text=declined,
                provider=self.name,
                model=self.name,
                finish_reason=declining.FINISH_REASON,
            )
        return Completion(
            text=compose(request) or NOT_FOUND,
            provider=self.name,
            model=self.name,
            finish_reason="stop",
        )

    def close(self) -> None:
        """Do nothing: there is no connection."""
