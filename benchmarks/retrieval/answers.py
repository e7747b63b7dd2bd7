"""The systems' answers; those of peers are kept, since fury-bot changes and its peers do not."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from systems import PEERS, Lines

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from corpora import Corpus
    from systems import System

    from retrieval.evaluation import Question


@dataclass(frozen=True, slots=True)
class Answered:
    """What a system found for the questions to one corpus, in their order."""

    chunks: int
    index_seconds: float
    search_seconds: list[float]
    found: list[list[Lines]]


def ask(system: System, corpus: Corpus, questions: Sequence[Question], *, depth: int) -> Answered:
    """Have ``system`` index the corpus, and search it for each question."""
    indexed = system.index(corpus)
    seconds: list[float] = []
    found: list[list[Lines]] = []
    for question in questions:
        started = time.monotonic()
        results = system.search(question.text, depth)
        seconds.append(time.monotonic() - started)
        found.append([Lines(each.path, each.start_line, each.end_line) for each in results])
    return Answered(indexed.chunks, indexed.seconds, seconds, found)


class Kept:
    """A folder of answers, each under a hash of everything that it hangs on."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def find(
        self, name: str, corpus: Corpus, questions: Sequence[Question], *, depth: int
    ) -> Answered | None:
        """Return the answers of an earlier run, if nothing has changed since."""
        file = self._file(name, corpus, questions, depth)
        if not file.exists():
            return None
        raw: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        raw["found"] = [[Lines(**each) for each in found] for found in raw["found"]]
        return Answered(**raw)

    def save(
        self,
        name: str,
        corpus: Corpus,
        questions: Sequence[Question],
        answered: Answered,
        *,
        depth: int,
    ) -> None:
        """Keep answers for a later run."""
        file = self._file(name, corpus, questions, depth)
        file.write_text(json.dumps(asdict(answered)), encoding="utf-8")

    def _file(self, name: str, corpus: Corpus, questions: Sequence[Question], depth: int) -> Path:
        digest = hashlib.sha256(f"{name}\0{corpus.digest}\0{depth}\0".encode())
        for source in sorted([*PEERS.glob("*.py"), PEERS / "requirements.txt"]):
            digest.update(source.read_bytes())
        for question in questions:
            digest.update(f"{question.text}\0".encode())
        return self._folder / f"{name}-{corpus.name}-{digest.hexdigest()[:16]}.json"
