"""The engine's job: forgetting what was said long ago."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from jobs.port import Schedule

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.conversations import Conversations
    from jobs.port import Arguments, Attempt, Handler

log = structlog.get_logger(__name__)

EXPIRE = "engine.expire_conversations"

SCHEDULES = (Schedule(EXPIRE, cron="17 * * * *"),)
"""Hourly: a turn outlives its time by an hour at the most, and is told to nobody meanwhile."""


def handlers(conversations: Conversations) -> Mapping[str, Handler]:
    """Return what to run for each task name."""

    def expire(_arguments: Arguments, _attempt: Attempt) -> None:
        log.info("conversations_expired", turns=conversations.expire())

    return {EXPIRE: expire}
