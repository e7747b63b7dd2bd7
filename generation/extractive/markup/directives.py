"""Turns directives into blocks, as reStructuredText and MyST both have them."""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING, Final

from generation.extractive.markup.block import Block, Kind
from generation.extractive.markup.lines import code_block

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_CODE: Final = frozenset({"code-block", "code", "sourcecode", "prompt", "parsed-literal"})
_PYTHON: Final = frozenset({"doctest", "testcode", "ipython", "jupyter-execute", "click:example"})
"""Code that says by its directive alone that it is Python."""
_ADMONITIONS: Final = frozenset(
    {"note", "warning", "tip", "important", "caution", "hint", "attention", "danger", "seealso"}
)
_CONTAINERS: Final = frozenset(
    {"tabs", "tab", "group-tab", "tab-set", "tab-item", "only", "container"}
)
_VERSIONS: Final = {
    "versionadded": "New in version",
    "versionchanged": "Changed in version",
    "deprecated": "Deprecated since version",
}
_OPTION: Final = re.compile(r"^\s*:[\w-]+:(?:\s|$)")


def blocks(
    name: str, argument: str, body: list[str], read: Callable[[list[str]], Iterable[Block]]
) -> list[Block]:
    """Return what a reader of the page sees of a directive; most show nothing of their own.

    ``read`` reads the body in the markup that the directive stands in.
    """
    argument = argument.strip()
    body = textwrap.dedent("\n".join(_without_options(body))).splitlines()
    if name in _CODE:
        return code_block(body, argument)
    if name in _PYTHON:
        return code_block(body, "python")
    if name in _ADMONITIONS:
        return _admonition(name, list(read([argument, "", *body] if argument else body)))
    if name in _VERSIONS:
        return _version(name, argument, list(read(body)))
    if name in _CONTAINERS:
        label = [Block(Kind.PARAGRAPH, (f"{argument}:",))] if argument and name != "only" else []
        return [*label, *read(body)]
    return []


def _admonition(name: str, inside: list[Block]) -> list[Block]:
    if not inside or inside[0].kind is not Kind.PARAGRAPH:
        return inside
    said = Block(Kind.PARAGRAPH, (f"**{name.capitalize()}**: {inside[0].text}",))
    return [said, *inside[1:]]


def _version(name: str, argument: str, inside: list[Block]) -> list[Block]:
    version, _, said = argument.partition(" ")
    text = " ".join(filter(None, [said, *(b.text for b in inside if b.kind is Kind.PARAGRAPH)]))
    return [Block(Kind.VERSION, (f"{_VERSIONS[name]} {version}" + (f": {text}" if text else ""),))]


def _without_options(body: list[str]) -> list[str]:
    at = 0
    while at < len(body) and _OPTION.match(body[at]):
        at += 1
    return body[at:]
