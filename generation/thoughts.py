"""Leaves a model's thoughts out of its answer.

Reasoning models think aloud before they answer. Services mostly keep that apart; where they do
not, as Groq with Qwen and vLLM without a parser, it stands between tags at the very beginning.
"""

from __future__ import annotations

from typing import Final

_BEGIN: Final = "<think>"
_END: Final = "</think>"


class Thoughts:
    """Reads one answer in pieces, and passes on what is not thought."""

    def __init__(self) -> None:
        self._held = ""
        self._has_thought = False
        self._is_answer = False

    def left_out_of(self, text: str) -> str:
        """Return what is to be said of ``text``, the next piece, and of what was held back."""
        if self._is_answer:
            return text
        self._held += text
        while (beginning := self._held.lstrip()).startswith(_BEGIN):
            _, end, rest = beginning.partition(_END)
            if not end:
                return ""
            self._has_thought = True
            self._held = rest
        if _BEGIN.startswith(beginning):
            return ""  # nothing yet, or what may become the tag
        self._is_answer = True
        return beginning if self._has_thought else self._held
