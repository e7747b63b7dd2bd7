"""The functions as Lambda runs them: a process of AWS's own runtime client for each.

The runtime API is played by a server of this test; the handlers, the client, PostgreSQL, SQS and
the Parameter Store's protocol are the real ones.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import boto3
import psycopg
import pytest
from flask import Flask, Response, request
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from github_app import signatures
from jobs.doorbell import SqsDoorbell
from jobs.port import Job
from jobs.queue import PostgresQueue
from simulator.serving import Served

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from storage import Database

ROOT = Path(__file__).parents[2]
EVENTS = Path(__file__).parent / "events"
PREFIX = "/fury-bot/runtime"
WEBHOOK_SECRET = "It's a Secret to Everybody"
PATIENCE = 120
"""Seconds after which a test gives up waiting."""

LIGHT = {"torch", "sentence_transformers", "groq", "google.generativeai"}
"""What the webhook's process must not load."""


_IMPORT = re.compile(r"^import time:.*\| +([\w.]+)$\n", re.MULTILINE)
"""A line by which python -X importtime tells of a module."""


@dataclass
class RuntimeApi:
    """Hands one event to a function's process, and takes its result.

    https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
    """

    event: dict[str, Any]
    seconds: float
    results: list[tuple[str, Any]] = field(default_factory=list)
    answered: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)

    def application(self) -> Flask:
        runtime = Flask("runtime")
        handed_out = threading.Event()

        @runtime.get("/2018-06-01/runtime/invocation/next")
        def invocation() -> Response:
            if handed_out.is_set():
                self.over.wait(PATIENCE)
                return Response(status=410)
            handed_out.set()
            deadline = round((time.time() + self.seconds) * 1000)
            return Response(
                json.dumps(self.event),
                content_type="application/json",
                headers={
                    "Lambda-Runtime-Aws-Request-Id": str(uuid.uuid4()),
                    "Lambda-Runtime-Deadline-Ms": str(deadline),
                    "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:us-east-1:1:function:f",
                },
            )

        @runtime.post("/2018-06-01/runtime/<path:outcome>")
        def result(outcome: str) -> tuple[str, int]:
            self.results.append((outcome.rpartition("/")[2], request.get_json(force=True)))
            self.answered.set()
            return "", 202

        return runtime


@dataclass(frozen=True)
class Outcome:
    """What a function's process returned, and which modules it imported."""

    result: Any
    imported: set[str]


class Invoke(Protocol):
    """Runs a function's process for one event, of which it has so many seconds."""

    def __call__(self, handler: str, event: dict[str, Any], *, seconds: float = 60) -> Outcome:
        """Return what came of it."""


@pytest.fixture
def function_environment(
    moto_url: str, queue_url: str, database_url: str
) -> Iterator[dict[str, str]]:
    """What serverless.yml gives to a function, with its parameters in place."""
    ssm = boto3.client("ssm")
    parameters = {"DATABASE_URL": database_url, "GITHUB_WEBHOOK_SECRET": WEBHOOK_SECRET}
    for name, value in parameters.items():
        ssm.put_parameter(Name=f"{PREFIX}/{name}", Value=value, Type="SecureString")
    yield {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "AWS_ENDPOINT_URL": moto_url,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "FURY_BOT_SECRETS_PREFIX": PREFIX,
        "FURY_BOT_DOORBELL_QUEUE_URL": queue_url,
    }
    for name in parameters:
        ssm.delete_parameter(Name=f"{PREFIX}/{name}")


@pytest.fixture
def invoke(function_environment: dict[str, str], tmp_path: Path) -> Invoke:
    def run(handler: str, event: dict[str, Any], *, seconds: float = 60) -> Outcome:
        api = RuntimeApi(event=event, seconds=seconds)
        log = tmp_path / "function.log"
        with Served(api.application()) as served, log.open("wb") as output:
            process = subprocess.Popen(  # noqa: S603 - the arguments are this test's own
                [sys.executable, "-X", "importtime", "-m", "awslambdaric", handler],
                cwd=tmp_path,
                env={
                    **function_environment,
                    "HOME": str(tmp_path),
                    "AWS_LAMBDA_RUNTIME_API": served.url.removeprefix("http://"),
                },
                stdout=output,
                stderr=subprocess.STDOUT,
            )
            try:
                answered = api.answered.wait(PATIENCE)
            finally:
                process.kill()
                process.wait()
                api.over.set()
        imported = set(_IMPORT.findall(log.read_text()))
        said = _IMPORT.sub("", log.read_text()).strip()
        assert answered, said
        ((outcome, result),) = api.results
        assert outcome == "response", said
        return Outcome(result=result, imported=imported)

    return run


@pytest.fixture
def signed_delivery() -> dict[str, Any]:
    event: dict[str, Any] = json.loads((EVENTS / "github_discussion.json").read_text())
    event["headers"]["x-hub-signature-256"] = signatures.sign(
        event["body"].encode(), WEBHOOK_SECRET
    )
    return event


@pytest.fixture
def empty_database_url(server: str, function_environment: dict[str, str]) -> Iterator[str]:
    """A database without tables, put into the parameters."""
    name = f"empty_{uuid.uuid4().hex}"
    url = f"postgresql://postgres:@/{name}?host={conninfo_to_dict(server)['host']}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        boto3.client("ssm").put_parameter(
            Name=f"{function_environment['FURY_BOT_SECRETS_PREFIX']}/DATABASE_URL",
            Value=url,
            Type="SecureString",
            Overwrite=True,
        )
        yield url
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def queued(database: Database) -> int:
    with database.transaction() as connection:
        row = connection.execute("SELECT count(*) FROM procrastinate_jobs").fetchone()
    assert row
    return int(row[0])


def test_migrate_prepares_an_empty_database(invoke: Invoke, empty_database_url: str) -> None:
    applied = invoke("fury_bot.lambda_handlers.migrate", {}).result["applied"]
    assert applied
    assert invoke("fury_bot.lambda_handlers.migrate", {}).result == {"applied": []}
    with psycopg.connect(empty_database_url) as connection:
        connection.execute("SELECT 1 FROM procrastinate_jobs")


def test_the_webhook_makes_a_signed_delivery_a_job_and_rings(
    invoke: Invoke,
    signed_delivery: dict[str, Any],
    database: Database,
    receive: Callable[[], list[dict[str, Any]]],
) -> None:
    outcome = invoke("fury_bot.lambda_handlers.http", signed_delivery, seconds=10)
    assert outcome.result["statusCode"] == 202
    assert queued(database) == 1
    assert len(receive()) == 1
    assert outcome.imported & LIGHT == set()
    assert "flask" in outcome.imported


def test_the_worker_empties_the_queue_when_the_doorbell_rings(
    invoke: Invoke,
    queue_url: str,
    database: Database,
    receive: Callable[[], list[dict[str, Any]]],
) -> None:
    queue = PostgresQueue(doorbell=SqsDoorbell(queue_url))
    with database.transaction() as connection:
        queue.enqueue(Job(task="unheard.of", arguments={}), connection=connection)
    queue.ring()
    invoke("fury_bot.lambda_handlers.worker", {"Records": receive()})
    with database.transaction() as connection:
        rows = connection.execute("SELECT status::text FROM procrastinate_jobs").fetchall()
    # No task of this name exists: taken from the queue, it failed.
    assert rows == [("failed",)]
