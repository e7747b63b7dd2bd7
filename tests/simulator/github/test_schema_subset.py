"""The simulator's schema is a true part of the one that GitHub publishes."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    build_schema,
    is_required_argument,
    is_required_input_field,
    parse,
    print_ast,
    print_schema,
    validate,
)

from simulator.github import load_schema

ROOT = Path(__file__).parents[3]
DOCUMENTS = sorted((ROOT / "github_app" / "graphql").glob("*.graphql"))

_Composite = GraphQLObjectType | GraphQLInterfaceType
_Arguments = dict[str, GraphQLArgument]


@cache
def published() -> GraphQLSchema:
    path = ROOT / "node_modules" / "@octokit" / "graphql-schema" / "schema.graphql"
    return build_schema(path.read_text(encoding="utf-8"), assume_valid=True)


def differences(ours: GraphQLSchema, theirs: GraphQLSchema) -> list[str]:
    """Say everything in ``ours`` that is not so in ``theirs``."""
    found = []
    for name, our_type in ours.type_map.items():
        if name.startswith("__"):
            continue
        their_type = theirs.type_map.get(name)
        if type(their_type) is not type(our_type):
            found.append(f"{name}: no such {type(our_type).__name__}")
        else:
            found += _type_differences(our_type, their_type)
    return found


def _type_differences(ours: GraphQLNamedType, theirs: GraphQLNamedType) -> list[str]:
    if isinstance(ours, GraphQLObjectType | GraphQLInterfaceType):
        our_interfaces = {interface.name for interface in ours.interfaces}
        their_interfaces = {interface.name for interface in theirs.interfaces}
        extra = our_interfaces - their_interfaces
        found = [f"{ours.name}: does not implement {name}" for name in sorted(extra)]
        return found + _field_differences(ours, theirs)
    if isinstance(ours, GraphQLInputObjectType):
        return _input_differences(ours, theirs)
    if isinstance(ours, GraphQLEnumType):
        missing = set(ours.values) ^ set(theirs.values)
        return [f"{ours.name}.{value}: enum value of one side" for value in sorted(missing)]
    if isinstance(ours, GraphQLUnionType):
        extra = {member.name for member in ours.types} - {member.name for member in theirs.types}
        return [f"{ours.name}: {name} is no member" for name in sorted(extra)]
    return []


def _field_differences(ours: _Composite, theirs: _Composite) -> list[str]:
    found = []
    for name, field in ours.fields.items():
        place = f"{ours.name}.{name}"
        their_field = theirs.fields.get(name)
        if their_field is None:
            found.append(f"{place}: no such field")
            continue
        if str(field.type) != str(their_field.type):
            found.append(f"{place}: {field.type} is {their_field.type}")
        found += _argument_differences(place, field.args, their_field.args)
    return found


def _argument_differences(place: str, ours: _Arguments, theirs: _Arguments) -> list[str]:
    found = []
    for name, argument in ours.items():
        their_argument = theirs.get(name)
        if their_argument is None:
            found.append(f"{place}({name}): no such argument")
        elif str(argument.type) != str(their_argument.type):
            found.append(f"{place}({name}): {argument.type} is {their_argument.type}")
        elif _default(argument) != _default(their_argument):
            found.append(f"{place}({name}): another default")
    found += [
        f"{place}({name}): required there"
        for name, argument in theirs.items()
        if is_required_argument(argument) and name not in ours
    ]
    return found


def _default(value: GraphQLArgument | GraphQLInputField) -> str | None:
    node = value.ast_node.default_value
    return print_ast(node) if node else None


def _input_differences(ours: GraphQLInputObjectType, theirs: GraphQLInputObjectType) -> list[str]:
    found = []
    for name, field in ours.fields.items():
        their_field = theirs.fields.get(name)
        if their_field is None:
            found.append(f"{ours.name}.{name}: no such input field")
        elif str(field.type) != str(their_field.type):
            found.append(f"{ours.name}.{name}: {field.type} is {their_field.type}")
        elif _default(field) != _default(their_field):
            found.append(f"{ours.name}.{name}: another default")
    found += [
        f"{ours.name}.{name}: required there"
        for name, field in theirs.fields.items()
        if is_required_input_field(field) and name not in ours.fields
    ]
    return found


def test_every_type_field_argument_and_value_is_published_by_github() -> None:
    assert differences(load_schema(), published()) == []


@pytest.mark.parametrize(
    ("line", "doctored", "difference"),
    [
        ("closed: Boolean!", "closed: Boolean", "Closable.closed: Boolean is Boolean!"),
        ("  isPrivate: Boolean!", "  isSecret: Boolean!", "Repository.isSecret: no such field"),
        (
            "repositoryOwner(login: String!)",
            "repositoryOwner(login: ID!)",
            "Query.repositoryOwner(login): ID! is String!",
        ),
        (
            "node(id: ID!): Node",
            "node: Node",
            "Query.node(id): required there",
        ),
        (
            "rateLimit(dryRun: Boolean = false)",
            "rateLimit(dryRun: Boolean = true)",
            "Query.rateLimit(dryRun): another default",
        ),
        (
            "rateLimit(dryRun: Boolean = false)",
            "rateLimit(dry: Boolean)",
            "Query.rateLimit(dry): no such argument",
        ),
        ("  EYES\n", "  STARE\n", "ReactionContent.STARE: enum value of one side"),
        ("  EYES\n", "", "ReactionContent.EYES: enum value of one side"),
        (
            "input DeleteIssueCommentInput {\n  clientMutationId: String\n  id: ID!",
            "input DeleteIssueCommentInput {\n  clientMutationId: String",
            "DeleteIssueCommentInput.id: required there",
        ),
        (
            "input DeleteIssueCommentInput {\n  clientMutationId: String\n  id: ID!",
            "input DeleteIssueCommentInput {\n  clientMutationId: String\n  id: ID",
            "DeleteIssueCommentInput.id: ID is ID!",
        ),
        (
            "input DeleteIssueCommentInput {",
            "input DeleteIssueCommentInput {\n  reason: String",
            "DeleteIssueCommentInput.reason: no such input field",
        ),
        (
            "type Label implements Node",
            "type Label implements Actor & Node",
            "Label: does not implement Actor",
        ),
        ("union Reactor = Bot", "union Reactor = Issue | Bot", "Reactor: Issue is no member"),
        ("scalar HTML", "scalar HTML\n\nscalar Emoji", "Emoji: no such GraphQLScalarType"),
        ("interface Lockable", "type Lockable", "Lockable: no such GraphQLObjectType"),
    ],
)
def test_a_doctored_schema_is_found_out(line: str, doctored: str, difference: str) -> None:
    text = print_schema(load_schema())
    assert line in text
    ours = build_schema(text.replace(line, doctored), assume_valid=True)
    assert difference in differences(ours, published())


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_every_document_of_the_app_is_valid_for_both_schemas(path: Path) -> None:
    document = parse(path.read_text(encoding="utf-8"))
    assert validate(published(), document) == []
    assert validate(load_schema(), document) == []
