"""The webhook over real HTTP, with a real PostgreSQL behind it."""

from __future__ import annotations

import json
import socket
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
import requests
from flask import Flask
from prometheus_client import REGISTRY
from psycopg.conninfo import make_conninfo

from github_app.deliveries import MAX_BYTES, Delivery
from github_app.events import (
    Ignored,
    NamedRepository,
    RepositoryRenamed,
    RepositoryTransferred,
)
from github_app.payloads import parse
from github_app.signatures import sign
from github_app.webhooks import PATH, blueprint
from github_app.work import IndexRepository, job_of
from jobs.doorbell import NoDoorbell
from jobs.queue import PostgresQueue
from simulator.serving import Served
from storage import Database
from tests.github_app.conftest import SECRET, RecordingQueue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobs.port import Queue

EXAMPLES = Path("node_modules/@octokit/webhooks-examples/api.github.com/index.json")


@dataclass
class Webhook:
    """A served webhook, and someone who posts to it."""

    url: str
    session: requests.Session

    def post(
        self,
        body: bytes,
        *,
        event: str | None = "ping",
        delivery_id: str | None = None,
        signature: str | None = None,
        content_type: str | None = "application/json",
    ) -> requests.Response:
        headers = {
            "X-GitHub-Event": event,
            "X-GitHub-Delivery": str(uuid.uuid4()) if delivery_id is None else delivery_id,
            "X-Hub-Signature-256": sign(body, SECRET) if signature is None else signature,
            "Content-Type": content_type,
        }
        return self.session.post(self.url, data=body, headers=headers, timeout=30)


def serve(
    database: Database, queue: Queue, secrets: tuple[str, ...] = (SECRET,)
) -> Iterator[Webhook]:
    flask = Flask("fury-bot")
    flask.register_blueprint(blueprint(secrets=secrets, database=database, queue=queue))
    with Served(flask) as server, requests.Session() as session:
        yield Webhook(server.url + PATH, session)


@pytest.fixture
def webhook(database: Database) -> Iterator[Webhook]:
    yield from serve(database, PostgresQueue(doorbell=NoDoorbell()))


def count_jobs(database: Database) -> int:
    with database.transaction() as connection:
        row = connection.execute("SELECT count(*) FROM procrastinate_jobs").fetchone()
    assert row is not None
    return int(row[0])


