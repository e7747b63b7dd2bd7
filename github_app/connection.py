"""A repository on GitHub, within reach: the right token, the right pace, the right retries."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from github_app.errors import BadCredentials, Forbidden
from github_app.graphql.client import GraphQLClient, is_mutation
from github_app.graphql.operations import Operations
from github_app.limits import Throttle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from github_app.auth import InstallationTokens
    from github_app.rest import RestClient

Result = TypeVar("Result")

PAUSES = (1.0, 2.0, 3.0)
"""Seconds between the tries of a token that GitHub does not know yet."""


@dataclass(frozen=True, slots=True)
class GitHub:
    """The App's way in."""

    graphql_url: str
    rest: RestClient
    tokens: InstallationTokens
    throttle: Throttle = field(default_factory=Throttle)
    sleep: Callable[[float], None] = time.sleep

    def who_am_i(self) -> str:
        """Return the slug under which GitHub knows the App.

        Raises:
            BadCredentials: GitHub does not know the App, or its key; the message says what to
                check.
            ApiError: GitHub failed.
        """
        return self.rest.read_app_slug(jwt=self.tokens.app_jwt())

    @contextmanager
    def repository(
        self, installation_id: int, full_name: str, *, permissions: Mapping[str, str]
    ) -> Iterator[Connection]:
        """Yield a connection for work in one repository (``owner/name``) by one thread."""
        place = Place(installation_id, full_name, permissions)
        with GraphQLClient(self.graphql_url) as client:
            yield Connection(self, client, place)


class Place(NamedTuple):
    """What a token is for."""

    installation_id: int
    full_name: str
    permissions: Mapping[str, str]


class Connection(Operations):
    """Operations as an installation, within one repository."""

    def __init__(self, github: GitHub, client: GraphQLClient, place: Place) -> None:
        super().__init__(self._send)
        self._github = github
        self._client = client
        self._place = place

    def download_archive(self, commit: str, destination: Path) -> None:
        """Stream the repository's ``.tar.gz`` at ``commit`` into a file.

        Raises:
            ArchiveTooLarge: The archive is over the cap.
            ApiError: GitHub did not serve it.
        """
        self._authorised(
            lambda token: self._github.rest.download_archive(
                self._place.full_name, commit, destination, token=token
            )
        )

    def read_raw_blob(self, blob_id: str) -> bytes:
        """Return a file's bytes by git's id of its content.

        Raises:
            ApiError: GitHub did not serve it.
        """
        return self._authorised(
            lambda token: self._github.rest.read_blob(self._place.full_name, blob_id, token=token)
        )

    def _send(self, name: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        if is_mutation(name):
            self._github.throttle.await_turn(self._place.installation_id)
        return self._authorised(lambda token: self._client.execute(name, variables, token=token))

    def _authorised(self, call: Callable[[str], Result]) -> Result:
        """Make ``call`` with a token, again after a pause while GitHub gets to know the token.

        A token that was good before and is refused now is replaced, once.
        """
        tokens, place = self._github.tokens, self._place
        for pause in PAUSES:
            token = tokens.get(*place)
            try:
                return call(token.value)
            except (BadCredentials, Forbidden) as refusal:
                if tokens.is_fresh(token):
                    self._github.sleep(pause)
                elif isinstance(refusal, BadCredentials):
                    tokens.drop(*place, token)
                else:
                    raise
        # A new token tells a lag from an installation that is gone: then there is none to get.
        tokens.drop(*place, token)
        return call(tokens.get(*place).value)
