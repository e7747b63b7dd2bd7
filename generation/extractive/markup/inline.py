"""Cleans inline markup to that of GitHub Markdown."""

from __future__ import annotations

import re
from typing import Final

_CODE_ROLES: Final = frozenset(
    "attr class code command const data envvar exc file func kbd literal math meth mod obj option "
    "program term samp".split()
)
_NUMBER_ROLES: Final = frozenset({"ghpull", "ghissue", "pr", "issue", "gh", "pull"})
_ROLE: Final = re.compile(r":(?:[a-z]+:)*(?P<role>[a-z]+):`(?P<text>[^`]+)`")
_MYST_ROLE: Final = re.compile(r"\{(?:[a-z]+:)*(?P<role>[a-z]+)\}`(?P<text>[^`]+)`")
_ESCAPE: Final = re.compile(r"(?P<code>`[^`]*`)|\\(?:\s|(?=[A-Za-z]))")
"""A backslash that joins a word to markup, as in ``:class:`Option`\\s``; others say something."""
_BARE_LINK: Final = re.compile(r"<?https?://\S+>?")
_TITLE_AND_TARGET: Final = re.compile(r"^(?P<title>.+?)\s*<(?P<target>[^>]+)>$", re.DOTALL)
_LINK: Final = re.compile(r"`(?P<title>[^`<]+?)\s*<(?P<url>https?://[^>`]+)>`__?")
_REFERENCE: Final = re.compile(r"`(?P<title>[^`]+)`__?(?!\w)|\b(?P<word>\w+)__?(?=[\s.,;:)]|$)")
_FOOTNOTE: Final = re.compile(r"\s*\[(?:\d+|\#\w*|\*)\]_?(?![(:\w])")
_NUMBERS: Final = re.compile(r"\[\s*\d+(?:\s*,\s*\d+)*\s*\](?!\()")
"""An interval, a list or an index, ``[0, 1]``, which would read as a citation."""
_IMAGE: Final = re.compile(r"!\[[^\]]*\]\([^)]*\)|\|[\w -]+\|_?")
_HTML: Final = re.compile(r"</?[a-zA-Z][^>\n]*>|<!--.*?-->", re.DOTALL)
_LITERAL: Final = re.compile(r"``(.+?)``", re.DOTALL)


def from_rst(text: str) -> str:
    """Return a paragraph of reStructuredText as Markdown on one line."""
    pieces = _LITERAL.split(text)
    # Every second piece was between double backticks: it is code, and stays as it is.
    pieces[1::2] = [f"`{code}`" for code in pieces[1::2]]
    pieces[::2] = [_plain_rst(piece) for piece in pieces[::2]]
    return " ".join("".join(pieces).split())


def from_markdown(text: str) -> str:
    """Return a paragraph of Markdown on one line, without images, HTML and footnote numbers.

    The roles of MyST become what they show.
    """
    pieces = re.split(r"(`[^`]+`)", _MYST_ROLE.sub(_role, text))
    pieces[::2] = [_without_notes(_HTML.sub("", _IMAGE.sub("", p))) for p in pieces[::2]]
    return " ".join("".join(pieces).split())


def is_bare_link(text: str) -> bool:
    """Tell a paragraph that is an address and no more."""
    return _BARE_LINK.fullmatch(text.strip()) is not None


def _plain_rst(text: str) -> str:
    text = _ROLE.sub(_role, text)
    text = _LINK.sub(lambda m: f"[{' '.join(m['title'].split())}]({m['url']})", text)
    text = _REFERENCE.sub(lambda m: m["title"] or m["word"], text)
    text = _ESCAPE.sub(lambda match: match["code"] or "", text)
    return _without_notes(_IMAGE.sub("", text))


def _without_notes(text: str) -> str:
    """Take out what would read as a citation of ours: footnote numbers, and lists as code."""
    return _NUMBERS.sub(lambda match: f"`{match.group()}`", _FOOTNOTE.sub("", text))


def _role(match: re.Match[str]) -> str:
    role, text = match["role"], match["text"]
    titled = _TITLE_AND_TARGET.match(text)
    if titled:
        text = titled["title"]
    if role in _NUMBER_ROLES:
        return f"#{text}" if text.isdigit() else text
    if role in _CODE_ROLES:
        shown = text.rpartition(".")[2] if text.startswith("~") else text.lstrip("!")
        return f"`{shown}`"
    return text if titled else text.rpartition("/")[2].replace("_", " ")
