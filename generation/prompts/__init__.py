"""The words a language model is given: rules, and between fences all that strangers wrote.

Passages, their paths and names, the question, what was said before (by people or by a model that
read what people wrote), and a draft with its problems are data. Each stands in a block of its own
between fences that carry a code drawn for this one request, which no text written beforehand can
know; what a reader of the page would not see is taken out of it first.
"""

from generation.prompts.building import (
    HISTORY_AS_SUBJECT_BUDGET,
    HISTORY_BUDGET,
    PASSAGE_BUDGET,
    PASSAGES_BUDGET,
    QUESTION_BUDGET,
    TURN_BUDGET,
    Prompt,
    build,
)
from generation.prompts.rules import NOT_FOUND
from generation.prompts.visibility import INVISIBLE, shown, visible

__all__ = [
    "HISTORY_AS_SUBJECT_BUDGET",
    "HISTORY_BUDGET",
    "INVISIBLE",
    "NOT_FOUND",
    "PASSAGES_BUDGET",
    "PASSAGE_BUDGET",
    "QUESTION_BUDGET",
    "TURN_BUDGET",
    "Prompt",
    "build",
    "shown",
    "visible",
]
