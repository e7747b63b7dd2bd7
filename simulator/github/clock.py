"""The simulated GitHub's time, which a test may move."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta


class Clock:
    """Wall time plus an offset; moving it makes tokens expire and rate-limit windows pass."""

    def __init__(self) -> None:
        self._offset = timedelta()
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """Return the simulated time, aware, in UTC."""
        with self._lock:
            return datetime.now(UTC) + self._offset

    def advance(self, *, seconds: float) -> None:
        """Move the simulated time forward."""
        with self._lock:
            self._offset += timedelta(seconds=seconds)


def isoformat(moment: datetime) -> str:
    """Write ``moment`` as GitHub does: UTC, whole seconds, ``Z``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
