"""Streams of every provider: words in time, the completion at the end, and hanging up."""

from __future__ import annotations

import gc
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from generation import ExtractiveProvider, Interrupted, Limits, TimedOut
from simulator.llm import API_KEY, Fault, FaultKind, SimulatedModels
from tests.generation.provider_kinds import Kind, every_provider

if TYPE_CHECKING:
    from collections.abc import Generator

    from generation import Completion, Request
    from generation.streamed import StreamedProvider
    from simulator.llm import RecordedRequest

STREAMS = 50
PATIENCE = 60.0
"""Seconds after which a test gives up."""


def heard(stream: Generator[str, None, Completion]) -> tuple[list[str], Completion]:
    """Return what ``stream`` yields, and what it returns."""
    words: list[str] = []
    while True:
        try:
            words.append(next(stream))
        except StopIteration as end:
            return words, end.value


@every_provider
def test_a_stream_ends_with_the_completion_of_all_that_it_said(
    provider: Kind, base_url: str, question: Request
) -> None:
    with closing(provider(api_key=API_KEY, base_url=base_url, model="small")) as model:
        words, completion = heard(model.stream(question))
        assert completion == model.complete(question)
    assert len(words) > 5
    assert "".join(words) == completion.text
    assert (completion.provider, completion.model) == (provider.name, "small")
    assert completion.finish_reason == "stop"
    assert completion.prompt_tokens
    assert completion.completion_tokens


def test_the_extractive_provider_streams_as_the_others_do(question: Request) -> None:
    with closing(ExtractiveProvider()) as provider:
        words, completion = heard(provider.stream(question))
        assert completion == provider.complete(question)
    assert len(words) > 1
    assert "".join(words) == completion.text
    assert not provider.is_model


@every_provider
def test_what_a_model_thinks_aloud_is_neither_streamed_nor_kept(
    provider: Kind, base_url: str, question: Request, models: SimulatedModels
) -> None:
    models.speaker = lambda _asked: "<think>A disc? Let me see.</think>\n\nUse `disc()`."
    with closing(provider(api_key=API_KEY, base_url=base_url)) as model:
        words, completion = heard(model.stream(question))
    assert "".join(words) == completion.text == "Use `disc()`."


@every_provider
def test_the_first_word_arrives_while_the_rest_is_still_to_come(
    provider: Kind, base_url: str, question: Request, models: SimulatedModels
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
def test_a_cut_is_noticed_after_the_first_words_were_passed_on(
    provider: Kind, base_url: str, question: Request, models: SimulatedModels
) -> None:
    models.faults.set(provider.name, Fault(FaultKind.CUT))
    with closing(provider(api_key=API_KEY, base_url=base_url)) as model:
        words = model.stream(question)
        assert next(words).strip() == "`shapes.disc.area`"
        with pytest.raises(Interrupted):
            list(words)


@every_provider
@pytest.mark.parametrize("then", [FaultKind.STALL, FaultKind.KEEP_ALIVE, None], ids=str)
def test_closing_a_stream_hangs_up_on_the_service(
    provider: Kind,
    then: FaultKind | None,
    base_url: str,
    question: Request,
    models: SimulatedModels,
) -> None:
    """Whether the service is silent at that moment, holds the line, or goes on talking."""
    if then:
        models.faults.set(provider.name, Fault(then))
    models.speaker = lambda _asked: "word " * 20_000
    with closing(provider(api_key=API_KEY, base_url=base_url)) as model:
        words = model.stream(question)
        next(words)
        assert not models.hang_ups()
        words.close()
        assert models.wait_for_hang_ups(1, seconds=PATIENCE)
    assert [asked.provider for asked in models.hang_ups()] == [provider.name]


@every_provider
def test_a_stream_that_is_let_go_hangs_up_too(
    provider: Kind, base_url: str, question: Request, models: SimulatedModels
) -> None:
    models.faults.set(provider.name, Fault(FaultKind.STALL))
    with closing(provider(api_key=API_KEY, base_url=base_url)) as model:
        words = model.stream(question)
        next(words)
        gone = weakref.ref(words)
        del words
        gc.collect()
        assert gone() is None
        assert models.wait_for_hang_ups(1, seconds=PATIENCE)


@every_provider
def test_who_times_out_hangs_up_at_once_though_a_byte_is_still_waited_for(
    provider: Kind, base_url: str, question: Request, models: SimulatedModels
) -> None:
    models.faults.set(provider.name, Fault(FaultKind.STALL))
    limits = Limits(idle=PATIENCE, total=PATIENCE)
    with closing(provider(api_key=API_KEY, base_url=base_url, limits=limits)) as model:
        words = model.stream(question)
        next(words)
        # The transport keeps the long wait that it began with: only hanging up ends it.
        object.__setattr__(limits, "idle", 0.1)
        with ThreadPoolExecutor(1) as listener:
            waiting = listener.submit(next, words)
            assert models.wait_for_hang_ups(1, seconds=PATIENCE / 2)
            assert isinstance(waiting.exception(PATIENCE), TimedOut)
    assert not still_reading()


@every_provider
def test_an_answer_that_was_heard_to_its_end_is_no_hang_up(
    provider: Kind, base_url: str, question: Request, models: SimulatedModels
) -> None:
    with closing(provider(api_key=API_KEY, base_url=base_url)) as model:
        for _ in range(3):
            model.complete(question)
    assert not models.hang_ups()


@every_provider
def test_fifty_streams_at_once_share_a_client_and_are_neither_mixed_up_nor_dropped(
    provider: Kind,
    base_url: str,
    question: Request,
    models: SimulatedModels,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    everybody = threading.Barrier(STREAMS, timeout=PATIENCE)
    connect = provider._connect
    clients: list[object] = []

    def connect_and_count(self: StreamedProvider[Any, Any]) -> object:
        clients.append(client := connect(self))
        return client

    def speak(asked: RecordedRequest) -> str:
        return f"{asked.model} " * 20 + "end"

    def listen(number: int) -> tuple[str, str]:
        asked = replace(question, model=f"model-{number}")
        everybody.wait()
        words, completion = heard(model.stream(asked))
        return completion.model, "".join(words)

    models.speaker = speak
    monkeypatch.setattr(provider, "_connect", connect_and_count)
    with (
        closing(provider(api_key=API_KEY, base_url=base_url)) as model,
        ThreadPoolExecutor(STREAMS) as threads,
    ):
        answers = list(threads.map(listen, range(STREAMS)))
    assert answers == [
        (f"model-{number}", f"model-{number} " * 20 + "end") for number in range(STREAMS)
    ]
    assert len(clients) == 1
    assert not models.hang_ups()


def still_reading() -> list[str]:
    """Return the streams' threads that go on."""
    threads = [t for t in threading.enumerate() if t.name.startswith("provider-stream")]
    for thread in threads:
        thread.join(PATIENCE / 4)
    return [thread.name for thread in threads if thread.is_alive()]
