"""Server-sent events.

As https://html.spec.whatwg.org/multipage/server-sent-events.html has them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import BaseModel

    from web.api.schema import Event

CONTENT_TYPE = "text/event-stream; charset=utf-8"

KEEP_ALIVE = b": the answer is still being written\n\n"
"""A comment: it tells the proxies on the way that somebody is there."""

HEADERS = {
    "Cache-Control": "no-store",
    # nginx would collect the events otherwise, and pass them on at the end.
    "X-Accel-Buffering": "no",
}


def frame(event: Event, data: BaseModel) -> bytes:
    """Return one event. Its data is one line, also to clients that break lines at U+2028."""
    return f"event: {event}\ndata: {json.dumps(data.model_dump(mode='json'))}\n\n".encode()
