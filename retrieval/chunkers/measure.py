"""How long a text is to the embedding model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from tokenizers import Tokenizer

from storage.text import storable

if TYPE_CHECKING:
    from collections.abc import Sequence


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

    def count(self, texts: Sequence[str]) -> Sequence[int]:
        """Return the tokens of each text, without special tokens.

        One after the other: a batch goes through a pool of threads, which costs more than it
        saves on lines, and is not safe in a process that forks.
        """
        encode = self._tokenizer.encode
        return [len(encode(storable(text), add_special_tokens=False)) for text in texts]
