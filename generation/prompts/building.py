"""Puts a request into the two texts that a model is sent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from generation.prompts.fences import Block, fenced, fresh_code, inline
from generation.prompts.rules import rules
from generation.prompts.visibility import visible
from generation.protocol import Task
from generation.threads import by_worth, gaps, is_thread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generation.protocol import Attempt, Passage, Request, Turn

PASSAGE_BUDGET: Final = 4_000
"""Characters of one passage."""
PASSAGES_BUDGET: Final = 16_000
"""Characters of all passages: about 4,000 tokens, which fits a free tier's minute."""
PASSAGES_AS_SUBJECT_BUDGET: Final = 48_000
"""Characters of all passages that are to be summed up: a thread of some forty comments."""
QUESTION_BUDGET: Final = 4_000
"""Characters of the question."""
TURN_BUDGET: Final = 4_000
"""Characters of one turn."""
HISTORY_BUDGET: Final = 8_000
"""Characters of all turns; the latest are kept."""
HISTORY_AS_SUBJECT_BUDGET: Final = 24_000
"""Characters of all turns where they may be what is to be summed up."""
_DRAFT_BUDGET: Final = 16_000
_PROBLEM_BUDGET: Final = 400
_PROBLEMS: Final = 20
_HIDDEN: Final = 4
"""How many times its budget of a text is read, so that what is hidden in it costs no room."""
_CUT: Final = "\n[…]"


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a model is sent."""

    system: str
    user: str
    turns: tuple[Turn, ...] = ()
    """What was said before ``user``, the oldest first."""


def build(request: Request) -> Prompt:
    """Return the prompt for ``request``; what is beyond the budgets is cut or left out.

    What was said before goes into blocks of ``user``, not into ``turns``: a model heeds its own
    earlier words, and those may have been shaped by a page that it had read.
    """
    blocks = list(_blocks(request))
    code = fresh_code(blocks)
    return Prompt(
        system=rules(request, code=code),
        user="\n\n".join(fenced(block, code) for block in blocks),
    )


def _blocks(request: Request) -> Iterator[Block]:
    if request.task not in {Task.STANDALONE, Task.CLASSIFY}:
        yield from _thread(request) if is_thread(request) else _passages(request)
    if request.task is not Task.CLASSIFY:
        is_subject = request.task is Task.SUMMARISE
        budget = HISTORY_AS_SUBJECT_BUDGET if is_subject else HISTORY_BUDGET
        yield from _turns(request.history, budget)
    if request.language:
        yield Block("LANGUAGE", inline(request.language))
    yield Block("QUESTION", _cut(request.question, QUESTION_BUDGET))
    if request.attempt:
        yield from _attempt(request.attempt)


def _passages(request: Request) -> Iterator[Block]:
    is_subject = request.task is Task.SUMMARISE
    budget = PASSAGES_AS_SUBJECT_BUDGET if is_subject else PASSAGES_BUDGET
    for passage in _within(request.passages, budget):
        yield Block(_label(passage), passage.text)


def _thread(request: Request) -> Iterator[Block]:
    """Yield how a thread began and how it went on in the end, and where something is left out."""
    kept = list(_within(by_worth(request.passages), PASSAGES_AS_SUBJECT_BUDGET))
    for passage, left_out in gaps(kept):
        if left_out:
            yield Block("LEFT OUT", f"{left_out} comments before passage {passage.number}")
        yield Block(_label(passage), passage.text)


def _within(passages: tuple[Passage, ...], left: int) -> Iterator[Passage]:
    """Yield the first of ``passages``, as far as ``left`` characters go."""
    for passage in passages:
        if left <= 0:
            return
        text = _cut(passage.text, min(PASSAGE_BUDGET, left))
        left -= len(text)
        yield replace(passage, text=text)


def _label(passage: Passage) -> str:
    lines = f"{inline(passage.path)}:{passage.start_line}-{passage.end_line}"
    name = f" {inline(passage.symbol)}" if passage.symbol else ""
    return f"PASSAGE {passage.number} | {lines} | {inline(passage.kind)}{name}"


def _turns(history: tuple[Turn, ...], left: int) -> list[Block]:
    latest: list[Block] = []
    for number, turn in reversed(list(enumerate(history, 1))):
        text = _cut(turn.text, TURN_BUDGET)
        left -= len(text)
        if left < 0:
            break
        latest.append(Block(f"TURN {number} | {turn.role}", text))
    return latest[::-1]


def _attempt(attempt: Attempt) -> Iterator[Block]:
    problems = (inline(problem)[:_PROBLEM_BUDGET] for problem in attempt.problems[:_PROBLEMS])
    yield Block("DRAFT", _cut(attempt.text, _DRAFT_BUDGET))
    yield Block("PROBLEMS", "\n".join(f"- {problem}" for problem in problems))


def _cut(text: str, longest: int) -> str:
    text = visible(text[: _HIDDEN * longest])
    if len(text) <= longest:
        return text
    whole_lines = text[:longest].rpartition("\n")[0] or text[:longest]
    return whole_lines + _CUT
