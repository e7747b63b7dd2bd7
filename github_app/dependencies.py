"""What the behaviours work with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from github_app.connection import GitHub
    from github_app.ports import Answerer, Indexer, Places, ThreadIndexer
    from jobs.port import Queue
    from storage import Database


@dataclass(frozen=True, slots=True)
class Dependencies:
    """The parts that the composition root puts together."""

    github: GitHub
    answerer: Answerer
    indexer: Indexer
    database: Database
    queue: Queue
    threads: ThreadIndexer
    places: Places
