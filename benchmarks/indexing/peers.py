"""Measures what CocoIndex's and LangChain's whole pipelines take to index FURY 0.12.0.

The same files that fury-bot reads, the same embedding model, the same machine: the time is that of
a process of its own, from the start of its interpreter to the last row in PostgreSQL, as
``measure.py`` beside it takes fury-bot's. The peers are those of ``benchmarks/retrieval``, whose
README says how they are set up. The source archive comes from the Python package index, by pip; a
folder named on the command line is taken instead.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import platformdirs

sys.path.append(str(Path(__file__).parents[1] / "retrieval"))

from corpora import Corpus
from functions import Archive, fetch
from systems import Peer, Server, build_environment

ARCHIVE = Archive("fury", "0.12.0")
PEERS = ("cocoindex", "langchain")


@dataclass(frozen=True, slots=True)
class Measured:
    """What one pipeline took."""

    peer: str
    files: int
    chunks: int
    seconds: float
    """Of the whole process, its imports and the loading of the model included."""
    pipeline_seconds: float
    """From the files in memory to the last row; of CocoIndex, the loading of the model, too."""


def measure(root: Path) -> list[Measured]:
    """Index the tree under ``root`` with each peer, one after the other."""
    build_environment()
    corpus = Corpus("fury", root, questions=())
    files = len(corpus.files)  # read before any clock starts
    measured = []
    with tempfile.TemporaryDirectory(prefix="fury-bot-", ignore_cleanup_errors=True) as folder:
        server = Server(Path(folder))
        for name in PEERS:
            started = time.monotonic()
            peer = Peer(name, server, in_bf16=False)
            indexed = peer.index(corpus)
            seconds = time.monotonic() - started
            peer.close()
            measured.append(Measured(name, files, indexed.chunks, seconds, indexed.seconds))
    return measured


def main() -> None:
    """Measure, and print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("root", nargs="?", type=Path, help="an unpacked archive")
    arguments.add_argument("--json", action="store_true", help="print JSON, a line for each peer")
    options = arguments.parse_args()
    cache = platformdirs.user_cache_path("fury-bot") / "benchmarks" / "archives"
    for each in measure(options.root or fetch(ARCHIVE, cache)):
        if options.json:
            print(json.dumps(asdict(each)))
        else:
            print(
                f"{each.peer}: {each.files} files, {each.chunks} chunks in {each.seconds:.1f} s, "
                f"of those in the pipeline {each.pipeline_seconds:.1f} s"
            )


if __name__ == "__main__":
    main()
