"""Sends an answer while it is written, and stops the writing when nobody reads on."""

from __future__ import annotations

import contextvars
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from queue import Empty, Queue
from typing import TYPE_CHECKING, Self

import structlog

from web.api.errors import ApiError, ServiceUnavailable
from web.api.failures import api_error
from web.api.schema import AnswerBody, ErrorBody, TokenEvent
from web.api.server_sent_events import KEEP_ALIVE, frame

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    Answering = Generator[str, None, AnswerBody]
    """Yields an answer's text, and returns the whole of it."""

log = structlog.get_logger(__name__)

MAX_ANSWERS = 56
"""Answers under way at once in a process."""

KEEP_ALIVE_AFTER = 10.0
"""Seconds of silence before a comment is sent. Proxies commonly hang up after 30 or 60."""

MAX_AHEAD = 64
"""Pieces of text that are written before they are read: for a slow reader, the model waits."""

_Item = str | AnswerBody | ApiError


class Places:
    """Bounds the answers under way, so that threads are left for what must be answered at once."""

    def __init__(self, number: int = MAX_ANSWERS) -> None:
        self._free = threading.BoundedSemaphore(number)
        self._writers = ThreadPoolExecutor(number, thread_name_prefix="answer")

    def take(self) -> None:
        """Take a place; ``release`` gives it back.

        Raises:
            ServiceUnavailable: All are taken.
        """
        if not self._free.acquire(blocking=False):
            raise ServiceUnavailable("too many answers are being written", retry_after=5)

    def release(self) -> None:
        """Give a place back."""
        self._free.release()

    def start(self, work: Callable[[], None]) -> Future[None]:
        """Run ``work`` in a thread of its own, for the request under way."""
        return self._writers.submit(contextvars.copy_context().run, work)


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes an answer to the end, or until it is told to stop."""

    answering: Answering
    items: Queue[_Item]
    stop: threading.Event

    def run(self) -> None:
        """Put each piece of the answer, and at last the whole or why there is none."""
        try:
            while not self.stop.is_set():
                # An empty piece is a moment at which to stop, and nothing to read.
                if piece := next(self.answering):
                    self.items.put(piece)
        except StopIteration as end:
            self.items.put(end.value)
        except Exception as error:  # noqa: BLE001 - the thread's boundary: what is ours is logged
            self.items.put(api_error(error))
        finally:
            self.answering.close()


class EventStream:
    """An answer as server-sent events, for a WSGI server to iterate over.

    The answer is written in a thread beside, since only then can a comment be sent while the
    model is silent. Closing the stream stops it at the next piece of text.
    """

    def __init__(
        self, answering: Answering, places: Places, *, keep_alive: float = KEEP_ALIVE_AFTER
    ) -> None:
        """Begin to write. The place that the caller has taken is given back at the end.

        Raises:
            ServiceUnavailable: There is no thread to write in; the place is given back.
        """
        self._places = places
        self._keep_alive = keep_alive
        self._items: Queue[_Item] = Queue(MAX_AHEAD)
        self._stop = threading.Event()
        try:
            self._writing = places.start(_Writer(answering, self._items, self._stop).run)
        except RuntimeError as error:
            self._stop.set()  # the work stays queued: a thread that comes free may still meet it
            places.release()
            raise ServiceUnavailable("no thread can be started", retry_after=5) from error
        self._first: _Item | None = None
        self._is_over = False
        self._is_closed = False

    def begin(self) -> None:
        """Wait for the first piece of text, though not for ever.

        Raises:
            ApiError: The answer failed before it began: an HTTP status can still say so.
        """
        self._first = self._next()
        if isinstance(self._first, ApiError):
            self._is_over = True
            raise self._first

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        if self._is_over:
            raise StopIteration
        item, self._first = self._first or self._next(), None
        match item:
            case None:
                return KEEP_ALIVE
            case str():
                return frame("token", TokenEvent(text=item))
            case AnswerBody():
                self._is_over = True
                return frame("answer", item)
            case ApiError():
                self._is_over = True
                return frame("error", ErrorBody(**item.body))

    def close(self) -> None:
        """Stop the writing, if it is not over; the server calls this when the client has gone."""
        if not self._is_closed:
            self._is_closed = True
            if not self._is_over:
                log.info("hung_up", reason="the client went before the end of its answer")
            self._stop.set()
            self._unblock()
            self._writing.add_done_callback(lambda _: self._places.release())

    def _next(self) -> _Item | None:
        try:
            return self._items.get(timeout=self._keep_alive)
        except Empty:
            return None

    def _unblock(self) -> None:
        """Make room for what the writer still puts before it finds that it is to stop."""
        while True:
            try:
                self._items.get_nowait()
            except Empty:
                return
