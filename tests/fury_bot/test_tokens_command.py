"""``fury-bot tokens``: made, listed and revoked, by somebody at the command line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from fury_bot.cli.main import group
from web.api import TokenStore

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result

    from storage import Database

    Run = Callable[..., Result]


@pytest.fixture
def run(database_url: str) -> Run:
    """Run ``fury-bot tokens`` on a fresh database."""

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(group, ["tokens", *arguments], env={"DATABASE_URL": database_url})

    return run


def test_a_token_is_shown_once_and_works(run: Run, database: Database) -> None:
    made = run("create", "relay", "--repo", "Octo/Kitchen", "--repo", "octo/pantry", "--json")

    token = json.loads(made.stdout)["token"]
    known = TokenStore(database).admit(token)
    assert known is not None
    assert known.repositories == ["octo/kitchen", "octo/pantry"]
    assert (known.per_minute, known.per_day, known.expires_at) == (60, 5_000, None)
    assert token not in run("list").output
    assert token not in run("list", "--json").output


def test_a_token_for_people_stands_alone_on_stdout(run: Run) -> None:
    made = run("create", "relay", "--all-repositories")

    (token,) = made.stdout.splitlines()
    assert token.startswith("fb_")
    assert "not shown again" in made.stderr


def test_a_list_says_what_each_token_may_do(run: Run) -> None:
    run("create", "relay", "--repo", "octo/kitchen", "--per-minute", "5", "--expires", "2999-12-31")

    (line,) = run("list").stdout.splitlines()
    (listed,) = json.loads(run("list", "--json").stdout)["tokens"]
    assert line == (
        "relay: octo/kitchen; 5 a minute, 5000 a day; until 3000-01-01 00:00; never used"
    )
    assert listed["expires_at"].startswith("3000-01-01T00:00")
    assert listed["used_at"] is None


def test_a_revoked_token_is_gone(run: Run, database: Database) -> None:
    token = run("create", "relay", "--all-repositories").stdout.strip()

    revoked = run("revoke", "relay")

    assert (revoked.exit_code, revoked.stdout) == (0, "revoked relay\n")
    assert TokenStore(database).admit(token) is None
    assert "no tokens" in run("list").stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["create", "relay"], "give --repo OWNER/NAME, or --all-repositories"),
        (["create", "relay", "--repo", "kitchen"], "'kitchen' is not of the form OWNER/NAME"),
        (["create", "x", "--repo", "a/b", "--all-repositories"], "or --all-repositories"),
        (["create", "x", "--all-repositories", "--per-minute", "0"], "--per-minute"),
        (["create", "x", "--all-repositories", "--expires", "soon"], "neither a date"),
        (["create", "x", "--all-repositories", "--expires", "2001-01-01"], "2001-01-01 is over"),
        (["create", "x", "--all-repositories", "--expires", "9999-12-31"], "is too far away"),
        (["revoke", "nobody"], "there is no token called nobody"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line(run: Run, arguments: list[str], said: str) -> None:
    done = run(*arguments)

    assert done.exit_code != 0
    assert said in done.output
    assert "Traceback" not in done.output


def test_a_name_is_given_once(run: Run) -> None:
    run("create", "relay", "--all-repositories")

    again = run("create", "relay", "--all-repositories")

    assert again.exit_code == 1
    assert "`fury-bot tokens revoke relay`" in again.output


def test_some_repositories_and_all_of_them_are_not_both_to_be_had(run: Run) -> None:
    done = run("create", "relay", "--repo", "octo/kitchen", "--all-repositories")
    assert done.exit_code == 2
    assert "not both" in done.stderr
