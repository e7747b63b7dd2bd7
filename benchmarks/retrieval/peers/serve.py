"""Serves one peer over JSON lines: ``python serve.py NAME``, with the peers' own interpreter.

With ``--bf16`` the embedding model computes in bf16, as fury-bot's does on a processor that has it;
the vectors agree with those of fp32, and an index is made in a third of the time.

Each line of standard input is a request (broken here), and gets one of standard output::

    {"index": {"files": [{"path": …, "text": …}],
        "setup": {"model": …, "database": …, "folder": …}}}
    {"chunks": 812, "seconds": 9.1}
    {"search": {"query": "how do I boil water?", "k": 10}}
    {"found": [{"path": "kitchen/kettle.py", "start_line": 4, "end_line": 12}], "seconds": 0.02}

What fails gives ``{"error": "…"}``, and the reason at length on standard error.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
import traceback
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from protocol import File, Setup

if TYPE_CHECKING:
    from collections.abc import Callable

    from protocol import Peer

PEERS = {
    "bm25": ("bm25", "BM25"),
    "dense": ("dense", "Dense"),
    "cocoindex": ("cocoindex_flow", "CocoIndex"),
    "langchain": ("langchain_hybrid", "LangChain"),
    "llamaindex": ("llamaindex_hybrid", "Hybrid"),
    "llamaindex-fusion": ("llamaindex_hybrid", "Fusion"),
}
"""The module and class of each peer, by the name that the benchmark calls it."""


class Server:
    """Answers requests, with the peer of the corpus that was indexed last."""

    def __init__(self, make: Callable[[Setup], Peer]) -> None:
        self._make = make
        self._peer: Peer | None = None

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """Return the response to one request."""
        if "index" in request:
            return self._index(**request["index"])
        return self._search(**request["search"])

    def _index(self, files: list[dict[str, str]], setup: dict[str, str]) -> dict[str, Any]:
        self._peer = self._make(Setup(**setup | {"folder": Path(setup["folder"])}))
        corpus = [File(**each) for each in files]
        # The model is loaded before the clock starts, as it is for every system.
        started = time.monotonic()
        chunks = self._peer.index(corpus)
        return {"chunks": chunks, "seconds": time.monotonic() - started}

    def _search(self, query: str, k: int) -> dict[str, Any]:
        if self._peer is None:
            raise ValueError("nothing is indexed yet")
        started = time.monotonic()
        found = self._peer.search(query, k)
        seconds = time.monotonic() - started
        return {"found": [asdict(each) for each in found], "seconds": seconds}


def _compute_in_bf16() -> None:
    """Have every sentence-transformers model that a peer loads compute in bf16."""
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - takes seconds

    load = SentenceTransformer.__init__

    def load_in_bf16(self: SentenceTransformer, *given: Any, **named: Any) -> None:  # noqa: ANN401 - passed on
        load(self, *given, **named)
        self.bfloat16()

    SentenceTransformer.__init__ = load_in_bf16


def main() -> None:
    """Serve until standard input ends."""
    module, name = PEERS[sys.argv[1]]
    os.environ |= {"HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
    # Libraries print as they please; what they print must not get between the responses.
    responses = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    if "--bf16" in sys.argv[2:]:
        _compute_in_bf16()
    server = Server(getattr(importlib.import_module(module), name))
    for line in sys.stdin:
        try:
            response = server.answer(json.loads(line))
        except Exception as error:  # noqa: BLE001 - the process boundary: told here, and to the caller
            traceback.print_exc()
            response = {"error": f"{type(error).__name__}: {error}"}
        responses.write(json.dumps(response) + "\n")
        responses.flush()


if __name__ == "__main__":
    main()
