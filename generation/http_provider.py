"""Providers that are asked by one POST of JSON, and answer line by line."""

from __future__ import annotations

import json
from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from generation.hanging_up import hang_up
from generation.pacing import Source
from generation.rejections import Rejection, read_error, reasons_of
from generation.streamed import StreamedProvider

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import httpx
    from pydantic import BaseModel

    from generation.protocol import GenerationError
    from generation.streamed import Asked

Record = TypeVar("Record", bound="BaseModel")
"""One JSON object of the stream."""


class Rejected(Exception):
    """The service answered with an HTTP error."""

    def __init__(self, rejection: Rejection) -> None:
        super().__init__(rejection.status)
        self.rejection = rejection


class HttpProvider(StreamedProvider["httpx.Client", Record], Generic[Record]):
    """A service without an SDK of its own here.

    A subclass names the path, writes the body, and finds the records in the lines of the stream.
    """

    path: ClassVar[str]
    """Below ``base_url``."""

    @abstractmethod
    def _body(self, asked: Asked) -> Mapping[str, Any]:
        """Return the JSON to send."""

    @abstractmethod
    def _record(self, line: str) -> Record | None:
        """Return the JSON object of a line, or None for a line that carries none.

        Raises:
            ValueError: It is no JSON, or not what a stream holds.
        """

    def _connect(self) -> httpx.Client:
        import httpx  # noqa: PLC0415 - loaded by the first request, as the SDKs are

        return httpx.Client(
            base_url=self._base_url,
            headers={"Authorization": f"Bearer {self._api_key}"} if self._api_key else {},
            timeout=self._limits.longest_wait,
            # As many streams at once as are asked for; those that end lend their connection on.
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=32),
        )

    def _disconnect(self, client: httpx.Client) -> None:
        client.close()

    def _open(self, client: httpx.Client, asked: Asked) -> Source[Record]:
        return self._post(client, self._body(asked))

    def _post(self, client: httpx.Client, body: Mapping[str, Any]) -> Source[Record]:
        """Send ``body``.

        Raises:
            Rejected: The service answered with anything but a success.
        """
        response = client.send(client.build_request("POST", self.path, json=body), stream=True)
        if not response.is_success:
            try:
                raise Rejected(_rejection(response))
            finally:
                response.close()
        return Source(items=self._records(response), close=lambda: hang_up(response))

    def _records(self, response: httpx.Response) -> Iterator[Record]:
        """Yield what the lines carry: those that only hold the connection are no sign of life."""
        for line in response.iter_lines():
            if (record := self._record(line)) is not None:
                yield record

    @property
    def _errors(self) -> tuple[type[Exception], ...]:
        import httpx  # noqa: PLC0415 - loaded already by the request that failed

        # ValueError: a line that is no JSON, or holds something else than an answer.
        return (Rejected, httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, ValueError)

    def _translate(self, error: Exception) -> GenerationError:
        import httpx  # noqa: PLC0415 - loaded already by the request that failed

        match error:
            case Rejected():
                return self._rejected(error.rejection)
            case httpx.TimeoutException():
                return self._timed_out()
            case (
                httpx.ConnectError()
                | httpx.ProxyError()
                | httpx.UnsupportedProtocol()
                | httpx.InvalidURL()
            ):
                return self._unreachable(error)
            case httpx.HTTPError() | httpx.StreamError():
                return self._cut_off()
            case _:
                return self._unreadable()


def _rejection(response: httpx.Response) -> Rejection:
    """Read the error of a response whose body is still to come."""
    body = response.read()
    try:
        error = read_error(json.loads(body))
    except ValueError:
        error = {}
    parameter = error.get("param")
    return Rejection(
        status=response.status_code,
        headers=response.headers,
        message=str(error.get("message") or response.reason_phrase),
        reasons=reasons_of(error),
        parameter=parameter if isinstance(parameter, str) else None,
    )
