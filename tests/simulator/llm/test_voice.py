"""Who speaks through the simulated models, how fast, and what happens when nobody listens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests

from simulator.llm import API_KEY, Fault, FaultKind, RecordedTurn

if TYPE_CHECKING:
    from simulator.llm import RecordedRequest, SimulatedModels

TALK = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "A disc?"},
    {"role": "assistant", "content": "disc()"},
    {"role": "user", "content": "Bigger?"},
]
CONTENTS = [
    {"role": "user", "parts": [{"text": "A disc?"}]},
    {"role": "model", "parts": [{"text": "disc()"}]},
    {"role": "user", "parts": [{"text": "Bigger?"}]},
]
PATIENCE = 60.0
"""Seconds after which a test gives up."""

every_wire = pytest.mark.parametrize(
    ("provider", "path", "body"),
    [
        ("groq", "/openai/v1/chat/completions", {"model": "m", "messages": TALK, "stream": True}),
        ("openai", "/v1/chat/completions", {"model": "m", "messages": TALK, "stream": True}),
        ("ollama", "/api/chat", {"model": "m", "messages": TALK}),
        (
            "google",
            "/v1beta/models/m:streamGenerateContent",
            {"contents": CONTENTS, "systemInstruction": {"parts": [{"text": "Be brief."}]}},
        ),
    ],
)


def ask(url: str, body: dict[str, Any]) -> requests.Response:
    headers = {"Authorization": f"Bearer {API_KEY}", "x-goog-api-key": API_KEY}
    return requests.post(url, json=body, headers=headers, timeout=PATIENCE, stream=True)


@every_wire
def test_the_speaker_hears_the_rules_the_turns_and_the_question(
    base_url: str, models: SimulatedModels, provider: str, path: str, body: dict[str, Any]
) -> None:
    def speak(asked: RecordedRequest) -> str:
        return f"{asked.provider}: {asked.system} {asked.user}".replace(" ", "_")

    models.speaker = speak
    assert f"{provider}:_Be_brief._Bigger?" in ask(base_url + path, body).text
    (asked,) = models.requests()
    assert asked.turns == (RecordedTurn("user", "A disc?"), RecordedTurn("assistant", "disc()"))
    assert asked.prompt == "Be brief.A disc?disc()Bigger?"


@every_wire
@pytest.mark.parametrize("fault", [FaultKind.HANG, FaultKind.STALL], ids=str)
def test_a_client_that_goes_away_during_a_silence_is_noticed(
    base_url: str,
    models: SimulatedModels,
    *,
    provider: str,
    path: str,
    body: dict[str, Any],
    fault: FaultKind,
) -> None:
    models.faults.set(provider, Fault(fault))
    with requests.Session() as session:
        headers = {"Authorization": f"Bearer {API_KEY}", "x-goog-api-key": API_KEY}
        prepared = requests.Request("POST", base_url + path, json=body, headers=headers).prepare()
        if fault is FaultKind.HANG:
            with pytest.raises(requests.ReadTimeout):
                session.send(prepared, timeout=0.1)
        else:
            session.send(prepared, timeout=PATIENCE, stream=True).close()
    assert models.wait_for_hang_ups(1, seconds=PATIENCE)
    assert [asked.provider for asked in models.hang_ups()] == [provider]
    listed = requests.get(f"{base_url}/_control/hang-ups", timeout=PATIENCE)
    assert [asked["provider"] for asked in listed.json()] == [provider]


@every_wire
def test_words_come_at_an_interval_and_a_client_that_leaves_meanwhile_is_noticed(
    base_url: str, models: SimulatedModels, provider: str, path: str, body: dict[str, Any]
) -> None:
    models.word_interval = PATIENCE
    ask(base_url + path, body).close()
    assert models.wait_for_hang_ups(1, seconds=PATIENCE / 2)
    assert models.hang_ups(provider)


@every_wire
def test_all_words_come_in_spite_of_an_interval(
    base_url: str, models: SimulatedModels, provider: str, path: str, body: dict[str, Any]
) -> None:
    models.word_interval = 0.001
    models.speaker = lambda _asked: "one two three"
    text = ask(base_url + path, body).text
    assert all(word in text for word in ("one", "two", "three"))
    assert not models.hang_ups(provider)
