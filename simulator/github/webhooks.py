"""Signed deliveries to the App's webhook URL, over real HTTP, each kept with its response."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import threading
import time
import uuid
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import requests
import structlog

from simulator.github.errors import SimulatorError, Unknown
from simulator.github.events import ALWAYS_SENT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from simulator.github.events import Event
    from simulator.github.state import State

TIMEOUT_SECONDS = 10
"""GitHub ends a delivery that has no answer after this long."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt to deliver one event."""

    id: int
    guid: str
    """``X-GitHub-Delivery``: a redelivery has its original's."""
    event: str
    action: str | None
    installation_id: int | None
    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    delivered_at: datetime
    redelivery: bool = False
    status_code: int | None = None
    """None when no answer came, or the delivery was withheld."""
    response_body: str = ""
    error: str | None = None
    duration: float = 0.0
    """Seconds."""


class Webhooks:
    """Sends events to the App, and remembers every delivery."""

    def __init__(self, state: State, *, timeout: float = TIMEOUT_SECONDS) -> None:
        self._state = state
        self._timeout = timeout
        self._lock = threading.Lock()
        self._ids = itertools.count(1)
        self._deliveries: list[Delivery] = []
        self._withheld = False
        self._queue = ThreadPoolExecutor(max_workers=1, thread_name_prefix="github-webhooks")
        self._queued: list[Future[Delivery | None]] = []

    @property
    def deliveries(self) -> tuple[Delivery, ...]:
        """Every delivery so far, oldest first."""
        with self._lock:
            return tuple(self._deliveries)

    def send(self, event: Event) -> Delivery | None:
        """Deliver ``event`` and wait for the answer.

        Returns:
            The delivery, or None when the App does not receive such an event: it has no webhook,
            is not installed there, is suspended, or did not subscribe.
        """
        if not self._wanted(event):
            return None
        body = json.dumps(event.payload, separators=(",", ":")).encode()
        return self._attempt(
            guid=str(uuid.uuid4()),
            event=event.name,
            action=event.payload.get("action"),
            installation_id=event.installation_id,
            body=body,
        )

    def enqueue(self, event: Event) -> None:
        """Deliver ``event`` from a thread, after those enqueued before it."""
        with self._lock:
            self._queued.append(self._queue.submit(self.send, event))

    def enqueue_redelivery(self, guid: str) -> None:
        """Redeliver from the thread."""
        with self._lock:
            self._queued.append(self._queue.submit(self.redeliver, guid))

    def drain(self, *, timeout: float = 30) -> None:
        """Wait until everything enqueued is delivered.

        Raises:
            SimulatorError: something is still under way after ``timeout`` seconds.
        """
        with self._lock:
            queued, self._queued = self._queued, []
        done, waiting = wait(queued, timeout=timeout)
        for future in done:
            future.result()
        if waiting:
            raise SimulatorError(f"{len(waiting)} deliveries are not done after {timeout} s")

    def redeliver(self, guid: str) -> Delivery:
        """Deliver once more what was delivered under ``guid``, under the same ``guid``.

        Raises:
            Unknown: nothing was.
        """
        original = self._find(guid)
        return self._attempt(
            guid=guid,
            event=original.event,
            action=original.action,
            installation_id=original.installation_id,
            body=original.body,
            redelivery=True,
        )

    @contextmanager
    def withheld(self) -> Iterator[None]:
        """Lose every delivery made inside: recorded without an answer, to be redelivered."""
        self._withheld = True
        try:
            yield
        finally:
            self._withheld = False

    def close(self) -> None:
        """Stop the thread that delivers, once it has no more to do."""
        self._queue.shutdown()

    def _wanted(self, event: Event) -> bool:
        if self._state.app.webhook_url is None:
            return False
        if event.name in ALWAYS_SENT:
            return True
        if event.installation_id is None:
            return False
        installation = self._state.find_installation(event.installation_id)
        return (
            installation is not None
            and installation.suspended_at is None
            and event.name in installation.events
        )

    def _find(self, guid: str) -> Delivery:
        for delivery in self.deliveries:
            if delivery.guid == guid:
                return delivery
        raise Unknown(f"nothing was delivered under {guid!r}")

    def _attempt(
        self,
        *,
        guid: str,
        event: str,
        action: str | None,
        installation_id: int | None,
        body: bytes,
        redelivery: bool = False,
    ) -> Delivery:
        app = self._state.app
        if app.webhook_url is None:
            raise SimulatorError(f"the App {app.slug} has no webhook URL")
        delivery = Delivery(
            id=next(self._ids),
            guid=guid,
            event=event,
            action=action,
            installation_id=installation_id,
            url=app.webhook_url,
            headers=self._headers(event=event, guid=guid, body=body),
            body=body,
            delivered_at=self._state.clock.now(),
            redelivery=redelivery,
        )
        if not self._withheld:
            delivery = self._post(delivery)
        with self._lock:
            self._deliveries.append(delivery)
        return delivery

    def _headers(self, *, event: str, guid: str, body: bytes) -> dict[str, str]:
        app = self._state.app
        headers = {
            "Accept": "*/*",
            "Content-Type": "application/json",
            "User-Agent": f"GitHub-Hookshot/{hashlib.sha256(app.slug.encode()).hexdigest()[:7]}",
            "X-GitHub-Delivery": guid,
            "X-GitHub-Event": event,
            "X-GitHub-Hook-ID": str(app.id),
            "X-GitHub-Hook-Installation-Target-ID": str(app.id),
            "X-GitHub-Hook-Installation-Target-Type": "integration",
        }
        if app.webhook_secret:
            key = app.webhook_secret.encode()
            for name, algorithm in (("", "sha1"), ("-256", "sha256")):
                signature = hmac.new(key, body, algorithm).hexdigest()
                headers[f"X-Hub-Signature{name}"] = f"{algorithm}={signature}"
        return headers

    def _post(self, delivery: Delivery) -> Delivery:
        began = time.monotonic()
        try:
            response = requests.post(
                delivery.url,
                data=delivery.body,
                headers=dict(delivery.headers),
                timeout=self._timeout,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            _log.warning("delivery failed", guid=delivery.guid, event_name=delivery.event)
            return replace(delivery, error=type(error).__name__, duration=time.monotonic() - began)
        return replace(
            delivery,
            status_code=response.status_code,
            response_body=response.text,
            duration=time.monotonic() - began,
        )
