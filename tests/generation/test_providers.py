"""Every provider over HTTP, through its SDK where it has one, against the simulator."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from generation import citations
from generation.gemini_provider import DEFAULT_MODEL as GEMINI
from generation.gemini_provider import GeminiProvider
from generation.groq_provider import DEFAULT_MODEL as LLAMA
from generation.groq_provider import GroqProvider
from generation.ollama_provider import DEFAULT_MODEL as LOCAL
from generation.ollama_provider import OllamaProvider
from generation.openai_provider import DEFAULT_MODEL as GPT
from generation.openai_provider import OpenAIProvider
from simulator.llm import API_KEY, Fault, FaultKind, SimulatedModels, create_app
from simulator.serving import Served
from tests.generation.provider_kinds import Kind, every_provider

if TYPE_CHECKING:
    from generation import Request


@every_provider
def test_an_answer_comes_whole_with_its_citation_and_token_counts(
    provider: Kind, base_url: str, question: Request
) -> None:
    with closing(provider(api_key=API_KEY, base_url=base_url)) as model:
        completion = model.complete(question)
    assert completion.text.startswith("`shapes.disc.area` (function): Compute the area of a disc.")
    assert citations.cited(completion.text) == (1,)
    assert (completion.provider, completion.finish_reason) == (provider.name, "stop")
    assert completion.prompt_tokens
    assert completion.completion_tokens


@every_provider
def test_a_slow_answer_is_waited_for(
    provider: Kind, base_url: str, question: Request, models: SimulatedModels
) -> None:
    models.faults.set(provider.name, Fault(FaultKind.SLOW, seconds=0.01))
    with closing(provider(api_key=API_KEY, base_url=base_url)) as model:
        assert model.complete(question).finish_reason == "stop"


@every_provider
def test_the_requested_model_is_asked_and_named(
    provider: Kind, base_url: str, question: Request, models: SimulatedModels
) -> None:
    with closing(provider(api_key=API_KEY, base_url=base_url, model="small")) as model:
        assert model.complete(question).model == "small"
    assert models.requests()[0].model == "small"


@pytest.mark.parametrize(
    ("provider", "path", "default"),
    [
        (GroqProvider, "", LLAMA),
        (GroqProvider, "/openai/v1/", LLAMA),
        (GeminiProvider, "/v1beta", GEMINI),
        (OllamaProvider, "/", LOCAL),
        (OllamaProvider, "/api", LOCAL),
        (OpenAIProvider, "", GPT),
        (OpenAIProvider, "/", GPT),
        (OpenAIProvider, "/v1/", GPT),
    ],
)
def test_a_base_url_may_carry_the_path_that_is_added_to_it(
    provider: Kind, path: str, default: str, base_url: str, question: Request
) -> None:
    with closing(provider(api_key=API_KEY, base_url=base_url + path)) as model:
        assert model.complete(question).model == default


@every_provider
def test_two_providers_with_other_keys_and_endpoints_do_not_interfere(
    provider: Kind, question: Request
) -> None:
    one, two = SimulatedModels(api_key="key-one"), SimulatedModels(api_key="key-two")
    with (
        Served(create_app(one)) as server_one,
        Served(create_app(two)) as server_two,
        closing(provider(api_key="key-one", base_url=server_one.url)) as model_one,
        closing(provider(api_key="key-two", base_url=server_two.url)) as model_two,
    ):
        for model in (model_one, model_two, model_one):
            model.complete(question)
    assert (len(one.requests()), len(two.requests())) == (2, 1)


@pytest.mark.parametrize("provider", [OllamaProvider, OpenAIProvider])
def test_a_server_of_ones_own_needs_no_key(provider: Kind, question: Request) -> None:
    with (
        Served(create_app(SimulatedModels(api_key=""))) as server,
        closing(provider(base_url=server.url)) as model,
    ):
        assert model.complete(question).finish_reason == "stop"


@every_provider
def test_a_provider_that_was_closed_connects_anew(
    provider: Kind, base_url: str, question: Request
) -> None:
    model = provider(api_key=API_KEY, base_url=base_url)
    for _ in range(2):
        with closing(model):
            assert model.complete(question).finish_reason == "stop"
