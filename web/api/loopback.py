"""Whether a request comes from this very machine, and through nobody else."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

_PROXY_HEADERS = frozenset({"forwarded", "via", "x-real-ip"})


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request comes from."""

    peer: str
    """The address at the other end of the socket."""
    listener: str
    """The address that the server listens on."""
    host: str
    """The ``Host`` header."""
    protocol: str
    """``HTTP/1.1``."""
    headers: frozenset[str]
    """The names of all headers, in lower case."""

    @classmethod
    def of(cls, environ: Mapping[str, object]) -> Self:
        """Read it from a WSGI environment (PEP 3333)."""
        return cls(
            peer=str(environ.get("REMOTE_ADDR", "")),
            listener=str(environ.get("SERVER_NAME", "")),
            host=str(environ.get("HTTP_HOST", "")),
            protocol=str(environ.get("SERVER_PROTOCOL", "")),
            headers=frozenset(
                name.removeprefix("HTTP_").replace("_", "-").lower()
                for name in environ
                if name.startswith("HTTP_")
            ),
        )

    @property
    def is_this_machine(self) -> bool:
        """Say whether the one who asks sits at this machine, as far as can be seen.

        A proxy on this machine asks for others. It betrays itself by a header, or by HTTP/1.0,
        which nginx speaks to what it stands before. And a page in a browser on this machine may
        have had its own name lead here, but cannot ask for ``localhost``.
        """
        return (
            _is_loopback(self.peer)
            and _is_loopback(self.listener)
            and _is_loopback(_hostname(self.host))
            and self.protocol != "HTTP/1.0"
            and not any(
                name in _PROXY_HEADERS or name.startswith("x-forwarded") for name in self.headers
            )
        )


def _hostname(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _is_loopback(name: str) -> bool:
    if name == "localhost":
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback
