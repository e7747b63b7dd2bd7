"""From a file's bytes to its text."""

from __future__ import annotations

import codecs
import io
import re
import tokenize
from typing import TYPE_CHECKING

from retrieval.sources.errors import Undecodable

if TYPE_CHECKING:
    from retrieval.model import SourceFile

_NOT_CHARACTER_SETS = frozenset(
    {"idna", "punycode", "raw-unicode-escape", "unicode-escape", "undefined", "utf-7"}
)
"""Codecs that Python offers to a coding line although they transform text rather than encode it."""

_UNLIKE_LATIN_1 = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f-\x9f]")
"""Control codes that no Latin-1 text holds (tab, line ends, form feed and escape are allowed)."""

_MOST_ACCENTED = 0.3
"""Share of non-ASCII bytes above which a Latin-1 reading is more likely binary or another set."""


def decode(file: SourceFile) -> str:
    """Return ``file``'s text, without a byte order mark, its line ends as they are.

    UTF-8 first; of Python files, the encoding that their coding line declares (PEP 263); Latin-1
    when the bytes look like it. The text never holds NUL or half a surrogate pair, neither of
    which PostgreSQL stores.

    Raises:
        Undecodable: the bytes are not text.
    """
    if b"\0" in file.data:
        raise Undecodable(f"{file.path}: binary (it holds NUL bytes)")
    text = _declared(file) if file.path.endswith((".py", ".pyi", ".pyx")) else None
    if text is None:
        text = _utf_8(file.data)
    if text is None:
        text = _latin_1(file.data)
    if text is None:
        raise Undecodable(f"{file.path}: neither UTF-8 nor Latin-1 text")
    return text


def _declared(file: SourceFile) -> str | None:
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(file.data).readline)
        if codecs.lookup(encoding).name in _NOT_CHARACTER_SETS:
            return None
        return _storable(file.data.decode(encoding))
    except (SyntaxError, LookupError, UnicodeError):
        return None


def _utf_8(data: bytes) -> str | None:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def _latin_1(data: bytes) -> str | None:
    accented = sum(byte > 0x7F for byte in data)  # noqa: PLR2004 - the last ASCII byte
    if _UNLIKE_LATIN_1.search(data) or accented > _MOST_ACCENTED * len(data):
        return None
    return data.decode("latin-1")


def _storable(text: str) -> str | None:
    if "\0" in text:
        return None
    try:
        text.encode()
    except UnicodeEncodeError:
        return None
    return text
