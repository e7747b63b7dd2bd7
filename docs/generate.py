"""Writes the pages that come from the code: ``python docs/generate.py [FOLDER]``.

FOLDER is this one when left out; `make docs` leaves it out, and a test compares the two.
"""  # noqa: INP001 - a script beside its pages, in no package

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import yaml

from fury_bot.cli.main import group
from fury_bot.settings import Settings
from github_app import commands
from github_app import settings as repository_settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Schema = dict[str, Any]

NOTICE = "<!-- Written by `make docs`, from the code. -->"

SCHEMA = "fury-bot.schema.json"

WIDTH = 90
"""Columns of the commands' help."""


def pages() -> dict[str, str]:
    """Return the content of each page, by its file's name."""
    return {
        "settings.md": _page("Settings", _settings()),
        "cli.md": _page("The command line", _command_line()),
        "commands.md": _page("Commands", _commands()),
        "repository-settings.md": _page("Settings of a repository", _repository_settings()),
        SCHEMA: json.dumps(repository_settings.json_schema(), indent=2) + "\n",
    }


def _page(title: str, *parts: str) -> str:
    return "\n\n".join((f"# {title}", NOTICE, *parts)) + "\n"


def _settings() -> str:
    rows = "\n".join(_setting_rows())
    return f"""\
Environment variables, or lines of a `.env` file in the folder that the process starts in; the
environment goes first. An empty value counts as unset. A wrong value ends the process with a line
that names it. A secret `X` may also be a file that `X_FILE` names.

| Setting | Default | What it is |
| --- | --- | --- |
{rows}"""


def _setting_rows() -> Iterator[str]:
    properties: Mapping[str, Schema] = Settings.model_json_schema()["properties"]
    for name, field in Settings.model_fields.items():
        schema = properties[name]
        # A made default is of this machine's user.
        default = "the user's data folder" if field.default_factory else _value(field.default)
        notes = [field.description or "", *_limits(schema)]
        if _is_secret(schema):
            notes.append("**Secret.**")
        yield f"| `{name.upper()}` | {default} | {' '.join(notes)} |"


def _value(default: object) -> str:
    if default in (None, ()):
        return "unset"
    return f"`{default:g}`" if isinstance(default, float) else f"`{default}`"


def _limits(schema: Schema) -> Iterator[str]:
    if "enum" in schema:
        yield f"One of {_or(schema['enum'])}."
    if "minimum" in schema and "maximum" in schema:
        yield f"{schema['minimum']:g} to {schema['maximum']:g}."
    elif "minimum" in schema:
        yield f"{schema['minimum']:g} at the least."
    elif "exclusiveMinimum" in schema:
        most = f", {schema['maximum']:g} at the most" if "maximum" in schema else ""
        yield f"Greater than {schema['exclusiveMinimum']:g}{most}."


def _or(values: list[str]) -> str:
    quoted = [f"`{value}`" for value in values]
    return " or ".join([", ".join(quoted[:-1]), quoted[-1]])


def _is_secret(schema: Schema) -> bool:
    kinds = [schema, *schema.get("anyOf", ()), schema.get("items", {})]
    return any(kind.get("format") == "password" for kind in kinds)


def _command_line() -> str:
    return "\n\n".join(_helps(group, parent=None, name="fury-bot"))


def _helps(command: click.Command, *, parent: click.Context | None, name: str) -> Iterator[str]:
    context = click.Context(
        command, parent=parent, info_name=name, terminal_width=WIDTH, **command.context_settings
    )
    heading = "" if parent is None else f"## {context.command_path}\n\n"
    yield f"{heading}```console\n$ {context.command_path} --help\n{command.get_help(context)}\n```"
    if isinstance(command, click.Group):
        for word in command.list_commands(context):
            inner = command.get_command(context, word)
            if inner is not None:
                yield from _helps(inner, parent=context, name=word)


def _commands() -> str:
    return f"""\
A comment on a discussion or an issue, or the text of a new one, may give a command. It starts a
line. What is quoted, in a list, commented out or shown as code is not a command, and one that
stands in back-ticks by itself gets a hint. Only the first command of a comment is run. Of a
comment that is edited, only a command that the edit brought in counts. Bots are not answered.

{commands.table()}

👀 on the comment says that the work has begun; 🚀 that it is done, 😕 that nothing was found or
that the command was not understood."""


def _repository_settings() -> str:
    schema = repository_settings.json_schema()
    defaults = repository_settings.Settings().model_dump(mode="json")
    rows = "\n".join(_key_rows(schema, schema, prefix=""))
    example = yaml.safe_dump(defaults, sort_keys=False, allow_unicode=True).strip()
    return f"""\
A repository sets fury-bot up in `{repository_settings.PATH}` on its default branch. Without that
file, the one of its owner's `.github` repository counts, where that is public; without either, the
defaults. A mistake in the file is told of once, at the end of the next reply, and the defaults hold
until it is mended.

| Key | Default | What it is |
| --- | --- | --- |
{rows}

The defaults, written out:

```yaml
{example}
```

[{SCHEMA}]({SCHEMA}) is the JSON schema of the file, for editors and validators."""


def _key_rows(section: Schema, root: Schema, *, prefix: str) -> Iterator[str]:
    for key, written in section["properties"].items():
        schema = _resolved(written, root)
        if "properties" in schema:
            yield from _key_rows(schema, root, prefix=f"{prefix}{key}.")
            continue
        default = json.dumps(written.get("default"), ensure_ascii=False)
        notes = [" ".join(written.get("description", "").split()), *_limits(schema)]
        yield f"| `{prefix}{key}` | `{default}` | {' '.join(notes)} |"


def _resolved(schema: Schema, root: Schema) -> Schema:
    name = schema.get("$ref", "").rpartition("/")[2]
    return root["$defs"][name] if name else schema


def main() -> None:
    """Write every page."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    for name, content in pages().items():
        (folder / name).write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main()
