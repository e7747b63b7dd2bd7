"""How long a text is to the embedding model."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from tokenizers import Tokenizer

from storage.text import storable

if TYPE_CHECKING:
    from collections.abc import Sequence


SHORT = 100
"""Characters up to which a text's length is kept: every second line of a project stands in it more
than once, or is measured again as part of another unit."""

MOST_KEPT = 50_000


class Measure(Protocol):
    """Counts what the embedding model reads."""

    @property
    def window(self) -> int:
        """Tokens that a chunk with its context may have.

        The model's limit without the special tokens that it adds itself.
        """

    def count(self, texts: Sequence[str]) -> Sequence[int]:
        """Return the tokens of each text, without special tokens."""


class Tokens:
    """Counts with the tokenizer of a model."""

    def __init__(self, tokenizer: Tokenizer, *, window: int) -> None:
        """Take ``tokenizer`` as it is; a copy of it counts, which cuts off and pads nothing."""
        self.window = window
        self._tokenizer = Tokenizer.from_str(tokenizer.to_str())
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._counted = lru_cache(MOST_KEPT)(self._count)

    def count(self, texts: Sequence[str]) -> Sequence[int]:
        """Return the tokens of each text, without special tokens.

        One after the other: a batch goes through a pool of threads, which costs more than it
        saves on lines, and is not safe in a process that forks.
        """
        return [self._counted(text) if len(text) <= SHORT else self._count(text) for text in texts]

    def _count(self, text: str) -> int:
        return len(self._tokenizer.encode(storable(text), add_special_tokens=False))
