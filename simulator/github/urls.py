"""Where GitHub's pages and API resources are said to be, in payloads and GraphQL."""

from __future__ import annotations

WEB = "https://github.com"
API = "https://api.github.com"
DOCUMENTATION = "https://docs.github.com/rest"


def web(path: str) -> str:
    """Return the address of a page of the website; ``path`` starts with a slash."""
    return WEB + path


def api(path: str) -> str:
    """Return the address of a REST resource; ``path`` starts with a slash."""
    return API + path
