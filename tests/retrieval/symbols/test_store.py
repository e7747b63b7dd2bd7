"""Names in the database, kept up with the files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from retrieval.symbols import store

if TYPE_CHECKING:
    from tests.retrieval.symbols.conftest import Facts, Repositories, Repository

FILES = {
    "fury/__init__.py": "from .actor import *\nfrom . import window\nfrom .lib import Actor\n",
    "fury/actor.py": "__all__ = ['sphere']\ndef sphere(centers, *, radii=1.0): ...\n",
    "fury/window.py": "import vtk\nfrom fury.base import Base\nclass Scene(Base, vtk.Ren):\n"
    "    def add(self): ...\n",
    "fury/base.py": "class Root:\n    def clear(self): ...\n"
    "class Base(Root):\n    def show(self): ...\n",
    "fury/lib.py": "import vtk\nActor = vtk.vtkActor\n",
    "fury/all.py": "from .unseen import *\n",
    "fury/unseen.py": "globals()['x'] = 1\n",
}

PUSHES = {
    "a body": (
        {"fury/actor.py": "__all__ = ['sphere']\ndef sphere(centers, *, radii=2): ...\n"},
        [],
    ),
    "a new name": ({"fury/actor.py": "def sphere(): ...\ndef cube(): ...\n"}, []),
    "a base gone": ({"fury/base.py": "class Base: ...\n"}, []),
    "a module gone": ({}, ["fury/base.py"]),
    "a package that is none now": ({}, ["fury/__init__.py"]),
    "a package below": ({"fury/ui/__init__.py": "from ..actor import sphere as ball\n"}, []),
    "a package above": ({"__init__.py": "", "fury/new.py": "x = 1\n"}, []),
    "a star gone": ({"fury/__init__.py": "from . import window\n"}, []),
    "a file that is no Python now": ({"fury/actor.py": "def sphere(:\n"}, []),
    "a module that is seen now": ({"fury/unseen.py": "_x = 1\n"}, []),
    "nothing": ({}, []),
}


def test_what_is_written_is_found_in_the_rows(repository: Repository) -> None:
    report = repository.push(FILES)
    assert report.modules == 7
    assert (report.aliases, report.external, report.missing) == (6, 4, 0)
    rows = repository.rows()
    assert ("alias", "fury/__init__.py", "fury.sphere", "fury.actor.sphere", "symbol") in rows
    assert ("alias", "fury/__init__.py", "fury.Actor", "vtk.vtkActor", "external") in rows
    (scene,) = [row for row in rows if row[2] == "fury.window.Scene"]
    assert scene[3:8] == ("Scene", "class", "{fury.base.Base,fury.base.Root}", "{vtk.Ren}", True)
    (sphere,) = [row for row in rows if row[2] == "fury.actor.sphere"]
    assert sphere[8] == (
        '[["centers", "positional", null, null], ["radii", "keyword-only", "1.0", null]]'
    )


@pytest.mark.parametrize("push", PUSHES)
def test_a_push_leaves_what_indexing_all_anew_would(repositories: Repositories, push: str) -> None:
    changed, removed = PUSHES[push]
    pushed, fresh = repositories("pushed"), repositories("fresh")
    pushed.push(FILES)
    pushed.push(changed, removed=removed)
    fresh.push({path: text for path, text in {**FILES, **changed}.items() if path not in removed})
    assert pushed.rows() == fresh.rows()


def test_a_push_writes_only_what_became_different(
    repository: Repository,
) -> None:
    repository.push(FILES)

    def aliases() -> dict[str, int]:
        with repository.database.snapshot(repository.id) as connection:
            return dict(connection.execute("SELECT alias, id FROM symbol_aliases").fetchall())

    before = aliases()
    repository.push({"fury/base.py": "class Base: ...\n", "fury/lib.py": FILES["fury/lib.py"]})
    after = aliases()
    kept = {name for name in before if before[name] == after[name]}
    assert kept == before.keys() - {"fury.lib.vtk", "fury.lib.Actor"}


def test_writing_a_document_again_replaces_its_names(repository: Repository, facts: Facts) -> None:
    repository.push(FILES)
    text = "def cube(): ...\n"
    with repository.database.knowledge(repository.id) as connection:
        store.replace(
            connection,
            repository_id=repository.id,
            index_id=repository.index_id,
            changed=[(repository.documents["fury/actor.py"], facts("fury/actor.py", text))],
        )
    assert repository.found("fury.actor.sphere") == []
    assert repository.found("fury.cube") == ["fury.actor.cube"]


def test_more_names_than_one_statement_takes_are_written(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "ROWS_A_STATEMENT", 2)
    repository.push(FILES)
    assert repository.found("fury.base.Base.show") == ["fury.base.Base.show"]
    assert repository.found("fury.sphere") == ["fury.actor.sphere"]


def test_names_in_several_projects_of_one_repository_begin_at_their_packages(
    repository: Repository,
) -> None:
    repository.push(
        {
            "one/src/app/__init__.py": "from app.core import run\n",
            "one/src/app/core.py": "def run(): ...\n",
        }
    )
    assert repository.found("app.run") == ["app.core.run"]
    assert repository.found("one.src.app.core.run") == ["app.core.run"]
    repository.push({}, removed=["one/src/app/__init__.py"])
    assert repository.found("one.src.app.core.run") == ["one.src.app.core.run"]


def test_one_repository_sees_nothing_of_another(
    repositories: Repositories,
) -> None:
    mine, other = repositories("mine"), repositories("other")
    mine.push(FILES)
    with other.database.snapshot(other.id) as connection:
        for table in ("symbols", "symbol_aliases", "module_facts"):
            assert connection.execute(f"SELECT FROM {table}").fetchall() == []
    other.index_id = mine.index_id
    assert other.found("fury.sphere") == other.found("sphere") == []
    assert other.members("fury") == other.nearest("sphere") == []


def test_one_repository_cannot_write_for_another(repositories: Repositories, facts: Facts) -> None:
    mine, other = repositories("mine"), repositories("other")
    mine.push(FILES)
    changed = [(mine.documents["fury/actor.py"], facts("fury/actor.py", "x = 1\n"))]
    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege),
        other.database.knowledge(other.id) as connection,
    ):
        store.replace(connection, repository_id=mine.id, index_id=mine.index_id, changed=changed)
    assert mine.found("fury.sphere") == ["fury.actor.sphere"]


def test_names_go_with_their_index(repository: Repository) -> None:
    repository.push(FILES)
    with repository.database.knowledge(repository.id) as connection:
        connection.execute("DELETE FROM indexes")
        for table in ("symbols", "symbol_aliases", "module_facts"):
            assert connection.execute(f"SELECT FROM {table}").fetchall() == []
