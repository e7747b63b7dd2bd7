"""The state of a simulated service: its key, its faults, what it was asked."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from simulator.llm.faults import Faults

if TYPE_CHECKING:
    from collections.abc import Mapping

API_KEY: Final = "simulated-api-key"
"""The key that is accepted unless another is chosen."""


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """A request as it came in, refused ones too."""

    provider: str
    model: str
    stream: bool
    body: Mapping[str, Any]
    system: str
    """The system instruction's text."""
    user: str
    """The user's text."""


@dataclass
class SimulatedModels:
    """What all simulated providers share. Safe to use from any thread."""

    api_key: str = API_KEY
    faults: Faults = field(default_factory=Faults)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: list[RecordedRequest] = []

    def record(self, request: RecordedRequest) -> None:
        """Remember ``request``."""
        with self._lock:
            self._requests.append(request)

    def requests(self, provider: str | None = None) -> tuple[RecordedRequest, ...]:
        """Return the requests so far, of one provider or of all, oldest first."""
        with self._lock:
            return tuple(r for r in self._requests if provider in {None, r.provider})
