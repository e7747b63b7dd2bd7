"""The same question in Discord gets the same sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests

from simulator.discord import Discord, State, create_app
from simulator.serving import Served
from tests.end_to_end.apiary import QUESTION, REPOSITORY, permalinks
from tests.end_to_end.world import installed_world

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from simulator.github import App
    from storage import Database
    from tests.end_to_end.world import World


@pytest.fixture(scope="module")
def discord() -> Discord:
    return Discord()


@pytest.fixture(scope="module")
def world(
    registration: tuple[App, str],
    open_database: Callable[[], AbstractContextManager[Database]],
    discord: Discord,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("world")
    with (
        open_database() as database,
        Served(create_app(discord)) as api,
        installed_world(
            registration,
            database,
            folder,
            FURY_BOT_DEFAULT_REPOSITORY=REPOSITORY,
            DISCORD_APPLICATION_ID=discord.application_id,
            DISCORD_PUBLIC_KEY=discord.public_key,
            DISCORD_API_URL=f"{api.url}/api/v10",
        ) as world,
    ):
        yield world


def test_the_deferred_reply_is_filled_with_the_references_of_githubs_reply(
    world: World, discord: Discord
) -> None:
    interaction = discord.ask(f"{world.url}/discord/interactions", QUESTION)
    discussion = world.ask(QUESTION)
    world.settle()
    assert interaction.state is State.ANSWERED
    (text,) = interaction.texts
    (reply,) = world.replies(discussion)
    assert permalinks(text) == permalinks(reply) != ()


def test_the_endpoint_answers_discords_ping_and_refuses_a_forged_one(
    world: World, discord: Discord
) -> None:
    assert discord.accepts_endpoint(f"{world.url}/discord/interactions")


def test_a_body_that_was_altered_after_it_was_signed_is_refused(
    world: World, discord: Discord
) -> None:
    response = requests.post(
        f"{world.url}/discord/interactions",
        data=b'{"type": 2}',
        headers=discord.signed(b'{"type": 1}'),
        timeout=10,
    )
    assert response.status_code == 401
    assert world.unfinished_jobs() == []
