"""An answer as it is written, over real HTTP."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

import pytest
import requests
from structlog.testing import capture_logs

from engine import NotIndexed, Scope
from generation.protocol import Interrupted
from tests.web.api.scripted import PATIENCE, REPOSITORY, ScriptedEngine
from web.api.errors import NotFound, ServiceUnavailable
from web.api.results import answer_body
from web.api.server_sent_events import KEEP_ALIVE
from web.api.streaming import MAX_AHEAD, EventStream, Places

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from tests.web.api.scripted import Memory
    from web.api.schema import AnswerBody


def events(response: requests.Response) -> Iterator[tuple[str, dict[str, Any]]]:
    """Read the events of a stream as they come."""
    name = ""
    for line in response.iter_lines(chunk_size=1, decode_unicode=True):
        field, _, value = line.partition(": ")
        if field == "event":
            name = value
        elif field == "data":
            yield name, json.loads(value)


def stream(url: str) -> requests.Response:
    asked = {"query": "How?", "knn": 3, "stream": True}
    return requests.post(f"{url}/api/groq/generate", json=asked, stream=True, timeout=PATIENCE)


def test_the_first_word_arrives_before_the_last_is_written(
    url: str, engine: ScriptedEngine
) -> None:
    engine.gate.clear()
    with stream(url) as response:
        received = events(response)
        assert next(received) == ("token", {"text": "Boil "})
        assert not engine.gate.is_set()
        engine.gate.set()
        rest = list(received)

    assert response.headers["Content-Type"] == "text/event-stream; charset=utf-8"
    assert response.headers["X-Accel-Buffering"] == "no"
    assert [event for event, _ in rest] == ["token", "token", "answer"]


def test_a_stream_ends_with_the_answer_as_it_comes_without_streaming(url: str) -> None:
    whole = requests.post(
        f"{url}/api/groq/generate", json={"query": "How?", "knn": 3}, timeout=PATIENCE
    ).json()
    with stream(url) as response:
        received = list(events(response))

    assert received[-1] == ("answer", whole)
    assert len(whole["references"]) == 3
    assert "".join(data["text"] for name, data in received if name == "token") == whole["response"]


def test_a_line_break_does_not_break_an_event(url: str, engine: ScriptedEngine) -> None:
    engine.words = ("a\n\nevent: error\ndata: b\r\n", "é\u2028 [1]")
    with stream(url) as response:
        received = list(events(response))

    assert [data["text"] for name, data in received if name == "token"] == list(engine.words)


def test_what_fails_on_the_way_is_an_event(url: str, engine: ScriptedEngine) -> None:
    engine.failure, engine.fails_after = Interrupted("groq", "the connection closed"), 1
    with stream(url) as response:
        received = list(events(response))

    assert response.status_code == 200
    assert received == [
        ("token", {"text": "Boil "}),
        ("error", {"error": "unavailable", "detail": "groq: the connection closed"}),
    ]


def test_what_fails_before_the_first_word_is_a_status(url: str, engine: ScriptedEngine) -> None:
    engine.failure = NotIndexed("octo/attic")
    with stream(url) as response:
        assert response.status_code == 404
        assert response.json()["error"] == "not_found"


def test_a_client_that_goes_away_stops_the_writing_and_leaves_no_memory(
    url: str, engine: ScriptedEngine, memory: Memory
) -> None:
    engine.words = ("word " * 2_000,) * 500
    engine.gate.clear()
    question = {"question": "How?", "user_id": "7", "stream": True}
    response = requests.post(f"{url}/api/question", json=question, stream=True, timeout=PATIENCE)
    next(events(response))
    response.close()
    engine.gate.set()

    assert engine.stopped.wait(PATIENCE)
    assert memory.turns == {}


def written(
    *words: str, silence: threading.Event | None = None
) -> Generator[str, None, AnswerBody]:
    """Write ``words``, with a silence before the last."""
    *first, last = words
    yield from first
    if silence:
        assert silence.wait(PATIENCE)
    yield last
    return answer_body(ScriptedEngine().ask("How?", Scope(repository=REPOSITORY)))


def test_while_the_model_is_silent_the_connection_is_kept_alive() -> None:
    silence, places = threading.Event(), Places(1)
    places.take()
    events = EventStream(written("a", "b", silence=silence), places, keep_alive=0.01)
    events.begin()

    first = next(event for event in events if event != KEEP_ALIVE)
    assert first.startswith(b"event: token")
    assert [next(events), next(events)] == [KEEP_ALIVE, KEEP_ALIVE]
    silence.set()
    rest = [event for event in events if event != KEEP_ALIVE]
    assert [event.partition(b"\n")[0] for event in rest] == [b"event: token", b"event: answer"]


def test_a_model_that_is_silent_from_the_beginning_does_not_hold_up_the_headers() -> None:
    silence, places = threading.Event(), Places(1)
    places.take()
    events = EventStream(written("a", silence=silence), places, keep_alive=0.01)

    events.begin()

    assert next(events) == KEEP_ALIVE
    silence.set()
    events.close()


def test_a_place_is_free_again_when_the_writing_is_over_and_not_before() -> None:
    silence, places = threading.Event(), Places(1)
    places.take()
    events = EventStream(written("a", "b", silence=silence), places)
    events.begin()
    events.close()
    events.close()

    with pytest.raises(ServiceUnavailable) as refused:
        places.take()
    assert refused.value.headers == {"Retry-After": "5"}

    silence.set()
    freed = threading.Event()
    places.start(freed.set)  # runs behind the answer, in the one thread
    assert freed.wait(PATIENCE)
    places.take()


def test_a_place_is_free_again_when_there_is_no_thread_to_write_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    places = Places(1)
    places.take()
    with monkeypatch.context() as crowded:
        crowded.setattr(threading.Thread, "start", refuse)
        with pytest.raises(ServiceUnavailable, match="no thread can be started"):
            EventStream(written("a"), places)

    places.take()


def test_a_piece_without_text_is_no_event(url: str, engine: ScriptedEngine) -> None:
    engine.words = ("", "Boil ", "", "[1].")
    with stream(url) as response:
        received = list(events(response))

    assert [data["text"] for name, data in received if name == "token"] == ["Boil ", "[1]."]


def test_a_stream_that_is_closed_unread_is_written_no_further() -> None:
    places, closed = Places(1), threading.Event()

    def endless() -> Generator[str, None, AnswerBody]:
        try:
            while True:
                yield "on and on "
        finally:
            closed.set()

    places.take()
    answering = endless()  # held here: what nobody holds is closed by Python itself
    events = EventStream(answering, places)
    events.begin()
    events.close()

    assert closed.wait(PATIENCE)


def test_a_writer_that_waits_for_a_slow_reader_is_stopped_too() -> None:
    places, is_ahead, closed = Places(1), threading.Event(), threading.Event()

    def faster_than_it_is_read() -> Generator[str, None, AnswerBody]:
        try:
            for _ in range(MAX_AHEAD + 1):
                yield "on "
            is_ahead.set()  # one piece was read: there is no room for the next
            while True:
                yield "and on "
        finally:
            closed.set()

    places.take()
    events = EventStream(faster_than_it_is_read(), places)
    events.begin()
    assert is_ahead.wait(PATIENCE)
    events.close()

    assert closed.wait(PATIENCE)


@pytest.mark.parametrize(("reads_on", "logged"), [(False, ["hung_up"]), (True, [])])
def test_a_client_that_hangs_up_is_logged_once(*, reads_on: bool, logged: list[str]) -> None:
    places = Places(1)
    places.take()
    events = EventStream(written("a", "b"), places)
    events.begin()
    with capture_logs() as logs:
        if reads_on:
            list(events)
        events.close()
        events.close()

    assert [entry["event"] for entry in logs if entry["event"] == "hung_up"] == logged


def test_what_fails_before_the_first_word_is_nobodys_hanging_up() -> None:
    def failing() -> Generator[str, None, AnswerBody]:
        yield from ()
        raise NotIndexed(REPOSITORY)

    places = Places(1)
    places.take()
    events = EventStream(failing(), places)
    with capture_logs() as logs:
        with pytest.raises(NotFound):
            events.begin()
        events.close()

    assert logs == []
