"""Where a repository's text comes from: a tree of files, an archive, a checkout."""

from __future__ import annotations

from retrieval.sources.archive import ArchiveLimits, Unpacked, unpack
from retrieval.sources.checkout import Checkout, content_identity, describe, find_remote
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
from retrieval.sources.listing import Blobs, Entry, Limits, Selection, blob_id, select
from retrieval.sources.tree import SourceTree, TreeBlobs, list_tree, read_tree

__all__ = [
    "ArchiveError",
    "ArchiveLimits",
    "Blobs",
    "Checkout",
    "Damaged",
    "Entry",
    "Limits",
    "NotADirectory",
    "Selection",
    "SourceError",
    "SourceTree",
    "TooLarge",
    "TreeBlobs",
    "Undecodable",
    "Unpacked",
    "UnsafeMember",
    "blob_id",
    "content_identity",
    "decode",
    "describe",
    "find_remote",
    "list_tree",
    "read_tree",
    "select",
    "unpack",
]
