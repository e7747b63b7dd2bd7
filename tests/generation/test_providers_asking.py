"""What each provider sends: messages, settings, the names of models."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from generation.gemini_provider import GeminiProvider
from generation.ollama_provider import DEFAULT_WINDOW, OllamaProvider
from generation.openai_provider import OpenAIProvider
from generation.prompts import Prompt
from generation.protocol import Task, Turn, UnknownModel
from simulator.llm import API_KEY, Fault, FaultKind, RecordedTurn, SimulatedModels
from tests.generation.provider_kinds import Kind, every_provider

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from generation import Request

TALK = (Turn("user", "What is a disc?"), Turn("assistant", "A round shape."))
SETTINGS: dict[str, Callable[[Mapping[str, Any]], tuple[float, int]]] = {
    "groq": lambda body: (body["temperature"], body["max_completion_tokens"]),
    "openai": lambda body: (body["temperature"], body["max_completion_tokens"]),
    "ollama": lambda body: (body["options"]["temperature"], body["options"]["num_predict"]),
    "google": lambda body: (
        body["generationConfig"].get("temperature", 0),
        body["generationConfig"]["maxOutputTokens"],
    ),
}


@every_provider
def test_the_model_is_sent_rules_passages_and_question(
    provider: Kind, base_url: str, question: Request, models: SimulatedModels
) -> None:
    with closing(provider(api_key=API_KEY, base_url=base_url)) as model:
        model.complete(question)
    (asked,) = models.requests(provider.name)
    assert asked.stream
    assert "octo/shapes" in asked.system
    assert "Compute the area of a disc." in asked.user
    assert question.question in asked.user
    assert asked.turns == ()


@every_provider
def test_turns_come_between_the_rules_and_the_question_in_their_own_roles(
    provider: Kind,
    base_url: str,
    question: Request,
    models: SimulatedModels,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    prompt = Prompt("Be brief.", "And its area?", TALK)
    monkeypatch.setattr("generation.streamed.build", lambda _request: prompt)
    with closing(provider(api_key=API_KEY, base_url=base_url)) as model:
        model.complete(question)
    (asked,) = models.requests(provider.name)
    assert (asked.system, asked.user) == ("Be brief.", "And its area?")
    assert asked.turns == (
        RecordedTurn("user", "What is a disc?"),
        RecordedTurn("assistant", "A round shape."),
    )


@every_provider
@pytest.mark.parametrize("task", [Task.STANDALONE, Task.CLASSIFY])
def test_a_line_for_the_engine_is_asked_for_without_warmth_and_short(
    provider: Kind, task: Task, base_url: str, question: Request, models: SimulatedModels
) -> None:
    with closing(provider(api_key=API_KEY, base_url=base_url)) as model:
        model.complete(question)
        model.complete(replace(question, task=task))
    answer, line = (SETTINGS[provider.name](asked.body) for asked in models.requests())
    assert answer[0] == pytest.approx(0.2)
    assert line[0] == 0
    assert line[1] < answer[1] / 2


@pytest.mark.parametrize(
    ("name", "resource"),
    [
        ("gemini-2.5-pro", "gemini-2.5-pro"),
        ("models/gemini-2.5-pro", "gemini-2.5-pro"),
        ("tunedModels/fury-answers-7x2", "tunedModels/fury-answers-7x2"),
    ],
)
def test_a_gemini_model_may_be_named_by_its_resource(
    name: str, resource: str, base_url: str, question: Request, models: SimulatedModels
) -> None:
    with closing(GeminiProvider(api_key=API_KEY, base_url=base_url)) as model:
        assert model.complete(replace(question, model=name)).model == name
    assert models.requests()[0].model == resource


@pytest.mark.parametrize("name", ["../files/f", "a/b/c", "models/x?y=1", "models/", "x:y", "käfer"])
def test_what_cannot_be_a_gemini_models_name_is_not_sent(
    name: str, base_url: str, question: Request, models: SimulatedModels
) -> None:
    asked = GeminiProvider(api_key=API_KEY, base_url=base_url, model=name)
    with (
        closing(asked),
        pytest.raises(UnknownModel, match="neither a model's name nor tunedModels"),
    ):
        asked.complete(question)
    assert not models.requests()


def test_a_tuned_model_that_is_not_there_is_named_by_its_resource(
    base_url: str, question: Request, models: SimulatedModels
) -> None:
    models.faults.set("google", Fault(FaultKind.UNKNOWN_MODEL))
    asked = GeminiProvider(api_key=API_KEY, base_url=base_url, model="tunedModels/fury-7x2")
    with (
        closing(asked),
        pytest.raises(UnknownModel, match="404: tunedModels/fury-7x2 is not found"),
    ):
        asked.complete(question)


@pytest.mark.parametrize("name", ["tunedModels/fury-answers-7x2", "gemma-3-27b-it"])
@pytest.mark.parametrize("turns", [(), TALK], ids=["alone", "in a talk"])
def test_a_model_without_system_instruction_is_told_the_rules_first(
    name: str,
    turns: tuple[Turn, ...],
    base_url: str,
    question: Request,
    *,
    models: SimulatedModels,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    prompt = Prompt("Be brief.", "And its area?", turns)
    monkeypatch.setattr("generation.streamed.build", lambda _request: prompt)
    with closing(GeminiProvider(api_key=API_KEY, base_url=base_url, model=name)) as model:
        assert model.complete(question).finish_reason == "stop"
    (asked,) = models.requests()
    said = [*(turn.text for turn in asked.turns), asked.user]
    assert asked.system == ""
    if turns:
        assert said == ["Be brief.\n\nWhat is a disc?", "A round shape.", "And its area?"]
    else:
        assert said == ["Be brief.\n\nAnd its area?"]


@pytest.mark.parametrize(("window", "sent"), [(None, DEFAULT_WINDOW), (32_768, 32_768)])
def test_ollama_is_told_the_window_and_to_cut_nothing(
    window: int | None, sent: int, base_url: str, question: Request, models: SimulatedModels
) -> None:
    with closing(OllamaProvider(base_url=base_url, window=window)) as model:
        model.complete(question)
    body = models.requests()[0].body
    assert body["options"]["num_ctx"] == sent
    assert (body["truncate"], body["shift"]) == (False, False)


def test_a_temperature_that_a_model_refuses_is_left_out_from_then_on(
    base_url: str, question: Request, models: SimulatedModels
) -> None:
    with closing(OpenAIProvider(api_key=API_KEY, base_url=base_url, model="o4-mini")) as model:
        for _ in range(2):
            assert model.complete(question).finish_reason == "stop"
        model.complete(replace(question, model="gpt-4.1"))
    sent = [(asked.model, "temperature" in asked.body) for asked in models.requests()]
    assert sent == [("o4-mini", True), ("o4-mini", False), ("o4-mini", False), ("gpt-4.1", True)]
