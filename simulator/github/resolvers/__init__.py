"""How the fields of GraphQL's queries are read from the state."""

from simulator.github.resolvers import (
    accounts,
    git_objects,
    query,
    reactions,
    refs,
    releases,
    repositories,
    threads,
)
from simulator.github.resolvers.context import Resolver

QUERY_FIELDS: dict[str, dict[str, Resolver]] = {
    **accounts.FIELDS,
    **git_objects.FIELDS,
    **query.FIELDS,
    **reactions.FIELDS,
    **refs.FIELDS,
    **releases.FIELDS,
    **repositories.FIELDS,
    **threads.FIELDS,
}
"""Resolvers by type and field, of the fields that the default resolver cannot read."""
