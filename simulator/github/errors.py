"""What the simulated GitHub refuses.

The tree::

    SimulatorError
    ├── Unknown             a name or an id that the simulator's own caller got wrong
    ├── Refused             GraphQL: ``errors[].type`` and message, with null data
    └── HttpError           REST (and GraphQL's transport): status, message, headers
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class SimulatorError(Exception):
    """The simulated GitHub did not do what was asked."""


class Unknown(SimulatorError):
    """No account, repository, thread or installation goes by that name."""


class Refused(SimulatorError):
    """A GraphQL error; ``kind`` is GitHub's ``type``: NOT_FOUND, FORBIDDEN, UNPROCESSABLE, …."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class HttpError(SimulatorError):
    """An answer with an HTTP error status."""

    def __init__(
        self, status: int, message: str, *, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers = dict(headers or {})


def unresolved_node(node_id: str) -> Refused:
    """Return GitHub's answer to a node id that the token cannot see."""
    return Refused("NOT_FOUND", f"Could not resolve to a node with the global id of '{node_id}'")


def forbidden() -> Refused:
    """Return GitHub's answer to a mutation that the token has no permission for."""
    return Refused("FORBIDDEN", "Resource not accessible by integration")
