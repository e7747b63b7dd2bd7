"""The SQL that writes names, and what they stand for.

Every function works within the caller's transaction, and expects it to be scoped to the one
repository (``Database.knowledge``). PostgreSQL takes no COPY into a table under row-level security;
rows go in as JSON, many at once.
"""

from __future__ import annotations

import json
from dataclasses import asdict, astuple, dataclass
from typing import TYPE_CHECKING, Any

from retrieval.symbols.facts import ModuleFacts
from retrieval.symbols.following import TargetKind
from retrieval.symbols.modules import import_name, packages
from retrieval.symbols.resolution import Alias, Lineage, resolve_all
from retrieval.symbols.tree import ModuleFile

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from retrieval.symbols.facts import FileFacts, Name, Parameter
    from retrieval.symbols.resolution import Resolution
    from storage import Connection

ROWS_A_STATEMENT = 2_000
"""Names written at once."""

_PACKAGES = """
SELECT path FROM documents WHERE index_id = %s AND path ~ '(^|/)__init__[.]pyi?$'
"""

_FORGET = """
WITH gone AS (DELETE FROM symbols WHERE document_id = ANY(%(documents)s)),
    former AS (DELETE FROM symbol_aliases WHERE document_id = ANY(%(documents)s))
DELETE FROM module_facts WHERE document_id = ANY(%(documents)s)
"""

_ADD_SYMBOLS = """
INSERT INTO symbols (
    repository_id, index_id, document_id, qualified_name, local_name, kind, signature, summary,
    path, start_line, end_line, parameters, overloads, bases, decorators, deprecated, since
)
SELECT %(repository)s, %(index)s, row.*
FROM json_to_recordset(%(rows)s) AS row (
    document_id bigint, qualified_name text, local_name text, kind text, signature text,
    summary text, path text, start_line integer, end_line integer, parameters jsonb,
    overloads jsonb, bases text[], decorators text[], deprecated text, since text
)
"""

_ADD_FACTS = """
INSERT INTO module_facts (repository_id, index_id, document_id, module, facts)
SELECT %(repository)s, %(index)s, row.*
FROM json_to_recordset(%(rows)s) AS row (document_id bigint, module text, facts json)
"""

_FACTS = """
SELECT document_id, path, module, facts
FROM module_facts JOIN documents ON documents.id = document_id
WHERE module_facts.index_id = %s
"""

_RENAME = """
WITH renamed AS (
    SELECT * FROM unnest(%(documents)s::bigint[], %(modules)s::text[]) AS row (document_id, module)
), facts AS (
    UPDATE module_facts SET module = renamed.module
    FROM renamed WHERE module_facts.document_id = renamed.document_id
)
UPDATE symbols
SET qualified_name = concat_ws('.', renamed.module, nullif(local_name, ''))
FROM renamed WHERE symbols.document_id = renamed.document_id
"""

_ALIASES = "SELECT id, document_id, alias, target, kind FROM symbol_aliases WHERE index_id = %s"

_REMOVE_ALIASES = "DELETE FROM symbol_aliases WHERE id = ANY(%s)"

_ADD_ALIASES = """
INSERT INTO symbol_aliases (repository_id, index_id, document_id, alias, target, kind)
SELECT %(repository)s, %(index)s, row.*
FROM unnest(%(documents)s::bigint[], %(aliases)s::text[], %(targets)s::text[], %(kinds)s::text[])
    AS row
"""

# Those that inherit, or may have more members than are listed; of the others, the defaults hold.
_LINEAGES = """
SELECT document_id, local_name, ancestors, external_bases, is_open FROM symbols
WHERE index_id = %s AND (is_open OR ancestors <> '{}' OR external_bases <> '{}')
"""

_SET_LINEAGES = """
UPDATE symbols
SET ancestors = row.ancestors, external_bases = row.external_bases, is_open = row.is_open
FROM json_to_recordset(%(rows)s) AS row (
    document_id bigint, local_name text, ancestors text[], external_bases text[], is_open boolean
)
WHERE symbols.document_id = row.document_id AND symbols.local_name = row.local_name
    AND symbols.kind IN ('class', 'module')
"""


@dataclass(frozen=True, slots=True)
class SymbolReport:
    """The names of an index after a change."""

    modules: int
    """Python modules."""
    aliases: int
    """Paths by which something is reached that is defined under another name."""
    external: int
    """Of those, the ones that lead to other packages."""
    missing: int
    """Of those, the ones that lead to a module of the repository which does not show the name."""


