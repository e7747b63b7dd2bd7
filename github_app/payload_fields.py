"""The fields of a payload, each checked as it is read.

Payloads vary between events, versions and servers, so only the fields that are needed are read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from github_app.events import NamedRepository

_NODE_ID = re.compile(r"[\w+/=-]{1,255}", re.ASCII)
_FULL_NAME = re.compile(r"[\w.-]{1,100}/[\w.-]{1,100}", re.ASCII)
_LOGIN = re.compile(r"[\w-]{1,100}(?:\[bot\])?", re.ASCII)
_LARGEST_ID = 2**63 - 1


class Unusable(Exception):
    """The payload lacks something, or holds it in another shape."""


class Fields:
    """The fields of a payload, or of an object within one, by their paths."""

    def __init__(self, payload: object) -> None:
        """Take any JSON value."""
        self._payload = payload

    def at(self, *path: str) -> object:
        """Return what stands at ``path``; None, if nothing does."""
        value = self._payload
        for key in path:
            if not isinstance(value, Mapping):
                return None
            value = value.get(key)
        return value

    def text(self, *path: str) -> str:
        """Return the string at ``path``.

        Raises:
            Unusable: There is none.
        """
        value = self.at(*path)
        if not isinstance(value, str):
            raise Unusable(f"the payload has no {'.'.join(path)}")
        return value

    def matching(self, pattern: re.Pattern[str], *path: str) -> str:
        """Return the string at ``path``, all of which ``pattern`` describes.

        Raises:
            Unusable: There is none, or it is another.
        """
        value = self.text(*path)
        if not pattern.fullmatch(value):
            raise Unusable(f"the payload's {'.'.join(path)} is not usable")
        return value

    def number_or_none(self, *path: str) -> int | None:
        """Return the positive number at ``path`` that a database can hold; None without one."""
        value = self.at(*path)
        # JSON's true is an int to Python.
        if not isinstance(value, int) or isinstance(value, bool):
            return None
        return value if 0 < value <= _LARGEST_ID else None

    def number(self, *path: str) -> int:
        """Return the positive number at ``path`` that a database can hold.

        Raises:
            Unusable: There is none.
        """
        value = self.number_or_none(*path)
        if value is None:
            raise Unusable(f"the payload has no {'.'.join(path)}")
        return value

    @property
    def action(self) -> str:
        """What happened, in GitHub's word; empty, if the event has none."""
        action = self.at("action")
        return action if isinstance(action, str) else ""

    def installation_id(self) -> int:
        """Return GitHub's id of the installation that is told.

        Raises:
            Unusable: There is none.
        """
        return self.number("installation", "id")

    def account(self) -> str:
        """Return the login of the account that the App is installed on.

        Raises:
            Unusable: There is none.
        """
        return self.matching(_LOGIN, "installation", "account", "login")

    def repository(self) -> NamedRepository:
        """Return the repository in which something happened.

        Raises:
            Unusable: There is none.
        """
        return NamedRepository(
            name=self.matching(_FULL_NAME, "repository", "full_name"),
            github_id=self.number_or_none("repository", "id"),
        )

    def repositories(self, key: str) -> tuple[NamedRepository, ...]:
        """Return the repositories listed under ``key``, as far as they have names."""
        entries = self.at(key)
        listed = [Fields(entry) for entry in (entries if isinstance(entries, list) else [])]
        named = [(entry.at("full_name"), entry.number_or_none("id")) for entry in listed]
        return tuple(
            NamedRepository(name, github_id)
            for name, github_id in named
            if isinstance(name, str) and _FULL_NAME.fullmatch(name)
        )

    def node_id(self, subject: str) -> str:
        """Return the global id of ``subject``: of the discussion, the issue or the comment.

        Raises:
            Unusable: There is none.
        """
        return self.matching(_NODE_ID, subject, "node_id")

    def body(self, subject: str) -> str:
        """Return the Markdown of ``subject``; GitHub sends null for an empty one."""
        body = self.at(subject, "body")
        return body if isinstance(body, str) else ""
