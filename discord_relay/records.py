"""The relay's rows: which interactions are claimed, and what was sent of their answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import engine.records

if TYPE_CHECKING:
    from engine.answer import Answer
    from storage import Connection

_CLAIM = """
    INSERT INTO deliveries (id, source, event) VALUES (%s, 'discord', %s)
    ON CONFLICT DO NOTHING
"""

_MESSAGES = "SELECT reply_id FROM answers WHERE delivery_id = %s"

_SENT = "UPDATE answers SET reply_id = %s, reply_url = %s WHERE delivery_id = %s"

_FINISHED = "UPDATE answers SET posted_at = now() WHERE delivery_id = %s AND posted_at IS NULL"


@dataclass(frozen=True, slots=True)
class Recorded:
    """An answer that is stored, and the Discord messages that carry it so far."""

    answer: Answer
    message_ids: tuple[str, ...]
    """In order of the answer's parts. The last one may not hold its part yet."""


def claim(connection: Connection, *, interaction_id: str, event: str) -> bool:
    """Say whether ``interaction_id`` is new; from now on it is not."""
    return connection.execute(_CLAIM, (interaction_id, event)).rowcount == 1


def load(connection: Connection, *, interaction_id: str) -> Recorded | None:
    """Return what is kept for the interaction."""
    answer = engine.records.find(connection, interaction_id)
    row = connection.execute(_MESSAGES, (interaction_id,)).fetchone()
    if answer is None or row is None:
        return None
    return Recorded(answer=answer, message_ids=tuple((row[0] or "").split()))


def record_messages(
    connection: Connection, *, interaction_id: str, message_ids: tuple[str, ...], url: str | None
) -> None:
    """Keep the ids of the messages that exist; ``url`` leads to the first."""
    connection.execute(_SENT, (" ".join(message_ids), url, interaction_id))


def record_finished(connection: Connection, *, interaction_id: str) -> None:
    """Keep that the whole answer stands in Discord."""
    connection.execute(_FINISHED, (interaction_id,))
