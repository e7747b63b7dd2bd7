"""What can go wrong between a repository and its text.

The errors::

    SourceError
    ├── NotADirectory       there is no tree to read
    ├── Undecodable         a file's bytes are not text in any encoding it may be in
    └── ArchiveError
        ├── Damaged         not a .tar.gz or .zip, or broken off
        ├── UnsafeMember    a member would be written, or would point, outside the tree
        └── TooLarge        more bytes or members than the limits allow
"""

from __future__ import annotations


class SourceError(Exception):
    """A repository's files could not be read."""


class NotADirectory(SourceError):
    """The tree's root is missing, or is not a directory."""


class Undecodable(SourceError):
    """A file is not text."""


class ArchiveError(SourceError):
    """An archive was refused; what was already unpacked is not to be used."""


class Damaged(ArchiveError):
    """The archive cannot be read to its end."""


class UnsafeMember(ArchiveError):
    """A member is a device, or leads out of the tree."""


class TooLarge(ArchiveError):
    """The archive holds more than the limits allow."""
