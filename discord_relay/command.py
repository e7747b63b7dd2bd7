"""The commands as Discord keeps them, and the names the relay reads by."""

from __future__ import annotations

from typing import Any

ASK = "ask"
FORGET = "forget"
QUESTION = "question"
REPOSITORY = "repository"

MAX_QUESTION = 1500
"""Characters. Discord enforces it in its client; the relay does not rely on that."""

CHAT_INPUT = 1
"""Discord's type of a slash command."""

STRING = 3
"""Discord's type of a text option."""


def commands() -> list[dict[str, Any]]:
    """Return the application's commands as the body of ``PUT /applications/{id}/commands``."""
    return [
        {
            "name": ASK,
            "type": CHAT_INPUT,
            "description": "Ask about the repository, and get an answer with its sources",
            "options": [
                {
                    "name": QUESTION,
                    "type": STRING,
                    "description": "What you would like to know",
                    "required": True,
                    "min_length": 1,
                    "max_length": MAX_QUESTION,
                },
                {
                    "name": REPOSITORY,
                    "type": STRING,
                    "description": "owner/name, when it is not the usual one",
                    "required": False,
                    "max_length": 140,
                },
            ],
        },
        {
            "name": FORGET,
            "type": CHAT_INPUT,
            "description": "Delete what you asked me and what I answered, in every channel",
        },
    ]
