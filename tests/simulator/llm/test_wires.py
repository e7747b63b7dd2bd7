"""The wire protocols, read by the providers' own SDKs."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import groq
import ollama
import openai
import pytest
import requests

from generation import Passage, Request, prompts
from simulator.llm import API_KEY, Fault, FaultKind, SimulatedModels

if TYPE_CHECKING:
    from collections.abc import Iterator

with warnings.catch_warnings():
    warnings.simplefilter("ignore", FutureWarning)  # the SDK's farewell, and its advice on Pythons
    import google.generativeai as genai
    from google.api_core import exceptions as google_errors
    from google.generativeai import client as genai_client

SOURCE = 'def area(radius):\n    """Compute the area of a disc."""\n'
PASSAGE = Passage(1, "disc.py", 1, 2, "function", "disc.area", "def area(radius)", SOURCE)
PROMPT = prompts.build(Request("How is the area computed?", "octo/disc", (PASSAGE,)))
ANSWER = (
    "`disc.area` (function): Compute the area of a disc. [1]\n\n```pyi\ndef area(radius): ...\n```"
)


@pytest.fixture
def groq_client(base_url: str) -> Iterator[groq.Groq]:
    with groq.Groq(api_key=API_KEY, base_url=base_url, max_retries=0, timeout=20) as client:
        yield client


def ask_groq(client: groq.Groq, *, model: str = "any") -> groq.types.chat.ChatCompletion:
    return client.chat.completions.create(
        model=model, messages=[{"role": "user", "content": PROMPT.user}]
    )


@pytest.fixture
def gemini(base_url: str) -> Iterator[genai.GenerativeModel]:
    genai.configure(api_key=API_KEY, transport="rest", client_options={"api_endpoint": base_url})
    yield genai.GenerativeModel("any", system_instruction=PROMPT.system)
    genai_client.get_default_generative_client().transport.close()


def test_groq_answers_at_once(groq_client: groq.Groq, models: SimulatedModels) -> None:
    completion = ask_groq(groq_client)
    assert completion.choices[0].message.content == ANSWER
    assert completion.choices[0].finish_reason == "stop"
    assert completion.usage
    assert not models.requests("groq")[0].stream


def test_groq_streams_events_that_end_with_usage(groq_client: groq.Groq) -> None:
    chunks = list(
        groq_client.chat.completions.create(
            model="any", messages=[{"role": "user", "content": PROMPT.user}], stream=True
        )
    )
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == ANSWER
    assert chunks[-1].x_groq
    assert chunks[-1].x_groq.usage


@pytest.fixture
def openai_client(base_url: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(
        api_key=API_KEY, base_url=f"{base_url}/v1", max_retries=0, timeout=20
    ) as client:
        yield client


def test_openai_answers_at_once(openai_client: openai.OpenAI, models: SimulatedModels) -> None:
    completion = openai_client.chat.completions.create(
        model="any", messages=[{"role": "user", "content": PROMPT.user}]
    )
    assert completion.choices[0].message.content == ANSWER
    assert completion.choices[0].finish_reason == "stop"
    assert completion.usage
    assert not models.requests("openai")[0].stream


@pytest.mark.parametrize("include_usage", [True, False])
def test_openai_streams_events_and_tells_the_usage_when_asked(
    openai_client: openai.OpenAI, *, include_usage: bool
) -> None:
    chunks = list(
        openai_client.chat.completions.create(
            model="any",
            messages=[{"role": "user", "content": PROMPT.user}],
            stream=True,
            stream_options={"include_usage": include_usage},
        )
    )
    said = [choice.delta.content or "" for chunk in chunks for choice in chunk.choices]
    assert "".join(said) == ANSWER
    usages = [(chunk.usage, chunk.choices) for chunk in chunks if chunk.usage]
    assert [choices for _, choices in usages] == ([[]] if include_usage else [])


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (FaultKind.UNAUTHORISED, openai.AuthenticationError),
        (FaultKind.FORBIDDEN, openai.PermissionDeniedError),
        (FaultKind.UNKNOWN_MODEL, openai.NotFoundError),
        (FaultKind.RATE_LIMITED, openai.RateLimitError),
        (FaultKind.SERVER_ERROR, openai.InternalServerError),
        (FaultKind.OVERLOADED, openai.InternalServerError),
        (FaultKind.TOO_LONG, openai.BadRequestError),
        (FaultKind.BLOCKED, openai.BadRequestError),
        (FaultKind.CUT, openai.APIConnectionError),
    ],
)
def test_openai_fails_as_told(
    openai_client: openai.OpenAI, fault: FaultKind, error: type[Exception]
) -> None:
    with pytest.raises(error):
        openai_client.chat.completions.create(
            model=f"fault-{fault}", messages=[{"role": "user", "content": "Why?"}]
        )


def test_openai_declines_in_a_field_of_its_own(openai_client: openai.OpenAI) -> None:
    chunks = openai_client.chat.completions.create(
        model="fault-refused", messages=[{"role": "user", "content": "Why?"}], stream=True
    )
    refusals = [chunk.choices[0].delta.refusal for chunk in chunks]
    assert [refusal for refusal in refusals if refusal] == ["I'm sorry, I can't assist with that."]


def test_openais_reasoning_models_take_no_temperature(openai_client: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as raised:
        openai_client.chat.completions.create(
            model="o4-mini", temperature=0.2, messages=[{"role": "user", "content": "Why?"}]
        )
    assert (raised.value.param, raised.value.code) == ("temperature", "unsupported_value")


@pytest.fixture
def ollama_client(base_url: str) -> Iterator[ollama.Client]:
    with ollama.Client(base_url, timeout=20) as client:
        yield client


def test_ollama_answers_at_once(ollama_client: ollama.Client, models: SimulatedModels) -> None:
    response = ollama_client.chat("any", [{"role": "user", "content": PROMPT.user}])
    assert response.message.content == ANSWER
    assert (response.done, response.done_reason) == (True, "stop")
    assert response.prompt_eval_count
    assert response.eval_count
    assert not models.requests("ollama")[0].stream


def test_ollama_streams_a_line_for_each_word(ollama_client: ollama.Client) -> None:
    parts = list(ollama_client.chat("any", [{"role": "user", "content": PROMPT.user}], stream=True))
    assert "".join(part.message.content or "" for part in parts) == ANSWER
    assert [part.done for part in parts] == [False] * (len(parts) - 1) + [True]
    assert parts[-1].eval_count


@pytest.mark.parametrize(
    ("fault", "status", "message"),
    [
        (FaultKind.UNAUTHORISED, 401, "unauthorized"),
        (FaultKind.FORBIDDEN, 403, "requires a subscription"),
        (FaultKind.UNKNOWN_MODEL, 404, "model 'fault-unknown-model' not found"),
        (FaultKind.RATE_LIMITED, 429, "usage limit"),
        (FaultKind.SERVER_ERROR, 500, "llama runner process has terminated"),
        (FaultKind.OVERLOADED, 503, "server busy"),
        (FaultKind.TOO_LONG, 400, "longer than the context length"),
    ],
)
def test_ollama_fails_as_told(
    ollama_client: ollama.Client, fault: FaultKind, status: int, message: str
) -> None:
    with pytest.raises(ollama.ResponseError, match=message) as raised:
        ollama_client.chat(f"fault-{fault}", [{"role": "user", "content": "Why?"}])
    assert raised.value.status_code == status


def test_ollama_streams_unless_told_otherwise(base_url: str) -> None:
    body = {"model": "m", "messages": [{"role": "user", "content": "Why?"}]}
    response = requests.post(f"{base_url}/api/chat", json=body, timeout=20)
    assert response.headers["Content-Type"] == "application/x-ndjson"
    assert response.text.count("\n") > 1


def test_gemini_answers_at_once(gemini: genai.GenerativeModel, models: SimulatedModels) -> None:
    response = gemini.generate_content(PROMPT.user)
    assert response.text == ANSWER
    (asked,) = models.requests("google")
    assert (asked.model, asked.system, asked.stream) == ("any", PROMPT.system, False)


def test_gemini_streams_an_array(gemini: genai.GenerativeModel) -> None:
    response = gemini.generate_content(PROMPT.user, stream=True)
    texts = [part.text for chunk in response for c in chunk.candidates for part in c.content.parts]
    assert "".join(texts) == ANSWER
    assert len(texts) > 5


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (FaultKind.UNAUTHORISED, groq.AuthenticationError),
        (FaultKind.FORBIDDEN, groq.PermissionDeniedError),
        (FaultKind.UNKNOWN_MODEL, groq.NotFoundError),
        (FaultKind.RATE_LIMITED, groq.RateLimitError),
        (FaultKind.SERVER_ERROR, groq.InternalServerError),
        (FaultKind.OVERLOADED, groq.InternalServerError),
        (FaultKind.TOO_LONG, groq.BadRequestError),
        (FaultKind.CUT, groq.APIConnectionError),
        (FaultKind.MALFORMED, groq.APIError),
    ],
)
def test_groq_fails_as_told(
    groq_client: groq.Groq, fault: FaultKind, error: type[Exception]
) -> None:
    if fault is FaultKind.MALFORMED:
        error = ValueError
    with pytest.raises(error):
        ask_groq(groq_client, model=f"fault-{fault}")


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (FaultKind.UNAUTHORISED, google_errors.BadRequest),
        (FaultKind.FORBIDDEN, google_errors.Forbidden),
        (FaultKind.UNKNOWN_MODEL, google_errors.NotFound),
        (FaultKind.RATE_LIMITED, google_errors.TooManyRequests),
        (FaultKind.SERVER_ERROR, google_errors.InternalServerError),
        (FaultKind.OVERLOADED, google_errors.ServiceUnavailable),
        (FaultKind.TOO_LONG, google_errors.BadRequest),
        (FaultKind.CUT, requests.ConnectionError),
    ],
)
def test_gemini_fails_as_told(
    gemini: genai.GenerativeModel, models: SimulatedModels, fault: FaultKind, error: type[Exception]
) -> None:
    models.faults.set("google", Fault(fault))
    with pytest.raises(error):
        gemini.generate_content(PROMPT.user, request_options={"retry": None})


@pytest.mark.parametrize(
    ("fault", "prompt"), [(FaultKind.REFUSED, False), (FaultKind.BLOCKED, True)]
)
def test_gemini_says_what_its_safety_rules_stopped(
    gemini: genai.GenerativeModel, models: SimulatedModels, fault: FaultKind, *, prompt: bool
) -> None:
    models.faults.set("google", Fault(fault))
    response = gemini.generate_content(PROMPT.user)
    assert bool(response.prompt_feedback.block_reason) == prompt
    assert [c.finish_reason.name for c in response.candidates] == ([] if prompt else ["SAFETY"])


@pytest.mark.parametrize("name", ["tunedModels/t", "models/gemma-3-27b-it"])
def test_some_models_of_gemini_take_no_system_instruction(
    gemini: genai.GenerativeModel, models: SimulatedModels, name: str
) -> None:
    del gemini  # which configured the SDK
    instructed = genai.GenerativeModel(name, system_instruction=PROMPT.system)
    with pytest.raises(google_errors.BadRequest, match="Developer instruction is not enabled"):
        instructed.generate_content(PROMPT.user)
    assert genai.GenerativeModel(name).generate_content(PROMPT.user).text == ANSWER
    assert {asked.model for asked in models.requests()} == {name.removeprefix("models/")}


@pytest.mark.parametrize(
    "path",
    [
        "/openai/v1/chat/completions",
        "/v1/chat/completions",
        "/v1beta/models/m:generateContent",
    ],
)
def test_a_request_without_a_key_is_refused_and_recorded(
    base_url: str, models: SimulatedModels, path: str
) -> None:
    body = {"model": "m", "messages": [], "contents": []}
    response = requests.post(base_url + path, json=body, timeout=20)
    assert response.status_code in {400, 401}
    assert "error" in response.json()
    assert len(models.requests()) == 1
