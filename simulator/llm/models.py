"""The state of a simulated service: its key, its voice, its faults, what it was asked."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

from simulator.llm.faults import Faults
from simulator.llm.reply import reply_to

if TYPE_CHECKING:
    from collections.abc import Mapping

API_KEY: Final = "simulated-api-key"
"""The key that is accepted unless another is chosen."""


@dataclass(frozen=True, slots=True)
class RecordedTurn:
    """Something said before the last words of the user."""

    role: Literal["user", "assistant"]
    text: str


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
    """The user's last text."""
    turns: tuple[RecordedTurn, ...] = ()
    """What was said before it, the oldest first."""

    @property
    def prompt(self) -> str:
        """All text that the model reads."""
        return "".join([self.system, *(turn.text for turn in self.turns), self.user])


Speaker = Callable[[RecordedRequest], str]
"""Says what the model answers, in Markdown."""


def composed(asked: RecordedRequest) -> str:
    """Answer from the passages of the prompt alone, and always the same."""
    return reply_to(asked.user, system=asked.system)


@dataclass
class SimulatedModels:
    """What all simulated providers share. Safe to use from any thread.

    ``word_interval`` is the time in seconds before each word of a stream.
    """

    api_key: str = API_KEY
    speaker: Speaker = composed
    word_interval: float = 0.0
    faults: Faults = field(default_factory=Faults)

    def __post_init__(self) -> None:
        self._changed = threading.Condition()
        self._requests: list[RecordedRequest] = []
        self._hang_ups: list[RecordedRequest] = []

    def record(self, request: RecordedRequest) -> None:
        """Remember ``request``."""
        with self._changed:
            self._requests.append(request)
            self._changed.notify_all()

    def record_hang_up(self, request: RecordedRequest) -> None:
        """Remember that whoever sent ``request`` went away before the answer's end."""
        with self._changed:
            self._hang_ups.append(request)
            self._changed.notify_all()

    def requests(self, provider: str | None = None) -> tuple[RecordedRequest, ...]:
        """Return the requests so far, of one provider or of all, oldest first."""
        with self._changed:
            return tuple(r for r in self._requests if provider in {None, r.provider})

    def hang_ups(self, provider: str | None = None) -> tuple[RecordedRequest, ...]:
        """Return the requests whose sender hung up, of one provider or of all, oldest first."""
        with self._changed:
            return tuple(r for r in self._hang_ups if provider in {None, r.provider})

    def wait_for_hang_ups(self, number: int, *, seconds: float) -> bool:
        """Wait until ``number`` senders have hung up; False when ``seconds`` pass before."""
        with self._changed:
            return self._changed.wait_for(lambda: len(self._hang_ups) >= number, seconds)
