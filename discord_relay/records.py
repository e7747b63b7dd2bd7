"""The relay's rows: which interactions are claimed, what was answered, what was sent of it."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from engine.answer import Answer, Source, Timings

if TYPE_CHECKING:
    from storage import Connection

_CLAIM = """
    INSERT INTO deliveries (id, source, event) VALUES (%s, 'discord', %s)
    ON CONFLICT DO NOTHING
"""

_STORE = """
    INSERT INTO answers (
        repository_id, delivery_id, question, response, sources, provider, model, abstained,
        confidence, timings, commit_sha
    )
    SELECT
        id, %(delivery_id)s, %(question)s, %(response)s, %(sources)s, %(provider)s, %(model)s,
        %(abstained)s, %(confidence)s, %(timings)s, %(commit)s
    FROM repositories WHERE lower(name) = lower(%(repository)s)
    ON CONFLICT (delivery_id) DO NOTHING
"""

_LOAD = """
    SELECT
        repositories.name AS repository, question, response, sources, provider, model, abstained,
        confidence, timings, commit_sha AS commit, reply_id
    FROM answers JOIN repositories ON repositories.id = repository_id
    WHERE delivery_id = %s
"""

_SENT = "UPDATE answers SET reply_id = %s, reply_url = %s WHERE delivery_id = %s"

_FINISHED = "UPDATE answers SET posted_at = now() WHERE delivery_id = %s AND posted_at IS NULL"


@dataclasses.dataclass(frozen=True, slots=True)
class Recorded:
    """An answer that is stored, and the Discord messages that carry it so far."""

    answer: Answer
    message_ids: tuple[str, ...]
    """In order of the answer's parts. The last one may not hold its part yet."""


def claim(connection: Connection, *, interaction_id: str, event: str) -> bool:
    """Say whether ``interaction_id`` is new; from now on it is not."""
    return connection.execute(_CLAIM, (interaction_id, event)).rowcount == 1


def store(connection: Connection, *, interaction_id: str, answer: Answer) -> None:
    """Keep ``answer``; one that is kept already for the interaction stays."""
    connection.execute(
        _STORE,
        {
            "delivery_id": interaction_id,
            "repository": answer.repository,
            "question": answer.question,
            "response": answer.response,
            "sources": Jsonb([dataclasses.asdict(source) for source in answer.sources]),
            "provider": answer.provider,
            "model": answer.model,
            "abstained": answer.abstained,
            "confidence": answer.confidence,
            "timings": Jsonb(dataclasses.asdict(answer.timings)),
            "commit": answer.commit,
        },
    )


def load(connection: Connection, *, interaction_id: str) -> Recorded | None:
    """Return what is kept for the interaction."""
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(_LOAD, (interaction_id,)).fetchone()
    return None if row is None else _recorded(row)


def record_messages(
    connection: Connection, *, interaction_id: str, message_ids: tuple[str, ...], url: str | None
) -> None:
    """Keep the ids of the messages that exist; ``url`` leads to the first."""
    connection.execute(_SENT, (" ".join(message_ids), url, interaction_id))


def record_finished(connection: Connection, *, interaction_id: str) -> None:
    """Keep that the whole answer stands in Discord."""
    connection.execute(_FINISHED, (interaction_id,))


def _recorded(row: dict[str, Any]) -> Recorded:
    reply_id: str | None = row.pop("reply_id")
    sources = tuple(Source(**source) for source in row.pop("sources"))
    timings = Timings(**row.pop("timings"))
    return Recorded(
        answer=Answer(**row, sources=sources, timings=timings),
        message_ids=tuple((reply_id or "").split()),
    )
