"""What only a language model can do, said to who asks it of fury-bot without one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from generation.protocol import Task

if TYPE_CHECKING:
    from collections.abc import Sequence

FINISH_REASON: Final = "declined"
"""Of a completion that says why it is none."""

_WRITING: Final = {Task.TRANSLATE: "translate", Task.WRITE: "write code"}


def reason_against(task: Task, *, unanswered: Sequence[str] = ()) -> str | None:
    """Return why quoting cannot do ``task``, and what to do about it; None when it can.

    ``unanswered`` are the reasons why models that are set up gave no answer, a clause each.
    """
    if task not in _WRITING:
        return None
    reason = (
        f"I cannot {_WRITING[task]} without a language model, since I only quote what stands in "
        "the repository"
    )
    if unanswered:
        return f"{reason}; and {', '.join(unanswered)}. Ask me again later."
    return (
        f"{reason}; whoever runs me can set one up with `GROQ_API_KEY`, `GEMINI_API_KEY`, "
        "`OPENAI_BASE_URL` or `OLLAMA_BASE_URL`."
    )
