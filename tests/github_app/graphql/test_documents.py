"""The documents fit GitHub's published schema, and each is in use."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest
from graphql import GraphQLSchema, build_schema, validate

from github_app.graphql.client import document, is_mutation

SCHEMA = Path("node_modules/@octokit/graphql-schema/schema.graphql")
NAMES = sorted(
    file.name.removesuffix(".graphql")
    for file in resources.files("github_app.graphql").iterdir()
    if file.name.endswith(".graphql")
)


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    # The published file relaxes what interfaces promise; it is GitHub's word all the same.
    return build_schema(SCHEMA.read_text(), assume_valid=True)


@pytest.mark.parametrize("name", NAMES)
def test_a_document_fits_the_schema(schema: GraphQLSchema, name: str) -> None:
    assert validate(schema, document(name).document) == []


def test_what_writes_is_known() -> None:
    assert {name for name in NAMES if is_mutation(name)} == {
        "add_discussion_comment",
        "add_issue_comment",
        "add_reaction",
        "remove_reaction",
        "update_discussion_comment",
        "update_issue_comment",
    }


@pytest.mark.parametrize("name", NAMES)
def test_a_document_is_in_use(name: str) -> None:
    code = [
        file.read_text("utf-8")
        for file in resources.files("github_app.graphql").iterdir()
        if file.name.endswith(".py")
    ]
    assert any(f'"{name}"' in text for text in code)
