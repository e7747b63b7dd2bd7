"""The few things that GitHub offers over REST alone: installation tokens, archives, raw files."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import requests

from github_app import responses
from github_app.auth import IssuedToken
from github_app.errors import ArchiveTooLarge, BadCredentials, NotFound, ServerError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

TIMEOUT = (10.0, 30.0)
"""Seconds to connect, and between two bytes."""

MAX_ARCHIVE_SECONDS = 600.0
MAX_ARCHIVE_BYTES = 500_000_000

_BLOCK = 256 * 1024


@dataclass(frozen=True, slots=True)
class RestClient:
    """GitHub's REST API at ``base_url`` (``GITHUB_API_URL``)."""

    base_url: str

    def create_installation_token(
        self, installation_id: int, *, jwt: str, repository: str, permissions: Mapping[str, str]
    ) -> IssuedToken:
        """Buy a token for ``repository`` (its name without the owner) alone.

        Raises:
            BadCredentials: GitHub does not know the App, or its key.
            ApiError: The installation is gone or suspended, or GitHub failed.
        """
        doing = f"a token for installation {installation_id}"
        with self._as_app(
            "POST",
            f"/app/installations/{installation_id}/access_tokens",
            jwt=jwt,
            doing=doing,
            json={"repositories": [repository], "permissions": dict(permissions)},
        ) as response:
            return _issued(response, doing=doing)

    def read_app_slug(self, *, jwt: str) -> str:
        """Return the name of the App in URLs.

        Raises:
            BadCredentials: GitHub does not know the App, or its key.
            ApiError: GitHub failed.
        """
        with self._as_app("GET", "/app", jwt=jwt, doing="the App") as response:
            try:
                return str(response.json()["slug"])
            except (ValueError, KeyError, TypeError) as error:
                raise ServerError("the App: not an answer that GitHub gives") from error

    def download_archive(
        self,
        repository: str,
        commit: str,
        destination: Path,
        *,
        token: str,
        max_bytes: int = MAX_ARCHIVE_BYTES,
    ) -> None:
        """Stream the ``.tar.gz`` of ``repository`` (``owner/name``) at ``commit`` into a file.

        GitHub redirects to another host, which is not shown the token.

        Raises:
            ArchiveTooLarge: After ``max_bytes``.
            ApiError: GitHub did not serve it, or not in time.
        """
        doing = f"the archive of {repository} at {commit}"
        path = f"/repos/{quote(repository)}/tarball/{quote(commit, safe='')}"
        ends = time.monotonic() + MAX_ARCHIVE_SECONDS
        with (
            self._request("GET", path, credential=token, doing=doing, stream=True) as response,
            destination.open("wb") as file,
        ):
            for block in response.iter_content(_BLOCK):
                if file.tell() + len(block) > max_bytes:
                    raise ArchiveTooLarge(f"{doing} is larger than {max_bytes:,} bytes")
                if time.monotonic() > ends:
                    raise ServerError(f"{doing}: not done in {MAX_ARCHIVE_SECONDS:.0f} s")
                file.write(block)

    def read_blob(self, repository: str, blob_id: str, *, token: str) -> bytes:
        """Return a file's content by git's id of it. GitHub serves up to 100 MB.

        Raises:
            ApiError: GitHub did not serve it.
        """
        doing = f"the file {blob_id} of {repository}"
        path = f"/repos/{quote(repository)}/git/blobs/{quote(blob_id, safe='')}"
        raw = "application/vnd.github.raw+json"
        with self._request("GET", path, credential=token, doing=doing, accept=raw) as response:
            return response.content

    @contextmanager
    def _as_app(
        self,
        method: str,
        path: str,
        *,
        jwt: str,
        doing: str,
        **options: Any,  # noqa: ANN401 - of requests.request
    ) -> Iterator[requests.Response]:
        try:
            with self._request(method, path, credential=jwt, doing=doing, **options) as response:
                yield response
        except BadCredentials as error:
            raise _unknown_app(error) from error
        except NotFound as error:
            # An installation that is gone is not found either, and no mistake in the settings.
            if "integration not found" in str(error).lower():
                raise _unknown_app(error) from error
            raise

    @contextmanager
    def _request(
        self,
        method: str,
        path: str,
        *,
        credential: str,
        doing: str,
        accept: str = "application/vnd.github+json",
        **options: Any,  # noqa: ANN401 - of requests.request
    ) -> Iterator[requests.Response]:
        headers = {
            "Authorization": f"Bearer {credential}",
            "Accept": accept,
            "X-GitHub-Api-Version": "2022-11-28",
        }
        url = self.base_url.rstrip("/") + path
        try:
            with requests.request(
                method, url, headers=headers, timeout=TIMEOUT, **options
            ) as response:
                if not response.ok:
                    raise responses.of_status(
                        response.status_code,
                        message=responses.message(response.text),
                        headers={name.lower(): value for name, value in response.headers.items()},
                        now=time.time(),
                        doing=doing,
                    )
                yield response
        except requests.RequestException as error:
            # The exception's own words may hold the address, with what is in it.
            raise ServerError(f"{doing}: {type(error).__name__}") from error


def _issued(response: requests.Response, *, doing: str) -> IssuedToken:
    try:
        answer = response.json()
        expires_at = datetime.fromisoformat(answer["expires_at"]).timestamp()
        return IssuedToken(value=str(answer["token"]), expires_at=expires_at)
    except (ValueError, KeyError, TypeError) as error:
        raise ServerError(f"{doing}: not an answer that GitHub gives") from error


def _unknown_app(error: Exception) -> BadCredentials:
    return BadCredentials(
        f"{error}; check that GITHUB_APP_ID is the App's id, that GITHUB_PRIVATE_KEY is one of its "
        "keys, and that this machine's clock is right"
    )
