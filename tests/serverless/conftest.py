"""AWS, as far as fury-bot uses it: moto's server, reached by the real SDK over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mypy_boto3_sqs.client import SQSClient

REGION = "us-east-1"


@pytest.fixture(scope="session")
def moto_url() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def aws(moto_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Point the SDK at moto, as a function's environment points it at AWS."""
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    monkeypatch.setenv("AWS_ENDPOINT_URL", moto_url)
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")


@pytest.fixture
def sqs(aws: None) -> SQSClient:  # noqa: ARG001 - it points the client at moto
    return boto3.client("sqs")


@pytest.fixture
def queue_url(sqs: SQSClient) -> Iterator[str]:
    """A queue that nobody else uses."""
    url = sqs.create_queue(QueueName="doorbell")["QueueUrl"]
    yield url
    sqs.delete_queue(QueueUrl=url)


@pytest.fixture
def receive(sqs: SQSClient, queue_url: str) -> Callable[[], list[dict[str, Any]]]:
    """Take what lies in the queue, as the records of the event that Lambda would pass."""

    def take() -> list[dict[str, Any]]:
        messages = sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10)
        return [
            {
                "messageId": message["MessageId"],
                "receiptHandle": message["ReceiptHandle"],
                "body": message["Body"],
                "attributes": {"ApproximateReceiveCount": "1"},
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": f"arn:aws:sqs:{REGION}:123456789012:doorbell",
                "awsRegion": REGION,
            }
            for message in messages.get("Messages", [])
        ]

    return take
