"""Measures what an index run of FURY 0.12.0 costs beside the bare encoding of the same texts.

In one run, on the embedded defaults: ``fury-bot index`` in a process of its own, from the start of
its interpreter to its end; how soon another process's search finds a passage in what it has
written; a process that does nothing but encode the same texts with the same model; a push of one
changed file. Exits non-zero when a bound is broken. The source archive comes from the Python
package index, by pip; a folder named on the command line is taken instead.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tarfile
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from shutil import copytree
from typing import TYPE_CHECKING

from retrieval.catalogue import Catalogue
from retrieval.embeddings import SentenceTransformerEmbedder
from retrieval.errors import RepositoryNotIndexed
from retrieval.indexing import Indexer
from retrieval.search import Retriever
from storage import Database, embedded, migrations

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from retrieval.embeddings import Vectors

PACKAGE = "fury==0.12.0"
REPOSITORY = "fury-gl/fury"
TAG = "v0.12.0"
QUESTION = "How do I create a sphere in FURY?"
MODULE = "fury/actor.py"
CHANGED = ("Visualize one or many spheres", "Draw one or many spheres")
SECONDS_BETWEEN_SEARCHES = 0.2

BOUNDS = {"ratio": 1.15, "first_search_seconds": 10.0, "push_seconds": 1.0}
"""What may not be exceeded; the push is without the encoding of its changed chunks."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured; times in seconds."""

    documents: int
    chunks: int
    texts: int
    """Distinct texts that the model read."""
    index_seconds: float
    """Of the whole process, its imports and the loading of the model included."""
    bare_seconds: float
    """Of a process that loads the model and encodes the same texts."""
    ratio: float
    """Of the two."""
    first_search_seconds: float
    """From the start of the indexing process to passages in another."""
    index_peak_megabytes: float
    """Of the indexing process's memory, the model included."""
    push_seconds: float
    """A push of one file, less the encoding of its changed chunks."""
    push_encoding_seconds: float
    push_texts: int


class TimedEmbedder(SentenceTransformerEmbedder):
    """Takes the time that the model takes."""

    seconds = 0.0

    def encode(self, texts: Sequence[str], *, done: Callable[[int], None] | None = None) -> Vectors:
        """Encode, and take the time."""
        started = time.monotonic()
        vectors = super().encode(texts, done=done)
        self.seconds += time.monotonic() - started
        return vectors


def main() -> None:
    """Measure, print, and exit non-zero when a bound is broken."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("tree", nargs="?", type=Path, help="an unpacked FURY 0.12.0")
    arguments.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="fury-bot-", ignore_cleanup_errors=True) as folder:
        root = Path(folder, "tree")
        copytree(options.tree or _source(Path(folder)), root)
        url = embedded.start(Path(folder))
        migrations.migrate(url)
        with Database(url) as database:
            measured = asdict(_measure(database, root))
    print(json.dumps(measured) if options.json else _table(measured))
    sys.exit(any(measured[name] > bound for name, bound in BOUNDS.items()))


def _measure(database: Database, root: Path) -> Measured:
    catalogue, embedder = Catalogue(database), TimedEmbedder()
    embedder.encode([QUESTION])
    retriever = Retriever(catalogue, lambda _: embedder)
    began = time.monotonic()
    with _indexing(root, database.url) as process:
        while process.poll() is None and not _found(retriever):
            time.sleep(SECONDS_BETWEEN_SEARCHES)
        first_search = time.monotonic() - began
        output, _ = process.communicate()
    whole = time.monotonic() - began
    if process.returncode:
        sys.exit("fury-bot index failed")
    report = json.loads(output)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024

    texts = _texts(database)
    bare = _encode_bare(texts)

    embedder.seconds = 0.0
    module = root / MODULE
    module.write_text(module.read_text().replace(*CHANGED))
    push = Indexer(database, catalogue, embedder).index(
        root, repository=REPOSITORY, url=f"https://github.com/{REPOSITORY}", ref=TAG, commit=TAG
    )
    return Measured(
        documents=report["documents"],
        chunks=report["chunks"],
        texts=len(texts),
        index_seconds=whole,
        bare_seconds=bare,
        ratio=whole / bare,
        first_search_seconds=first_search,
        index_peak_megabytes=peak,
        push_seconds=push.seconds - embedder.seconds,
        push_encoding_seconds=embedder.seconds,
        push_texts=push.embedded,
    )


def _indexing(root: Path, url: str) -> subprocess.Popen[bytes]:
    command = [str(Path(sys.executable).with_name("fury-bot")), "index", str(root)]
    command += ["--json", "--repo", REPOSITORY, "--ref", TAG]
    return subprocess.Popen(  # noqa: S603 - this interpreter, fury-bot's own command
        command,
        env={**os.environ, "DATABASE_URL": url},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


BARE = """
import json, sys
from retrieval.embeddings import SentenceTransformerEmbedder
SentenceTransformerEmbedder().encode(json.load(sys.stdin))
"""


def _encode_bare(texts: Sequence[str]) -> float:
    """Return the seconds of a process that encodes ``texts`` and does nothing else."""
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", BARE], input=json.dumps(texts), text=True, check=True)  # noqa: S603 - this interpreter, the program above
    return time.monotonic() - began


def _found(retriever: Retriever) -> bool:
    try:
        return bool(retriever.search(QUESTION, repository=REPOSITORY, knn=3).passages)
    except RepositoryNotIndexed:
        return False


def _texts(database: Database) -> list[str]:
    with database.transaction() as connection:
        rows = connection.execute(
            "SELECT concat_ws(E'\\n', nullif(context, ''), content) FROM chunks"
            " UNION SELECT gist FROM chunks WHERE gist IS NOT NULL"
        ).fetchall()
    return [text for (text,) in rows]


def _table(measured: dict[str, float]) -> str:
    return "\n".join(
        f"{name.replace('_', ' '):24}{value:>10,.{2 * isinstance(value, float)}f}"
        + (f"   (at most {BOUNDS[name]:g})" if name in BOUNDS else "")
        for name, value in measured.items()
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
