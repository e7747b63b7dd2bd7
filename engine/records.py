"""The answers that are kept: each face asks once a delivery, and says what is kept from then on."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from engine.answer import Answer, Source, Timings
from engine.checks.model import Problem, ProblemKind
from generation.protocol import Task
from storage.text import storable

if TYPE_CHECKING:
    from storage import Connection

_SAVE = """
    INSERT INTO answers (
        repository_id, delivery_id, thread, question, response, sources, provider, model,
        abstained, confidence, timings, commit_sha, task, standalone, checks, note
    )
    SELECT
        id, %(delivery_id)s, %(thread)s, %(question)s, %(response)s, %(sources)s, %(provider)s,
        %(model)s, %(abstained)s, %(confidence)s, %(timings)s, %(commit)s, %(task)s,
        %(standalone)s, %(checks)s, %(note)s
    FROM repositories WHERE lower(name) = lower(%(repository)s)
    ON CONFLICT (delivery_id) DO NOTHING
"""

_FIND = """
    SELECT
        question, repositories.name AS repository, response, sources, provider, model, abstained,
        confidence, timings, commit_sha AS commit, task, standalone, checks, note
    FROM answers JOIN repositories ON repositories.id = repository_id
    WHERE delivery_id = %s
"""


def save(
    connection: Connection, answer: Answer, *, delivery_id: str, thread: str | None = None
) -> None:
    """Keep the answer to a delivery. The first one kept stays; of a forgotten repository, none.

    What is kept is final: that it was provisional is not, nor are the passages that it could
    have drawn on.

    ``thread`` is the node id of the discussion or issue, where there is one.
    """
    parts = {name: getattr(answer, name) for name in answer.__slots__}
    connection.execute(
        _SAVE,
        {
            **parts,
            "sources": Jsonb([asdict(source) for source in answer.sources]),
            "timings": Jsonb(asdict(answer.timings)),
            "checks": Jsonb([asdict(problem) for problem in answer.checks]),
            "task": answer.task.value,
            "standalone": storable(answer.standalone),
            "delivery_id": delivery_id,
            "thread": thread,
        },
    )


def find(connection: Connection, delivery_id: str) -> Answer | None:
    """Return the answer that is kept for a delivery."""
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(_FIND, (delivery_id,)).fetchone()
    if row is None:
        return None
    parts = {
        "sources": tuple(Source(**source) for source in row["sources"]),
        "timings": Timings(**row["timings"]),
        "task": Task(row["task"]),
        "checks": tuple(
            Problem(**{**problem, "kind": ProblemKind(problem["kind"])})
            for problem in row["checks"]
        ),
    }
    return Answer(**row | parts)
