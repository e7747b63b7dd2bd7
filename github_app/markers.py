"""The hidden line by which a comment of ours is known again, and with it, its delivery.

A worker that died between posting and recording is followed by one that finds the marker.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from github_app.deliveries import DELIVERY_ID

if TYPE_CHECKING:
    from collections.abc import Iterable

    from github_app.graphql.model import Comment

_MARKER = re.compile(rf"<!-- fury-bot delivery=({DELIVERY_ID.pattern}) -->\s*\Z")


def marker(delivery_id: str) -> str:
    """Return the last line of the reply to ``delivery_id``.

    Raises:
        ValueError: The id holds what might end the HTML comment.
    """
    if not DELIVERY_ID.fullmatch(delivery_id):
        raise ValueError(f"not a delivery id: {delivery_id!r}")
    return f"<!-- fury-bot delivery={delivery_id} -->"


def has_marker(comment: Comment) -> bool:
    """Say whether the App wrote ``comment`` as a reply to a delivery."""
    return comment.by_viewer and _MARKER.search(comment.body) is not None


def find_marker(comments: Iterable[Comment], delivery_id: str) -> Comment | None:
    """Return our reply to ``delivery_id``.

    Anyone can write a marker: only comments that the App itself wrote are looked at, and of those
    only the end, where no quoted text stands.
    """
    for comment in comments:
        found = _MARKER.search(comment.body) if comment.by_viewer else None
        if found and found[1] == delivery_id:
            return comment
    return None
