"""Holds a blocking stream to a clock.

The SDKs bound the wait for the next byte. That is not enough: a proxy that sends keep-alive
comments is never silent and never says a word. Here the wait for the next *item*, and for the
last one, is bounded whatever the bytes do.
"""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, Generic, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a provider may take, in seconds."""

    idle: float = 30.0
    """Between two words, and before the first: models that think first need some of it."""
    total: float = 120.0

    @property
    def longest_wait(self) -> float:
        """For one byte."""
        return min(self.idle, self.total)


@dataclass(frozen=True, slots=True)
class Source(Generic[T]):
    """An open stream: its items, and the way to hang up from another thread."""

    items: Iterator[T]
    close: Callable[[], None]


class NoThread(Exception):
    """The process is ending while a stream is under way, or has as many threads as it may."""


_END: Final = object()


def paced(open_source: Callable[[], Source[T]], limits: Limits) -> Generator[T, None, None]:
    """Yield the items of the source that ``open_source`` opens, and close it whatever happens.

    Opening and reading happen in a thread of their own, since neither can be interrupted. An item
    is read when it is asked for, so that a generator that is closed leaves no read behind.

    Raises:
        NoThread: There is none to read in.
        TimeoutError: nothing came for ``limits.idle`` seconds, or ``limits.total`` have passed.
    """
    deadline = time.monotonic() + limits.total

    def patience() -> float:
        return min(limits.idle, deadline - time.monotonic())

    executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="provider-stream")
    opening = _started(executor, open_source)
    try:
        source = opening.result(timeout=patience())
        while True:
            reading = _started(executor, partial(next, source.items, cast("T", _END)))
            item = reading.result(timeout=patience())
            if item is _END:
                return
            yield item
    finally:
        opening.add_done_callback(_hang_up)
        executor.shutdown(wait=False)


def _started(executor: ThreadPoolExecutor, work: Callable[[], T]) -> Future[T]:
    try:
        return executor.submit(work)
    except RuntimeError as error:
        raise NoThread(str(error)) from error


def _hang_up(opening: Future[Source[T]]) -> None:
    """Close the source, now, or as soon as it opens after its reader has gone."""
    if opening.exception() is None:
        opening.result().close()
