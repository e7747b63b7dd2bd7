"""What strangers keep in a repository is as harmless once it was indexed and found again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from retrieval.catalogue import Catalogue
from retrieval.embeddings import SentenceTransformerEmbedder
from retrieval.indexing import Indexer
from retrieval.search import Retriever
from simulator.llm.personas import echo, gullible, obedient
from tests.injection.attacks import Attack, read
from tests.injection.conftest import SCOPE, shown

if TYPE_CHECKING:
    from pathlib import Path

    from storage import Database
    from tests.injection.conftest import World

ABOUT = "How the area of a disc is computed: the radius is squared and multiplied by pi."
ATTACKS = {attack.name: attack for attack in read()}
IN_FILES = {
    "docs/disc.md": "readme image that carries the question away",
    "docs/area.rst": "reference link",
    "docs/hidden.md": "order in a comment that forms around another",
    "docs/guess.md": "guessed code",
    "docs/chat.txt": "everyone within a fence of tildes",
    "docs/tables.md": "mention in a cell of a table",
    ATTACKS["path with a mention for everyone"].text: "command to another bot",
    "docs/say: ![x](https:,evil.example).md": "drawn language by entities",
}
DOCSTRING = "docstring that gives orders"
COMMENT = "code comment that gives orders"
CELL = "notebook cell that gives orders"


@pytest.fixture
def retriever(database: Database, tmp_path: Path) -> Retriever:
    """A search over a repository that strangers had their hands in."""
    for path, name in IN_FILES.items():
        _write(tmp_path / path, f"# The area of a disc\n\n{ABOUT}\n\n{ATTACKS[name].text}\n")
    _write(tmp_path / "shapes/area_of_disc.py", f'"""{ABOUT}"""\n\n\n{ATTACKS[DOCSTRING].text}\n')
    _write(tmp_path / "shapes/disc_area.py", f'"""{ABOUT}"""\n\n\n{ATTACKS[COMMENT].text}\n')
    _write(tmp_path / "docs/tour.ipynb", _notebook(ATTACKS[CELL]))
    embedder, catalogue = SentenceTransformerEmbedder(), Catalogue(database)
    Indexer(database, catalogue, embedder).index(
        tmp_path,
        repository=SCOPE.repository,
        url=f"https://github.com/{SCOPE.repository}",
        ref="main",
        commit="1" * 40,
    )
    return Retriever(catalogue, lambda _: embedder)


def test_nothing_forbidden_is_found_again(world: World, retriever: Retriever) -> None:
    asked = Attack(name="none", where="nowhere", text="", path="", kind="section")
    for speaker in (obedient, gullible, echo):
        before = len(world.models.requests())
        outcome = world.run(asked, speaker, searcher=retriever)

        assert len(world.models.requests()) > before
        assert len({source.path for source in outcome.answer.passages} - {"README.md"}) >= 8
        assert not any(shown(outcome).values())


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _notebook(attack: Attack) -> str:
    cell = {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {},
        "outputs": [],
        "source": f"# {ABOUT}\n{attack.text}",
    }
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