def metric(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def load_examples() -> list[tuple[str, dict[str, Any]]]:
    described = json.loads(EXAMPLES.read_text())
    return [(event["name"], payload) for event in described for payload in event["examples"]]


def made_relevant(payload: dict[str, Any]) -> dict[str, Any]:
    """Return ``payload`` as it would be for an installed App that is spoken to."""
    relevant: dict[str, Any] = json.loads(json.dumps(payload))
    relevant["installation"] = {"id": 7, "account": {"login": "octo-org"}}
    for subject in ("comment", "issue", "discussion"):
        if isinstance(relevant.get(subject), dict):
            relevant[subject]["body"] = "/fury-bot ask How?"
            relevant[subject].pop("pull_request", None)
    if "changes" in relevant:
        relevant["changes"]["body"] = {"from": "Hm"}
    if "ref" in relevant and "repository" in relevant:
        relevant["ref"] = f"refs/heads/{relevant['repository']['default_branch']}"
        relevant["deleted"] = False
    return relevant


def discussion() -> dict[str, Any]:
    payloads = (
        made_relevant(payload) for event, payload in load_examples() if event == "discussion"
    )
    return next(payload for payload in payloads if payload["action"] == "created")


def test_the_examples_of_what_happens_to_a_repository_are_understood() -> None:
    told = [
        (payload["action"], "installation" in payload, parse(Delivery("id", event, payload)))
        for event, payload in load_examples()
        if event == "repository"
    ]
    hello = NamedRepository("Octocoders/Hello-World", 186853261)
    acted_on = [found for found in told if not isinstance(found[2], Ignored)]
    assert acted_on == [
        ("renamed", True, RepositoryRenamed(1, hello)),
        ("transferred", False, RepositoryTransferred(None, hello)),
        ("transferred", True, RepositoryTransferred(1, hello)),
        ("transferred", False, RepositoryTransferred(None, hello)),
    ]


def test_a_database_without_its_tables_is_told_and_not_a_crash(server: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE fury_bot_bare")
    with Database(make_conninfo(server, dbname="fury_bot_bare")) as bare:
        for webhook in serve(bare, PostgresQueue(doorbell=NoDoorbell())):
            body = json.dumps(discussion()).encode()
            response = webhook.post(body, event="discussion")
            assert response.status_code == 503
            assert "fury-bot migrate" in response.json()["detail"]


def test_a_delivery_that_the_database_refuses_is_not_taken(database: Database) -> None:
    with database.transaction() as connection:
        connection.execute("ALTER TABLE deliveries ADD CONSTRAINT none CHECK (false) NOT VALID")
    try:
        for webhook in serve(database, PostgresQueue(doorbell=NoDoorbell())):
            response = webhook.post(json.dumps(discussion()).encode(), event="discussion")
            assert response.status_code == 503
            assert "did not take" in response.json()["detail"]
    finally:
        with database.transaction() as connection:
            connection.execute("ALTER TABLE deliveries DROP CONSTRAINT none")


def test_two_deliveries_that_name_repositories_in_other_orders_are_both_taken(
    database: Database,
) -> None:
    queue, barrier = PostgresQueue(doorbell=NoDoorbell()), threading.Barrier(2)

    def take(*names: str) -> None:
        with database.transaction() as connection:
            queue.enqueue(job_of(IndexRepository(7, names[0])), connection=connection)
            barrier.wait(20)
            queue.enqueue(job_of(IndexRepository(7, names[1])), connection=connection)

    with ThreadPoolExecutor(2) as threads:
        orders = (("o/a", "o/b"), ("o/b", "o/a"))
        for taken in [threads.submit(take, *order) for order in orders]:
            taken.result(20)


@pytest.mark.parametrize("relevant", [False, True], ids=["as they are", "made relevant"])
def test_every_example_is_answered_and_queued_at_most_once(
    webhook: Webhook, database: Database, *, relevant: bool
) -> None:
    examples = load_examples()
    assert len(examples) == 329
    accepted = 0
    for event, example in examples:
        payload = made_relevant(example) if relevant else example
        body, delivery_id = json.dumps(payload).encode(), str(uuid.uuid4())
        # Index jobs wait once a repository; each example is looked at by itself.
        with database.transaction() as connection:
            connection.execute("DELETE FROM procrastinate_jobs")
        first = webhook.post(body, event=event, delivery_id=delivery_id)
        jobs = count_jobs(database)
        again = webhook.post(body, event=event, delivery_id=delivery_id)
        assert count_jobs(database) == jobs, event
        statuses = (first.json()["status"], again.json()["status"])
        if statuses[0] == "accepted":
            accepted += 1
            assert (first.status_code, again.status_code) == (202, 200)
            assert statuses[1] == "duplicate"
        else:
            assert jobs == 0
            assert (first.status_code, again.status_code) == (200, 200)
            assert statuses[0] == statuses[1] in {"ignored", "pong"}
    assert accepted == (76 if relevant else 32)


def test_one_flipped_byte_of_any_example_is_refused(webhook: Webhook, database: Database) -> None:
    for number, (event, example) in enumerate(load_examples()):
        body = bytearray(json.dumps(example).encode())
        signature = sign(bytes(body), SECRET)
        body[number * 7919 % len(body)] ^= 1
        response = webhook.post(bytes(body), event=event, signature=signature)
        assert (response.status_code, response.json()["error"]) == (401, "signature_mismatch")
    assert count_jobs(database) == 0


def test_a_ping_gets_a_pong(webhook: Webhook) -> None:
    response = webhook.post(b"{}")
    assert (response.status_code, response.json()) == (200, {"status": "pong"})


def test_what_is_ignored_says_why_and_is_counted(webhook: Webhook) -> None:
    labels = {"event": "star", "outcome": "ignored"}
    before = metric("fury_bot_webhook_deliveries_total", **labels)
    response = webhook.post(b"{}", event="star")
    assert response.json() == {"status": "ignored", "reason": "this event is not acted on"}
    assert metric("fury_bot_webhook_deliveries_total", **labels) == before + 1


def test_what_is_accepted_is_claimed_and_queued_and_the_worker_woken(database: Database) -> None:
    queue = RecordingQueue()
    for webhook in serve(database, queue):
        body = json.dumps(discussion()).encode()
        assert webhook.post(body, event="discussion", delivery_id="abc-1").status_code == 202
        assert webhook.post(body, event="discussion", delivery_id="abc-1").status_code == 200
    (job,) = queue.jobs
    assert job.task == "github.run_command"
    assert job.lock == f"github:thread:{discussion()['discussion']['node_id']}"
    assert queue.rings == 1
    with database.transaction() as connection:
        rows = connection.execute("SELECT id, source, event FROM deliveries").fetchall()
    assert rows == [("abc-1", "github", "discussion")]


def test_a_claim_without_its_job_does_not_stand(database: Database) -> None:
    class FullQueue(RecordingQueue):
        def enqueue(self, job: object, *, connection: Any) -> bool:  # noqa: ANN401 - of the port
            connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")
            raise AssertionError(job)

    for webhook in serve(database, FullQueue()):
        response = webhook.post(json.dumps(discussion()).encode(), event="discussion")
        assert (response.status_code, response.json()["error"]) == (503, "database")
        assert response.headers["Retry-After"] == "30"
    with database.transaction() as connection:
        assert connection.execute("SELECT * FROM deliveries").fetchall() == []


def test_an_unreachable_database_asks_to_come_back() -> None:
    with Database("postgresql://nobody@127.0.0.1:1/none") as nowhere:
        for webhook in serve(nowhere, RecordingQueue()):
            response = webhook.post(json.dumps(discussion()).encode(), event="discussion")
            assert (response.status_code, response.json()["error"]) == (503, "database")
            assert webhook.post(b"{}").status_code == 200


def test_without_a_secret_nothing_is_accepted(database: Database) -> None:
    for webhook in serve(database, RecordingQueue(), secrets=()):
        response = webhook.post(b"{}")
        assert (response.status_code, response.json()["error"]) == (503, "no_secret")


@pytest.mark.parametrize(
    ("request_", "status", "error"),
    [
        ({"signature": "sha256=00"}, 401, "signature_truncated"),
        ({"signature": "md5"}, 401, "signature_malformed"),
        ({"signature": ""}, 401, "signature_missing"),
        ({"content_type": "application/x-www-form-urlencoded"}, 415, "form_encoded"),
        ({"content_type": "text/plain"}, 415, "content_type"),
        ({"content_type": None}, 415, "content_type"),
        ({"event": None}, 400, "event_missing"),
        ({"event": "A"}, 400, "event_malformed"),
        ({"delivery_id": ""}, 400, "delivery_missing"),
        ({"delivery_id": "a--b"}, 400, "delivery_malformed"),
        ({"body": b"{"}, 400, "body_malformed"),
        ({"body": b"[" * 200_000}, 400, "body_malformed"),
        ({"body": b"[]"}, 400, "body_not_object"),
        ({"body": b""}, 400, "body_malformed"),
    ],
)
def test_a_bad_request_is_refused_with_its_reason_and_counted(
    webhook: Webhook, request_: dict[str, Any], status: int, error: str
) -> None:
    before = metric("fury_bot_webhook_refused_total", reason=error)
    response = webhook.post(**{"body": b"{}", **request_})
    assert (response.status_code, response.json()["error"]) == (status, error)
    assert response.json()["detail"]
    assert metric("fury_bot_webhook_refused_total", reason=error) == before + 1


def test_the_signature_is_checked_before_anything_else_is_looked_at(webhook: Webhook) -> None:
    response = webhook.post(b"{", event="A", content_type="text/plain", signature="sha256=00")
    assert response.status_code == 401


def converse(webhook: Webhook, *sent: bytes) -> bytes:
    """Send raw bytes over one connection, and return the start of what comes back."""
    address = webhook.url.removeprefix("http://").partition("/")[0]
    host, _, port = address.partition(":")
    head = f"POST {PATH} HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\n"
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(head.encode() + sent[0])
        try:
            for part in sent[1:]:
                connection.sendall(part)
        except (BrokenPipeError, ConnectionResetError):
            pass  # the server has heard enough, which is what is asked of it
        answer = b""
        while b"}" not in answer and (received := connection.recv(4096)):
            answer += received
        return answer


def test_a_body_announced_as_too_large_is_refused_unread(webhook: Webhook) -> None:
    answer = converse(webhook, b"Content-Length: %d\r\n\r\n" % (MAX_BYTES + 1))
    assert b" 413 " in answer.splitlines()[0]
    assert b"too_large" in answer


def test_a_chunked_body_is_cut_off_when_it_grows_too_large(webhook: Webhook) -> None:
    block = b"100000\r\n" + b" " * 0x100000 + b"\r\n"
    answer = converse(webhook, b"Transfer-Encoding: chunked\r\n\r\n", *[block] * 27)
    assert b" 413 " in answer.splitlines()[0]


def test_a_body_that_breaks_off_is_refused(webhook: Webhook) -> None:
    host, _, port = webhook.url.removeprefix("http://").partition("/")[0].partition(":")
    head = f"POST {PATH} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 10\r\n\r\n{{}}"
    before = metric("fury_bot_webhook_refused_total", reason="unreadable")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(head.encode())
        connection.shutdown(socket.SHUT_WR)
        assert b" 400 " in connection.recv(4096).splitlines()[0]
    assert metric("fury_bot_webhook_refused_total", reason="unreadable") == before + 1


def test_a_chunked_body_that_is_small_is_read(webhook: Webhook) -> None:
    signature = sign(b"{}", SECRET).encode()
    head = b"X-Hub-Signature-256: " + signature + b"\r\nX-GitHub-Event: ping\r\n"
    head += b"X-GitHub-Delivery: abc\r\nTransfer-Encoding: chunked\r\n\r\n"
    answer = converse(webhook, head, b"2\r\n{}\r\n0\r\n\r\n")
    assert b" 200 " in answer.splitlines()[0]
