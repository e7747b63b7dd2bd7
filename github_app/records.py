"""The SQL of the GitHub face: deliveries, installations, answers."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from engine.answer import Answer, Source, Timings
from github_app.graphql.model import PostedComment

if TYPE_CHECKING:
    from github_app.deliveries import Delivery
    from storage import Connection


def claim(connection: Connection, delivery: Delivery) -> bool:
    """Take ``delivery`` on. False: it was taken on before."""
    inserted = connection.execute(
        "INSERT INTO deliveries (id, source, event) VALUES (%s, 'github', %s)"
        " ON CONFLICT (id) DO NOTHING",
        (delivery.id, delivery.event),
    )
    return inserted.rowcount == 1


def lock_reply(connection: Connection, delivery_id: str) -> None:
    """Wait until no other transaction is replying to ``delivery_id``; hold it to the end.

    An advisory lock, and not a row's: not every reply has a row of its own, and a delivery's row
    may have been cleared away.
    """
    connection.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('github:reply:' || %s, 0))", (delivery_id,)
    )


def save_installation(connection: Connection, installation_id: int, account: str) -> None:
    """Record an installation as active."""
    connection.execute(
        "INSERT INTO installations (id, account) VALUES (%s, %s)"
        " ON CONFLICT (id) DO UPDATE SET account = excluded.account, suspended_at = NULL",
        (installation_id, account),
    )


def suspend_installation(connection: Connection, installation_id: int, account: str) -> None:
    """Record an installation as suspended."""
    connection.execute(
        "INSERT INTO installations (id, account, suspended_at) VALUES (%s, %s, now())"
        " ON CONFLICT (id) DO UPDATE SET account = excluded.account, suspended_at = now()",
        (installation_id, account),
    )


def delete_installation(connection: Connection, installation_id: int) -> None:
    """Remove an installation; its repositories are forgotten by jobs of their own."""
    connection.execute("DELETE FROM installations WHERE id = %s", (installation_id,))


def repositories_of(connection: Connection, installation_id: int) -> tuple[str, ...]:
    """Return ``owner/name`` of the repositories known through an installation."""
    rows = connection.execute(
        "SELECT name FROM repositories WHERE installation_id = %s ORDER BY name",
        (installation_id,),
    )
    return tuple(row[0] for row in rows)


def set_installation(
    connection: Connection, repository_id: int, *, installation_id: int, account: str
) -> None:
    """Record through which installation a repository is known."""
    # A push may be told of before the installation is, or after its record was lost.
    connection.execute(
        "INSERT INTO installations (id, account) VALUES (%s, %s) ON CONFLICT (id) DO NOTHING",
        (installation_id, account),
    )
    connection.execute(
        "UPDATE repositories SET installation_id = %s WHERE id = %s",
        (installation_id, repository_id),
    )


def save_answer(
    connection: Connection, answer: Answer, *, repository_id: int, delivery_id: str, thread_id: str
) -> None:
    """Keep the answer to a delivery; the first one kept stays."""
    connection.execute(
        "INSERT INTO answers (repository_id, delivery_id, thread, question, response, sources,"
        " provider, model, abstained, confidence, timings, commit_sha)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (delivery_id) DO NOTHING",
        (
            repository_id,
            delivery_id,
            thread_id,
            answer.question,
            answer.response,
            Jsonb([asdict(source) for source in answer.sources]),
            answer.provider,
            answer.model,
            answer.abstained,
            answer.confidence,
            Jsonb(asdict(answer.timings)),
            answer.commit,
        ),
    )


def find_answer(connection: Connection, delivery_id: str) -> Answer | None:
    """Return the answer that was kept for a delivery."""
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(
            "SELECT answers.*, repositories.name AS repository FROM answers"
            " JOIN repositories ON repositories.id = answers.repository_id"
            " WHERE delivery_id = %s",
            (delivery_id,),
        ).fetchone()
    if row is None:
        return None
    return Answer(
        question=row["question"],
        repository=row["repository"],
        response=row["response"],
        sources=tuple(Source(**source) for source in row["sources"]),
        provider=row["provider"],
        model=row["model"],
        abstained=row["abstained"],
        confidence=row["confidence"],
        timings=Timings(**row["timings"]),
        commit=row["commit_sha"],
    )


def find_reply(connection: Connection, delivery_id: str) -> PostedComment | None:
    """Return where the answer to a delivery was posted, if it is recorded."""
    row = connection.execute(
        "SELECT reply_id, reply_url FROM answers WHERE delivery_id = %s AND posted_at IS NOT NULL",
        (delivery_id,),
    ).fetchone()
    return PostedComment(id=row[0], url=row[1]) if row else None


def save_reply(connection: Connection, delivery_id: str, reply: PostedComment) -> None:
    """Record where the answer to a delivery stands, if there is one."""
    connection.execute(
        "UPDATE answers SET reply_id = %s, reply_url = %s, posted_at = coalesce(posted_at, now())"
        " WHERE delivery_id = %s",
        (reply.id, reply.url, delivery_id),
    )
