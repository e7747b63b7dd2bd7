"""The command ``fury-bot ask``."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.markdown import Markdown

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
    from engine import Answer


@click.command("ask")
@click.argument("question")
@repository_option
@ref_option
@click.option("--provider", help="Ask this provider alone; the configured chain when left out.")
@click.option("--model", help="The provider's name of a model; its default when left out.")
@knn_option
@json_option
def command(
    question: str,
    *,
    repo: str | None,
    ref: str | None,
    provider: str | None,
    model: str | None,
    knn: int,
    as_json: bool,
) -> None:
    """Answer QUESTION from a repository that is indexed."""
    if not question.strip():
        raise click.BadParameter("the question is empty", param_hint="'QUESTION'")
    wiring = wire(log_level="warning")
    answer = wiring.engine.ask(
        question,
        Scope(
            repository=repository_name(repo, wiring.settings),
            ref=ref,
            knn=knn,
            provider=provider,
            model=model,
        ),
    )
    if as_json:
        print_json(_json(answer))
    else:
        _describe(answer)


def _json(answer: Answer) -> dict[str, Any]:
    return {
        "response": answer.response,
        "references": list(answer.references),
        "sources": [asdict(source) for source in answer.sources],
        "provider": answer.provider,
        "model": answer.model,
        "abstained": answer.abstained,
        "checks": [],
        "seconds": round(answer.timings.total, 3),
    }


def _describe(answer: Answer) -> None:
    console = Console()
    if console.is_terminal:
        console.print(Markdown(answer.response))
    else:
        click.echo(answer.response)
    if answer.sources:
        click.echo("\nNearest places to look:" if answer.abstained else "\nSources:")
    for source in answer.sources:
        click.echo(f"[{source.number}] {source.url}")
    if not answer.abstained:
        click.echo(f"\nAnswered by {answer.provider} ({answer.model}).")
