"""The TCP connection of the request that is being answered."""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask import request

if TYPE_CHECKING:
    from collections.abc import Callable

_LOOK: Final = 0.02
"""Seconds between two looks whether the client is still there."""


class HungUp(Exception):
    """The client closed the connection."""


@dataclass(frozen=True, slots=True)
class Connection:
    """A way to cut the connection, and to notice that the client has."""

    socket: socket.socket

    @classmethod
    def of_this_request(cls) -> Connection:
        """Return the connection that the current request came by."""
        return cls(request.environ["werkzeug.socket"])

    def cut(self) -> None:
        """Close the connection, whatever is still to be sent."""
        self.socket.shutdown(socket.SHUT_RDWR)

    def wait(self, seconds: float | None, *, until: Callable[[float], bool]) -> bool:
        """Wait ``seconds``, or for ever, in steps of ``until``; True when that returns True.

        Raises:
            HungUp: The client has closed the connection.
        """
        end = time.monotonic() + seconds if seconds is not None else float("inf")
        while (left := end - time.monotonic()) > 0:
            if until(min(left, _LOOK)):
                return True
            if self._is_closed():
                raise HungUp
        return False

    def pause(self, seconds: float) -> None:
        """Let ``seconds`` pass.

        Raises:
            HungUp: The client has closed the connection.
        """

        def sleep(seconds: float) -> bool:
            time.sleep(seconds)
            return False

        self.wait(seconds, until=sleep)

    def _is_closed(self) -> bool:
        try:
            return not self.socket.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            return False
        except OSError:
            return True
