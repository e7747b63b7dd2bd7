"""The command ``fury-bot check-code``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from engine.checks.blocks import code_blocks
from engine.errors import NotIndexed
from fury_bot.cli.context import (
    json_option,
    print_json,
    ref_option,
    repository_name,
    repository_option,
    wire,
)
from fury_bot.settings import SettingsError
from storage import StorageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.checks.checker import Checker
    from engine.checks.model import Problem

LARGEST = 1_000_000
"""Bytes of a file that is read."""

MARKDOWN = frozenset({".markdown", ".md", ".mdown"})

LANGUAGES = {
    "": "python",
    ".bash": "shell",
    ".c": "c",
    ".cc": "cpp",
    ".cpp": "cpp",
    ".frag": "glsl",
    ".glsl": "glsl",
    ".go": "go",
    ".h": "c",
    ".hpp": "cpp",
    ".java": "java",
    ".js": "javascript",
    ".py": "python",
    ".pyi": "python",
    ".rs": "rust",
    ".sh": "shell",
    ".ts": "typescript",
    ".tsx": "tsx",
    ".txt": "python",
    ".vert": "glsl",
}
"""Languages that are checked, by the endings of files. Python is checked against the index, the
others are parsed."""


class _CannotCheck(click.ClickException):
    """What is given cannot be checked, or there is nothing to check it against."""

    exit_code = 2


@click.command("check-code")
@click.argument(
    "file", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)
)
@click.option(
    "--markdown", is_flag=True, help="FILE is Markdown, whatever its name: check its code blocks."
)
@repository_option
@ref_option
@json_option
def command(file: Path, *, markdown: bool, repo: str | None, ref: str | None, as_json: bool) -> int:
    """Check code against the names of a repository that is indexed.

    FILE is Python, Markdown with code blocks, or code of another language; - is Python on standard
    input. Nothing in it is run. The exit status is 0 when all holds, 1 when something does not,
    and 2 when there is nothing that can be checked.
    """
    text = _read(file)
    is_markdown = markdown or file.suffix.lower() in MARKDOWN
    language = "" if is_markdown else _language(file)
    if not _holds_code(text, is_markdown=is_markdown):
        raise _CannotCheck(f"{_name(file)}: there is no code to check")
    try:
        wiring = wire(log_level="warning")
        repository = repository_name(repo, wiring.settings)
        problems = _check(wiring.checker, text, repository=repository, ref=ref, language=language)
    except (NotIndexed, SettingsError, StorageError) as error:
        raise _CannotCheck(str(error)) from error
    if as_json:
        print_json({"ok": not problems, "problems": [_json(problem) for problem in problems]})
    else:
        _describe(problems, file)
    return 1 if problems else 0


def _holds_code(text: str, *, is_markdown: bool) -> bool:
    pieces = [block.text for block in code_blocks(text)] if is_markdown else [text]
    return any(piece.strip() for piece in pieces)


def _check(
    checker: Checker, text: str, *, repository: str, ref: str | None, language: str
) -> Sequence[Problem]:
    if language:
        return checker.check_code(text, repository=repository, ref=ref, language=language)
    return checker.check_document(text, repository=repository, ref=ref)


def _read(file: Path) -> str:
    name = _name(file)
    try:
        if str(file) == "-":
            data = sys.stdin.buffer.read(LARGEST + 1)
        else:
            with file.open("rb") as stream:
                data = stream.read(LARGEST + 1)
    except OSError as error:
        raise _CannotCheck(f"{name}: {error.strerror or error}") from error
    if len(data) > LARGEST:
        raise _CannotCheck(f"{name} is longer than {LARGEST:,} bytes; check a part of it")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _CannotCheck(f"{name} is not UTF-8: byte {error.start} cannot be read") from error


def _language(file: Path) -> str:
    suffix = "" if str(file) == "-" else file.suffix.lower()
    if suffix not in LANGUAGES:
        known = " ".join(sorted(filter(None, {*LANGUAGES, *MARKDOWN})))
        raise _CannotCheck(f"{_name(file)}: {suffix} is no code that is checked; known: {known}")
    return LANGUAGES[suffix]


def _name(file: Path) -> str:
    return "standard input" if str(file) == "-" else str(file)


def _json(problem: Problem) -> dict[str, Any]:
    return {
        "line": problem.line,
        "name": problem.name,
        "problem": problem.problem,
        "suggestion": problem.suggestion,
    }


def _describe(problems: Sequence[Problem], file: Path) -> None:
    """Print a problem a line, as compilers do."""
    for problem in problems:
        place = click.style(f"{_name(file)}:{problem.line}:", bold=True)
        hint = f" {click.style(problem.hint, fg='green')}" if problem.hint else ""
        click.echo(f"{place} {problem.problem}{hint}")
    if not problems:
        click.echo(f"{_name(file)}: nothing is wrong with it that the index can tell")
