"""Indexes FURY 0.12.0 on the embedded defaults, and looks for what its users ask for.

Prints what an index run costs beside the bare encoding of the same texts, in one process, and
exits non-zero when a passage is not found where it should be. The source archive comes from the
Python package index, by pip.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from retrieval.catalogue import Catalogue
from retrieval.embeddings import SentenceTransformerEmbedder
from retrieval.indexing import Indexer
from retrieval.search import Retriever
from storage import Database, embedded, migrations

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from retrieval.embeddings import Vectors
    from retrieval.model import IndexReport

PACKAGE = "fury==0.12.0"
REPOSITORY = "fury-gl/fury"
TAG = "v0.12.0"
WITHIN = 3
"""Places from the top in which a passage has to be."""

EXPECTED = {
    "How do I create a sphere in FURY?": ("fury/actor.py", "fury.actor.sphere"),
    "How do I install FURY?": ("docs/source/installation.rst", None),
    "What is new in 0.12.0?": ("docs/source/release_notes/releasev0.12.0.rst", None),
}


class TimedEmbedder(SentenceTransformerEmbedder):
    """Keeps what it was given, and how long it took."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.seconds = 0.0

    def encode(self, texts: Sequence[str], *, done: Callable[[int], None] | None = None) -> Vectors:
        """Encode, and take the time."""
        started = time.monotonic()
        vectors = super().encode(texts, done=done)
        self.seconds += time.monotonic() - started
        self.texts += texts
        return vectors


def main() -> None:
    """Measure, and print."""
    with tempfile.TemporaryDirectory(prefix="fury-bot-", ignore_cleanup_errors=True) as folder:
        root = _source(Path(folder))
        url = embedded.start(Path(folder))
        migrations.migrate(url)
        with Database(url) as database:
            sys.exit(_measure(database, root))


def _measure(database: Database, root: Path) -> int:
    catalogue, embedder = Catalogue(database), TimedEmbedder()
    embedder.encode(["warm-up"])
    embedder.texts.clear()
    embedder.seconds = 0.0

    def index() -> IndexReport:
        return Indexer(database, catalogue, embedder).index(
            root, repository=REPOSITORY, url=f"https://github.com/{REPOSITORY}", ref=TAG, commit=TAG
        )

    first = index()
    encoding, texts = embedder.seconds, list(embedder.texts)
    _say("first run", first)
    print(f"  of its wall time, in the model: {encoding / first.seconds:.0%}")
    started = time.monotonic()
    SentenceTransformerEmbedder.encode(embedder, texts)
    print(f"  wall time / bare encoding: {first.seconds / (time.monotonic() - started):.2f}")
    again = index()
    _say("second run", again)
    module = root / "fury" / "actor.py"
    module.write_text(module.read_text().replace("Visualize one or many spheres", "Draw spheres"))
    touched = index()
    _say("one docstring changed", touched)

    retriever = Retriever(catalogue, lambda _: embedder)
    missing = sum(not _found(retriever, root, question) for question in EXPECTED)
    return missing + (again.embedded != 0) + (touched.embedded not in range(1, 4))


def _found(retriever: Retriever, root: Path, question: str) -> bool:
    path, symbol = EXPECTED[question]
    found = retriever.search(question, repository=REPOSITORY, knn=WITHIN).passages
    for passage in found:
        if passage.path == path and symbol in (None, passage.symbol):
            lines = (root / path).read_text().split("\n")[passage.start_line - 1 : passage.end_line]
            print(f"{question} {passage.rank}. {passage.url}\n  from: {lines[0].strip()}")
            print(f"  to:   {lines[-1].strip()}")
            return True
    print(f"{question} NOT AMONG {[passage.url for passage in found]}")
    return False


def _say(title: str, report: IndexReport) -> None:
    print(
        f"{title}: {report.documents} documents, {report.chunks} chunks,"
        f" {report.embedded} embedded, {report.reused} reused, {report.removed} removed,"
        f" {report.seconds:.1f} s,"
        f" {len(report.skipped)} files left out, {len(report.notes)} as plain text"
    )


def _source(folder: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    command += ["--no-binary", ":all:", "--dest", str(folder), PACKAGE]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)  # noqa: S603 - pip, a fixed name
    with tarfile.open(folder / f"{PACKAGE.replace('==', '-')}.tar.gz") as archive:
        archive.extractall(folder, filter="data")
    return folder / PACKAGE.replace("==", "-")


if __name__ == "__main__":
    main()
