"""Releases and branches are indexed side by side with the default branch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

from github_app import records
from github_app.behaviours.index_refs import index_refs
from github_app.errors import ArchiveTooLarge, ServerError
from github_app.indexing import RefIndexer
from github_app.rest import RestClient
from github_app.work import IndexRefs, job_of
from tests.github_app.conftest import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from github_app.indexing import Ref
    from tests.github_app.conftest import Bot


def choose(bot: Bot, **knowledge: object) -> None:
    """Push a settings file, and do all the work that comes of it."""
    settings = yaml.safe_dump({"knowledge": knowledge}).encode()
    bot.github.push(bot.repository, {".github/fury-bot.yml": settings}, author="mona")
    bot.work()


def refs(bot: Bot) -> set[str]:
    return {ref for _, ref in bot.engine.trees}


def release(bot: Bot, tag: str, **options: Any) -> None:  # noqa: ANN401 - of the simulated GitHub
    bot.github.push(bot.repository, {"version.py": tag.encode()}, author="mona")
    bot.github.release(bot.repository, tag, author="mona", **options)
    bot.work()


def test_a_release_is_indexed_beside_the_default_branch(bot: Bot) -> None:
    release(bot, "v1.0")
    bot.github.push(bot.repository, {"version.py": b"next"}, author="mona")
    bot.work()
    assert refs(bot) == {"main", "v1.0"}
    assert bot.engine.trees[REPOSITORY, "v1.0"]["version.py"] == b"v1.0"
    assert bot.engine.trees[REPOSITORY, "main"]["version.py"] == b"next"
    assert dict(bot.engine.defaults) == {"main": True, "v1.0": False}


def test_the_newest_release_is_indexed_when_the_app_is_installed(bot: Bot) -> None:
    (installation,) = bot.github.state.installations()
    other = bot.github.add_repository("octo-org/other")
    bot.github.release(other, "v1.0", author="mona")
    bot.github.push(other, {"x.py": b"1"}, author="mona")
    bot.github.release(other, "v2.0", author="mona")
    bot.github.add_to_installation(installation, [other])
    bot.work()
    assert {ref for name, ref in bot.engine.trees if name == other.full_name} == {"main", "v2.0"}


def test_an_older_release_goes_when_a_newer_one_comes(bot: Bot) -> None:
    for tag in ("v1.0", "v2.0"):
        release(bot, tag)
    assert refs(bot) == {"main", "v2.0"}


def test_as_many_releases_are_kept_as_the_settings_say(bot: Bot) -> None:
    for tag in ("v1.0", "v2.0", "v3.0"):
        release(bot, tag)
    choose(bot, versions=2)
    assert refs(bot) == {"main", "v2.0", "v3.0"}
    choose(bot, versions=0)
    assert refs(bot) == {"main"}


def test_a_release_that_is_deleted_goes(bot: Bot) -> None:
    release(bot, "v1.0")
    (made,) = bot.github.state.releases(bot.repository)
    bot.github.delete_tag(bot.repository, "v1.0", author="mona")
    bot.github.delete_release(made)
    bot.work()
    assert refs(bot) == {"main"}


def test_drafts_are_not_looked_at_and_pre_releases_only_for_want_of_others(bot: Bot) -> None:
    release(bot, "v1.0rc1", prerelease=True)
    release(bot, "v1.0", draft=True)
    assert refs(bot) == {"main", "v1.0rc1"}
    release(bot, "v0.9")
    assert refs(bot) == {"main", "v0.9"}


@pytest.mark.parametrize("annotated", [False, True])
def test_tags_are_indexed_where_there_are_no_releases(bot: Bot, annotated: bool) -> None:  # noqa: FBT001 - pytest passes it
    head = bot.github.state.head(bot.repository).oid
    bot.github.tag(bot.repository, "v1.0", author="mona", annotated=annotated)
    bot.github.tag(bot.repository, "nightly", author="mona")
    bot.work()
    assert bot.engine.refs(REPOSITORY) == {"main": head, "v1.0": head}


def test_a_branch_is_indexed_on_each_push_once_the_settings_name_it(bot: Bot) -> None:
    bot.github.push(bot.repository, {"new.py": b"1"}, author="mona", branch="next")
    bot.work()
    assert refs(bot) == {"main"}
    choose(bot, branches=["next", "absent"])
    assert refs(bot) == {"main", "next"}
    bot.github.push(bot.repository, {"new.py": b"2"}, author="mona", branch="next")
    bot.operations()
    bot.work()
    assert bot.engine.trees[REPOSITORY, "next"]["new.py"] == b"2"
    assert "tarball" not in bot.operations()


def test_a_push_to_a_branch_that_nobody_named_asks_github_nothing(bot: Bot) -> None:
    bot.github.push(bot.repository, {"new.py": b"1"}, author="mona", branch="feature")
    bot.operations()
    bot.work()
    assert bot.operations() == []


def test_a_branch_that_is_named_no_more_or_deleted_goes(bot: Bot) -> None:
    bot.github.push(bot.repository, {"new.py": b"1"}, author="mona", branch="next")
    bot.github.push(bot.repository, {"new.py": b"1"}, author="mona", branch="old")
    choose(bot, branches=["next", "old"])
    assert refs(bot) == {"main", "next", "old"}
    choose(bot, branches=["next"])
    assert refs(bot) == {"main", "next"}
    bot.github.state.delete_branch(bot.repository, "next")
    (installation,) = bot.github.state.installations()
    bot.run(job_of(IndexRefs(installation.id, REPOSITORY, bot.repository.id, "next")))
    assert refs(bot) == {"main"}


def test_a_branch_takes_the_place_of_a_tag_of_its_name(bot: Bot) -> None:
    bot.github.tag(bot.repository, "v1.0", author="mona")
    bot.github.push(bot.repository, {"new.py": b"1"}, author="mona", branch="v1.0")
    choose(bot, branches=["v1.0", "main"])
    assert "new.py" in bot.engine.trees[REPOSITORY, "v1.0"]
    assert dict(bot.engine.defaults) == {"main": True, "v1.0": False}


def test_what_was_indexed_by_hand_stays(bot: Bot) -> None:
    bot.engine.trees[REPOSITORY, "by-hand"] = {}
    release(bot, "v1.0")
    assert refs(bot) == {"main", "v1.0", "by-hand"}


def test_a_version_that_cannot_be_had_keeps_the_others_from_nothing(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    bot.github.push(bot.repository, {"new.py": b"1"}, author="mona", branch="next")
    refused = bot.github.tag(bot.repository, "v1.0", author="mona").commit.oid
    download = RestClient.download_archive

    def refuse(
        self: RestClient, repository: str, commit: str, destination: Path, *, token: str
    ) -> None:
        if commit == refused:
            raise ArchiveTooLarge("the archive is larger than 1 byte")
        download(self, repository, commit, destination, token=token)

    monkeypatch.setattr(RestClient, "download_archive", refuse)
    choose(bot, branches=["next"])
    assert refs(bot) == {"main", "next"}
    with bot.dependencies.database.transaction() as connection:
        assert not records.was_refused(connection, REPOSITORY, within=60)


def test_settings_that_stay_ask_for_no_further_work(bot: Bot) -> None:
    bot.github.push(bot.repository, {"a.py": b"1"}, author="mona")
    (job,) = bot.queue.jobs
    bot.queue.jobs.clear()
    bot.run(job)
    assert bot.queue.jobs == []


def test_refs_that_could_not_be_indexed_are_asked_for_with_the_next_push(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    bot.github.push(bot.repository, {"new.py": b"1"}, author="mona", branch="next")
    with monkeypatch.context() as patch:
        patch.setattr(RefIndexer, "index", _fail_beside_the_default_branch(RefIndexer.index))
        with pytest.raises(ServerError):
            choose(bot, branches=["next"])
    bot.queue.jobs.clear()  # it failed for good
    bot.github.push(bot.repository, {"hello.py": b"2"}, author="mona")
    bot.work()
    assert refs(bot) == {"main", "next"}


def _fail_beside_the_default_branch(
    index: Callable[[RefIndexer, Ref], None],
) -> Callable[[RefIndexer, Ref], None]:
    def fail(indexer: RefIndexer, ref: Ref) -> None:
        if not ref.is_default:
            raise ServerError("GitHub is down")
        index(indexer, ref)

    return fail


def test_another_way_to_cut_files_has_every_ref_indexed_anew(bot: Bot) -> None:
    release(bot, "v1.0")
    bot.engine.edition = "2"
    before = len(bot.engine.indexed)
    bot.github.push(bot.repository, {"hello.py": b"2"}, author="mona")
    bot.work()
    assert [ref for _, ref, _, _ in bot.engine.indexed[before:]] == ["main", "v1.0"]


def test_an_empty_repository_has_no_versions(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    (installation,) = bot.github.state.installations()
    empty = {
        "nameWithOwner": REPOSITORY,
        "databaseId": bot.repository.id,
        "url": f"https://github.com/{REPOSITORY}",
        "defaultBranchRef": None,
        "isPrivate": False,
        "latestRelease": None,
        "settings": None,
    }
    monkeypatch.setattr(
        "github_app.connection.Connection._send",
        lambda self, name, variables: {"repository": empty},  # noqa: ARG005 - of the method
    )
    before = list(bot.engine.indexed)
    index_refs(IndexRefs(installation.id, REPOSITORY), bot.dependencies)
    assert bot.engine.indexed == before
