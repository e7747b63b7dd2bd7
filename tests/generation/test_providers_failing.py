"""Every failure of every provider: its error, its log line, and what is in neither."""

from __future__ import annotations

import logging
import traceback
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from generation import (
    Chain,
    EmptyCompletion,
    ExtractiveProvider,
    GenerationError,
    Interrupted,
    Limits,
    QuotaExceeded,
    Refused,
    TimedOut,
    TooLong,
    Unauthorised,
    Unavailable,
)
from generation.groq_provider import GroqProvider
from generation.protocol import UnknownModel
from generation.registry import MODELS
from simulator.llm import API_KEY, Fault, FaultKind, SimulatedModels, create_app
from simulator.serving import Served
from tests.generation.provider_kinds import Kind, every_provider

if TYPE_CHECKING:
    from generation import Request

ERRORS = {
    FaultKind.UNAUTHORISED: Unauthorised,
    FaultKind.FORBIDDEN: Unauthorised,
    FaultKind.UNKNOWN_MODEL: UnknownModel,
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
NO_SAFETY_RULES = {"ollama": {FaultKind.REFUSED, FaultKind.BLOCKED}}

every_failure = pytest.mark.parametrize(
    ("provider", "fault"),
    [
        pytest.param(provider, fault, id=f"{name}-{fault}")
        for name, provider in MODELS.items()
        for fault in ERRORS
        if fault not in NO_SAFETY_RULES.get(name, set())
    ],
)


def limits_for(fault: FaultKind) -> Limits:
    return Limits(idle=0.2) if ERRORS[fault] is TimedOut else Limits()


def test_every_fault_but_slowness_has_an_error() -> None:
    assert set(FaultKind) - set(ERRORS) == {FaultKind.SLOW}


@every_failure
def test_each_failure_has_its_own_error_and_no_line_of_any_log_holds_the_key(
    provider: Kind,
    fault: FaultKind,
    base_url: str,
    question: Request,
    models: SimulatedModels,
    *,
    caplog: pytest.LogCaptureFixture,
) -> None:
    models.faults.set(provider.name, Fault(fault))
    limits, times = limits_for(fault), 0
    while not models.requests():  # a slow machine's time may be over before anything is asked
        times += 1
        with (
            caplog.at_level(logging.DEBUG),
            closing(provider(api_key=API_KEY, base_url=base_url, limits=limits)) as model,
            pytest.raises(GenerationError) as raised,
        ):
            model.complete(question)
        limits = Limits(idle=4 * limits.idle)
    assert type(raised.value) is ERRORS[fault]
    assert raised.value.provider == provider.name
    assert "\n" not in str(raised.value)
    asked = models.requests(provider.name)
    assert 1 <= len(asked) <= times, "nothing is to be retried below the chain"
    told = "".join(traceback.format_exception(raised.value))
    assert API_KEY not in told + caplog.text


@every_failure
def test_each_failure_is_logged_once_by_the_chain_without_the_key(
    provider: Kind, fault: FaultKind, base_url: str, question: Request, models: SimulatedModels
) -> None:
    models.faults.set(provider.name, Fault(fault))
    with (
        closing(provider(api_key=API_KEY, base_url=base_url, limits=limits_for(fault))) as model,
        capture_logs() as logs,
    ):
        completion = Chain([model, ExtractiveProvider()]).complete(question)
    assert completion.provider == "extractive"
    (entry,) = logs
    assert (entry["event"], entry["provider"]) == ("provider_failed", provider.name)
    assert entry["error"] == ERRORS[fault].__name__
    assert API_KEY not in repr(entry)


@pytest.mark.parametrize("fault", sorted(NO_SAFETY_RULES["ollama"]), ids=str)
def test_a_model_that_declines_in_words_has_answered(
    fault: FaultKind, base_url: str, question: Request, models: SimulatedModels
) -> None:
    models.faults.set("ollama", Fault(fault))
    with closing(MODELS["ollama"](base_url=base_url)) as model:
        assert model.complete(question).text.endswith("I can't help with that.")


@every_provider
def test_an_answer_that_takes_too_long_as_a_whole_times_out(
    provider: Kind, base_url: str, question: Request, models: SimulatedModels
) -> None:
    models.faults.set(provider.name, Fault(FaultKind.SLOW, seconds=0.1))
    limits = Limits(idle=10, total=0.6)
    with (
        closing(provider(api_key=API_KEY, base_url=base_url, limits=limits)) as model,
        pytest.raises(TimedOut, match=r"no end within 0\.6 s"),
    ):
        model.complete(question)


@every_provider
def test_a_wrong_key_is_refused(provider: Kind, base_url: str, question: Request) -> None:
    with (
        closing(provider(api_key="another-key", base_url=base_url)) as model,
        pytest.raises(Unauthorised),
    ):
        model.complete(question)


@every_provider
def test_a_key_that_the_service_quotes_is_blotted_out(
    provider: Kind, base_url: str, question: Request, models: SimulatedModels
) -> None:
    echo = Fault(FaultKind.SERVER_ERROR, message=f"no room for {API_KEY}\nat all")
    models.faults.set(provider.name, echo)
    with (
        closing(provider(api_key=API_KEY, base_url=base_url)) as model,
        pytest.raises(Unavailable, match=r"HTTP 500: no room for \[key\] at all$") as raised,
    ):
        model.complete(question)
    assert API_KEY not in "".join(traceback.format_exception(raised.value))


@every_provider
@pytest.mark.parametrize("model", ["no-such-model", "fault-unknown-model"])
def test_the_services_own_words_on_an_unknown_model_are_passed_on(
    provider: Kind, model: str, base_url: str, question: Request, models: SimulatedModels
) -> None:
    models.faults.set(provider.name, Fault(FaultKind.UNKNOWN_MODEL))
    with (
        closing(provider(api_key=API_KEY, base_url=base_url, model=model)) as asked,
        pytest.raises(UnknownModel, match=rf"^{provider.name}: HTTP 404: .*{model}.* not "),
    ):
        asked.complete(question)


@every_provider
@pytest.mark.parametrize("seconds", [7.0, 62.0])
def test_a_used_up_quota_says_when_to_come_back(
    provider: Kind, seconds: float, base_url: str, question: Request, models: SimulatedModels
) -> None:
    models.faults.set(provider.name, Fault(FaultKind.RATE_LIMITED, seconds=seconds))
    with (
        closing(provider(api_key=API_KEY, base_url=base_url)) as model,
        pytest.raises(QuotaExceeded) as raised,
    ):
        model.complete(question)
    assert raised.value.retry_after == seconds


@every_provider
def test_a_service_that_is_not_there_is_unavailable(provider: Kind, question: Request) -> None:
    with Served(create_app(SimulatedModels())) as server:
        gone = server.url
    with (
        closing(provider(api_key=API_KEY, base_url=gone)) as model,
        pytest.raises(
            Unavailable, match=rf"cannot connect to {gone}.* \([A-Z]+_BASE_URL\): .*refused"
        ),
    ):
        model.complete(question)


def test_a_fault_can_be_asked_for_by_the_models_name(base_url: str, question: Request) -> None:
    limited = GroqProvider(api_key=API_KEY, base_url=base_url, model="fault-rate-limited-9")
    with closing(limited), pytest.raises(QuotaExceeded) as raised:
        limited.complete(question)
    assert raised.value.retry_after == 9
