"""A provider behind its circuit breaker, its budget and its window."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import psycopg
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
    Passage,
    QuotaExceeded,
    Refused,
    Request,
    TimedOut,
    TooLong,
    Unauthorised,
    Unavailable,
)
from generation.breaker import CircuitBreaker, Patience
from generation.budgets import Charge, for_each_repository, parse
from generation.guarded import GuardedProvider
from generation.ledger import MemoryLedger, Reservation
from generation.postgres_ledger import PostgresLedger
from generation.protocol import UnknownModel, drained
from generation.unasked import CircuitOpen, KeyRefused, Oversized, Spent
from simulator.llm import API_KEY, Fault, FaultKind, SimulatedModels
from storage.errors import DatabaseUnreachable
from tests.generation.scripted import Scripted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from generation import Completion
    from generation.budgets import Limit
    from storage import Database

    Ask = Callable[[GuardedProvider, Request], Completion]

MODEL = "llama-3.3-70b-versatile"
PASSAGES = tuple(
    Passage(n, f"shapes/{n}.py", 1, 40, "function", None, None, f"value = {n}\n" * 100)
    for n in range(1, 41)
)
ASKED = Request("Why?", "octo/shapes", PASSAGES)
DOWN = Unavailable("p", "HTTP 503")


@dataclass
class Recorded(MemoryLedger):
    """A ledger in memory that tells what was done with each reservation."""

    settled: list[Charge] = field(default_factory=list)
    given_back: int = 0
    reserved: list[Charge] = field(default_factory=list)
    holds: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(clock=lambda: datetime(2026, 3, 2, 12, tzinfo=UTC))

    def reserve(
        self,
        account: str,
        repository: str,
        charge: Charge,
        *,
        limits: Sequence[Limit],
        hold: float,
    ) -> Reservation:
        self.reserved.append(charge)
        self.holds.append(hold)
        return super().reserve(account, repository, charge, limits=limits, hold=hold)

    def settle(self, reservation: Reservation, charge: Charge) -> None:
        self.settled.append(charge)
        super().settle(reservation, charge)

    def give_back(self, reservation: Reservation) -> None:
        self.given_back += 1
        super().give_back(reservation)


@pytest.fixture
def ledger() -> Recorded:
    return Recorded()


def guard(
    provider: Scripted,
    ledger: MemoryLedger,
    *,
    limits: str = "100 requests/minute",
    window: int | None = None,
) -> GuardedProvider:
    return GuardedProvider(
        provider, model=MODEL, ledger=ledger, limits=parse(limits), window=window
    )


def streamed(guarded: GuardedProvider, request: Request) -> Completion:
    return drained(guarded.stream(request))


def completed(guarded: GuardedProvider, request: Request) -> Completion:
    return guarded.complete(request)


either_way = pytest.mark.parametrize("ask", [completed, streamed], ids=["complete", "stream"])


def test_it_passes_for_the_provider_that_it_guards(ledger: Recorded) -> None:
    provider = Scripted("p", ["So."], is_model=False)
    guarded = guard(provider, ledger)
    assert (guarded.name, guarded.is_model) == ("p", False)
    guarded.close()
    assert provider.is_closed


@either_way
def test_the_real_cost_is_settled(ask: Ask, ledger: Recorded) -> None:
    provider = Scripted("p", ["So."], prompt_tokens=321, completion_tokens=7)
    ask(guard(provider, ledger), ASKED)
    assert ledger.settled == [Charge(321, 7)]
    assert ledger.reserved[0].output_tokens == provider.asked[0].max_output_tokens


@either_way
def test_a_cost_that_the_service_does_not_tell_is_estimated(ask: Ask, ledger: Recorded) -> None:
    ask(guard(Scripted("p", ["So it is."]), ledger), ASKED)
    (settled,) = ledger.settled
    assert settled.input_tokens == ledger.reserved[0].input_tokens
    assert 1 <= settled.output_tokens <= 10


@either_way
@pytest.mark.parametrize(
    "error",
    [
        DOWN,
        Unauthorised("p", "key"),
        QuotaExceeded("p", "slow down"),
        UnknownModel("p", "no such model"),
    ],
    ids=repr,
)
def test_what_the_service_turned_away_is_given_back(
    ask: Ask, error: GenerationError, ledger: Recorded
) -> None:
    with pytest.raises(type(error)):
        ask(guard(Scripted("p", [error]), ledger), ASKED)
    assert (ledger.given_back, ledger.settled) == (1, [])


@either_way
@pytest.mark.parametrize(
    "error",
    [
        TimedOut("p", "slow"),
        Interrupted("p", "cut"),
        Refused("p", "no"),
        EmptyCompletion("p", "no text"),
    ],
    ids=repr,
)
def test_what_the_service_may_have_worked_on_stays_counted(
    ask: Ask, error: GenerationError, ledger: Recorded
) -> None:
    with pytest.raises(type(error)):
        ask(guard(Scripted("p", [error]), ledger), ASKED)
    assert (ledger.given_back, ledger.settled) == (0, ledger.reserved)


def test_a_hang_up_stays_counted_and_is_no_illness(ledger: Recorded) -> None:
    provider = Scripted("p", ["One ", "two."])
    guarded = guard(provider, ledger)
    for _ in range(5):
        stream = guarded.stream(ASKED)
        next(stream)
        stream.close()
    assert provider.hung_up == 5
    assert ledger.settled == ledger.reserved


@either_way
def test_a_used_up_budget_is_a_quota_and_the_service_is_spared(ask: Ask, ledger: Recorded) -> None:
    provider = Scripted("p", ["So."])
    guarded = guard(provider, ledger, limits="2 requests/minute")
    ask(guarded, ASKED)
    ask(guarded, ASKED)
    with pytest.raises(Spent, match="2 requests/minute") as raised:
        ask(guarded, ASKED)
    assert raised.value.retry_after == 60
    assert len(provider.asked) == 2


def test_a_used_up_budget_is_no_illness(ledger: Recorded) -> None:
    breaker = CircuitBreaker()
    guarded = GuardedProvider(
        Scripted("p", ["So."]),
        model=MODEL,
        ledger=ledger,
        limits=parse("1 requests/minute"),
        breaker=breaker,
    )
    guarded.complete(ASKED)
    for _ in range(5):
        with pytest.raises(Spent):
            guarded.complete(ASKED)
    breaker.admit()


@either_way
def test_one_repository_does_not_use_up_what_the_others_have(ask: Ask, ledger: Recorded) -> None:
    guarded = GuardedProvider(
        Scripted("p", ["So."]),
        model=MODEL,
        ledger=ledger,
        limits=for_each_repository(parse("1 requests/day")),
    )
    ask(guarded, ASKED)
    with pytest.raises(Spent):
        ask(guarded, ASKED)
    with pytest.raises(Spent):
        ask(guarded, replace(ASKED, repository="Octo/SHAPES"))
    ask(guarded, replace(ASKED, repository="octo/colours"))


@either_way
def test_a_request_stands_in_the_ledger_for_as_long_as_it_can_last(
    ask: Ask, ledger: Recorded
) -> None:
    limits = parse("2 requests/minute")
    provider = Scripted("p", ["So."])
    ask(GuardedProvider(provider, model=MODEL, ledger=ledger, limits=limits, hold=77), ASKED)
    assert ledger.holds == [77]


@either_way
def test_failures_in_a_row_leave_the_provider_alone(ask: Ask, ledger: Recorded) -> None:
    provider = Scripted("p", [DOWN])
    guarded = guard(provider, ledger)
    for _ in range(3):
        with pytest.raises(Unavailable, match="503"):
            ask(guarded, ASKED)
    with pytest.raises(CircuitOpen):
        ask(guarded, ASKED)
    assert len(provider.asked) == 3


@either_way
def test_a_bad_model_that_somebody_names_does_not_close_the_provider_to_others(
    ask: Ask, ledger: Recorded
) -> None:
    guarded = guard(Scripted("p", [Unauthorised("p", "not your model")]), ledger)
    for _ in range(5):
        with pytest.raises(Unauthorised):
            ask(guarded, replace(ASKED, model="forbidden"))
    with pytest.raises(Unauthorised):
        ask(guarded, ASKED)
    with pytest.raises(KeyRefused):
        ask(guarded, ASKED)
    with pytest.raises(Unauthorised, match="not your model"):
        ask(guarded, replace(ASKED, model="forbidden"))


def test_a_probe_that_is_hung_up_on_before_it_is_told_anything_is_followed_by_another(
    ledger: Recorded,
) -> None:
    now = 0.0
    breaker = CircuitBreaker(clock=lambda: now)
    provider = Scripted("p", [DOWN])
    guarded = GuardedProvider(provider, model=MODEL, ledger=ledger, breaker=breaker)
    for _ in range(3):
        with pytest.raises(Unavailable):
            guarded.complete(ASKED)
    now = Patience().wait

    def interrupt(_: Request) -> None:
        raise KeyboardInterrupt

    provider.before = interrupt
    with pytest.raises(KeyboardInterrupt):
        guarded.complete(ASKED)
    provider.before, provider.script = None, ["So."]
    assert guarded.complete(ASKED).text == "So."


@either_way
def test_a_request_is_packed_into_the_window_of_the_model(ask: Ask, ledger: Recorded) -> None:
    provider = Scripted("p", ["So."])
    ask(guard(provider, ledger), ASKED)
    ask(guard(provider, ledger), replace(ASKED, model="llama2"))
    ask(guard(provider, ledger, window=8_192), ASKED)
    large, small, middling = (len(asked.passages) for asked in provider.asked)
    assert small < middling < large == len(PASSAGES)


@either_way
def test_a_minutes_tokens_bound_a_request_as_a_window_does(ask: Ask, ledger: Recorded) -> None:
    provider = Scripted("p", ["So."])
    ask(guard(provider, ledger, limits="6000 tokens/minute"), ASKED)
    (charge,) = ledger.reserved
    assert 3_000 < charge.input_tokens + charge.output_tokens <= 6_000
    assert 0 < len(provider.asked[0].passages) < len(PASSAGES)


@either_way
@pytest.mark.parametrize("window", [None, 16_384], ids=["wide", "full"])
def test_what_the_service_finds_too_long_is_sent_once_more_at_half_the_size(
    ask: Ask, window: int | None, ledger: Recorded
) -> None:
    provider = Scripted("p", ["So."])

    def refuse_the_first(_: Request) -> None:
        if len(provider.asked) == 1:
            raise TooLong("p", "too long")

    provider.before = refuse_the_first
    assert ask(guard(provider, ledger, window=window), ASKED).text == "So."
    first, second = (charge.input_tokens + charge.output_tokens for charge in ledger.reserved)
    assert 0.4 * first < second <= first / 2
    assert provider.asked[1].passages
    assert (ledger.given_back, len(ledger.settled)) == (1, 1)


@either_way
def test_what_is_still_too_long_is_the_next_providers(ask: Ask, ledger: Recorded) -> None:
    provider = Scripted("p", [TooLong("p", "too long")])
    with pytest.raises(TooLong):
        ask(guard(provider, ledger), ASKED)
    assert len(provider.asked) == 2


def test_an_answer_that_turns_out_too_long_is_not_begun_again(ledger: Recorded) -> None:
    provider = Scripted("p", ["One ", TooLong("p", "too long")])
    with pytest.raises(TooLong):
        drained(guard(provider, ledger).stream(ASKED))
    assert len(provider.asked) == 1


@either_way
def test_a_question_that_cannot_fit_is_not_sent(ask: Ask, ledger: Recorded) -> None:
    provider = Scripted("p", ["So."])
    with pytest.raises(Oversized, match="the question alone needs"):
        ask(guard(provider, ledger, window=300), ASKED)
    assert not provider.asked


def test_without_limits_no_account_is_kept(ledger: Recorded) -> None:
    guard(Scripted("p", ["So."]), ledger, limits="none").complete(ASKED)
    assert not ledger.reserved


@pytest.mark.parametrize(
    "error",
    [
        DatabaseUnreachable("cannot reach PostgreSQL"),
        psycopg.OperationalError("server closed the connection unexpectedly"),
    ],
    ids=repr,
)
def test_an_answer_stands_even_where_its_cost_cannot_be_settled(error: Exception) -> None:
    class Unreachable(Recorded):
        def settle(self, reservation: Reservation, charge: Charge) -> None:
            assert reservation
            assert charge
            raise error

    with capture_logs() as logs:
        assert guard(Scripted("p", ["So."]), Unreachable()).complete(ASKED).text == "So."
    assert [log["event"] for log in logs] == ["budget_not_settled"]


@pytest.mark.parametrize("provider", [GroqProvider, GeminiProvider], ids=lambda p: p.name)
def test_a_budget_in_postgresql_sends_the_rest_to_the_next_provider(
    provider: type[GroqProvider | GeminiProvider],
    base_url: str,
    models: SimulatedModels,
    question: Request,
    database: Database,
) -> None:
    with closing(provider(api_key=API_KEY, base_url=base_url)) as model:
        guarded = GuardedProvider(
            model,
            model=MODEL,
            ledger=PostgresLedger(database),
            limits=parse("2 requests/minute, 100000 tokens/minute"),
        )
        chain = Chain([guarded, ExtractiveProvider()])
        answers = [drained(chain.stream(question)).provider for _ in range(3)]
    assert answers == [provider.name, provider.name, "extractive"]
    assert len(models.requests(provider.name)) == 2
    with database.transaction() as connection:
        rows = connection.execute("SELECT input_tokens, output_tokens FROM provider_usage")
        assert all(0 < spent < 5_000 and 0 < said < 1_000 for spent, said in rows.fetchall())


@pytest.mark.parametrize("provider", [GroqProvider, GeminiProvider], ids=lambda p: p.name)
def test_a_service_that_is_down_is_asked_no_more_than_it_takes_to_know(
    provider: type[GroqProvider | GeminiProvider],
    base_url: str,
    models: SimulatedModels,
    question: Request,
) -> None:
    models.faults.set(provider.name, Fault(FaultKind.OVERLOADED))
    with closing(provider(api_key=API_KEY, base_url=base_url)) as model:
        chain = Chain(
            [
                GuardedProvider(model, model=MODEL, ledger=MemoryLedger()),
                ExtractiveProvider(),
            ]
        )
        assert {chain.complete(question).provider for _ in range(6)} == {"extractive"}
    assert len(models.requests(provider.name)) == 3


def test_the_room_for_the_answer_is_told_to_the_service(
    base_url: str, models: SimulatedModels, question: Request
) -> None:
    with closing(GroqProvider(api_key=API_KEY, base_url=base_url)) as model:
        GuardedProvider(model, model=MODEL, ledger=MemoryLedger(), window=6_000).complete(question)
    assert models.requests("groq")[0].body["max_completion_tokens"] == 1_500


@pytest.mark.parametrize("limits", ["100 requests/minute", "6000 tokens/minute"])
def test_what_a_model_may_spend_on_thinking_is_reserved_too(
    base_url: str, models: SimulatedModels, question: Request, ledger: Recorded, limits: str
) -> None:
    with closing(GeminiProvider(api_key=API_KEY, base_url=base_url)) as model:
        GuardedProvider(
            model,
            model=model.default_model,
            ledger=ledger,
            limits=parse(limits),
            thinking=model.thinking_tokens,
        ).complete(question)
    (request,), (charge,) = models.requests("google"), ledger.reserved
    assert charge.output_tokens == request.body["generationConfig"]["maxOutputTokens"]
    if "tokens" in limits:
        assert charge.input_tokens + charge.output_tokens <= 6_000


def test_what_a_model_spent_on_thinking_is_settled_too(
    serve: Callable[[WSGIApplication], str], ledger: Recorded
) -> None:
    usage = {"promptTokenCount": 30, "candidatesTokenCount": 5, "totalTokenCount": 235}
    said = {"content": {"role": "model", "parts": [{"text": "So."}]}, "finishReason": "STOP"}
    body = json.dumps([{"candidates": [said], "usageMetadata": usage}]).encode()

    def think(_: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "application/json")])
        return [body]

    with closing(GeminiProvider(api_key=API_KEY, base_url=serve(think))) as model:
        guarded = GuardedProvider(
            model, model=MODEL, ledger=ledger, limits=parse("100 requests/minute")
        )
        guarded.complete(ASKED)
    assert ledger.settled == [Charge(30, 205)]
