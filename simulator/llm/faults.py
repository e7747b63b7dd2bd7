"""The ways in which a language-model service fails, and which one is due."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final


class FaultKind(StrEnum):
    """What goes wrong with a request."""

    UNAUTHORISED = "unauthorised"
    """The key is refused, though it is the right one."""
    FORBIDDEN = "forbidden"
    UNKNOWN_MODEL = "unknown-model"
    RATE_LIMITED = "rate-limited"
    """``seconds`` is the wait that the service asks for."""
    SERVER_ERROR = "server-error"
    OVERLOADED = "overloaded"
    TOO_LONG = "too-long"
    """The prompt does not fit the model's window."""
    HANG = "hang"
    """Not a byte for ``seconds``, or until released."""
    STALL = "stall"
    """As HANG, but after the first word of a stream."""
    KEEP_ALIVE = "keep-alive"
    """As STALL, but with bytes that carry no word, as proxies send to hold a connection."""
    SLOW = "slow"
    """``seconds`` before each word."""
    EMPTY = "empty"
    """An answer without text."""
    CUT = "cut"
    """The connection closes in the middle."""
    UNFINISHED = "unfinished"
    """The stream ends well-formed, without a finish reason."""
    REFUSED = "refused"
    """The answer is stopped by the service's safety rules."""
    BLOCKED = "blocked"
    """The prompt is stopped by the service's safety rules."""
    MALFORMED = "malformed"
    """JSON that is none."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault for the next requests of one provider."""

    kind: FaultKind
    seconds: float | None = None
    """See the kinds; None is the kind's default, or for ever."""
    times: int | None = None
    """How many requests it meets; None is all until it is cleared."""
    message: str | None = None
    """The text of the error body, in place of the service's own."""


_IN_MODEL_NAME: Final = re.compile(r"fault-(?P<kind>[a-z-]+?)(?:-(?P<seconds>\d+(?:\.\d+)?))?")


def in_model_name(model: str) -> Fault | None:
    """Read a fault from a model's name: ``fault-cut``, ``fault-rate-limited-30``."""
    match = _IN_MODEL_NAME.fullmatch(model)
    if match is None or match["kind"] not in set(FaultKind):
        return None
    seconds = float(match["seconds"]) if match["seconds"] else None
    return Fault(FaultKind(match["kind"]), seconds=seconds)


class Faults:
    """The faults that are due, by provider. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._due: dict[str, Fault] = {}
        self._released = threading.Event()

    def set(self, provider: str, fault: Fault) -> None:
        """Let the next requests to ``provider`` meet ``fault``."""
        with self._lock:
            self._due[provider] = fault

    def clear(self) -> None:
        """Let all requests succeed from now on, and those that wait go on."""
        with self._lock:
            self._due.clear()
        self.release()

    def take(self, provider: str) -> Fault | None:
        """Return the fault for one request to ``provider``, and count it as met."""
        with self._lock:
            fault = self._due.get(provider)
            if fault and fault.times is not None:
                if fault.times > 1:
                    self._due[provider] = replace(fault, times=fault.times - 1)
                else:
                    del self._due[provider]
            return fault

    def hold(self, seconds: float | None) -> bool:
        """Wait for :meth:`release`, ``seconds`` at most; True when released."""
        return self._released.wait(seconds)

    def release(self) -> None:
        """Let every held request go on, and hold none from now on."""
        self._released.set()
