"""The SQL of the GitHub face: deliveries, installations, repositories, replies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psycopg.types.json import Jsonb

from github_app.events import NamedRepository
from github_app.graphql.model import PostedComment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from github_app.deliveries import Delivery
    from github_app.events import ThreadKind
    from storage import Connection


@dataclass(frozen=True, slots=True)
class Reading:
    """How far threads were read, newest first."""

    cursor: str | None = None
    """GitHub's, of the last page read."""
    threads: int = 0
    """Looked at so far."""
    is_done: bool = False


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


def repositories_of(connection: Connection, installation_id: int) -> tuple[NamedRepository, ...]:
    """Return the repositories known through an installation."""
    rows = connection.execute(
        "SELECT name, github_id FROM repositories WHERE installation_id = %s ORDER BY name",
        (installation_id,),
    )
    return tuple(NamedRepository(*row) for row in rows)


def is_another(connection: Connection, name: str, github_id: int | None) -> bool:
    """Say whether what is known under ``name`` is of another repository than ``github_id``."""
    row = connection.execute(
        "SELECT 1 FROM repositories WHERE lower(name) = lower(%s) AND github_id <> %s",
        (name, github_id),
    ).fetchone()
    return row is not None


def names_to_forget(
    connection: Connection, name: str, *, github_id: int | None, installation_id: int | None
) -> tuple[str, ...]:
    """Return the names under which a repository is known that an installation lost.

    Its id finds it under a former name, and keeps another repository of its name from being found.
    One that another installation has taken on is left out; without ``installation_id``, none is.
    """
    rows = connection.execute(
        "SELECT name FROM repositories"
        " WHERE (github_id = %(github_id)s OR lower(name) = lower(%(name)s)"
        " AND (github_id IS NULL OR %(github_id)s::bigint IS NULL))"
        " AND (installation_id IS NULL OR %(installation_id)s::bigint IS NULL"
        " OR installation_id = %(installation_id)s) ORDER BY name",
        {"name": name, "github_id": github_id, "installation_id": installation_id},
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


def save_refusal(connection: Connection, repository_id: int, *, refused: bool) -> None:
    """Record that a repository's archive cannot be read, or that it can."""
    connection.execute(
        "UPDATE repositories SET refused_at = CASE WHEN %s THEN now() END WHERE id = %s",
        (refused, repository_id),
    )


def was_refused(connection: Connection, name: str, *, within: float) -> bool:
    """Say whether a repository's archive could not be read in the last ``within`` seconds."""
    row = connection.execute(
        "SELECT 1 FROM repositories WHERE lower(name) = lower(%s)"
        " AND refused_at > now() - make_interval(secs => %s)",
        (name, within),
    ).fetchone()
    return row is not None


def find_followed(connection: Connection, repository_id: int) -> Mapping[str, Any]:
    """Return what was last asked for beside a repository's default branch."""
    row = connection.execute(
        "SELECT coalesce(followed, '{}') FROM repositories WHERE id = %s", (repository_id,)
    ).fetchone()
    return row[0] if row else {}


def find_followed_by_name(
    connection: Connection, name: str, *, github_id: int | None
) -> Mapping[str, Any]:
    """Return the same of the repository that has that id or, where none is known, that name."""
    row = connection.execute(
        "SELECT coalesce(followed, '{}') FROM repositories"
        " WHERE github_id = %(github_id)s OR lower(name) = lower(%(name)s)"
        " AND (github_id IS NULL OR %(github_id)s::bigint IS NULL)",
        {"name": name, "github_id": github_id},
    ).fetchone()
    return row[0] if row else {}


def save_followed(connection: Connection, repository_id: int, followed: Mapping[str, Any]) -> None:
    """Record what was asked for beside a repository's default branch; other keys stay."""
    connection.execute(
        "UPDATE repositories SET followed = coalesce(followed, '{}') || %s WHERE id = %s",
        (Jsonb(followed), repository_id),
    )


def reread_threads(connection: Connection, installation_id: int) -> None:
    """Have the threads of an installation's repositories read anew with their next index."""
    connection.execute(
        "UPDATE repositories SET followed = followed - 'edition' WHERE installation_id = %s",
        (installation_id,),
    )


def find_reading(connection: Connection, repository_id: int, kind: ThreadKind) -> Reading:
    """Return how far a repository's threads of a kind were read."""
    row = connection.execute(
        "SELECT cursor, threads, is_done FROM thread_readings"
        " WHERE repository_id = %s AND kind = %s",
        (repository_id, kind.value),
    ).fetchone()
    return Reading(*row) if row else Reading()


def save_reading(
    connection: Connection, repository_id: int, kind: ThreadKind, reading: Reading
) -> None:
    """Record how far a repository's threads of a kind were read."""
    connection.execute(
        "INSERT INTO thread_readings (repository_id, kind, cursor, threads, is_done)"
        " VALUES (%s, %s, %s, %s, %s) ON CONFLICT (repository_id, kind) DO UPDATE SET"
        " cursor = excluded.cursor, threads = excluded.threads, is_done = excluded.is_done",
        (repository_id, kind.value, reading.cursor, reading.threads, reading.is_done),
    )


def end_reading(
    connection: Connection, name: str, kind: ThreadKind, *, github_id: int | None
) -> None:
    """Record that nothing more of a repository's threads of a kind can be read."""
    connection.execute(
        "INSERT INTO thread_readings (repository_id, kind, is_done)"
        " SELECT id, %(kind)s, true FROM repositories"
        " WHERE github_id = %(github_id)s OR lower(name) = lower(%(name)s)"
        " AND (github_id IS NULL OR %(github_id)s::bigint IS NULL)"
        " ON CONFLICT (repository_id, kind) DO UPDATE SET is_done = true",
        {"kind": kind.value, "name": name, "github_id": github_id},
    )


def restart_reading(connection: Connection, repository_id: int) -> None:
    """Have a repository's threads read from the newest on."""
    connection.execute("DELETE FROM thread_readings WHERE repository_id = %s", (repository_id,))


def find_told_mistake(connection: Connection, name: str) -> str | None:
    """Return what was last told to be wrong in a repository's settings, if anything was."""
    row = connection.execute(
        "SELECT settings_mistake FROM repositories WHERE lower(name) = lower(%s)", (name,)
    ).fetchone()
    return row[0] if row else None


def save_told_mistake(connection: Connection, name: str, mistake: str | None) -> None:
    """Record what was told to be wrong in a repository's settings; None once it is mended."""
    connection.execute(
        "UPDATE repositories SET settings_mistake = %s WHERE lower(name) = lower(%s)",
        (mistake, name),
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
