"""What only a language model can do, said to who asks it of fury-bot without one."""

from __future__ import annotations

from typing import Final

from generation.protocol import Task

FINISH_REASON: Final = "declined"
"""Of a completion that says why it is none."""

_WRITING: Final = {Task.TRANSLATE: "translate", Task.WRITE: "write code"}


def reason_against(task: Task) -> str | None:
    """Return why quoting cannot do ``task``, and what to set up; None when it can."""
    if task not in _WRITING:
        return None
    return (
        f"I cannot {_WRITING[task]} without a language model, since I only quote what stands in "
        "the repository; whoever runs me can set one up with `GROQ_API_KEY`, `GEMINI_API_KEY`, "
        "`OPENAI_BASE_URL` or `OLLAMA_BASE_URL`."
    )
