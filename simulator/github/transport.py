"""What every request meets on its way: the journal, ordered trouble, errors, rate-limit headers."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from flask import Flask, Response, g, jsonify, make_response, request

from simulator.github import urls
from simulator.github.errors import HttpError
from simulator.github.faults import Fault, FaultKind, When
from simulator.github.graphql_api import (
    SECONDARY_MESSAGE,
    operation_name,
    parse_operation,
    rate_limited,
)
from simulator.github.journal import Request

if TYPE_CHECKING:
    from simulator.github.service import GitHub

_STATUSES = {
    FaultKind.SERVER_ERROR: (500, "Server Error"),
    FaultKind.BAD_GATEWAY: (502, "Server Error"),
    FaultKind.UNAVAILABLE: (503, "Service unavailable"),
    FaultKind.UNAUTHORISED: (401, "Bad credentials"),
}


def connect(app: Flask, github: GitHub) -> None:
    """Put the journal, the faults and the error handlers around every API request."""

    @app.before_request
    def begin() -> Response | None:
        if request.endpoint is None or request.blueprint == "control":
            return None
        g.operation = _operation()
        g.place = github.journal.begin(_recorded(g.operation))
        fault = github.faults.meet(When.BEFORE, g.operation)
        return _faulty(github, fault) if fault else None

    @app.after_request
    def end(response: Response) -> Response:
        if "operation" not in g:
            return response
        fault = github.faults.meet(When.AFTER, g.operation)
        answer = _faulty(github, fault) if fault else response
        if "budget" in g:
            answer.headers.extend(g.budget.headers)
        github.journal.end(g.place, answer.status_code)
        return answer

    @app.errorhandler(HttpError)
    def refuse(error: HttpError) -> Response:
        return _error(error.status, str(error), headers=error.headers)

    @app.errorhandler(404)
    def not_found(_error_raised: Exception) -> Response:
        return _error(404, "Not Found")


def _is_graphql() -> bool:
    return request.blueprint == "graphql"


def _operation() -> str:
    if _is_graphql():
        return operation_name(request.get_json(silent=True))
    return (request.endpoint or "").rpartition(".")[2]


def _recorded(operation: str) -> Request:
    body = request.get_json(silent=True)
    variables = parse_operation(body)[2] if _is_graphql() else body
    return Request(
        method=request.method,
        path=request.path,
        operation=operation,
        variables=variables if isinstance(variables, dict) else {},
    )


def _error(status: int, message: str, *, headers: dict[str, str] | None = None) -> Response:
    body = {"message": message, "documentation_url": urls.DOCUMENTATION, "status": str(status)}
    return make_response(jsonify(body), status, headers or {})


def _faulty(github: GitHub, fault: Fault) -> Response:
    if fault.kind in _STATUSES:
        return _error(*_STATUSES[fault.kind])
    if fault.kind is FaultKind.RATE_LIMITED:
        return _over_primary_limit(github)
    if fault.kind is FaultKind.SECONDARY_LIMIT:
        return _error(403, SECONDARY_MESSAGE, headers={"retry-after": str(fault.retry_after)})
    if fault.kind is FaultKind.SECONDARY_LIMIT_OK:
        error = {"type": "RATE_LIMITED", "message": SECONDARY_MESSAGE}
        response = jsonify({"data": None, "errors": [error]})
        response.headers["retry-after"] = str(fault.retry_after)
        return response
    if fault.kind is FaultKind.TIMEOUT:
        github.faults.hang()
    return _lose_connection()


def _over_primary_limit(github: GitHub) -> Response:
    access = github.tokens.access(request.headers.get("Authorization"))
    installation_id = access.installation.id
    resource = "graphql" if _is_graphql() else "core"
    github.primary_limit.leave(installation_id, resource, remaining=0)
    g.budget = github.primary_limit.look(installation_id, resource)
    if _is_graphql():
        return rate_limited(installation_id)
    return _error(403, f"API rate limit exceeded for installation ID {installation_id}.")


def _lose_connection() -> Response:
    """End the connection under the client: werkzeug's server hands out the socket."""
    connection: socket.socket = request.environ["werkzeug.socket"]
    connection.shutdown(socket.SHUT_RDWR)
    raise ConnectionResetError("the simulator was told to lose this connection")
