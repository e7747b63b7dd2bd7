"""What is said under an answer of which something could not be confirmed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.checks.model import Problem

TOLD = 2
"""Problems that are named; the line is to be read."""

_SPECIAL = re.compile(r"([\\*_<>\[\]#|~@])")


def honest_line(problems: Sequence[Problem]) -> str:
    """Return one line of Markdown that names what does not hold; empty when all does."""
    if not problems:
        return ""
    told = "; ".join(_told(problem, problems) for problem in problems[:TOLD])
    more = len(problems) - TOLD
    return f"Not confirmed: {told}{f'; and {more} more' if more > 0 else ''}."


def _told(problem: Problem, problems: Sequence[Problem]) -> str:
    text = " ".join(_outside_code(problem.problem).split()).rstrip(".")
    return f"{text}{_place(problem, problems)}"


def _place(problem: Problem, problems: Sequence[Problem]) -> str:
    """Return where a problem is, as a reader counts: by the lines of a block of code."""
    if not problem.block:
        return ""
    if {each.block for each in problems} - {0} == {1}:
        return f" (line {problem.block_line})"
    return f" (code block {problem.block}, line {problem.block_line})"


def _outside_code(text: str) -> str:
    """Escape what Markdown would read as more than text, but for the names in backticks."""
    parts = text.split("`")
    if len(parts) % 2 == 0:  # a backtick that is not closed
        return _SPECIAL.sub(r"\\\1", text.replace("`", "'"))
    return "`".join(
        part if index % 2 else _SPECIAL.sub(r"\\\1", part) for index, part in enumerate(parts)
    )
