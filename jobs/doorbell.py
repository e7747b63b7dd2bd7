"""Tells a worker that the queue holds work.

A worker process needs no bell: PostgreSQL notifies it. A serverless worker does not run until
something invokes it, so a message goes to SQS, whose only content is that there is work. The
work itself is in PostgreSQL, so a lost message loses nothing: a schedule finds what it left.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Protocol

import structlog

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient

log = structlog.get_logger(__name__)

TIMEOUT = 3
"""Seconds for SQS to take the message; GitHub waits ten for the whole webhook."""


class Doorbell(Protocol):
    """Something that wakes a worker."""

    def ring(self) -> None:
        """Wake a worker. Best effort."""


class NoDoorbell:
    """For workers that listen to PostgreSQL themselves."""

    def ring(self) -> None:
        """Do nothing: the insert has notified the workers."""


class SqsDoorbell:
    """Invokes the serverless worker by a message to SQS."""

    def __init__(self, queue_url: str) -> None:
        self._queue_url = queue_url
        self._client: SQSClient | None = None
        self._lock = threading.Lock()

    def ring(self) -> None:
        """Send the message; a failure is logged and left to the schedule."""
        # boto3 takes half a second to import, which a cold start pays only when it rings.
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

        try:
            self._sqs().send_message(QueueUrl=self._queue_url, MessageBody="work")
        except (BotoCoreError, ClientError, ValueError) as error:  # ValueError: a bad endpoint
            log.warning("doorbell_not_rung", queue=self._queue_url, reason=str(error))

    def _sqs(self) -> SQSClient:
        import boto3  # noqa: PLC0415 - see ring
        from botocore.config import Config  # noqa: PLC0415 - see ring

        with self._lock:
            if self._client is None:
                self._client = boto3.client(
                    "sqs",
                    config=Config(
                        connect_timeout=TIMEOUT,
                        read_timeout=TIMEOUT,
                        retries={"total_max_attempts": 2},
                    ),
                )
            return self._client
