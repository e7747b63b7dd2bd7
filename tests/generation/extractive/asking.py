"""Passages to answer from, and the answer that is put together from them."""

from __future__ import annotations

from generation import ExtractiveProvider, Passage, Request
from generation.protocol import Task


def answer(question: str, *passages: Passage, task: Task = Task.QUESTION) -> str:
    request = Request(question, "octo/shapes", passages, task=task)
    return ExtractiveProvider().complete(request).text


def passage(
    number: int, kind: str, symbol: str, text: str, *, path: str = "", signature: str | None = None
) -> Passage:
    is_page = kind == "section"
    place = path or ("docs/guide.rst" if is_page else f"{symbol.replace('.', '/')}.py")
    return Passage(number, place, 1, 9, kind, symbol, signature, text)
