"""What an operator's monitor asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from flask import Flask
from prometheus_client import Counter
from structlog.testing import capture_logs

from storage import DatabaseUnreachable
from web.health import blueprint

if TYPE_CHECKING:
    from flask.testing import FlaskClient

asked = Counter("fury_bot_test_health_total", "Of this test.")


def _unreachable() -> str | None:
    raise DatabaseUnreachable("cannot reach PostgreSQL at db/fury")


def _client(**checks: str | None) -> FlaskClient:
    app = Flask("test")
    readiness = {name: (lambda problem=problem: problem) for name, problem in checks.items()}
    app.register_blueprint(blueprint(readiness))
    return app.test_client()


@pytest.mark.parametrize("path", ["/healthz", "/ping"])
def test_a_process_that_answers_is_up(path: str) -> None:
    response = _client(database="gone").get(path)

    assert (response.status_code, response.json) == (200, {"status": "ok"})


def test_it_is_ready_when_every_check_is() -> None:
    response = _client(database=None, keys=None).get("/readyz")

    assert (response.status_code, response.json) == (200, {"database": "ok", "keys": "ok"})


def test_what_is_not_ready_says_why() -> None:
    response = _client(database=None, keys="GITHUB_APP_ID is not set").get("/readyz")

    assert response.status_code == 503
    assert response.json == {"database": "ok", "keys": "GITHUB_APP_ID is not set"}


def test_of_a_database_that_is_away_strangers_learn_no_more_than_that() -> None:
    app = Flask("test")
    app.register_blueprint(blueprint({"database": _unreachable}))

    with capture_logs() as logs:
        response = app.test_client().get("/readyz")

    assert response.status_code == 503
    assert response.json == {"database": "cannot be reached"}
    (told,) = logs
    assert (told["check"], told["error"]) == ("database", "cannot reach PostgreSQL at db/fury")


def test_metrics_are_served_as_prometheus_reads_them() -> None:
    asked.inc()

    response = _client().get("/metrics")

    assert response.content_type.startswith("text/plain")
    assert "fury_bot_test_health_total 1.0" in response.text
