"""Text that came out of escapes, which can spell what no decoded file holds."""

from __future__ import annotations


def storable(text: str) -> str:
    """Return ``text`` with ``?`` for NUL and for lone surrogates: PostgreSQL takes neither."""
    return text.replace("\0", "?").encode("utf-8", errors="replace").decode()
