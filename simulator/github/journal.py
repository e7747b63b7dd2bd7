"""The record of the requests that the App made."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Request:
    """A request, without its headers: those carry secrets."""

    method: str
    path: str
    operation: str
    """The GraphQL operation's name, or the REST route's."""
    variables: Mapping[str, Any] = field(default_factory=dict)
    status: int | None = None
    """None while it has no answer."""


class Journal:
    """Requests, oldest first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: list[Request] = []

    def begin(self, request: Request) -> int:
        """Record a request; return its place."""
        with self._lock:
            self._requests.append(request)
            return len(self._requests) - 1

    def end(self, place: int, status: int) -> None:
        """Record the answer to the request at ``place``."""
        with self._lock:
            self._requests[place] = replace(self._requests[place], status=status)

    def requests(self, operation: str | None = None) -> list[Request]:
        """Return the requests so far (of one operation)."""
        with self._lock:
            return [one for one in self._requests if operation in (None, one.operation)]
