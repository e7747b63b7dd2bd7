"""A prompt as the messages of a chat."""

from __future__ import annotations

from generation.messages import chat_messages
from generation.prompts import Prompt
from generation.protocol import Turn


def test_turns_stand_between_the_system_message_and_the_question() -> None:
    prompt = Prompt("Be brief.", "Bigger?", (Turn("user", "A disc?"), Turn("assistant", "disc()")))
    assert chat_messages(prompt) == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "A disc?"},
        {"role": "assistant", "content": "disc()"},
        {"role": "user", "content": "Bigger?"},
    ]


def test_neighbours_of_one_role_become_one_message() -> None:
    prompt = Prompt("Be brief.", "Bigger?", (Turn("user", "A disc?"), Turn("user", "Anyone?")))
    assert chat_messages(prompt)[1:] == [
        {"role": "user", "content": "A disc?\n\nAnyone?\n\nBigger?"}
    ]
