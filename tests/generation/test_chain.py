"""A chain of providers: order, failures, quotas."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from generation import (
    Chain,
    Completion,
    ExtractiveProvider,
    GeminiProvider,
    GenerationError,
    GroqProvider,
    Limits,
    QuotaExceeded,
    Request,
    Unavailable,
)
from simulator.llm import API_KEY, Fault, FaultKind, SimulatedModels

if TYPE_CHECKING:
    from collections.abc import Iterator

FAILURES = [kind for kind in FaultKind if kind is not FaultKind.SLOW]
SILENT = {FaultKind.HANG, FaultKind.STALL, FaultKind.KEEP_ALIVE}
ASKED = Request("Why?", "octo/shapes", ())


@dataclass
class Scripted:
    """A provider that says or raises what it is told, and remembers the requests."""

    name: str
    outcome: str | GenerationError
    asked: list[Request] = field(default_factory=list)

    def stream(self, request: Request) -> Iterator[str]:
        yield self.complete(request).text

    def complete(self, request: Request) -> Completion:
        self.asked.append(request)
        if isinstance(self.outcome, GenerationError):
            raise self.outcome
        return Completion(self.outcome, self.name, "model", "stop")


@pytest.mark.parametrize("fault", FAILURES, ids=str)
@pytest.mark.parametrize("provider", [GroqProvider, GeminiProvider], ids=lambda p: p.name)
def test_each_failure_falls_through_to_the_extractive_provider_and_is_logged_once(
    provider: type[GroqProvider | GeminiProvider],
    fault: FaultKind,
    base_url: str,
    question: Request,
    models: SimulatedModels,
) -> None:
    models.faults.set(provider.name, Fault(fault))
    limits = Limits(idle=0.2) if fault in SILENT else Limits()
    with (
        closing(provider(api_key=API_KEY, base_url=base_url, limits=limits)) as model,
        capture_logs() as logs,
    ):
        completion = Chain([model, ExtractiveProvider()]).complete(question)
    assert completion.provider == "extractive"
    assert "Compute the area of a disc." in completion.text
    (entry,) = logs
    assert (entry["event"], entry["log_level"]) == ("provider_failed", "warning")
    assert entry["provider"] == provider.name
    assert API_KEY not in repr(entry)


def test_the_first_provider_that_answers_is_the_last_one_asked() -> None:
    broken = Scripted("broken", Unavailable("broken", "down"))
    good, spare = Scripted("good", "Because."), Scripted("spare", "No.")
    assert Chain([broken, good, spare]).complete(ASKED).text == "Because."
    assert not spare.asked


def test_the_last_error_is_raised_when_none_answers() -> None:
    first = Scripted("first", Unavailable("first", "down"))
    second = Scripted("second", Unavailable("second", "down too"))
    with pytest.raises(Unavailable, match="second: down too"):
        Chain([first, second]).complete(ASKED)


def test_a_used_up_provider_is_left_alone_until_it_said() -> None:
    now = 100.0
    limited = Scripted("limited", QuotaExceeded("limited", "slow down", retry_after=30))
    chain = Chain([limited, Scripted("good", "Because.")], clock=lambda: now)
    with capture_logs() as logs:
        chain.complete(ASKED)
        now = 129.9
        chain.complete(ASKED)
        assert len(limited.asked) == 1
        now = 130.0
        chain.complete(ASKED)
    assert len(limited.asked) == 2
    assert [entry["retry_after"] for entry in logs] == [30, 30]


def test_a_used_up_provider_alone_raises_its_error_again_without_being_asked() -> None:
    limited = Scripted("limited", QuotaExceeded("limited", "slow down", retry_after=30))
    chain = Chain([limited], clock=lambda: 0.0)
    for _ in range(2):
        with pytest.raises(QuotaExceeded):
            chain.complete(ASKED)
    assert len(limited.asked) == 1


def test_without_a_time_to_come_back_a_provider_is_asked_again() -> None:
    limited = Scripted("limited", QuotaExceeded("limited", "slow down"))
    chain = Chain([limited, Scripted("good", "Because.")])
    chain.complete(ASKED)
    chain.complete(ASKED)
    assert len(limited.asked) == 2


def test_a_requested_model_is_the_first_providers_alone() -> None:
    first = Scripted("first", Unavailable("first", "down"))
    second = Scripted("second", "Because.")
    Chain([first, second]).complete(Request("Why?", "octo/shapes", (), model="big"))
    assert first.asked[0].model == "big"
    assert second.asked[0].model is None


def test_a_chain_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one provider"):
        Chain([])
