"""Global node ids in the shape of GitHub's: a prefix, and packed numbers in base64url.

The numbers are a MessagePack array, ``[0, id]`` for what stands alone and ``[0, repository, id]``
for what belongs to a repository, which is why GitHub's ids start ``U_kgDO`` and ``D_kwDO``. Of
git's objects the array ends with the object's id as text.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import struct


def _array(*numbers: int) -> bytes:
    head = bytes([0x90 | (len(numbers) + 1), 0x00])
    return head + b"".join(b"\xce" + struct.pack(">I", number) for number in numbers)


def _encode(prefix: str, packed: bytes) -> str:
    return f"{prefix}_{base64.urlsafe_b64encode(packed).decode().rstrip('=')}"


def node_id(prefix: str, *numbers: int) -> str:
    """Return the node id of the object that ``numbers`` (32 bits each) identify."""
    return _encode(prefix, _array(*numbers))


def git_node_id(prefix: str, repository_id: int, oid: str) -> str:
    """Return the node id of a git object: a commit, a folder, a file's content."""
    return _encode(prefix, _git_array(repository_id) + oid.encode())


def git_oid(node_id: str, *, repository_id: int) -> str | None:
    """Return which git object of a repository ``node_id`` names; None when it names none."""
    encoded = node_id.partition("_")[2]
    try:
        packed = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
    except binascii.Error:
        return None
    head = _git_array(repository_id)
    return packed.removeprefix(head).decode() if packed.startswith(head) else None


def _git_array(repository_id: int) -> bytes:
    return b"\x93\x00\xce" + struct.pack(">I", repository_id) + b"\xda\x00\x28"


def named_node_id(prefix: str, repository_id: int, name: str) -> str:
    """Return the node id of something a repository knows by name: a ref."""
    digest = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big")
    return _encode(prefix, _array(repository_id, digest))
