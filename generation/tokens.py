"""How many tokens a text is, without the vocabulary of the model that will read it.

Real vocabularies are megabytes to download, and every model has its own. What they agree on is
how they cut: a common word is one token, a long one a few, a digit about one, a run of punctuation
one or two. So a text's pieces are counted by kind, and each kind has a weight, fitted by quantile
regression to real vocabularies: 97 of 100 texts are to be no longer than the estimate.
``benchmarks/tokens`` holds the fit, and how far it is from the truth.
"""

from __future__ import annotations

import math
import re
from dataclasses import astuple, dataclass, fields
from enum import Enum
from typing import Final

_PIECE: Final = re.compile(
    r"(?P<capitals>[A-Z]{2,}(?![a-z]))"
    r"|(?P<word>[A-Z]?[a-z]+|[A-Z])"
    r"|(?P<digits>[0-9]+)"
    r"|(?P<line>\n[ \t]*)"
    r"|(?P<space>[ \t]{2,})"
    r"|(?P<punctuation>[!-/:-@\[-`{-~]+)"
    r"|(?P<accented>[\u00c0-\u024f\u1e00-\u1eff]+)"
    r"|(?P<alphabet>[\u0370-\u1dff]+)"
    r"|(?P<ideographs>[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+)"
    r"|(?P<other>[^\x00-\x7f\u00c0-\u024f\u0370-\u1eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+)"
)
_SHORT: Final = 4
"""Letters of a word that is nearly always one token."""
_MIDDLING: Final = 9
"""Letters from which on a word is rather a rare one."""
_TANGLED: Final = 3
"""Characters of a run of punctuation that code often has: ``"):``, ``)),``."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """What a text is made of; or, as the weights of a vocabulary, how many tokens each is."""

    words: float = 0
    """Of letters without an accent; ``camelCase`` is two."""
    middle_letters: float = 0
    """A word's fifth to ninth."""
    further_letters: float = 0
    """A word's tenth and all after it."""
    capitals: float = 0
    """Letters of a run of them."""
    digits: float = 0
    lines: float = 0
    """With their indentation."""
    spaces: float = 0
    """Runs of two and more within a line."""
    punctuation: float = 0
    """Runs."""
    further_punctuation: float = 0
    """Characters of a run after its first."""
    tangled_punctuation: float = 0
    """Characters of a run after its third that are not the one before them again: no rule, no
    bracket, and each a token in the end."""
    accented: float = 0
    """Letters."""
    alphabets: float = 0
    """Letters of alphabets but the Latin one: Greek, Cyrillic, Arabic, Devanagari, Thai."""
    ideographs: float = 0
    """Characters: Chinese, Japanese, Korean."""
    other_bytes: float = 0
    """Of all else, in UTF-8: symbols, emoji."""


class Vocabulary(Enum):
    """The kinds of vocabularies that models have, by what a piece of text costs in them."""

    BYTE_PAIRS = Pieces(
        words=0.97,
        middle_letters=0.23,
        further_letters=0.27,
        capitals=0.40,
        digits=1.48,
        lines=1.39,
        spaces=0.61,
        punctuation=0.72,
        further_punctuation=0.05,
        tangled_punctuation=1.00,
        accented=1.80,
        alphabets=0.91,
        ideographs=0.98,
        other_bytes=0.50,
    )
    """100,000 entries and more: GPT, Llama from 3 on, Mistral's Tekken, DeepSeek, Qwen."""
    GEMMA = Pieces(
        words=0.91,
        middle_letters=0.15,
        further_letters=0.42,
        capitals=0.40,
        digits=1.44,
        lines=1.98,
        spaces=1.16,
        punctuation=0.98,
        further_punctuation=0.05,
        tangled_punctuation=1.00,
        accented=0.53,
        alphabets=0.44,
        ideographs=0.68,
        other_bytes=0.50,
    )
    """Gemini's and Gemma's 256,000."""
    SMALL = Pieces(
        words=0.98,
        middle_letters=0.11,
        further_letters=0.84,
        capitals=0.40,
        digits=1.01,
        lines=2.24,
        spaces=2.30,
        punctuation=1.25,
        further_punctuation=0.06,
        tangled_punctuation=1.61,
        accented=2.02,
        alphabets=1.13,
        ideographs=1.15,
        other_bytes=1.07,
    )
    """32,000 entries: Llama 2, Mistral 7B, Phi 3, and whatever is not known."""


_BYTE_PAIRS: Final = re.compile(
    r"gpt|\bo[134]\b|llama-?(?:[3-9]|guard)|qwen|qwq|kimi|deepseek|nemo|devstral|"
    r"ministral|magistral|mistral-(?:small|medium|large|saba)|phi-?4",
    re.IGNORECASE,
)
_GEMMA: Final = re.compile(r"gemini|gemma", re.IGNORECASE)


def vocabulary_of(provider: str, model: str) -> Vocabulary:
    """Return the kind of vocabulary that ``model`` reads; the dearest one when it is not known."""
    if provider == "google" or _GEMMA.search(model):
        return Vocabulary.GEMMA
    return Vocabulary.BYTE_PAIRS if _BYTE_PAIRS.search(model) else Vocabulary.SMALL


def estimate(text: str, vocabulary: Vocabulary = Vocabulary.SMALL) -> int:
    """Return about how many tokens ``text`` is, rather too many than too few."""
    return math.ceil(weigh(text, vocabulary))


def weigh(text: str, vocabulary: Vocabulary) -> float:
    """Return the estimate before it is rounded up, to be added to others of the same text."""
    counts, weights = astuple(pieces(text)), astuple(vocabulary.value)
    return math.fsum(count * weight for count, weight in zip(counts, weights, strict=True))


def pieces(text: str) -> Pieces:
    """Count the pieces of ``text`` by their kind."""
    counted = dict.fromkeys((field.name for field in fields(Pieces)), 0)
    for match in _PIECE.finditer(text):
        _count(counted, match.lastgroup or "", match[0])
    return Pieces(**counted)


def _count(counted: dict[str, int], kind: str, piece: str) -> None:
    length = len(piece)
    match kind:
        case "word":
            counted["words"] += 1
            counted["middle_letters"] += max(0, min(length, _MIDDLING) - _SHORT)
            counted["further_letters"] += max(0, length - _MIDDLING)
        case "line":
            counted["lines"] += 1
        case "space":
            counted["spaces"] += 1
        case "punctuation":
            counted["punctuation"] += 1
            counted["further_punctuation"] += length - 1
            pairs = zip(piece[_TANGLED - 1 :], piece[_TANGLED:], strict=False)
            counted["tangled_punctuation"] += sum(former != latter for former, latter in pairs)
        case "alphabet":
            counted["alphabets"] += length
        case "other":
            counted["other_bytes"] += len(piece.encode(errors="surrogatepass"))
        case _:
            counted[kind] += length
