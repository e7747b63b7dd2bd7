"""Keeps account of what was asked of the providers, so that no limit is ever passed.

A request is reserved at its expected cost before it is sent, and settled at its real cost after.
What stands in the ledger stands from the one moment to the other, since either may be the one
that the service counts; a window holds all that stood in it for any time. A holder that dies
leaves its reservation at its expected cost, until the ``hold`` it asked for has passed: by then
the request is over, one way or the other.
"""

from __future__ import annotations

import itertools
import threading
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from generation.budgets import LONGEST_WINDOW

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from generation.budgets import Charge, Limit


class LimitReached(Exception):
    """A request would pass ``limit``; in ``wait`` seconds there may be room for it."""

    def __init__(self, limit: Limit, *, wait: float) -> None:
        super().__init__(f"the budget of {limit} is used up for {wait:.0f} s")
        self.limit = limit
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Reservation:
    """A request that is under way."""

    id: int
    charge: Charge
    """What it was expected to cost."""


class Ledger(Protocol):
    """Where accounts are kept. Safe to share between threads."""

    def reserve(
        self,
        account: str,
        repository: str,
        charge: Charge,
        *,
        limits: Sequence[Limit],
        hold: float,
    ) -> Reservation:
        """Take ``charge`` from what is left of every limit, or from none.

        ``account`` is a provider's name. ``hold`` is how many seconds the request can last.

        Raises:
            LimitReached: The limit that is the last to have room for it.
        """

    def settle(self, reservation: Reservation, charge: Charge) -> None:
        """Put the real cost in place of the expected one."""

    def give_back(self, reservation: Reservation) -> None:
        """Undo what was reserved: the service has not counted it."""


@dataclass(frozen=True, slots=True)
class _Entry:
    account: str
    repository: str
    charge: Charge
    until: datetime


def _now() -> datetime:
    return datetime.now(UTC)


class MemoryLedger:
    """The accounts of this process alone; they end with it."""

    def __init__(self, *, clock: Callable[[], datetime] = _now) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._entries: dict[int, _Entry] = {}
        self._ids = itertools.count(1)

    def reserve(
        self,
        account: str,
        repository: str,
        charge: Charge,
        *,
        limits: Sequence[Limit],
        hold: float,
    ) -> Reservation:
        """See :class:`Ledger`."""
        with self._lock:
            now = self._clock()
            self._forget_before(now - LONGEST_WINDOW)
            reached = [
                LimitReached(limit, wait=(free - now).total_seconds())
                for limit in limits
                if (free := self._free(limit, account, repository, charge, now)) > now
            ]
            if reached:
                raise max(reached, key=lambda each: each.wait)
            reservation = Reservation(next(self._ids), charge)
            until = now + timedelta(seconds=hold)
            self._entries[reservation.id] = _Entry(account, repository, charge, until)
            return reservation

    def settle(self, reservation: Reservation, charge: Charge) -> None:
        """See :class:`Ledger`."""
        with self._lock:
            if entry := self._entries.get(reservation.id):
                settled = replace(entry, charge=charge, until=self._clock())
                self._entries[reservation.id] = settled

    def give_back(self, reservation: Reservation) -> None:
        """See :class:`Ledger`."""
        with self._lock:
            self._entries.pop(reservation.id, None)

    def _forget_before(self, past: datetime) -> None:
        for number in [n for n, entry in self._entries.items() if entry.until <= past]:
            del self._entries[number]

    def _free(
        self, limit: Limit, account: str, repository: str, charge: Charge, now: datetime
    ) -> datetime:
        """Return when ``limit`` has room for ``charge``: ``now``, or later."""
        since = limit.since(now)
        standing = sorted(
            (
                entry
                for entry in self._entries.values()
                if entry.account == account
                and entry.until > since
                and (entry.repository == repository or not limit.per_repository)
            ),
            key=lambda entry: entry.until,
        )
        over = sum(entry.charge.of(limit.unit) for entry in standing)
        over += charge.of(limit.unit) - limit.amount
        if over <= 0:
            return now
        freed = itertools.accumulate(entry.charge.of(limit.unit) for entry in standing)
        leaving = zip(standing, freed, strict=True)
        last = next((entry.until for entry, amount in leaving if amount >= over), now)
        return limit.frees(last, now=now)
