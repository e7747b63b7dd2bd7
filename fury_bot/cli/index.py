"""The command ``fury-bot index``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fury_bot.cli.context import json_option, print_json, repository_name, wire
from fury_bot.cli.folders import has_permalinks, index_folder
from retrieval.sources import describe

if TYPE_CHECKING:
    from fury_bot.cli.folders import Indexed
    from retrieval.model import IndexReport

REPORTED = (
    "repository",
    "ref",
    "documents",
    "chunks",
    "embedded",
    "reused",
    "removed",
    "seconds",
)
SHOWN = 10
"""Files left out that are listed one by one; the rest are counted."""


@click.command("index")
@click.argument("path", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--repo",
    metavar="OWNER/NAME",
    help="The repository; the remote's name when left out and there is one.",
)
@click.option("--ref", help="The branch or tag that PATH is at; the one checked out when left out.")
@click.option(
    "--default", is_flag=True, help="Answer questions that name no ref from this one from now on."
)
@json_option
def command(path: Path, *, repo: str | None, ref: str | None, default: bool, as_json: bool) -> None:
    """Index the checkout at PATH. What was indexed before is not embedded again."""
    checkout = describe(path)
    # Never the default repository: a folder that is by chance not a checkout would take its place.
    repository = repository_name(repo or checkout.remote, None)
    wiring = wire(log_level="warning")
    indexed = index_folder(wiring, checkout, repository=repository, ref=ref, default=default)
    if as_json:
        values = asdict(indexed.report)
        print_json({key: values[key] for key in REPORTED})
    else:
        click.echo(_sum(indexed.report))
    _remark(indexed)


def _sum(report: IndexReport) -> str:
    """Write a report in numbers that add up: the model reads more texts than there are chunks."""
    new = report.chunks - report.reused
    read = f"the model read {report.embedded} texts for them; " if report.embedded else ""
    return (
        f"{report.repository} at {report.ref}: {report.documents} documents in {report.chunks} "
        f"chunks, {report.reused} known before and {new} new; {read}"
        f"{report.removed} old chunks removed; {report.seconds:.1f} s"
    )


def _remark(indexed: Indexed) -> None:
    """Say on stderr what a reader of the numbers would not expect."""
    report, default = indexed.report, indexed.default
    if indexed.abandoned:
        click.echo(
            f"  questions without a ref are answered from {report.ref} now: the index of "
            f"{indexed.abandoned.ref} was never finished",
            err=True,
        )
    elif default and default.ref != report.ref:
        click.echo(
            f"  questions without a ref are answered from {default.ref}; --default changes that",
            err=True,
        )
    if not has_permalinks(report.commit):
        click.echo(
            "  this is no git checkout: name the tag or commit it is of with --ref, so that "
            "answers can link to it",
            err=True,
        )
    if indexed.checkout.is_changed:
        click.echo(
            f"  files differ from commit {report.commit[:7]}, which the permalinks lead to",
            err=True,
        )
    for title, files in (("indexed as plain text", report.notes), ("left out", report.skipped)):
        for file in files[:SHOWN]:
            click.echo(f"  {title}: {file.path}: {file.reason}", err=True)
        if len(files) > SHOWN:
            click.echo(f"  {title}: {len(files) - SHOWN} more files", err=True)
