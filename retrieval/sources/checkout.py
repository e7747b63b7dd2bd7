"""What a directory on this machine is a checkout of."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from collections.abc import Iterable

    from retrieval.sources.listing import Entry

_log = structlog.get_logger(__name__)

_GIT_SECONDS = 10.0

_REMOTE = re.compile(
    r"""^(?:(?:https?|ssh|git)://[^/]+/ | [^/:]+@[^/:]+:)   # a URL, or git's user@host:
        (?P<owner>[\w.-]+)/(?P<name>[\w.-]+?)(?:\.git)?/?$""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Checkout:
    """A directory and, when it is the top of a git checkout, what is checked out there."""

    root: Path
    commit: str | None
    """The full SHA of HEAD."""
    ref: str | None
    """The branch, or the tag that HEAD stands on."""
    remote: str | None
    """``owner/name`` of the remote ``origin``."""
    is_changed: bool = False
    """Whether files differ from the commit, so that its permalinks may lead to other lines."""


def describe(path: Path) -> Checkout:
    """Say what ``path`` is a checkout of; all None when it is none, or git is not there.

    A directory inside a checkout is none: its paths are not the repository's.
    """
    root = path.resolve()
    if not _is_top(root):
        return Checkout(root, None, None, None)
    return Checkout(
        root,
        commit=_git(root, "rev-parse", "--verify", "--quiet", "HEAD^{commit}"),
        ref=_git(root, "symbolic-ref", "--short", "--quiet", "HEAD")
        or _git(root, "describe", "--tags", "--exact-match", "HEAD"),
        remote=find_remote(root),
        is_changed=_git(root, "status", "--porcelain") is not None,
    )


def find_remote(path: Path) -> str | None:
    """Return ``owner/name`` of the remote ``origin`` of the checkout around ``path``, if any."""
    return _repository(_git(path, "config", "--get", "remote.origin.url"))


def list_own(path: Path) -> frozenset[str] | None:
    """Return what git takes for a checkout's own: what is tracked, or new and not ignored.

    A folder of another checkout stands for what is in it, a submodule without a slash at its end.
    None: ``path`` is no top of a checkout, or git is not there.
    """
    root = path.resolve()
    if not _is_top(root):
        return None
    listed = _run(root, "ls-files", "--cached", "--others", "--exclude-standard", "-z")
    return None if listed is None else frozenset(filter(None, listed.split("\0")))


def content_identity(entries: Iterable[Entry]) -> str:
    """Return 40 hex digits that stand for a tree's content where no commit does.

    The same paths with the same bytes give the same identity, in whatever order they come.
    """
    identity = hashlib.sha1(usedforsecurity=False)
    for entry in sorted(entries, key=lambda entry: entry.path):
        identity.update(f"{entry.blob_id} {entry.path}\0".encode())
    return identity.hexdigest()


def _repository(url: str | None) -> str | None:
    match = _REMOTE.match(url) if url else None
    return f"{match['owner']}/{match['name']}" if match else None


def _is_top(root: Path) -> bool:
    top = _git(root, "rev-parse", "--show-toplevel")
    return top is not None and Path(top).samefile(root)


def _git(directory: Path, *arguments: str) -> str | None:
    """Return the first line git prints, or None when it fails."""
    printed = _run(directory, *arguments)
    return (printed or "").split("\n", 1)[0] or None


def _run(directory: Path, *arguments: str) -> str | None:
    """Return what git prints, or None when it fails."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("GIT_")
    } | {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    try:
        done = subprocess.run(  # noqa: S603 - fixed commands; the directory is passed as one word
            ["git", "-C", str(directory), *arguments],  # noqa: S607 - git is wherever PATH has it
            env=environment,
            capture_output=True,
            timeout=_GIT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        _log.warning("git_unavailable", command=arguments[0], error=type(error).__name__)
        return None
    if b"dubious ownership" in done.stderr:
        _log.warning("git_refuses_owner", directory=str(directory))
    if done.returncode:
        return None
    return os.fsdecode(done.stdout)
