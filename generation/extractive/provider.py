"""The provider that needs no key, no network and no model."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from generation.extractive.answer import compose
from generation.prompts import NOT_FOUND
from generation.protocol import Completion

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generation.protocol import Request


class ExtractiveProvider:
    """Composes an answer from the best passages; the same request gives the same answer.

    Without a passage to answer from it says :data:`generation.prompts.NOT_FOUND`, as the models
    are told to.
    """

    name: ClassVar[str] = "extractive"

    def stream(self, request: Request) -> Iterator[str]:
        """Yield the answer paragraph by paragraph."""
        yield from self.complete(request).text.splitlines(keepends=True)

    def complete(self, request: Request) -> Completion:
        """Return the answer. ``request.model`` is of no effect: there is none."""
        return Completion(
            text=compose(request) or NOT_FOUND,
            provider=self.name,
            model=self.name,
            finish_reason="stop",
        )
