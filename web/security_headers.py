"""What every response tells a browser that comes upon it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Response

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def add(response: Response) -> Response:
    """Forbid what nothing here has a use for; what a route has said for itself stands."""
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    return response
