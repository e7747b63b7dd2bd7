"""Sends an answer over HTTP, word by word or whole, or lets it go wrong on the way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from flask import Response

from simulator.llm.connection import Connection, HungUp
from simulator.llm.faults import Fault, FaultKind, in_model_name
from simulator.llm.reply import words

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from simulator.llm.models import RecordedRequest, SimulatedModels

KEEP_ALIVE_INTERVAL: Final = 0.02
"""Seconds between two bytes that carry no word."""
SLOW_WORD: Final = 0.05
"""Seconds before each word of a slow stream, unless the fault says."""


class Wire(Protocol):
    """A provider's framing of answers and errors."""

    name: str
    content_type: str
    """Of a stream."""
    keep_alive: str
    """Bytes of a stream that carry no word."""
    malformed: str
    """An item of a stream that is no JSON."""

    @property
    def errors(self) -> Collection[FaultKind]:
        """The faults that are an error body; all others begin with HTTP 200."""

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
    if due and due.kind in wire.errors:
        return wire.error(due.kind, asked=asked, fault=due)
    connection = Connection.of_this_request()
    if due and due.kind is FaultKind.HANG:
        try:
            connection.wait(due.seconds, until=models.faults.hold)
        except HungUp:
            models.record_hang_up(asked)
            return Response(status=499)
    text = "" if due and due.kind is FaultKind.EMPTY else models.speaker(asked)
    if asked.stream:
        stream = _Stream(
            models=models, wire=wire, asked=asked, text=text, fault=due, connection=connection
        )
        return Response(stream.frames(), content_type=wire.content_type)
    return _whole(wire, asked, text=text, fault=due, connection=connection)


def _whole(
    wire: Wire, asked: RecordedRequest, *, text: str, fault: Fault | None, connection: Connection
) -> Response:
    kind = fault.kind if fault else None
    if kind is FaultKind.CUT:
        connection.cut()
    if kind is FaultKind.MALFORMED:
        return Response(wire.malformed, content_type="application/json")
    refused = kind if kind in {FaultKind.REFUSED, FaultKind.BLOCKED} else None
    return wire.whole(asked, text, refused=refused)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stream:
    """One streamed answer."""

    models: SimulatedModels
    wire: Wire
    asked: RecordedRequest
    text: str
    fault: Fault | None
    connection: Connection

    def frames(self) -> Iterator[str]:
        """Yield the stream; that the client hangs up is recorded, at once or at the next word."""
        try:
            yield from self._frames()
        except GeneratorExit:
            if not self.fault or self.fault.kind is not FaultKind.CUT:
                self.models.record_hang_up(self.asked)
            raise
        except HungUp:
            self.models.record_hang_up(self.asked)

    def _frames(self) -> Iterator[str]:
        wire, asked = self.wire, self.asked
        kind = self.fault.kind if self.fault else None
        yield wire.opening(asked)
        if kind is FaultKind.BLOCKED:
            yield wire.refusal(asked, prompt=True) + wire.closing()
            return
        for position, word in enumerate(words(self.text)):
            self._pause()
            yield wire.word(word, asked=asked)
            if position == 0:
                yield from self._after_first_word()
            if kind in {FaultKind.CUT, FaultKind.REFUSED}:
                break
        if kind is FaultKind.REFUSED:
            yield wire.refusal(asked, prompt=False)
        elif kind is not FaultKind.UNFINISHED:
            yield wire.ending(asked, self.text)
        yield wire.closing()

    def _pause(self) -> None:
        """Let the time before a word pass."""
        if self.fault and self.fault.kind is FaultKind.SLOW:
            seconds = SLOW_WORD if self.fault.seconds is None else self.fault.seconds
            self.connection.wait(seconds, until=self.models.faults.hold)
        elif self.models.word_interval:
            self.connection.pause(self.models.word_interval)

    def _after_first_word(self) -> Iterator[str]:
        if self.fault is None:
            return
        match self.fault.kind:
            case FaultKind.STALL:
                self.connection.wait(self.fault.seconds, until=self.models.faults.hold)
            case FaultKind.KEEP_ALIVE:
                while not self.models.faults.hold(KEEP_ALIVE_INTERVAL):
                    yield self.wire.keep_alive
            case FaultKind.MALFORMED:
                yield self.wire.malformed
            case FaultKind.CUT:
                self.connection.cut()
