"""The command ``fury-bot search``."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from engine import Scope
from fury_bot.cli.context import (
    check_filled,
    knn_option,
    print_json,
    ref_option,
    repository_name,
    repository_option,
    wire,
)
from fury_bot.cli.places import lines_of, link_to
from fury_bot.cli.progress import waiting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from retrieval.model import SearchResult


@click.command("search")
@click.argument("query", required=False)
@click.option(
    "--queries",
    # What is no UTF-8 comes through as lone surrogates, to be told with its line.
    type=click.File("r", encoding="utf-8-sig", errors="surrogateescape"),
    help="A file with one query a line; -: stdin.",
)
@repository_option
@ref_option
@knn_option(default=5)
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="Print JSON on standard output, and nothing else there; with --queries JSON Lines, one "
    "a query.",
)
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
    asked = _read(queries) if queries else iter([_one(query or "")])
    first = next(asked, None)
    if first is None:
        raise click.BadParameter("there is no query in it", param_hint="'--queries'")
    wiring = wire(log_level="warning")
    scope = Scope(
        repository=repository_name(repo, wiring.settings, around=Path()), ref=ref, knn=knn
    )
    for each in itertools.chain([first], asked):
        with waiting("loading the model" if each is first else "searching"):
            result = wiring.engine.search(each, scope)
        if not result.passages:
            check_filled(wiring, scope.repository, ref)
        if as_json:
            print_json(_json(each, result))
        else:
            _describe(each, result)


def _one(query: str) -> str:
    if not query.strip():
        raise click.BadParameter("the query is empty", param_hint="'QUERY'")
    return query


def _read(queries: IO[str]) -> Iterator[str]:
    """Yield the queries as their lines come; empty lines are none."""
    for number, line in enumerate(queries, 1):
        if any("\udc80" <= character <= "\udcff" for character in line):
            raise click.BadParameter(
                f"line {number} of {queries.name} is not UTF-8", param_hint="'--queries'"
            )
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
            f"{passage.rank:>3}. {lines_of(passage)}{name}"
            f"  [{passage.kind.value}, {passage.score:.2f}]"
        )
        if url := link_to(passage, commit=result.commit):
            click.echo(f"     {url}")
