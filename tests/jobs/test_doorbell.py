"""A doorbell that cannot be rung harms nobody: the schedule finds the work."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from jobs.doorbell import SqsDoorbell

if TYPE_CHECKING:
    from pathlib import Path

QUEUE_URL = "http://127.0.0.1:9/123456789012/doorbell"
"""Nothing listens at the discard port."""


@pytest.fixture(autouse=True)
def no_aws_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "the-secret-key")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")


def ring_and_read_the_log() -> dict[str, object]:
    with capture_logs() as log:
        SqsDoorbell(QUEUE_URL).ring()
    (event,) = log
    return dict(event)


def test_a_queue_out_of_reach_is_a_line_in_the_log() -> None:
    event = ring_and_read_the_log()
    assert event["event"] == "doorbell_not_rung"
    assert event["queue"] == QUEUE_URL
    assert "Could not connect" in str(event["reason"])


@pytest.mark.parametrize("missing", ["AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID"])
def test_an_incomplete_configuration_is_a_line_in_the_log(
    monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    monkeypatch.delenv(missing)
    event = ring_and_read_the_log()
    assert event["event"] == "doorbell_not_rung"
    assert "the-secret-key" not in str(event)


def test_an_endpoint_that_is_no_url_is_a_line_in_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "sqs")
    assert ring_and_read_the_log()["event"] == "doorbell_not_rung"
