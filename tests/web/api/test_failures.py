"""What goes wrong behind the API has a status of its own, and never a traceback."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import psycopg
import pytest
from structlog.testing import capture_logs

from engine import NotIndexed, UnknownProvider
from generation.protocol import (
    EmptyCompletion,
    GenerationError,
    Interrupted,
    QuotaExceeded,
    Refused,
    TimedOut,
    TooLong,
    Unauthorised,
    Unavailable,
)
from generation.unasked import CircuitOpen, KeyRefused
from storage import DatabaseUnreachable, NotMigrated

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from tests.web.api.scripted import ScriptedEngine

UNKNOWN_MODEL = "HTTP 404: The model `gpt-7` does not exist"

FAILURES = [
    (NotIndexed("octo/attic"), 404, "not_found", "octo/attic is not indexed; run `fury-bot index"),
    (
        UnknownProvider("gork", ("groq", "ollama")),
        404,
        "not_found",
        "groq, ollama, google (needs GEMINI_",
    ),
    (UnknownProvider("groq", ("ollama",)), 404, "not_found", "groq is not set up: it needs GROQ"),
    (Unavailable("groq", UNKNOWN_MODEL), 503, "unavailable", "groq: " + UNKNOWN_MODEL),
    (GenerationError("groq", "a\nb"), 502, "provider_failed", "groq: a b"),
    (Unauthorised("groq", "HTTP 401"), 502, "provider_failed", "groq: HTTP 401"),
    (EmptyCompletion("groq", "no text"), 502, "provider_failed", "groq: no text"),
    (QuotaExceeded("groq", "used up", retry_after=6.2), 429, "too_many_requests", "used up"),
    (QuotaExceeded("groq", "used up"), 429, "too_many_requests", "used up"),
    (TimedOut("groq", "silent"), 504, "provider_timed_out", "groq: silent"),
    (Interrupted("groq", "broke off"), 503, "unavailable", "groq: broke off"),
    (Refused("groq", "unsafe"), 422, "invalid", "groq: unsafe"),
    (TooLong("groq", "the window"), 422, "invalid", "groq: the window"),
    (DatabaseUnreachable("cannot reach db.internal"), 503, "unavailable", "the database"),
    (psycopg.OperationalError("db.internal went away"), 503, "unavailable", "the database"),
    (NotMigrated("internal"), 503, "unavailable", "the database is not set up yet"),
    (psycopg.errors.UndefinedTable("internal"), 503, "unavailable", "is not set up yet"),
]


@pytest.mark.parametrize(
    ("failure", "told"),
    [(failure, told) for failure, *told in FAILURES],
    ids=lambda each: type(each).__name__,
)
@pytest.mark.parametrize("stream", [False, True])
def test_a_failure_has_its_status_whether_streamed_or_not(
    client: FlaskClient,
    engine: ScriptedEngine,
    failure: Exception,
    told: tuple[int, str, str],
    *,
    stream: bool,
) -> None:
    status, error, detail = told
    engine.failure = failure

    response = client.post("/api/groq/generate", json={"query": "How?", "stream": stream})

    assert response.status_code == status
    body = response.get_json()
    assert set(body) == {"error", "detail"}
    assert body["error"] == error
    assert detail in body["detail"]
    assert "internal" not in body["detail"]
    assert ("Retry-After" in response.headers) == (status in {429, 503})


@pytest.mark.parametrize(
    ("failure", "status"),
    [
        (QuotaExceeded("groq", "used up", retry_after=6.2), 429),
        (CircuitOpen("groq", "HTTP 503", retry_after=6.2), 503),
        (KeyRefused("groq", "HTTP 401", retry_after=6.2), 502),
    ],
    ids=repr,
)
def test_the_wait_that_a_provider_asks_for_is_passed_on(
    client: FlaskClient, engine: ScriptedEngine, failure: Exception, status: int
) -> None:
    engine.failure = failure

    response = client.post("/api/groq/generate", json={"query": "How?"})

    assert (response.status_code, response.headers["Retry-After"]) == (status, "7")


@pytest.mark.parametrize("stream", [False, True])
def test_a_mistake_of_ours_is_told_by_a_number_and_logged_under_it(
    client: FlaskClient, engine: ScriptedEngine, *, stream: bool
) -> None:
    engine.failure = ZeroDivisionError("a secret detail")

    with capture_logs() as logs:
        response = client.post("/api/groq/generate", json={"query": "How?", "stream": stream})

    assert (response.status_code, response.get_json()["error"]) == (500, "internal_error")
    assert "secret" not in response.text
    number = re.findall(r"[0-9a-f]{12}", response.text)
    assert [entry["id"] for entry in logs if entry["event"] == "request_failed"] == number


def test_a_failure_gives_its_place_back(client: FlaskClient, engine: ScriptedEngine) -> None:
    engine.failure = NotIndexed("octo/attic")
    for number in range(120):
        asked = {"query": "How?", "stream": number % 2 == 0}
        assert client.post("/api/groq/generate", json=asked).status_code == 404
        assert client.post("/api/search", json={"query": "How?"}).status_code == 404
