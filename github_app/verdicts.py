"""Which failures no further attempt can mend."""

from __future__ import annotations

from github_app.errors import ArchiveTooLarge, Forbidden, NotFound, Unprocessable
from jobs.port import Permanent
from retrieval.sources.errors import ArchiveError

PERMANENT = (Forbidden, NotFound, Unprocessable, ArchiveTooLarge, ArchiveError)
"""Errors after which a job is given up."""


def is_permanent(error: BaseException) -> bool:
    """Say whether ``error`` ends a job, whatever the attempt."""
    return isinstance(error, (*PERMANENT, Permanent))
