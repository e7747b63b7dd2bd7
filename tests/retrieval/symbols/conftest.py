"""Small trees of files, read and put together, in memory and in the database."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from retrieval.catalogue import Catalogue
from retrieval.chunkers import parse
from retrieval.symbols import lookup, store
from retrieval.symbols.modules import packages
from retrieval.symbols.nearest import nearest
from retrieval.symbols.reading import read
from retrieval.symbols.resolution import resolve_all
from retrieval.symbols.tree import ModuleFile
from storage import Database

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from retrieval.symbols.facts import FileFacts, Name
    from retrieval.symbols.lookup import Resolved
    from retrieval.symbols.nearest import Near
    from retrieval.symbols.resolution import Resolution
    from retrieval.symbols.store import SymbolReport

    Facts = Callable[[str, str], FileFacts]
    Names = Callable[..., Mapping[str, Name]]
    ResolveTree = Callable[[Mapping[str, str]], Resolution]
    Aliases = Callable[[Mapping[str, str]], Mapping[str, str]]
    Repositories = Callable[..., "Repository"]

_tests = itertools.count(1)


class Words:
    """A measure in words."""

    window = 250

    def count(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]


def read_text(path: str, text: str) -> FileFacts:
    return read(parse(path, text, Words()), text)


@pytest.fixture
def facts() -> Facts:
    return read_text


@pytest.fixture
def names() -> Names:
    """The names of a module by their local names."""

    def run(text: str, *, path: str = "pkg/mod.py") -> Mapping[str, Name]:
        return {name.local_name: name for name in read_text(path, text).names}

    return run


@pytest.fixture
def resolve_tree() -> ResolveTree:
    def run(files: Mapping[str, str]) -> Resolution:
        modules = [
            ModuleFile(number, path, facts.module)
            for number, (path, text) in enumerate(files.items(), 1)
            if (facts := read_text(path, text)).module
        ]
        return resolve_all(modules, packages(files))

    return run


@pytest.fixture
def aliases(resolve_tree: ResolveTree) -> Aliases:
    """What each alias of a tree stands for.

    What belongs to another package stands in ``<>``, what is missing between ``?``.
    """
    marks = {"symbol": "{}", "external": "<{}>", "missing": "?{}?"}

    def run(files: Mapping[str, str]) -> dict[str, str]:
        return {
            alias.alias: marks[alias.kind].format(alias.target)
            for alias in resolve_tree(files).aliases
        }

    return run


@dataclass
class Repository:
    """A repository in the database, whose files come and go as by pushes."""

    database: Database
    id: int
    index_id: int
    documents: dict[str, int] = field(default_factory=dict)

    def push(self, files: Mapping[str, str], *, removed: Sequence[str] = ()) -> SymbolReport:
        with self.database.knowledge(self.id) as connection:
            connection.execute(
                "DELETE FROM documents WHERE index_id = %s AND path = ANY(%s)",
                (self.index_id, [*files, *removed]),
            )
            changed = []
            for path, text in files.items():
                row = connection.execute(
                    "INSERT INTO documents (repository_id, index_id, path, language, blob_id, cut)"
                    " VALUES (%s, %s, %s, 'python', '', 1) RETURNING id",
                    (self.id, self.index_id, path),
                ).fetchone()
                assert row
                self.documents[path] = row[0]
                changed.append((row[0], read_text(path, text)))
            return store.replace(
                connection, repository_id=self.id, index_id=self.index_id, changed=changed
            )

    def resolve(self, name: str) -> list[Resolved]:
        with self.database.snapshot(self.id) as connection:
            return lookup.resolve(connection, self.index_id, name)

    def found(self, name: str) -> list[str]:
        return [item.qualified_name for item in self.resolve(name)]

    def members(self, name: str) -> list[Resolved]:
        with self.database.snapshot(self.id) as connection:
            return lookup.members(connection, self.index_id, name)

    def nearest(self, name: str, limit: int = 3) -> list[Near]:
        with self.database.snapshot(self.id) as connection:
            return nearest(connection, self.index_id, name, limit)

    def rows(self) -> set[tuple[object, ...]]:
        """All that is written of names, without the ids that differ between writings."""
        with self.database.snapshot(self.id) as connection:
            symbols = connection.execute(
                "SELECT 'symbol', path, qualified_name, local_name, kind, ancestors::text,"
                " external_bases::text, is_open, parameters::text, start_line FROM symbols"
                " WHERE index_id = %s",
                (self.index_id,),
            ).fetchall()
            aliases = connection.execute(
                "SELECT 'alias', documents.path, alias, target, kind FROM symbol_aliases"
                " JOIN documents ON documents.id = document_id WHERE symbol_aliases.index_id = %s",
                (self.index_id,),
            ).fetchall()
            facts = connection.execute(
                "SELECT 'module', documents.path, module FROM module_facts"
                " JOIN documents ON documents.id = document_id WHERE module_facts.index_id = %s",
                (self.index_id,),
            ).fetchall()
        return {*symbols, *aliases, *facts}


@pytest.fixture(scope="session")
def shared_database(server: str, template: str) -> Iterator[Database]:
    """A database for the tests that look things up: each has a repository of its own in it."""
    name = "fury_bot_symbols"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    with Database(make_conninfo(server, dbname=name)) as database:
        yield database


@pytest.fixture(scope="session")
def shared(shared_database: Database) -> Callable[[str, Mapping[str, str]], Repository]:
    """Make a repository with files, once for all tests that only read it."""

    @cache
    def make(name: str) -> Repository:
        return _indexed(shared_database, name, ref="main", default=True)

    def filled(name: str, files: Mapping[str, str]) -> Repository:
        repository = make(name)
        if not repository.documents:
            repository.push(files)
        return repository

    return filled


@pytest.fixture
def repositories(shared_database: Database) -> Repositories:
    """Make indexes, each of a ref of a repository of this test's own."""
    test = next(_tests)

    def make(name: str = "kitchen", *, ref: str = "main", default: bool = True) -> Repository:
        return _indexed(shared_database, f"test-{test}/{name}", ref=ref, default=default)

    return make


@pytest.fixture
def repository(repositories: Repositories) -> Repository:
    return repositories()


def _indexed(database: Database, name: str, *, ref: str, default: bool) -> Repository:
    place = Catalogue(database).register(name, url=f"https://github.com/{name}")
    with database.knowledge(place.id) as connection:
        row = connection.execute(
            "INSERT INTO indexes"
            " (repository_id, ref, model, dimension, commit_sha, chunks, is_default)"
            " VALUES (%s, %s, 'm', 3, %s, 0, %s) RETURNING id",
            (place.id, ref, "1" * 40, default),
        ).fetchone()
    assert row
    return Repository(database, place.id, row[0])
