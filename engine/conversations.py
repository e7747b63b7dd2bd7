"""What each person and fury-bot said to each other about a repository, for follow-ups.

Row-level security keeps a conversation to its repository. It is its owner's: a string that a face
makes of who asks and where, such as ``discord:<user>:<channel>`` or ``api:<token>:<user>``. What is
older than the policy says is told to nobody, and deleted by :mod:`engine.tasks`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from engine.history import MAX_TURNS, bounded
from generation.protocol import Turn
from storage.database import CONNECT_TIMEOUT
from storage.text import storable

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import timedelta

    from storage import Connection, Database

DEFAULT_DAYS: Final = 30
"""After which a turn is forgotten."""
MAX_KEPT: Final = MAX_TURNS // 2
"""Questions, with their answers, that a conversation keeps: no more are ever told."""
MAX_OWNER: Final = 300
"""Characters of an owner's name."""

_REPOSITORY = "SELECT id FROM repositories WHERE lower(name) = lower(%s)"

_HISTORY = """
SELECT question, response, said_at
FROM conversation_turns JOIN conversations ON conversations.id = conversation_id
WHERE owner = %(owner)s AND said_at >= %(since)s
ORDER BY number DESC
LIMIT %(most)s
"""

# The row is locked by it, so that two answers at once take numbers in turn.
_CONVERSATION = """
INSERT INTO conversations (repository_id, owner, updated_at)
VALUES (%(repository)s, %(owner)s, %(now)s)
ON CONFLICT (repository_id, owner) DO UPDATE SET updated_at = excluded.updated_at
RETURNING id
"""

_REMEMBER = """
INSERT INTO conversation_turns
    (repository_id, conversation_id, number, question, response, delivery_id, said_at)
SELECT
    %(repository)s, %(conversation)s, coalesce(max(number), 0) + 1, %(question)s, %(response)s,
    %(delivery)s, %(now)s
FROM conversation_turns WHERE conversation_id = %(conversation)s
ON CONFLICT (conversation_id, delivery_id) DO NOTHING
"""

_PRUNE = """
DELETE FROM conversation_turns
WHERE conversation_id = %(conversation)s AND number <= (
    SELECT max(number) - %(most)s FROM conversation_turns WHERE conversation_id = %(conversation)s
)
"""

_TURNS_OF = """
SELECT count(*) FROM conversation_turns JOIN conversations ON conversations.id = conversation_id
WHERE owner = %(owner)s OR starts_with(owner, %(owner)s || ':')
"""

_FORGET = """
DELETE FROM conversations WHERE owner = %(owner)s OR starts_with(owner, %(owner)s || ':')
"""

_EXPIRE = "DELETE FROM conversation_turns WHERE said_at < %s"

_EXPIRE_EMPTY = """
DELETE FROM conversations
WHERE updated_at < %s
AND NOT EXISTS (SELECT FROM conversation_turns WHERE conversation_id = conversations.id)
"""


class Conversations:
    """The conversations of every face that has no thread of its own to read them from."""

    def __init__(
        self,
        database: Database,
        *,
        kept: timedelta,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Take the database, and for how long a turn is kept."""
        self._database = database
        self._kept = kept
        self._now = now

    def history(self, repository: str, owner: str) -> tuple[Turn, ...]:
        """Return what ``owner`` and fury-bot said of ``repository``, the oldest first.

        Bounded as :func:`engine.history.bounded` does it; nothing, of an unknown repository.
        """
        repository_id = self._repository_id(repository)
        if repository_id is None:
            return ()
        with self._database.knowledge(repository_id) as connection:
            rows = connection.execute(
                _HISTORY,
                {"owner": _checked(owner), "since": self._now() - self._kept, "most": MAX_KEPT},
            ).fetchall()
        turns: list[Turn] = []
        for question, response, said_at in reversed(rows):
            turns += (Turn("user", question, said_at), Turn("assistant", response, said_at))
        return bounded(turns)

    def remember(
        self,
        repository: str,
        owner: str,
        *,
        question: str,
        response: str,
        delivery_id: str | None = None,
    ) -> None:
        """Add a question with its answer; what a delivery brought, once.

        Of an unknown repository nothing is kept.
        """
        repository_id = self._repository_id(repository)
        if repository_id is None:
            return
        now = self._now()
        with self._database.knowledge(repository_id) as connection:
            row = connection.execute(
                _CONVERSATION, {"repository": repository_id, "owner": _checked(owner), "now": now}
            ).fetchone()
            if row is None:  # an upsert returns its row
                raise LookupError(owner)
            values = {
                "repository": repository_id,
                "conversation": row[0],
                "question": storable(question),
                "response": storable(response),
                "delivery": delivery_id,
                "now": now,
                "most": MAX_KEPT,
            }
            connection.execute(_REMEMBER, values)
            connection.execute(_PRUNE, values)

    def forget(
        self, owner: str, *, repository: str | None = None, timeout: float = CONNECT_TIMEOUT
    ) -> int:
        """Delete what ``owner`` and fury-bot said, of one repository or of all.

        ``discord:<user>`` stands for every owner whose name goes on from it with a colon, as
        ``discord:<user>:<channel>`` does. ``timeout`` is how many seconds to wait for the database.
        Returns how many questions, with their answers, are gone.
        """
        values = {"owner": _checked(owner)}
        if repository is None:
            with self._database.transaction(timeout=timeout) as connection:
                return _delete(connection, values)
        repository_id = self._repository_id(repository)
        if repository_id is None:
            return 0
        with self._database.knowledge(repository_id) as connection:
            return _delete(connection, values)

    def expire(self) -> int:
        """Delete the turns that are older than they are kept; return how many there were."""
        oldest = self._now() - self._kept
        with self._database.transaction() as connection:
            expired = connection.execute(_EXPIRE, (oldest,)).rowcount
            connection.execute(_EXPIRE_EMPTY, (oldest,))
        return expired

    def _repository_id(self, name: str) -> int | None:
        with self._database.transaction() as connection:
            row = connection.execute(_REPOSITORY, (name,)).fetchone()
        return row[0] if row else None


def _delete(connection: Connection, values: dict[str, str]) -> int:
    row = connection.execute(_TURNS_OF, values).fetchone()
    connection.execute(_FORGET, values)
    return int(row[0]) if row else 0


def _checked(owner: str) -> str:
    """Return ``owner``, when it can be one.

    Raises:
        ValueError: It is empty or too long: a face made it wrongly.
    """
    if not owner or len(owner) > MAX_OWNER or "\0" in owner:
        raise ValueError(f"not an owner of a conversation: {owner[:40]!r}")
    return owner
