"""``fury-bot simulate llm`` as a developer runs it."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
import requests

from tests.end_to_end.processes import COMMAND, PATIENCE, environment

if TYPE_CHECKING:
    from collections.abc import Iterator

CHAT = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Why a disc?"}]


@pytest.fixture(scope="module")
def settings() -> Iterator[dict[str, str]]:
    """The settings that it prints, while it serves."""
    command = [COMMAND, "simulate", "llm", "--persona", "echo", "--delay", "1"]
    with subprocess.Popen(  # noqa: S603 - our own command
        command, env=environment({}), stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        lines = [process.stdout.readline() for _ in range(7)]
        yield dict(line.strip().split("=", 1) for line in lines)
        process.terminate()


def test_the_settings_lead_every_provider_to_it(settings: dict[str, str]) -> None:
    assert set(settings) == {
        "GROQ_API_KEY",
        "GROQ_BASE_URL",
        "GEMINI_API_KEY",
        "GEMINI_BASE_URL",
        "OLLAMA_BASE_URL",
        "OPENAI_API_KEY",
        "OPENAI_BASE_URL",
    }


def test_the_chosen_persona_answers_over_each_protocol(settings: dict[str, str]) -> None:
    body = {"model": "m", "messages": CHAT, "stream": False}
    over_openai = requests.post(
        f"{settings['OPENAI_BASE_URL']}/chat/completions",
        json=body,
        headers={"Authorization": f"Bearer {settings['OPENAI_API_KEY']}"},
        timeout=PATIENCE,
    ).json()
    over_ollama = requests.post(
        f"{settings['OLLAMA_BASE_URL']}/api/chat", json=body, timeout=PATIENCE
    ).json()
    said = over_openai["choices"][0]["message"]["content"]
    assert said == over_ollama["message"]["content"]
    assert "Be brief." in said
    assert "Why a disc?" in said


def test_ollama_is_streamed_to_a_client_that_names_no_content_type(
    settings: dict[str, str],
) -> None:
    body = '{"model": "m", "messages": [{"role": "user", "content": "Why a disc?"}]}'
    response = requests.post(f"{settings['OLLAMA_BASE_URL']}/api/chat", data=body, timeout=PATIENCE)
    assert response.text.splitlines()[-1].startswith('{"model": "m"')
