"""Sends an answer over HTTP, word by word or whole, or lets it go wrong on the way."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Final, Protocol

from flask import Response, request

from simulator.llm.faults import Fault, FaultKind, in_model_name
from simulator.llm.reply import reply_to, words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from simulator.llm.models import RecordedRequest, SimulatedModels

KEEP_ALIVE_INTERVAL: Final = 0.02
"""Seconds between two bytes that carry no word."""
SLOW_WORD: Final = 0.05
"""Seconds before each word of a slow stream, unless the fault says."""

ANSWER_FAULTS: Final = frozenset(
    {
        FaultKind.HANG,
        FaultKind.STALL,
        FaultKind.KEEP_ALIVE,
        FaultKind.SLOW,
        FaultKind.EMPTY,
        FaultKind.CUT,
        FaultKind.UNFINISHED,
        FaultKind.REFUSED,
        FaultKind.BLOCKED,
        FaultKind.MALFORMED,
    }
)
"""Faults of an answer that begins with HTTP 200; all others are error bodies."""


class Wire(Protocol):
    """A provider's framing of answers and errors."""

    name: str
    content_type: str
    """Of a stream."""
    keep_alive: str
    """Bytes of a stream that carry no word."""
    malformed: str
    """An item of a stream that is no JSON."""

    def error(self, kind: FaultKind, *, asked: RecordedRequest, fault: Fault) -> Response:
        """Return the service's error body and status for ``kind``."""

    def opening(self, asked: RecordedRequest) -> str:
        """Return what a stream begins with."""

    def word(self, text: str, *, asked: RecordedRequest) -> str:
        """Frame one word."""

    def ending(self, asked: RecordedRequest, answer: str) -> str:
        """Frame the finish reason and the token counts."""

    def refusal(self, asked: RecordedRequest, *, prompt: bool) -> str:
        """Frame a stop by the safety rules, of the answer or of the prompt."""

    def closing(self) -> str:
        """Return what a well-formed stream ends with."""

    def whole(self, asked: RecordedRequest, answer: str, *, refused: FaultKind | None) -> Response:
        """Return an answer that is not streamed."""


def answer(
    models: SimulatedModels, wire: Wire, asked: RecordedRequest, *, key_accepted: bool
) -> Response:
    """Record the request, and answer it or fail as is due."""
    models.record(asked)
    if not key_accepted:
        fault = Fault(FaultKind.UNAUTHORISED)
        return wire.error(fault.kind, asked=asked, fault=fault)
    due = in_model_name(asked.model) or models.faults.take(wire.name)
    if due and due.kind not in ANSWER_FAULTS:
        return wire.error(due.kind, asked=asked, fault=due)
    if due and due.kind is FaultKind.HANG:
        models.faults.hold(due.seconds)
    text = "" if due and due.kind is FaultKind.EMPTY else reply_to(asked.user)
    if asked.stream:
        return Response(
            _stream(models, wire, asked, text=text, fault=due, cut=_connection_cutter()),
            content_type=wire.content_type,
        )
    return _whole(wire, asked, text=text, fault=due)


def _whole(wire: Wire, asked: RecordedRequest, *, text: str, fault: Fault | None) -> Response:
    kind = fault.kind if fault else None
    if kind is FaultKind.CUT:
        _connection_cutter()()
    if kind is FaultKind.MALFORMED:
        return Response(wire.malformed, content_type="application/json")
    refused = kind if kind in {FaultKind.REFUSED, FaultKind.BLOCKED} else None
    return wire.whole(asked, text, refused=refused)


def _stream(
    models: SimulatedModels,
    wire: Wire,
    asked: RecordedRequest,
    *,
    text: str,
    fault: Fault | None,
    cut: Callable[[], None],
) -> Iterator[str]:
    kind = fault.kind if fault else None
    yield wire.opening(asked)
    if kind is FaultKind.BLOCKED:
        yield wire.refusal(asked, prompt=True) + wire.closing()
        return
    for position, word in enumerate(words(text)):
        if fault and kind is FaultKind.SLOW:
            models.faults.hold(SLOW_WORD if fault.seconds is None else fault.seconds)
        yield wire.word(word, asked=asked)
        if fault and position == 0:
            yield from _after_first_word(models, wire, fault, cut=cut)
        if kind in {FaultKind.CUT, FaultKind.REFUSED}:
            break
    if kind is FaultKind.REFUSED:
        yield wire.refusal(asked, prompt=False)
    elif kind is not FaultKind.UNFINISHED:
        yield wire.ending(asked, text)
    yield wire.closing()


def _after_first_word(
    models: SimulatedModels, wire: Wire, fault: Fault, *, cut: Callable[[], None]
) -> Iterator[str]:
    match fault.kind:
        case FaultKind.STALL:
            models.faults.hold(fault.seconds)
        case FaultKind.KEEP_ALIVE:
            while not models.faults.hold(KEEP_ALIVE_INTERVAL):
                yield wire.keep_alive
        case FaultKind.MALFORMED:
            yield wire.malformed
        case FaultKind.CUT:
            cut()


def _connection_cutter() -> Callable[[], None]:
    """Return what closes this request's connection, whatever is still to be sent."""
    connection: socket.socket = request.environ["werkzeug.socket"]
    return lambda: connection.shutdown(socket.SHUT_RDWR)
