"""Sends the documents of this folder to GitHub's GraphQL API."""

from __future__ import annotations

import time
from contextlib import ExitStack
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Self

import gql
from gql.transport.exceptions import (
    TransportConnectionFailed,
    TransportProtocolError,
    TransportQueryError,
    TransportServerError,
)
from gql.transport.requests import RequestsHTTPTransport
from graphql import OperationDefinitionNode, OperationType

from github_app import responses
from github_app.errors import ApiError, ServerError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    import requests

TIMEOUT = 20
"""Seconds; GitHub itself gives up after ten."""


@cache
def document(name: str) -> gql.GraphQLRequest:
    """Return the document ``name.graphql`` of this folder."""
    return gql.gql(resources.files(__package__).joinpath(f"{name}.graphql").read_text("utf-8"))


@cache
def is_mutation(name: str) -> bool:
    """Say whether the document ``name.graphql`` writes."""
    return any(
        isinstance(definition, OperationDefinitionNode)
        and definition.operation is OperationType.MUTATION
        for definition in document(name).document.definitions
    )


class GraphQLClient:
    """One connection to ``url`` (``GITHUB_GRAPHQL_URL``); not to be shared between threads."""

    def __init__(self, url: str) -> None:
        self._last: requests.Response | None = None
        self._transport = RequestsHTTPTransport(
            url=url, timeout=TIMEOUT, hooks={"response": self._remember}
        )
        self._client = gql.Client(transport=self._transport)
        self._open = ExitStack()

    def __enter__(self) -> Self:
        self._session = self._open.enter_context(self._client)
        return self

    def __exit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._open.close()

    def execute(self, name: str, variables: Mapping[str, Any], *, token: str) -> dict[str, Any]:
        """Send the document ``name``, and return its data.

        Raises:
            ApiError: GitHub did not do it, whichever way it says so.
        """
        self._last = None
        self._transport.headers = {"Authorization": f"Bearer {token}"}
        request = gql.GraphQLRequest(document(name), variable_values=dict(variables))
        try:
            data: dict[str, Any] = self._session.execute(request)
        except TransportQueryError as error:
            raise responses.of_graphql(
                error.errors or (), headers=self._headers(), now=time.time(), doing=name
            ) from error
        except TransportServerError as error:
            raise self._of_status(error, doing=name) from error
        except TransportConnectionFailed as error:
            raise ServerError(f"{name}: {type(error.__cause__).__name__}") from error
        except TransportProtocolError as error:
            raise ServerError(f"{name}: not an answer that GitHub gives") from error
        return data

    def _remember(self, response: requests.Response, **_: object) -> None:
        # gql's own errors carry neither the headers nor the body.
        self._last = response

    def _headers(self) -> dict[str, str]:
        headers = self._last.headers if self._last is not None else {}
        return {name.lower(): value for name, value in headers.items()}

    def _of_status(self, error: TransportServerError, *, doing: str) -> ApiError:
        return responses.of_status(
            error.code or 500,
            message=responses.message(self._last.text if self._last is not None else ""),
            headers=self._headers(),
            now=time.time(),
            doing=doing,
        )
