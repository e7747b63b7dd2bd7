"""What the GitHub face needs from other rooms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from engine.answer import Answer, Scope
    from generation.protocol import Task, Turn
    from retrieval.model import IndexReport, SearchResult
    from retrieval.places import Place
    from retrieval.sources import Blobs, Entry
    from retrieval.threads import Kind, Thread


class Answerer(Protocol):
    """Answers from what is indexed. Both raise :class:`engine.errors.NotIndexed`."""

    def ask(
        self,
        question: str,
        scope: Scope,
        *,
        task: Task | None = None,
        history: Sequence[Turn] = (),
        material: SearchResult | None = None,
    ) -> Answer:
        """Answer ``question``, or abstain.

        ``task`` is what a command asks for; without one, the question's words tell. ``material``
        is what is to be explained, translated or summed up, in place of what would be found.
        """

    def search(self, query: str, scope: Scope) -> SearchResult:
        """Return the passages that match ``query`` best."""


class Places(Protocol):
    """Reads what somebody points at."""

    def read(self, place: Place, *, repository: str) -> SearchResult:
        """Return what stands there, without passages if nothing does.

        Raises:
            RepositoryNotIndexed: There is no index of ``repository``.
        """


class Indexer(Protocol):
    """Keeps the index of each repository (``owner/name``)."""

    @property
    def edition(self) -> str:
        """When this changes, every ref is to be indexed anew."""

    def register(self, repository: str, url: str, *, github_id: int | None = None) -> int:
        """Make the repository known, and return its id in the database.

        What is known of ``github_id`` goes by this name from now on; what is known of another
        repository under this name is deleted.
        """

    def refs(self, repository: str) -> Mapping[str, str]:
        """Return the commit of each branch and tag that is indexed, by its name."""

    def index(
        self, root: Path, *, repository: str, url: str, ref: str, commit: str, default: bool
    ) -> IndexReport:
        """Bring the index of ``ref`` to the state of the tree at ``root``.

        A ``default`` one answers the questions that name no ref from now on.
        """

    def index_listing(
        self,
        entries: Sequence[Entry],
        blobs: Blobs,
        *,
        repository: str,
        url: str,
        ref: str,
        commit: str,
        default: bool,
    ) -> IndexReport:
        """Do the same for a tree that is listed; only files that differ are read."""

    def remove(self, repository: str, ref: str) -> None:
        """Delete the index of a branch or tag; an unknown one is no error."""

    def forget(self, repository: str) -> None:
        """Delete the repository with all that is known of it; an unknown one is no error."""


class ThreadIndexer(Protocol):
    """Keeps what was asked and answered in each repository (``owner/name``)."""

    @property
    def edition(self) -> str:
        """When this changes, what is known of threads is to be read anew."""

    def write(
        self,
        threads: Sequence[Thread],
        *,
        repository: str,
        url: str,
        newest_release: str | None,
        removed: Sequence[str],
        embed: bool,
    ) -> int:
        """Add threads, or put them in the place of older ones; forget those ``removed``.

        Without ``embed``, the texts that the model has yet to read are left to jobs of their own;
        returns how many there are.
        """

    def clear(self, kind: Kind, *, repository: str, url: str) -> None:
        """Forget every thread of a kind."""
