"""Where a repository's text comes from: a tree of files, an archive, a checkout."""

from __future__ import annotations

from retrieval.sources.archive import ArchiveLimits, Unpacked, unpack
from retrieval.sources.checkout import Checkout, content_identity, describe
from retrieval.sources.decoding import decode
from retrieval.sources.errors import (
    ArchiveError,
    Damaged,
    NotADirectory,
    SourceError,
    TooLarge,
    Undecodable,
    UnsafeMember,
)
from retrieval.sources.tree import Limits, SourceTree, read_tree

__all__ = [
    "ArchiveError",
    "ArchiveLimits",
    "Checkout",
    "Damaged",
    "Limits",
    "NotADirectory",
    "SourceError",
    "SourceTree",
    "TooLarge",
    "Undecodable",
    "Unpacked",
    "UnsafeMember",
    "content_identity",
    "decode",
    "describe",
    "read_tree",
    "unpack",
]
