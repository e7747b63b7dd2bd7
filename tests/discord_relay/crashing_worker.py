"""A worker process that a test kills: ``crashing_worker.py DATABASE_URL API_URL``."""

from __future__ import annotations

import sys

from discord_relay.tasks import Dependencies, handlers
from jobs.worker import Worker
from storage import Database
from tests.discord_relay.conftest import FakeEngine, long_response, memory


def main(database_url: str, api_url: str) -> None:
    database = Database(database_url)
    dependencies = Dependencies(
        database=database,
        engine=FakeEngine(response=long_response()),
        conversations=memory(database),
        api_url=api_url,
    )
    Worker(database_url=database_url, handlers=handlers(dependencies)).drain()


if __name__ == "__main__":
    main(*sys.argv[1:])
