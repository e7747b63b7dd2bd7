"""A provider that does what it is told, word by word."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from generation import Completion, GenerationError
from generation.protocol import drained

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from generation import Request


@dataclass
class Scripted:
    """Says its words, raises what stands among them, and remembers what it was asked."""

    name: str
    script: list[str | GenerationError]
    is_model: bool = True
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    asked: list[Request] = field(default_factory=list)
    hung_up: int = 0
    is_closed: bool = False
    before: Callable[[Request], None] | None = None
    """Called when a request comes in; what it raises, the provider raises."""

    def stream(self, request: Request) -> Generator[str, None, Completion]:
        self.asked.append(request)
        if self.before:
            self.before(request)
        try:
            for word in self.script:
                if isinstance(word, GenerationError):
                    raise word
                yield word
        except GeneratorExit:
            self.hung_up += 1
            raise
        return Completion(
            text="".join(word for word in self.script if isinstance(word, str)),
            provider=self.name,
            model=request.model or "default",
            finish_reason="stop",
            prompt_tokens=self.prompt_tokens,
            completion_tokens=self.completion_tokens,
        )

    def complete(self, request: Request) -> Completion:
        return drained(self.stream(request))

    def close(self) -> None:
        self.is_closed = True
