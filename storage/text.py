"""Text that PostgreSQL takes."""

from __future__ import annotations


def storable(text: str) -> str:
    """Return ``text`` with ``?`` for what PostgreSQL cannot hold: NUL, and lone surrogates."""
    return text.replace("\0", "?").encode("utf-8", errors="replace").decode()
