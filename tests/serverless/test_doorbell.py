"""The doorbell's way through SQS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from structlog.testing import capture_logs

from jobs.doorbell import SqsDoorbell

if TYPE_CHECKING:
    from collections.abc import Callable


def test_a_ring_is_a_message_that_says_only_that_there_is_work(
    queue_url: str, receive: Callable[[], list[dict[str, Any]]]
) -> None:
    SqsDoorbell(queue_url).ring()
    assert [record["body"] for record in receive()] == ["work"]


def test_a_queue_that_does_not_exist_is_a_line_in_the_log(queue_url: str) -> None:
    with capture_logs() as log:
        SqsDoorbell(queue_url + "-elsewhere").ring()
    assert [event["event"] for event in log] == ["doorbell_not_rung"]
