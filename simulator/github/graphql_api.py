"""``POST /graphql``: executes documents against the schema, under GitHub's rules."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, cast

from flask import Blueprint, Response, current_app, g, jsonify, request
from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    build_schema,
    execute_sync,
    get_operation_ast,
    parse,
    validate,
)

from simulator.github.errors import HttpError, Refused
from simulator.github.mutations import MUTATION_FIELDS
from simulator.github.resolvers import QUERY_FIELDS
from simulator.github.resolvers.context import Context
from simulator.github.resolvers.fields import default_resolver, type_of

if TYPE_CHECKING:
    from simulator.github.access import Access
    from simulator.github.limits import Budget
    from simulator.github.service import GitHub

ANONYMOUS = "anonymous"
SECONDARY_MESSAGE = (
    "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
)


def load_schema() -> GraphQLSchema:
    """Build the simulator's schema from ``schema.graphql``."""
    text = files("simulator.github").joinpath("schema.graphql").read_text(encoding="utf-8")
    return build_schema(text)


@cache
def executable_schema() -> GraphQLSchema:
    """Build the schema with its resolvers, once: they keep nothing, so any server may share it."""
    schema = load_schema()
    for type_name, resolvers in {**QUERY_FIELDS, "Mutation": MUTATION_FIELDS}.items():
        object_type = cast("GraphQLObjectType", schema.type_map[type_name])
        for field_name, resolve in resolvers.items():
            if field_name in object_type.fields:
                object_type.fields[field_name].resolve = resolve
    return schema


def parse_operation(
    body: object,
) -> tuple[DocumentNode | None, OperationDefinitionNode | None, dict[str, Any]]:
    """Read a request's document, operation and variables, as far as they can be read."""
    given = body if isinstance(body, dict) else {}
    variables = given.get("variables") or {}
    try:
        document = parse(given.get("query") or "")
    except (GraphQLError, TypeError):
        return None, None, variables
    return document, get_operation_ast(document, given.get("operationName")), variables


def operation_name(body: object) -> str:
    """Return the name of the operation that a request asks for."""
    _, operation, _ = parse_operation(body)
    return operation.name.value if operation and operation.name else ANONYMOUS


def graphql_blueprint(github: GitHub) -> Blueprint:
    """Return the GraphQL endpoint."""
    blueprint = Blueprint("graphql", __name__)
    schema = executable_schema()

    @blueprint.post("/graphql")
    @blueprint.post("/api/graphql")
    def graphql() -> Response:
        access = github.tokens.access(request.headers.get("Authorization"))
        body = request.get_json(silent=True)
        if not isinstance(body, dict) or not isinstance(body.get("query"), str):
            raise HttpError(400, "A query attribute must be specified and must be a string.")
        return _answer(github, schema, access=access, body=body)

    return blueprint


def _answer(
    github: GitHub, schema: GraphQLSchema, *, access: Access, body: dict[str, Any]
) -> Response:
    try:
        document = parse(body["query"])
    except GraphQLError as error:
        return _errors([error])
    mistakes = validate(schema, document)
    if mistakes:
        return _errors(mistakes)
    operation = get_operation_ast(document, body.get("operationName"))
    if operation is None:
        return _errors([GraphQLError("An operation name is required")])
    mutation = operation.operation is OperationType.MUTATION
    budget, allowed = github.primary_limit.spend(access.installation.id, "graphql")
    g.budget = budget
    if not allowed:
        return rate_limited(access.installation.id)
    retry_after = github.secondary_limit.spend(mutation=mutation)
    if retry_after is not None:
        raise HttpError(403, SECONDARY_MESSAGE, headers={"retry-after": str(retry_after)})
    return _execute(github, schema, document, access=access, budget=budget, body=body)


def _execute(
    github: GitHub,
    schema: GraphQLSchema,
    document: DocumentNode,
    *,
    access: Access,
    budget: Budget,
    body: dict[str, Any],
) -> Response:
    context = Context(github.state, access, budget, github.webhooks.enqueue)
    with github.state.lock:
        result = execute_sync(
            schema,
            document,
            context_value=context,
            variable_values=body.get("variables") or {},
            operation_name=body.get("operationName"),
            field_resolver=default_resolver,
            type_resolver=type_of,
        )
    for error in result.errors or []:
        _raise_unforeseen(error)
    answer: dict[str, Any] = {"data": result.data}
    if result.errors:
        answer["errors"] = [_formatted(error) for error in result.errors]
    return jsonify(answer)


def _raise_unforeseen(error: GraphQLError) -> None:
    """Let a fault of the simulator itself surface as HTTP 500, not as an answer of GitHub's."""
    cause = error.original_error
    if cause is not None and not isinstance(cause, Refused | GraphQLError):
        current_app.logger.error("a resolver failed", exc_info=cause)
        raise HttpError(500, "The simulator failed") from cause


def _formatted(error: GraphQLError) -> dict[str, Any]:
    formatted: dict[str, Any] = {}
    if isinstance(error.original_error, Refused):
        formatted["type"] = error.original_error.kind
    if error.path is not None:
        formatted["path"] = error.path
    formatted["locations"] = [
        {"line": location.line, "column": location.column} for location in error.locations or []
    ]
    formatted["message"] = error.message
    return formatted


def _errors(errors: list[GraphQLError]) -> Response:
    return jsonify({"errors": [_formatted(error) for error in errors]})


def rate_limited(installation_id: int | None) -> Response:
    """Return the answer to a request over the primary limit."""
    whom = f" for installation ID {installation_id}" if installation_id else ""
    error = {"type": "RATE_LIMITED", "message": f"API rate limit exceeded{whom}."}
    return jsonify({"data": None, "errors": [error]})
