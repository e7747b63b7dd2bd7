"""The command ``fury-bot index``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fury_bot.cli.context import json_option, print_json, repository_name, wire
from fury_bot.cli.progress import ProgressBar
from retrieval.sources import content_identity, describe, list_tree

if TYPE_CHECKING:
    from retrieval.model import IndexReport
    from retrieval.sources import Checkout

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
    wiring = wire(log_level="warning")
    checkout = describe(path)
    repository = repository_name(repo or checkout.remote, wiring.settings)
    with ProgressBar() as progress:
        report = wiring.indexer.index(
            path,
            repository=repository,
            url=f"{wiring.settings.github_web_url}/{repository}",
            ref=ref or checkout.ref or "HEAD",
            # A tree without git has no commit: the tag it is of leads to the same files.
            commit=checkout.commit or ref or content_identity(list_tree(path).entries),
            default=default,
            progress=progress,
        )
    if as_json:
        values = asdict(report)
        print_json({key: values[key] for key in REPORTED})
    else:
        click.echo(
            f"{report.repository} at {report.ref}: {report.documents} documents, "
            f"{report.chunks} chunks ({report.embedded} embedded, {report.reused} reused, "
            f"{report.removed} removed) in {report.seconds:.1f} s"
        )
    _remark(report, checkout)


def _remark(report: IndexReport, checkout: Checkout) -> None:
    """Say on stderr what a reader of the numbers would not expect."""
    if not report.documents:
        click.echo("  there was nothing to index", err=True)
    if checkout.commit is None and report.commit != report.ref:
        click.echo(
            "  this is no git checkout: name the tag or commit it is of with --ref, so that the "
            "permalinks lead to it",
            err=True,
        )
    if checkout.is_changed:
        click.echo(
            f"  files differ from commit {report.commit[:7]}, which the permalinks lead to",
            err=True,
        )
    for title, files in (("indexed as plain text", report.notes), ("left out", report.skipped)):
        for file in files[:SHOWN]:
            click.echo(f"  {title}: {file.path}: {file.reason}", err=True)
        if len(files) > SHOWN:
            click.echo(f"  {title}: {len(files) - SHOWN} more files", err=True)