def replace(
    connection: Connection,
    *,
    repository_id: int,
    index_id: int,
    changed: Sequence[tuple[int, FileFacts]],
) -> SymbolReport:
    """Bring the names of an index up to its documents.

    To be called in the transaction that swaps the documents, once they stand as they shall. The
    names of the changed files are written anew; those of a document that is deleted go with it.
    What names stand for depends on every file, and is found anew from what is stored of each; of
    that, only what became different is written.

    Args:
        connection: Scoped to the repository.
        repository_id: The repository.
        index_id: The index; it is of a tree, not of threads.
        changed: The ids of new and of changed documents, each with what ``reading.read`` says.
    """
    scope = {"repository": repository_id, "index": index_id}
    folders = packages(path for (path,) in connection.execute(_PACKAGES, (index_id,)))
    connection.execute(_FORGET, {"documents": [document_id for document_id, _ in changed]})
    _add(connection, scope, changed, folders)
    files, stored = _read_files(connection, index_id)
    resolution = resolve_all(files, folders)
    _rename(connection, stored, resolution.modules)
    _write_aliases(connection, scope, resolution)
    _write_lineages(connection, index_id, resolution)
    kinds = [alias.kind for alias in resolution.aliases]
    return SymbolReport(
        modules=len(files),
        aliases=len(kinds),
        external=kinds.count(TargetKind.EXTERNAL),
        missing=kinds.count(TargetKind.MISSING),
    )


def _add(
    connection: Connection,
    scope: Mapping[str, int],
    changed: Sequence[tuple[int, FileFacts]],
    folders: Collection[str],
) -> None:
    rows = [
        _row(document_id, file, name, folders)
        for document_id, file in changed
        for name in file.names
    ]
    for start in range(0, len(rows), ROWS_A_STATEMENT):
        batch = rows[start : start + ROWS_A_STATEMENT]
        connection.execute(_ADD_SYMBOLS, {**scope, "rows": json.dumps(batch)})
    facts = [
        {
            "document_id": document_id,
            "module": import_name(file.path, folders),
            "facts": file.module.to_json(),
        }
        for document_id, file in changed
        if file.module
    ]
    if facts:
        connection.execute(_ADD_FACTS, {**scope, "rows": json.dumps(facts)})


def _row(document_id: int, file: FileFacts, name: Name, folders: Collection[str]) -> dict[str, Any]:
    prefix = [import_name(file.path, folders)] if file.module else []
    return {
        "document_id": document_id,
        "qualified_name": ".".join([*prefix, *filter(None, [name.local_name])]),
        "local_name": name.local_name,
        "kind": name.kind,
        "signature": name.signature,
        "summary": name.summary,
        "path": file.path,
        "start_line": name.start_line,
        "end_line": name.end_line,
        "parameters": None if name.parameters is None else _listed(name.parameters),
        "overloads": [_listed(overload) for overload in name.overloads] or None,
        "bases": name.bases,
        "decorators": name.decorators,
        "deprecated": name.deprecated,
        "since": name.since,
    }


def _listed(parameters: Sequence[Parameter]) -> list[list[str | None]]:
    return [list(astuple(parameter)) for parameter in parameters]


def _read_files(connection: Connection, index_id: int) -> tuple[list[ModuleFile], dict[int, str]]:
    """Return every Python file of the index, and the module's name as it is stored of each."""
    files: list[ModuleFile] = []
    modules: dict[int, str] = {}
    for document_id, path, module, facts in connection.execute(_FACTS, (index_id,)):
        files.append(ModuleFile(document_id, path, ModuleFacts.from_json(facts)))
        modules[document_id] = module
    return files, modules


def _rename(connection: Connection, stored: Mapping[int, str], modules: Mapping[int, str]) -> None:
    """Give files the module names that they have now: an ``__init__`` may have come or gone."""
    renamed = {
        document: module for document, module in modules.items() if stored[document] != module
    }
    if renamed:
        connection.execute(_RENAME, {"documents": list(renamed), "modules": list(renamed.values())})


def _write_aliases(
    connection: Connection, scope: Mapping[str, int], resolution: Resolution
) -> None:
    stored: dict[Alias, int] = {}
    surplus: list[int] = []
    for row_id, document_id, alias, target, kind in connection.execute(_ALIASES, (scope["index"],)):
        known = Alias(document_id, alias, target, TargetKind(kind))
        if known in resolution.aliases:
            stored[known] = row_id
        else:
            surplus.append(row_id)
    if surplus:
        connection.execute(_REMOVE_ALIASES, (surplus,))
    new = sorted(resolution.aliases - stored.keys())
    if new:
        values = {
            "documents": [alias.document_id for alias in new],
            "aliases": [alias.alias for alias in new],
            "targets": [alias.target for alias in new],
            "kinds": [alias.kind.value for alias in new],
        }
        connection.execute(_ADD_ALIASES, {**scope, **values})


def _write_lineages(connection: Connection, index_id: int, resolution: Resolution) -> None:
    stored = {
        (row[0], row[1]): Lineage(row[0], row[1], tuple(row[2]), tuple(row[3]), row[4])
        for row in connection.execute(_LINEAGES, (index_id,))
    }
    wanted = {(item.document_id, item.local_name): item for item in resolution.lineages}
    rows = [item for key, item in wanted.items() if stored.get(key) != item]
    rows += [Lineage(*key) for key in stored.keys() - wanted.keys()]
    if rows:
        data = [asdict(item) for item in rows]
        connection.execute(_SET_LINEAGES, {"rows": json.dumps(data)})
