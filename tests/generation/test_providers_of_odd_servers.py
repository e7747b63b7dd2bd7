"""Servers that answer with HTTP 200 and something else than an answer."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from generation import GenerationError, Interrupted, QuotaExceeded, TooLong, Unavailable
from generation.gemini_provider import GeminiProvider
from generation.groq_provider import GroqProvider
from generation.ollama_provider import OllamaProvider
from generation.openai_provider import OpenAIProvider

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from generation import Request
    from tests.generation.provider_kinds import Kind

    Serve = Callable[[WSGIApplication], str]

WORD = 'data: {"choices": [{"delta": {"content": "A disc"}}]}\n\n'
LLAMA_CPP = (
    'data: {"error": {"code": 400, "message": "the request exceeds the available context size", '
    '"type": "exceed_context_size_error"}}\n\n'
)


def says(body: str, status: str = "200 OK") -> WSGIApplication:
    """Return an application that answers ``body`` to everything."""

    def application(_environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response(status, [("Content-Type", "text/event-stream")])
        yield body.encode()

    return application


@pytest.mark.parametrize(
    ("provider", "body", "error"),
    [
        (OpenAIProvider, LLAMA_CPP, TooLong),
        (OpenAIProvider, WORD + 'data: {"error": "the GPU is gone"}\n\n', Interrupted),
        (OpenAIProvider, WORD + 'data: {"error": {"code": 429, "message": "slow"}}', QuotaExceeded),
        (OpenAIProvider, 'data: {"choices": "many"}\n\n', Unavailable),
        (OpenAIProvider, "data: 7\n\n", Unavailable),
        (OpenAIProvider, "<html>Sign in</html>", Interrupted),
        (GroqProvider, WORD + 'data: {"error": {"message": "over capacity"}}\n\n', Interrupted),
        (GroqProvider, WORD + 'data: {"x_groq": {"error": "over capacity"}}\n\n', Interrupted),
        (GroqProvider, 'data: {"choices": "many"}\n\n', Unavailable),
        (OllamaProvider, '{"error": "an error was encountered while running it"}\n', Interrupted),
        (OllamaProvider, '{"error": "the input length exceeds the context length"}\n', TooLong),
        (OllamaProvider, '{"message": "hello"}\n', Unavailable),
        (OllamaProvider, "[]\n", Unavailable),
        (OllamaProvider, "<html>Sign in</html>", Unavailable),
        (GeminiProvider, '[{"candidates": "many"}]', Unavailable),
        (GeminiProvider, "<html>Sign in</html>", Unavailable),
    ],
)
def test_what_is_no_answer_is_an_error_of_the_one_tree(
    provider: Kind, body: str, error: type[GenerationError], serve: Serve, question: Request
) -> None:
    url = serve(says(body))
    with (
        closing(provider(api_key="key", base_url=url)) as model,
        pytest.raises(GenerationError) as raised,
    ):
        model.complete(question)
    assert type(raised.value) is error


@pytest.mark.parametrize("provider", [OpenAIProvider, OllamaProvider, GroqProvider, GeminiProvider])
@pytest.mark.parametrize(
    ("status", "body"),
    [("307 Temporary Redirect", ""), ("502 Bad Gateway", "<html>"), ("500 Oh", '{"error": 1}')],
)
def test_a_proxy_that_answers_in_its_place_makes_a_service_unavailable(
    provider: Kind, status: str, body: str, serve: Serve, question: Request
) -> None:
    url = serve(says(body, status))
    with (
        closing(provider(api_key="key", base_url=url)) as model,
        pytest.raises(Unavailable),
    ):
        model.complete(question)


def test_fields_that_a_server_leaves_out_are_not_missed(serve: Serve, question: Request) -> None:
    end = 'data: {"choices": [{"finish_reason": "stop"}]}\n\ndata: {"choices": null}\n\n'
    url = serve(says(WORD + end))
    with closing(OpenAIProvider(base_url=url)) as model:
        completion = model.complete(question)
    assert (completion.text, completion.prompt_tokens) == ("A disc", None)
