"""What can go wrong with knowledge.

::

    RetrievalError
    ├── ModelMissing           the embedding model cannot be loaded
    └── RepositoryNotIndexed   there is no index to search
"""

from __future__ import annotations


class RetrievalError(Exception):
    """Knowledge cannot be gathered or searched."""


class ModelMissing(RetrievalError):
    """The embedding model is neither installed nor to be had from a hub."""


class RepositoryNotIndexed(RetrievalError):
    """The repository, or the ref of it, has no index."""

    def __init__(self, repository: str, ref: str | None = None) -> None:
        super().__init__(f"{repository} at {ref}" if ref else repository)
        self.repository = repository
        self.ref = ref
