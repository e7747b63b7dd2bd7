"""The command ``fury-bot search``."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any

import click

from engine import Scope
from fury_bot.cli.context import (
    json_option,
    knn_option,
    print_json,
    ref_option,
    repository_name,
    repository_option,
    wire,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from retrieval.model import SearchResult


@click.command("search")
@click.argument("query", required=False)
@click.option(
    "--queries",
    type=click.File("r", encoding="utf-8"),
    help="A file with one query a line; -: stdin.",
)
@repository_option
@ref_option
@knn_option
@json_option
def command(
    query: str | None,
    *,
    queries: IO[str] | None,
    repo: str | None,
    ref: str | None,
    knn: int,
    as_json: bool,
) -> None:
    """Print the passages of a repository that are nearest to QUERY."""
    if (query is None) == (queries is None):
        raise click.UsageError("give either a QUERY or --queries FILE")
    wiring = wire(log_level="warning")
    scope = Scope(repository=repository_name(repo, wiring.settings), ref=ref, knn=knn)
    for each in _queries(query, queries):
        result = wiring.engine.search(each, scope)
        if as_json:
            print_json(_json(each, result))
        else:
            _describe(each, result)


def _queries(query: str | None, queries: IO[str] | None) -> Iterator[str]:
    if query is not None:
        yield query
    for line in queries or ():
        if line.strip():
            yield line.strip()


def _json(query: str, result: SearchResult) -> dict[str, Any]:
    return {
        "query": query,
        "results": [
            {
                "rank": passage.rank,
                "path": passage.path,
                "start_line": passage.start_line,
                "end_line": passage.end_line,
                "symbol": passage.symbol,
                "kind": passage.kind.value,
                "score": passage.score,
                "url": passage.url,
                "text": passage.text,
            }
            for passage in result.passages
        ],
    }


def _describe(query: str, result: SearchResult) -> None:
    click.secho(f"{query} ({result.repository} at {result.ref})", bold=True)
    if not result.passages:
        click.echo("  nothing found")
    for passage in result.passages:
        name = f"  {passage.symbol}" if passage.symbol else ""
        click.echo(
            f"{passage.rank:>3}. {passage.path}:{passage.start_line}-{passage.end_line}"
            f"{name}  [{passage.kind.value}, {passage.score:.2f}]"
        )
        click.echo(f"     {passage.url}")
