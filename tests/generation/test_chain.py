"""A chain of providers: order, failures, quotas, words that have gone out."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from generation import (
    Chain,
    EmptyCompletion,
    ExtractiveProvider,
    GeminiProvider,
    GenerationError,
    GroqProvider,
    Interrupted,
    Limits,
    QuotaExceeded,
    Refused,
    Request,
    Unavailable,
)
from generation.protocol import Task, drained
from generation.unasked import CircuitOpen
from simulator.llm import API_KEY, Fault, FaultKind, SimulatedModels
from tests.generation.scripted import Scripted

if TYPE_CHECKING:
    from collections.abc import Callable

    from generation import Completion, Provider

    Ask = Callable[[Chain, Request], Completion]

FAILURES = [kind for kind in FaultKind if kind is not FaultKind.SLOW]
SILENT = {FaultKind.HANG, FaultKind.STALL, FaultKind.KEEP_ALIVE}
AFTER_A_WORD = {
    FaultKind.STALL,
    FaultKind.KEEP_ALIVE,
    FaultKind.CUT,
    FaultKind.UNFINISHED,
    FaultKind.REFUSED,
    FaultKind.MALFORMED,
}
ASKED = Request("Why?", "octo/shapes", ())
DOWN = Unavailable("down", "down")


def streamed(chain: Chain, request: Request) -> Completion:
    return drained(chain.stream(request))


def completed(chain: Chain, request: Request) -> Completion:
    return chain.complete(request)


either_way = pytest.mark.parametrize("ask", [completed, streamed], ids=["complete", "stream"])


def limits_for(fault: FaultKind) -> Limits:
    return Limits(idle=0.2) if fault in SILENT else Limits()


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
    with (
        closing(provider(api_key=API_KEY, base_url=base_url, limits=limits_for(fault))) as model,
        capture_logs() as logs,
    ):
        completion = Chain([model, ExtractiveProvider()]).complete(question)
    assert completion.provider == "extractive"
    assert "Compute the area of a disc." in completion.text
    (entry,) = logs
    assert (entry["event"], entry["log_level"]) == ("provider_failed", "warning")
    assert entry["provider"] == provider.name
    assert API_KEY not in repr(entry)


@pytest.mark.parametrize("fault", FAILURES, ids=str)
@pytest.mark.parametrize("provider", [GroqProvider, GeminiProvider], ids=lambda p: p.name)
def test_a_stream_falls_through_until_a_word_has_gone_out_and_breaks_off_after(
    provider: type[GroqProvider | GeminiProvider],
    fault: FaultKind,
    base_url: str,
    question: Request,
    models: SimulatedModels,
) -> None:
    models.faults.set(provider.name, Fault(fault))
    limits = Limits() if fault in AFTER_A_WORD else limits_for(fault)
    with closing(provider(api_key=API_KEY, base_url=base_url, limits=limits)) as model:
        stream = Chain([model, ExtractiveProvider()]).stream(question)
        if fault in AFTER_A_WORD:
            assert next(stream).strip()
            # The first word may take its time; what is silent now is silent for good.
            object.__setattr__(limits, "idle", limits_for(fault).idle)
            with pytest.raises(GenerationError) as raised:
                drained(stream)
            assert raised.value.provider == provider.name
        else:
            assert drained(stream).provider == "extractive"


def test_a_stream_passes_each_word_on_before_the_next_is_said() -> None:
    said: list[str] = []
    first = Scripted("first", ["One ", "two ", "three."])
    stream = Chain([first]).stream(ASKED)
    said.append(next(stream))
    assert said == ["One "]
    assert drained(stream).text == "One two three."


@either_way
def test_the_first_provider_that_answers_is_the_last_one_asked(ask: Ask) -> None:
    good, spare = Scripted("good", ["Because."]), Scripted("spare", ["No."])
    assert ask(Chain([Scripted("down", [DOWN]), good, spare]), ASKED).text == "Because."
    assert not spare.asked


def test_white_space_is_no_word_yet() -> None:
    blank = Scripted("blank", [" ", "\n", EmptyCompletion("blank", "no text")])
    stream = Chain([blank, Scripted("good", ["Because."])]).stream(ASKED)
    assert list(stream) == ["Because."]


def test_white_space_before_the_first_word_comes_with_it() -> None:
    assert next(Chain([Scripted("good", [" ", "\n", "Because."])]).stream(ASKED)) == " \nBecause."


def test_an_answer_without_a_word_is_the_answer_where_the_provider_says_so() -> None:
    spare = Scripted("spare", ["No."])
    assert not drained(Chain([Scripted("silent", []), spare]).stream(ASKED)).text
    assert not spare.asked


def test_an_error_after_the_first_word_is_raised_and_nobody_else_is_asked() -> None:
    broken = Scripted("broken", ["Be", Interrupted("broken", "cut")])
    spare = Scripted("spare", ["No."])
    stream = Chain([broken, spare]).stream(ASKED)
    assert next(stream) == "Be"
    with pytest.raises(Interrupted):
        next(stream)
    assert not spare.asked


def test_a_whole_answer_is_taken_from_the_next_provider_even_after_words() -> None:
    broken = Scripted("broken", ["Be", Interrupted("broken", "cut")])
    assert Chain([broken, Scripted("good", ["So."])]).complete(ASKED).text == "So."


def test_closing_the_stream_hangs_up_on_the_provider_that_speaks() -> None:
    talker = Scripted("talker", ["One ", "two ", "three."])
    stream = Chain([talker]).stream(ASKED)
    next(stream)
    stream.close()
    assert talker.hung_up == 1


@either_way
def test_the_last_error_is_raised_when_none_answers(ask: Ask) -> None:
    chain = Chain(
        [Scripted("first", [DOWN]), Scripted("second", [Unavailable("second", "down too")])]
    )
    with pytest.raises(Unavailable, match="second: down too"):
        ask(chain, ASKED)


@either_way
def test_when_every_quota_is_used_up_the_soonest_to_have_some_is_told(ask: Ask) -> None:
    waits = [30.0, 7.0, None]
    chain = Chain(
        [
            Scripted(f"p{n}", [QuotaExceeded(f"p{n}", "slow down", retry_after=wait)])
            for n, wait in enumerate(waits)
        ]
    )
    with pytest.raises(QuotaExceeded) as raised:
        ask(chain, ASKED)
    assert raised.value.retry_after == 7.0


@either_way
def test_a_quota_does_not_hide_that_another_provider_is_down(ask: Ask) -> None:
    spent = Scripted("spent", [QuotaExceeded("spent", "slow down", retry_after=3600)])
    with pytest.raises(Unavailable):
        ask(Chain([Scripted("down", [DOWN]), spent]), ASKED)


def test_a_provider_that_was_not_asked_is_no_warning() -> None:
    chain = Chain(
        [
            Scripted("open", [CircuitOpen("open", "HTTP 503", retry_after=10)]),
            Scripted("good", ["So."]),
        ]
    )
    with capture_logs() as logs:
        chain.complete(ASKED)
    assert [(log["event"], log["log_level"]) for log in logs] == [("provider_passed_over", "info")]


@either_way
def test_a_requested_model_is_the_first_providers_alone(ask: Ask) -> None:
    first, second = Scripted("first", [DOWN]), Scripted("second", ["Because."])
    ask(Chain([first, second]), replace(ASKED, model="big"))
    assert first.asked[0].model == "big"
    assert second.asked[0].model is None


@either_way
@pytest.mark.parametrize("task", [Task.STANDALONE, Task.CLASSIFY], ids=str)
def test_what_cannot_be_quoted_is_asked_of_models_alone(task: Task, ask: Ask) -> None:
    quoting, model = Scripted("quoting", ["No."], is_model=False), Scripted("model", ["Yes."])
    request = replace(ASKED, task=task)
    assert ask(Chain([quoting, model]), request).provider == "model"
    with pytest.raises(Refused, match="no provider of the chain writes"):
        ask(Chain([quoting]), request)
    assert not quoting.asked


@pytest.mark.parametrize("task", [t for t in Task if t not in {Task.STANDALONE, Task.CLASSIFY}])
def test_what_people_ask_may_be_answered_by_quoting(task: Task) -> None:
    quoting = Scripted("quoting", ["Here."], is_model=False)
    assert Chain([quoting]).complete(replace(ASKED, task=task)).text == "Here."


def test_a_chain_writes_when_any_of_it_does() -> None:
    quoting, model = Scripted("q", [], is_model=False), Scripted("m", [])
    assert Chain([quoting, model]).is_model
    assert not Chain([quoting]).is_model


def test_closing_a_chain_closes_all_of_it() -> None:
    links = [Scripted("a", []), Scripted("b", [])]
    chain: Provider = Chain(links)
    chain.close()
    assert all(link.is_closed for link in links)


def test_a_chain_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one provider"):
        Chain([])


def test_a_failure_after_the_first_word_is_logged_once() -> None:
    chain = Chain([Scripted("down", ["So", Unavailable("down", "broke")])])
    with capture_logs() as logs, pytest.raises(Unavailable):
        drained(chain.stream(ASKED))
    assert [log["event"] for log in logs] == ["provider_failed"]


@either_way
def test_who_only_quotes_says_why_the_models_before_it_gave_no_answer(ask: Ask) -> None:
    spent = QuotaExceeded("google", "used up", retry_after=46.3)
    chain = Chain(
        [
            Scripted("groq", [Unavailable("groq", "HTTP 503")]),
            Scripted("google", [spent]),
            ExtractiveProvider(),
        ]
    )
    said = ask(chain, replace(ASKED, task=Task.WRITE)).text
    assert "groq could not be reached, the budget of google is used up for 47 s." in said
    assert "GROQ_API_KEY" not in said
