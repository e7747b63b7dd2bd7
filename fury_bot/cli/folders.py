"""Indexing a folder of this machine, and telling permalinks that lead nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from fury_bot.cli.progress import ProgressBar
from retrieval.files import Files
from retrieval.sources import TreeBlobs, content_identity, list_tree

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from fury_bot.wiring import Wiring
    from retrieval.model import IndexReport
    from retrieval.refs import IndexedRef
    from retrieval.sources import Checkout

_NO_COMMIT = "-no-commit"
"""Ends the identity of a tree that stands for no commit."""


@dataclass(frozen=True, slots=True)
class Indexed:
    """A folder after it was indexed."""

    checkout: Checkout
    report: IndexReport
    default: IndexedRef | None
    """What questions that name no ref are answered from now."""
    abandoned: IndexedRef | None
    """What they were answered from until now, which was never finished."""


def index_folder(
    wiring: Wiring,
    checkout: Checkout,
    *,
    repository: str,
    ref: str | None,
    default: bool = False,
) -> Indexed:
    """Index a folder as ``repository`` at ``ref``, by default the one that is checked out.

    Where the index that answers questions without a ref was never finished, this one takes its
    place. A folder without anything to index leaves all as it was.

    Raises:
        click.ClickException: Nothing in the folder can be indexed.
    """
    if not _holds_text(checkout.root, wiring):
        raise click.ClickException(
            f"{checkout.root}: there is no file in it that can be indexed; nothing was changed"
        )
    ref = ref or checkout.ref
    before = _default(wiring.catalogue.indexes(repository))
    abandoned = before if before and _is_abandoned(before, by=ref or "HEAD") else None
    with ProgressBar() as progress:
        report = wiring.indexer.index(
            checkout.root,
            repository=repository,
            url=f"{wiring.settings.github_web_url}/{repository}",
            ref=ref or "HEAD",
            # A tree without git has no commit: the tag it is of leads to the same files.
            commit=checkout.commit
            or ref
            or f"{content_identity(list_tree(checkout.root).entries)}{_NO_COMMIT}",
            default=default or abandoned is not None,
            progress=progress,
        )
    return Indexed(checkout, report, _default(wiring.catalogue.indexes(repository)), abandoned)


def has_permalinks(commit: str) -> bool:
    """Say whether links to ``commit``, of an index, lead to anything."""
    return not commit.endswith(_NO_COMMIT)


def _holds_text(root: Path, wiring: Wiring) -> bool:
    """Say whether any file below ``root`` has something to index; read no more than tells it."""
    entries = list_tree(root).entries
    files = Files(entries, TreeBlobs(root), wiring.embedder.measure)
    return any(document.parsed.chunks for document in files.read([each.path for each in entries]))


def _default(indexes: Sequence[IndexedRef]) -> IndexedRef | None:
    return next((each for each in indexes if each.is_default), None)


def _is_abandoned(index: IndexedRef, *, by: str) -> bool:
    return index.ref != by and not (index.chunks and index.is_whole)
