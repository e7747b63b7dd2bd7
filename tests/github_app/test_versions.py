"""Which releases and tags are the newest versions."""

from __future__ import annotations

import pytest

from github_app.graphql.model import Tag, Version, Versions
from github_app.versions import newest


def released(*names: str, tags: tuple[str, ...] = ()) -> Versions:
    """Return versions by name, newest first; those that end with * are pre-releases."""
    return Versions(
        tuple(Version(name.rstrip("*"), f"c-{name}", name.endswith("*")) for name in names),
        tuple(Tag(name, f"c-{name}") for name in tags),
    )


def names(versions: Versions, count: int = 9) -> list[str]:
    return [tag.name for tag in newest(versions, count=count)]


def test_the_newest_releases_are_taken() -> None:
    assert names(released("v3", "v2", "v1"), count=2) == ["v3", "v2"]
    assert names(released("v3"), count=0) == []
    assert newest(released("v3"), count=1) == (Tag("v3", "c-v3"),)


def test_a_pre_release_counts_where_there_is_nothing_else() -> None:
    assert names(released("v3*", "v2", "v1*")) == ["v2"]
    assert names(released("v3*", "v2*"), count=1) == ["v3"]


def test_tags_stand_for_releases_where_none_is_made() -> None:
    assert names(released("v2", tags=("v3",))) == ["v2"]
    assert names(released(tags=("v3.0", "nightly", "v2.1rc1", "2.0", "docs"))) == ["v3.0", "2.0"]
    assert names(released(tags=("nightly",))) == []
    assert names(released(tags=("v1.0rc2", "v1.0rc1"))) == ["v1.0rc2", "v1.0rc1"]


@pytest.mark.parametrize(
    "tag", ["v1.0", "V1.0", "1.0.2", "fury-0.12.0", "release/2.0", "1.0.post1"]
)
def test_a_tag_may_name_a_version_in_many_ways(tag: str) -> None:
    assert names(released(tags=("v9.0-beta", tag))) == [tag]
