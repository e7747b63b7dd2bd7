"""Serves a WSGI application over real HTTP, in a thread of this process."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from werkzeug.serving import WSGIRequestHandler, make_server

if TYPE_CHECKING:
    from types import TracebackType
    from wsgiref.types import WSGIApplication


class _QuietHandler(WSGIRequestHandler):
    """HTTP/1.1 with keep-alive, and no line on stderr for each request."""

    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - werkzeug's name
        """Say nothing: the simulators keep their own record of requests."""


@dataclass
class Served:
    """A running server; a context manager that stops it.

    ``port`` 0 takes a free one; ``url`` then names it. Each request has its own thread, so a
    handler that hangs does not hold up the others.
    """

    application: WSGIApplication
    host: str = "127.0.0.1"
    port: int = 0

    def __post_init__(self) -> None:
        self._server = make_server(
            self.host, self.port, self.application, threaded=True, request_handler=_QuietHandler
        )
        self.port = self._server.server_port
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )

    @property
    def url(self) -> str:
        """The base URL, without a slash at its end."""
        return f"http://{self.host}:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
