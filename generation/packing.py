"""Fits a request into a model's window: the question first, then the best of all else.

What does not fit is left out whole, oldest turns and worst passages first; only what must be there
is cut, at the end of a line.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from generation.prompts import build
from generation.protocol import Task
from generation.sampling import sampling_for
from generation.threads import by_worth, is_thread
from generation.tokens import Vocabulary, estimate, weigh

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generation.protocol import Attempt, Passage, Request, Turn

CUT: Final = "\n[…]"
"""Stands where a text was cut."""
FRAME: Final = 16
"""Tokens that a service puts around the messages of a request."""
BLOCK: Final = 80
"""Tokens of the fences around a block, and of its label without names."""
_CODE: Final = re.compile(r"\b[0-9a-f]{16}\b")
_DEAREST_CODE: Final = "0" * 16
"""Stands for the code of the fences, which is another in each prompt, and of another size."""
SMALLEST: Final = 48
"""Tokens of a text below which a cut leaves nothing worth reading."""

_OUTPUT: Final = 1 / 4
"""The most of a window that is kept for the answer."""
_QUESTION: Final = 1 / 2
"""The most of the room that a question takes, and of what it leaves, a draft to be mended."""
_HISTORY: Final = 1 / 4
_HISTORY_AS_SUBJECT: Final = 3 / 4
"""Where what was said is itself what is asked about."""
_OPENING: Final = 1 / 3
"""The most that what opens a thread takes of the room which those who answered can fill."""


def pack(request: Request, *, window: int, vocabulary: Vocabulary = Vocabulary.SMALL) -> Request:
    """Return ``request`` as a model can take it that reads ``window`` tokens, answer included.

    The question is never left out. A window that is too small even for it and the rules is passed:
    :func:`size` tells.
    """
    output = output_of(request, window=window)
    bare = replace(request, question="", passages=(), history=(), attempt=None)
    room = window - output - size(bare, vocabulary)
    while True:
        packed = replace(_filled(request, _Room(room, vocabulary)), max_output_tokens=output)
        # Labels and fences were guessed, a little too small at times.
        over = size(packed, vocabulary) + output - window
        if over <= 0 or room <= 0:
            return packed
        room -= over


def size(request: Request, vocabulary: Vocabulary) -> int:
    """Return about how many tokens the prompt of ``request`` is, as it is sent."""
    prompt = build(request)
    texts = (_CODE.sub(_DEAREST_CODE, text) for text in (prompt.system, prompt.user))
    return FRAME + sum(estimate(text, vocabulary) for text in texts)


def output_of(request: Request, *, window: int) -> int:
    """Return how many tokens of ``window`` the answer to ``request`` may be."""
    wanted = sampling_for(request.task, at_most=request.max_output_tokens)
    return min(wanted.max_output_tokens, int(window * _OUTPUT))


def cut(text: str, *, tokens: float, vocabulary: Vocabulary) -> str:
    """Return as many whole lines of ``text`` as fit ``tokens``, marked where it was cut.

    A first line that is too long by itself is cut where it must be.
    """
    if weigh(text, vocabulary) <= tokens:
        return text
    left = tokens - weigh(CUT, vocabulary)
    lines = text.splitlines(keepends=True)
    kept = 0
    for line in lines:
        left -= weigh(line, vocabulary)
        if left < 0:
            break
        kept += 1
    if kept:
        return "".join(lines[:kept]).rstrip() + CUT
    left += weigh(lines[0], vocabulary)
    fitting = bisect_right(
        range(1, len(lines[0])), left, key=lambda end: weigh(lines[0][:end], vocabulary)
    )
    return lines[0][:fitting].rstrip() + CUT


class _Room:
    """The tokens that are still free."""

    def __init__(self, tokens: float, vocabulary: Vocabulary) -> None:
        self.tokens = max(0.0, tokens)
        self.vocabulary = vocabulary

    def take(self, tokens: float) -> None:
        self.tokens = max(0.0, self.tokens - tokens)

    def part(self, share: float) -> _Room:
        return _Room(self.tokens * share, self.vocabulary)

    def cut(self, text: str, *, share: float = 1.0) -> str:
        """Take ``text`` in, or what fits of it, the smallest readable piece at the least."""
        most = max(self.tokens * share, SMALLEST)
        kept = cut(text, tokens=most, vocabulary=self.vocabulary)
        self.take(weigh(kept, self.vocabulary))
        return kept


def _filled(request: Request, room: _Room) -> Request:
    vocabulary = room.vocabulary
    question = room.cut(request.question, share=_QUESTION)
    attempt = _attempt(request.attempt, room) if request.attempt else None
    history = _latest(request.history, room.part(_share_of_history(request)))
    room.take(sum(_turn_size(turn, vocabulary) for turn in history))
    passages = _thread(request, room) if is_thread(request) else _best(request.passages, room)
    return replace(request, question=question, passages=passages, history=history, attempt=attempt)


def _share_of_history(request: Request) -> float:
    if not request.passages:
        return 1.0
    return _HISTORY_AS_SUBJECT if request.task is Task.SUMMARISE else _HISTORY


def _attempt(attempt: Attempt, room: _Room) -> Attempt:
    room.take(2 * BLOCK + sum(weigh(problem, room.vocabulary) for problem in attempt.problems))
    return replace(attempt, text=room.cut(attempt.text, share=_QUESTION))


def _latest(history: tuple[Turn, ...], room: _Room) -> tuple[Turn, ...]:
    """Return the turns without a gap that fit; of the very last one, the beginning at least."""
    kept: list[Turn] = []
    for turn in reversed(history):
        needed = _turn_size(turn, room.vocabulary)
        if needed > room.tokens:
            if not kept and room.tokens >= BLOCK + SMALLEST:
                room.take(BLOCK)
                kept.append(replace(turn, text=room.cut(turn.text)))
            break
        room.take(needed)
        kept.append(turn)
    return tuple(reversed(kept))


def _thread(request: Request, room: _Room) -> tuple[Passage, ...]:
    """Return what opens a thread and the newest that fit, in the order in which they were said."""
    if not request.passages:
        return ()
    vocabulary = room.vocabulary
    opening, *later = by_worth(request.passages)
    left = room.tokens - sum(_passage_size(passage, vocabulary) for passage in later)
    most = max(left - _label_size(opening, vocabulary), room.tokens * _OPENING, SMALLEST)
    opening = replace(opening, text=cut(opening.text, tokens=most, vocabulary=vocabulary))
    return tuple(sorted(_best((opening, *later), room), key=lambda passage: passage.number))


def _best(passages: tuple[Passage, ...], room: _Room) -> tuple[Passage, ...]:
    """Return the passages that fit, in their order; of the first, the beginning at least."""
    return tuple(_fitting(passages, room))


def _fitting(passages: tuple[Passage, ...], room: _Room) -> Iterator[Passage]:
    for position, passage in enumerate(passages):
        needed = _passage_size(passage, room.vocabulary)
        if needed <= room.tokens:
            room.take(needed)
            yield passage
            continue
        label = _label_size(passage, room.vocabulary)
        if position == 0 and room.tokens >= label + SMALLEST:
            room.take(label)
            yield replace(passage, text=room.cut(passage.text))


def _turn_size(turn: Turn, vocabulary: Vocabulary) -> int:
    return BLOCK + math.ceil(weigh(turn.text, vocabulary))


def _passage_size(passage: Passage, vocabulary: Vocabulary) -> float:
    return _label_size(passage, vocabulary) + weigh(passage.text, vocabulary)


def _label_size(passage: Passage, vocabulary: Vocabulary) -> int:
    return BLOCK + estimate(f"{passage.path} {passage.kind} {passage.symbol}", vocabulary)
