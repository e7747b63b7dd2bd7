"""Blocking streams held to a clock."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from generation.pacing import Limits, NoThread, Source, paced

if TYPE_CHECKING:
    from collections.abc import Iterator


def test_a_source_is_closed_when_its_reader_leaves_early() -> None:
    closed = threading.Event()
    items = paced(lambda: Source(iter("abc"), closed.set), Limits())
    assert next(items) == "a"
    items.close()  # type: ignore[attr-defined]  # a generator, though promised as an iterator
    assert closed.is_set()


def test_a_source_that_opens_after_its_reader_left_is_closed() -> None:
    leave, closed = threading.Event(), threading.Event()

    def open_late() -> Source[str]:
        leave.wait(60)
        return Source(iter("abc"), closed.set)

    with pytest.raises(TimeoutError):
        next(paced(open_late, Limits(idle=0.05)))
    leave.set()
    assert closed.wait(60)


def test_an_error_of_the_source_reaches_the_reader_and_closes_it() -> None:
    closed = threading.Event()

    def items() -> Iterator[str]:
        yield "a"
        raise LookupError("lost")

    reader = paced(lambda: Source(items(), closed.set), Limits())
    assert next(reader) == "a"
    with pytest.raises(LookupError, match="lost"):
        next(reader)
    assert closed.is_set()


def test_a_stream_without_a_thread_to_read_it_in_is_told_apart(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    with pytest.raises(NoThread, match="can't start"):
        next(paced(lambda: Source(iter("abc"), lambda: None), Limits()))
