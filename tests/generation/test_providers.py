"""Groq and Gemini through their real SDKs, over HTTP, against the simulator."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from generation import (
    EmptyCompletion,
    GeminiProvider,
    GenerationError,
    GroqProvider,
    Interrupted,
    Limits,
    QuotaExceeded,
    Refused,
    TimedOut,
    TooLong,
    Unauthorised,
    Unavailable,
    citations,
    gemini_provider,
    groq_provider,
)
from simulator.llm import API_KEY, Fault, FaultKind, SimulatedModels, create_app
from simulator.serving import Served

if TYPE_CHECKING:
    from generation import Request

PROVIDERS = (GroqProvider, GeminiProvider)
every_provider = pytest.mark.parametrize("provider", PROVIDERS, ids=lambda p: p.name)

ERRORS = {
    FaultKind.UNAUTHORISED: Unauthorised,
    FaultKind.FORBIDDEN: Unauthorised,
    FaultKind.UNKNOWN_MODEL: Unavailable,
    FaultKind.RATE_LIMITED: QuotaExceeded,
    FaultKind.SERVER_ERROR: Unavailable,
    FaultKind.OVERLOADED: Unavailable,
    FaultKind.TOO_LONG: TooLong,
    FaultKind.HANG: TimedOut,
    FaultKind.STALL: TimedOut,
    FaultKind.KEEP_ALIVE: TimedOut,
    FaultKind.EMPTY: EmptyCompletion,
    FaultKind.CUT: Interrupted,
    FaultKind.UNFINISHED: Interrupted,
    FaultKind.REFUSED: Refused,
    FaultKind.BLOCKED: Refused,
    FaultKind.MALFORMED: Unavailable,
}


@every_provider
def test_an_answer_comes_whole_with_its_citation_and_token_counts(
    provider: type[GroqProvider | GeminiProvider], base_url: str, question: Request
) -> None:
    with closing(provider(api_key=API_KEY, base_url=base_url)) as model:
        completion = model.complete(question)
    assert completion.text.startswith("`shapes.disc.area` (function): Compute the area of a disc.")
    assert citations.cited(completion.text) == (1,)
    assert (completion.provider, completion.finish_reason) == (provider.name, "stop")
    assert completion.prompt_tokens
    assert completion.completion_tokens


@every_provider
def test_the_first_word_arrives_while_the_rest_is_still_to_come(
    provider: type[GroqProvider | GeminiProvider],
    base_url: str,
    question: Request,
    models: SimulatedModels,
) -> None:
    models.faults.set(provider.name, Fault(FaultKind.STALL))
    with closing(provider(api_key=API_KEY, base_url=base_url)) as model:
        words = model.stream(question)
        first = next(words)
        models.faults.release()
        rest = "".join(words)
    assert first.strip() == "`shapes.disc.area`"
    assert rest.endswith("How finely the rim is cut.")


@every_provider
def test_a_slow_answer_is_waited_for(
    provider: type[GroqProvider | GeminiProvider],
    base_url: str,
    question: Request,
    models: SimulatedModels,
) -> None:
    models.faults.set(provider.name, Fault(FaultKind.SLOW, seconds=0.01))
    with closing(provider(api_key=API_KEY, base_url=base_url)) as model:
        assert model.complete(question).finish_reason == "stop"


@every_provider
def test_an_answer_that_takes_too_long_as_a_whole_times_out(
    provider: type[GroqProvider | GeminiProvider],
    base_url: str,
    question: Request,
    models: SimulatedModels,
) -> None:
    models.faults.set(provider.name, Fault(FaultKind.SLOW, seconds=0.1))
    limits = Limits(idle=10, total=0.6)
    with (
        closing(provider(api_key=API_KEY, base_url=base_url, limits=limits)) as model,
        pytest.raises(TimedOut, match=r"no end within 0\.6 s"),
    ):
        model.complete(question)


@every_provider
@pytest.mark.parametrize("fault", ERRORS, ids=str)
def test_each_failure_has_its_own_error(
    provider: type[GroqProvider | GeminiProvider],
    fault: FaultKind,
    base_url: str,
    question: Request,
    models: SimulatedModels,
) -> None:
    models.faults.set(provider.name, Fault(fault))
    limits = Limits(idle=0.2) if ERRORS[fault] is TimedOut else Limits()
    with (
        closing(provider(api_key=API_KEY, base_url=base_url, limits=limits)) as model,
        pytest.raises(GenerationError) as raised,
    ):
        model.complete(question)
    assert type(raised.value) is ERRORS[fault]
    assert raised.value.provider == provider.name
    assert "\n" not in str(raised.value)
    assert API_KEY not in str(raised.value)
    assert len(models.requests(provider.name)) == 1, "the SDK must not retry by itself"


@every_provider
def test_a_cut_is_noticed_after_the_first_words_were_passed_on(
    provider: type[GroqProvider | GeminiProvider],
    base_url: str,
    question: Request,
    models: SimulatedModels,
) -> None:
    models.faults.set(provider.name, Fault(FaultKind.CUT))
    with closing(provider(api_key=API_KEY, base_url=base_url)) as model:
        words = model.stream(question)
        assert next(words).strip() == "`shapes.disc.area`"
        with pytest.raises(Interrupted):
            list(words)


@every_provider
def test_a_wrong_key_is_refused(
    provider: type[GroqProvider | GeminiProvider], base_url: str, question: Request
) -> None:
    with (
        closing(provider(api_key="another-key", base_url=base_url)) as model,
        pytest.raises(Unauthorised),
    ):
        model.complete(question)


@every_provider
def test_a_key_that_the_service_quotes_is_blotted_out(
    provider: type[GroqProvider | GeminiProvider],
    base_url: str,
    question: Request,
    models: SimulatedModels,
) -> None:
    echo = Fault(FaultKind.SERVER_ERROR, message=f"no room for {API_KEY}\nat all")
    models.faults.set(provider.name, echo)
    with (
        closing(provider(api_key=API_KEY, base_url=base_url)) as model,
        pytest.raises(Unavailable, match=r"HTTP 500: no room for \[key\] at all$"),
    ):
        model.complete(question)


@every_provider
def test_a_used_up_quota_says_when_to_come_back(
    provider: type[GroqProvider | GeminiProvider],
    base_url: str,
    question: Request,
    models: SimulatedModels,
) -> None:
    models.faults.set(provider.name, Fault(FaultKind.RATE_LIMITED, seconds=7.5))
    with (
        closing(provider(api_key=API_KEY, base_url=base_url)) as model,
        pytest.raises(QuotaExceeded) as raised,
    ):
        model.complete(question)
    assert raised.value.retry_after == 7.5


@every_provider
def test_a_service_that_is_not_there_is_unavailable(
    provider: type[GroqProvider | GeminiProvider], question: Request
) -> None:
    with Served(create_app(SimulatedModels())) as server:
        gone = server.url
    with (
        closing(provider(api_key=API_KEY, base_url=gone)) as model,
        pytest.raises(Unavailable, match=r"cannot connect: .*refused"),
    ):
        model.complete(question)


@every_provider
def test_the_requested_model_is_asked_and_named(
    provider: type[GroqProvider | GeminiProvider],
    base_url: str,
    question: Request,
    models: SimulatedModels,
) -> None:
    with closing(provider(api_key=API_KEY, base_url=base_url, model="small")) as model:
        assert model.complete(question).model == "small"
    assert models.requests()[0].model == "small"


@pytest.mark.parametrize(
    ("provider", "path", "default"),
    [
        (GroqProvider, "/openai/v1/", groq_provider.DEFAULT_MODEL),
        (GeminiProvider, "/v1beta", gemini_provider.DEFAULT_MODEL),
    ],
)
def test_a_base_url_may_carry_the_path_that_the_sdk_adds(
    provider: type[GroqProvider | GeminiProvider],
    path: str,
    default: str,
    base_url: str,
    question: Request,
) -> None:
    with closing(provider(api_key=API_KEY, base_url=base_url + path)) as model:
        assert model.complete(question).model == default


@every_provider
def test_the_model_is_sent_rules_passages_and_question(
    provider: type[GroqProvider | GeminiProvider],
    base_url: str,
    question: Request,
    models: SimulatedModels,
) -> None:
    with closing(provider(api_key=API_KEY, base_url=base_url)) as model:
        model.complete(question)
    (asked,) = models.requests(provider.name)
    assert asked.stream
    assert "octo/shapes" in asked.system
    assert "Compute the area of a disc." in asked.user
    assert question.question in asked.user


@every_provider
def test_two_providers_with_other_keys_and_endpoints_do_not_interfere(
    provider: type[GroqProvider | GeminiProvider], question: Request
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


def test_a_fault_can_be_asked_for_by_the_models_name(base_url: str, question: Request) -> None:
    with (
        closing(
            GroqProvider(api_key=API_KEY, base_url=base_url, model="fault-rate-limited-9")
        ) as m,
        pytest.raises(QuotaExceeded) as raised,
    ):
        m.complete(question)
    assert raised.value.retry_after == 9
