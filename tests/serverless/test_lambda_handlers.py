"""What the handlers do with the events that AWS passes."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from fury_bot import lambda_handlers, logs
from fury_bot.parameter_store import ParametersUnreadable
from fury_bot.settings import SettingsError
from github_app import signatures
from jobs.doorbell import SqsDoorbell
from jobs.port import Job
from jobs.queue import PostgresQueue
from jobs.worker import Worker
from web.api import TokenStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jobs.port import Arguments, Attempt
    from storage import Database

    Receive = Callable[[], list[dict[str, Any]]]

EVENTS = Path(__file__).parent / "events"
SECRET = "It's a Secret to Everybody"
PLENTY = 900_000
"""Milliseconds: all that Lambda gives."""


@dataclass(frozen=True)
class Remaining:
    """Lambda's context, as far as it matters."""

    milliseconds: int

    def get_remaining_time_in_millis(self) -> int:
        return self.milliseconds


@pytest.fixture(autouse=True)
def container(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, database_url: str, queue_url: str
) -> Iterator[None]:
    """A fresh container with its environment."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("GITHUB_WEBHOOK_SECRET", SECRET)
    monkeypatch.setenv("FURY_BOT_DOORBELL_QUEUE_URL", queue_url)
    monkeypatch.delenv("FURY_BOT_SECRETS_PREFIX", raising=False)
    # The log of this process is the test run's. test_runtime.py has processes of its own.
    monkeypatch.setattr(logs, "configure", lambda _: None)
    yield
    if lambda_handlers._wiring.cache_info().currsize:
        lambda_handlers._wiring().database.close()
    for kept in (lambda_handlers._wiring, lambda_handlers._http):
        kept.cache_clear()


@pytest.fixture
def delivery() -> dict[str, Any]:
    """A signed ``discussion.created``."""
    event = recorded("github_discussion")
    event["headers"]["x-hub-signature-256"] = signatures.sign(event["body"].encode(), SECRET)
    return event


def recorded(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    return event


def in_base64(event: dict[str, Any]) -> dict[str, Any]:
    body = base64.b64encode(event["body"].encode()).decode()
    return {**event, "body": body, "isBase64Encoded": True}


def answer(event: dict[str, Any]) -> dict[str, Any]:
    return lambda_handlers.http(event, Remaining(10_000))


def queued(database: Database) -> int:
    with database.transaction() as connection:
        return len(connection.execute("SELECT id FROM procrastinate_jobs").fetchall())


def test_a_signed_delivery_is_accepted_and_makes_one_job(
    delivery: dict[str, Any], database: Database
) -> None:
    assert answer(delivery)["statusCode"] == 202
    assert queued(database) == 1


def test_a_body_in_base64_is_the_same_bytes_to_the_signature(
    delivery: dict[str, Any], database: Database
) -> None:
    assert answer(in_base64(delivery))["statusCode"] == 202
    assert queued(database) == 1


def test_a_redelivery_makes_no_second_job(delivery: dict[str, Any], database: Database) -> None:
    answer(delivery)
    assert answer(in_base64(delivery))["statusCode"] == 200
    assert queued(database) == 1


@pytest.mark.parametrize("encode", [dict, in_base64])
def test_an_altered_delivery_is_refused(
    delivery: dict[str, Any], database: Database, encode: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    delivery["body"] = delivery["body"].replace("octo-repo", "octo-rep0", 1)
    assert answer(encode(delivery))["statusCode"] == 401
    assert queued(database) == 0


def test_bytes_that_are_no_text_reach_the_signature_check_unchanged(
    delivery: dict[str, Any],
) -> None:
    raw = b"\xff\x00\xfe not JSON \r\n"
    delivery["headers"]["x-hub-signature-256"] = signatures.sign(raw, SECRET)
    refused = answer({**delivery, "body": base64.b64encode(raw).decode(), "isBase64Encoded": True})
    # Not 401: the signature held. What is wrong is that the bytes are no JSON.
    assert refused["statusCode"] == 400


def test_an_accepted_delivery_rings_the_doorbell(
    delivery: dict[str, Any], receive: Receive
) -> None:
    answer(delivery)
    assert [record["body"] for record in receive()] == ["work"]


def test_joined_headers_cookies_and_a_query_are_no_obstacle() -> None:
    assert answer(recorded("healthz"))["statusCode"] == 200


def test_an_answer_is_text_with_its_media_type() -> None:
    answered = answer(recorded("healthz"))
    assert not answered["isBase64Encoded"]
    assert answered["headers"]["content-type"].startswith("application/json")
    json.loads(answered["body"])


def test_the_application_is_made_once_a_container() -> None:
    answer(recorded("healthz"))
    answer(recorded("healthz"))
    assert lambda_handlers._http.cache_info().misses == 1


def test_whoever_asks_the_api_through_the_gateway_needs_a_token(database: Database) -> None:
    asked = recorded("api_search")
    assert answer(asked)["statusCode"] == 401

    token = TokenStore(database).create("kitchen", repositories=None)
    asked["headers"]["authorization"] = f"Bearer {token}"
    admitted = answer(asked)
    assert admitted["statusCode"] == 404
    assert "octo/kitchen" in json.loads(admitted["body"])["detail"]  # it is not indexed


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch, database_url: str) -> list[object]:
    """The numbers of the jobs that the worker did, whose task is put in place of the real ones."""
    numbers: list[object] = []

    def handler(arguments: Arguments, _: Attempt) -> None:
        numbers.append(arguments["number"])

    worker = Worker(database_url=database_url, handlers={"count": handler})
    monkeypatch.setitem(vars(lambda_handlers._wiring()), "worker", worker)
    return numbers


def enqueue(database: Database, *numbers: int) -> None:
    queue = PostgresQueue(doorbell=SqsDoorbell("unused"))
    with database.transaction() as connection:
        for number in numbers:
            queue.enqueue(Job("count", {"number": number}), connection=connection)


def test_a_message_makes_the_worker_empty_the_queue(
    database: Database, queue_url: str, receive: Receive, done: list[object]
) -> None:
    enqueue(database, 1, 2)
    SqsDoorbell(queue_url).ring()
    lambda_handlers.worker({"Records": receive()}, Remaining(PLENTY))
    assert sorted(map(str, done)) == ["1", "2"]
    assert queued(database) == 0
    assert receive() == []


def test_the_schedule_finds_a_job_whose_message_was_lost(
    database: Database, done: list[object]
) -> None:
    enqueue(database, 1)
    lambda_handlers.worker(recorded("schedule"), Remaining(PLENTY))
    assert done == [1]


def test_a_worker_out_of_time_rings_for_the_next(
    database: Database, receive: Receive, done: list[object]
) -> None:
    enqueue(database, *range(20))
    lambda_handlers.worker(recorded("schedule"), Remaining(0))
    assert len(done) < 20
    assert [record["body"] for record in receive()] == ["work"]


@pytest.mark.usefixtures("aws")
def test_settings_come_from_the_parameters_below_the_prefix(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    name = "/fury-bot/handlers/GITHUB_APP_ID"
    ssm = boto3.client("ssm")
    ssm.put_parameter(Name=name, Value="Iv1.0123456789abcdef", Type="SecureString")
    monkeypatch.setenv("FURY_BOT_SECRETS_PREFIX", "/fury-bot/handlers")
    monkeypatch.setenv("GITHUB_APP_ID", "of the environment")
    assert lambda_handlers._wiring().settings.github_app_id == "Iv1.0123456789abcdef"
    ssm.delete_parameter(Name=name)


@pytest.mark.usefixtures("aws")
def test_a_prefix_without_parameters_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FURY_BOT_SECRETS_PREFIX", "/fury-bot/nowhere")
    with pytest.raises(ParametersUnreadable):
        answer(recorded("healthz"))


def test_a_function_without_a_database_does_not_start_one_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("DATABASE_URL")
    with pytest.raises(SettingsError, match="DATABASE_URL: needed"):
        answer(recorded("healthz"))
