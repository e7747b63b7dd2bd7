"""Which of a repository's releases and tags are indexed beside its default branch."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from github_app.graphql.model import Tag

if TYPE_CHECKING:
    from collections.abc import Sequence

    from github_app.graphql.model import Versions

_VERSION = re.compile(r"(?:.*[-_/])?v?\d+(?:\.\d+)+(?P<suffix>.*)", re.IGNORECASE | re.DOTALL)
_POST_RELEASE = re.compile(r"[.-]?(?:post|r)\d+", re.IGNORECASE)


def newest(versions: Versions, *, count: int) -> tuple[Tag, ...]:
    """Return the tags of the ``count`` newest releases.

    A pre-release counts where there is nothing else. A repository that makes no releases has its
    tags that name a version taken for them.
    """
    if versions.releases:
        released = [(Tag(one.tag, one.commit), one.is_prerelease) for one in versions.releases]
    else:
        released = [
            (tag, not _is_final(match["suffix"]))
            for tag in versions.tags
            if (match := _VERSION.fullmatch(tag.name))
        ]
    return _final_ones(released)[:count]


def _final_ones(released: Sequence[tuple[Tag, bool]]) -> tuple[Tag, ...]:
    final = tuple(tag for tag, is_prerelease in released if not is_prerelease)
    return final or tuple(tag for tag, _ in released)


def _is_final(suffix: str) -> bool:
    return not suffix or _POST_RELEASE.fullmatch(suffix) is not None
