"""Ends an HTTP exchange that is still going on."""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx


def hang_up(response: httpx.Response) -> None:
    """Close the connection below ``response``, unless the answer has come to its end.

    Closing alone would not reach a thread that waits for the next byte, nor the service, before
    that wait is over: the socket is shut down first.
    """
    if response.is_closed:
        return
    if stream := response.extensions.get("network_stream"):
        connection: socket.socket | None = stream.get_extra_info("socket")
        if connection is not None:
            with suppress(OSError):  # the service was quicker
                connection.shutdown(socket.SHUT_RDWR)
    response.close()
