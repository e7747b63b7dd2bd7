"""The command ``fury-bot ask``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.markdown import Markdown

from engine import Scope, plain
from fury_bot.cli.context import (
    check_filled,
    json_option,
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
    from engine import Answer
    from fury_bot.wiring import Wiring


PROBLEM = ("kind", "line", "name", "problem", "suggestion")
"""What is told of a thing in an answer that does not hold."""


@click.command("ask")
@click.argument("question")
@repository_option
@ref_option
@click.option("--provider", help="Ask this provider alone; the configured chain when left out.")
@click.option("--model", help="The provider's name of a model; its default when left out.")
@knn_option(default=5)
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
    repository = repository_name(repo, wiring.settings, around=Path())
    with waiting("loading the model, and answering"):
        answer = wiring.engine.ask(
            question,
            Scope(repository=repository, ref=ref, knn=knn, provider=provider, model=model),
        )
    if answer.abstained and not answer.passages:
        check_filled(wiring, repository, ref)
    if as_json:
        print_json(_json(answer))
    else:
        _describe(answer, ref=ref or _default_ref(wiring, repository))


def _default_ref(wiring: Wiring, repository: str) -> str:
    return next(each.ref for each in wiring.catalogue.indexes(repository) if each.is_default)


def _json(answer: Answer) -> dict[str, Any]:
    return {
        "response": _response(answer),
        "references": list(answer.references),
        "sources": [asdict(source) for source in answer.sources],
        "provider": answer.provider,
        "model": answer.model,
        "abstained": answer.abstained,
        "checks": [{name: getattr(problem, name) for name in PROBLEM} for problem in answer.checks],
        "seconds": round(answer.timings.total, 3),
    }


def _response(answer: Answer) -> str:
    return plain.sanitise(answer.response, links=answer.references)


def _describe(answer: Answer, *, ref: str) -> None:
    console = Console()
    if console.is_terminal:
        console.print(Markdown(_response(answer)))
    else:
        click.echo(_response(answer))
    if answer.note:
        click.echo(f"\n{plain.sanitise(answer.note)}")
    if answer.sources:
        click.echo("\nNearest places to look:" if answer.abstained else "\nSources:")
    for source in answer.sources:
        place = link_to(source, commit=answer.commit) or lines_of(source)
        click.echo(f"[{source.number}] {place}")
    click.echo(f"\n{_origin(answer, ref=ref)}")


def _origin(answer: Answer, *, ref: str) -> str:
    """Say where the answer comes from, or where none was found."""
    index = f"{answer.repository} at {ref}"
    if answer.abstained:
        return f"Looked for in {index}."
    if not answer.is_by_model:
        return f"Put together from {index}, without a model."
    return f"Answered from {index} by {answer.provider} ({answer.model})."
