"""Whether one server keeps fifty streams apart, and its memory flat.

Run ``python benchmarks/serving/measure.py``: some minutes. It starts the real ``fury-bot serve`` on
an embedded PostgreSQL of its own, with an index of fifty small functions, and a simulated Groq that
waits before each word. Each client asks for one of the functions, and looks for its name, and for
no other's, in what comes back.
"""

from __future__ import annotations

import argparse
import hashlib
import hmac
import json
import os
import random
import re
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import requests
from rich.console import Console
from rich.table import Table

from simulator.llm import API_KEY, SimulatedModels, create_app
from simulator.serving import Served
from storage import embedded

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

COMMAND = Path(sys.executable).with_name("fury-bot")
REPOSITORY = "octo-org/apiary"
SECRET = "the webhook's secret"  # noqa: S105 - of a server that lives for minutes
TIMEOUT = 120

FUNCTIONS = tuple(f"inspect_hive_{number:02}" for number in range(50))
_FUNCTION = re.compile(r"inspect_hive_\d\d")

SLOW, QUICK = "fault-slow-0.1", "fault-slow-0.01"
"""The simulated models' names for the seconds before each word."""

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Streamed:
    """What became of one stream."""

    asked: str
    named: frozenset[str]
    """The functions that its text or its answer names."""
    is_whole: bool
    first_word: float
    """Seconds until it."""
    seconds: float

    @property
    def is_mixed_up(self) -> bool:
        """It holds something of another's answer, or nothing of its own."""
        return self.is_whole and self.named != {self.asked}


@dataclass(frozen=True, slots=True)
class Server:
    """A server, and the process group that it is."""

    url: str
    group: int

    def resident(self) -> float:
        """Return the resident memory of the group in MiB."""
        pages = 0
        for folder in Path("/proc").iterdir():
            if folder.name.isdecimal() and _group_of(folder) == self.group:
                pages += int((folder / "statm").read_text().split()[1])
        return pages * resource.getpagesize() / MIB

    def stream(self, function: str, *, model: str) -> Streamed:
        """Ask for ``function``, and read to the end."""
        started, first, texts, is_whole = time.monotonic(), 0.0, list[str](), False
        body = {"query": f"What does {function} do?", "llm": model, "knn": 1, "stream": True}
        with requests.post(
            f"{self.url}/api/groq/generate", json=body, stream=True, timeout=TIMEOUT
        ) as response:
            for name, data in _events(response):
                first = first or time.monotonic() - started
                texts.append(data)
                is_whole = name == "answer"
        return Streamed(
            asked=function,
            named=frozenset(_FUNCTION.findall("".join(texts[:-1]) + _response(texts))),
            is_whole=is_whole,
            first_word=first,
            seconds=time.monotonic() - started,
        )

    def ping(self) -> float:
        """Deliver a webhook, and return the seconds until it was taken."""
        body = b'{"zen": "Keep it logically awesome."}'
        signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        started = time.monotonic()
        response = requests.post(
            f"{self.url}/webhooks/github",
            data=body,
            headers={
                "Content-Type": "application/json",
                "X-GitHub-Event": "ping",
                "X-GitHub-Delivery": str(uuid.uuid4()),
                "X-Hub-Signature-256": f"sha256={signature}",
            },
            timeout=TIMEOUT,
        )
        response.raise_for_status()
        return time.monotonic() - started


def _group_of(process: Path) -> int | None:
    try:
        # The command, in parentheses, may hold spaces.
        return int((process / "stat").read_text().rpartition(")")[2].split()[2])
    except (FileNotFoundError, ProcessLookupError):
        return None


def _events(response: requests.Response) -> Iterator[tuple[str, str]]:
    """Yield name and text of each event; of an answer, its JSON."""
    name = ""
    for line in response.iter_lines(chunk_size=1, decode_unicode=True):
        field, _, value = line.partition(": ")
        if field == "event":
            name = value
        elif field == "data":
            yield name, json.loads(value)["text"] if name == "token" else value


def _response(texts: Sequence[str]) -> str:
    """Return the text of the answer that ends a stream; its other sources name other functions."""
    whole = json.loads(texts[-1]) if texts and texts[-1].startswith("{") else {}
    return str(whole.get("response", ""))


def write_repository(folder: Path) -> None:
    """Write a module for each function."""
    for function in FUNCTIONS:
        (folder / f"{function}.py").write_text(
            f'def {function}(keeper):\n    """Have the keeper look at the queen of {function}."""\n'
            "    return keeper.look()\n",
            encoding="utf-8",
        )


@contextmanager
def serving(folder: Path) -> Iterator[Server]:
    """Index the functions, serve, and yield the server."""
    with ExitStack() as stack:
        models = stack.enter_context(Served(create_app(SimulatedModels())))
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port: int = taken.getsockname()[1]
        settings = os.environ | {
            "DATABASE_URL": embedded.start(folder / "data"),
            "FURY_BOT_PROVIDERS": "groq,extractive",
            "FURY_BOT_DEFAULT_REPOSITORY": REPOSITORY,
            "FURY_BOT_LOG_LEVEL": "warning",
            "GITHUB_WEBHOOK_SECRET": SECRET,
            "GROQ_API_KEY": API_KEY,
            "GROQ_BASE_URL": models.url,
            "GROQ_LIMITS": "none",
        }
        checkout = folder / "apiary"
        checkout.mkdir()
        write_repository(checkout)
        subprocess.run(  # noqa: S603 - this project's own command
            [COMMAND, "index", checkout, "--repo", REPOSITORY, "--ref", "v1"],
            env=settings,
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        process = stack.enter_context(
            subprocess.Popen(  # noqa: S603 - likewise
                [COMMAND, "serve", "--port", str(port)],
                env=settings,
                cwd=folder,
                start_new_session=True,
            )
        )
        stack.callback(process.terminate)
        server = Server(url=f"http://127.0.0.1:{port}", group=process.pid)
        _wait_for(server)
        yield server


def _wait_for(server: Server) -> None:
    deadline = time.monotonic() + TIMEOUT
    while time.monotonic() < deadline:
        try:
            server.ping()
        except requests.ConnectionError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("fury-bot serve does not answer")


def measure_streams(server: Server, console: Console, *, clients: int) -> bool:
    """Let all clients stream at once, with webhooks in between; print what became of it."""
    asked = [FUNCTIONS[number % len(FUNCTIONS)] for number in range(clients)]
    with ThreadPoolExecutor(clients) as threads:
        streams = [threads.submit(server.stream, function, model=SLOW) for function in asked]
        pings = []
        while not all(stream.done() for stream in streams):
            pings.append(server.ping())
            time.sleep(0.1)
        streamed = [stream.result() for stream in streams]
    table = Table(title=f"{clients} streams at once")
    for column in ("whole", "dropped", "mixed up", "first word, s", "whole, s", "webhooks, ms"):
        table.add_column(column, justify="right")
    table.add_row(
        str(sum(each.is_whole for each in streamed)),
        str(sum(not each.is_whole for each in streamed)),
        str(sum(each.is_mixed_up for each in streamed)),
        _spread([each.first_word for each in streamed]),
        _spread([each.seconds for each in streamed]),
        _spread([1000 * ping for ping in pings], digits=0),
    )
    console.print(table)
    return all(each.is_whole and not each.is_mixed_up for each in streamed)


def measure_memory(server: Server, console: Console, *, clients: int, answers: int) -> bool:
    """Let the clients ask one question after the other; print the memory on the way."""
    choice = random.Random(7)  # noqa: S311 - a repeatable order, no secret
    table = Table(title=f"{answers} answers to {clients} clients")
    for column in ("answers", "dropped", "mixed up", "answers a second", "resident, MiB"):
        table.add_column(column, justify="right")
    dropped = mixed_up = 0
    started = time.monotonic()
    step = max(1, answers // 10)
    with ThreadPoolExecutor(clients) as threads:
        asked = (choice.choice(FUNCTIONS) for _ in range(answers))
        streams = [threads.submit(server.stream, function, model=QUICK) for function in asked]
        for number, stream in enumerate(as_completed(streams), 1):
            streamed = stream.result()
            dropped += not streamed.is_whole
            mixed_up += streamed.is_mixed_up
            if number % step == 0:
                pace = number / (time.monotonic() - started)
                row = (number, dropped, mixed_up, f"{pace:.1f}", f"{server.resident():.0f}")
                table.add_row(*map(str, row))
    console.print(table)
    return not dropped and not mixed_up


def _spread(values: Sequence[float], *, digits: int = 1) -> str:
    """Return the median and the largest of ``values``."""
    return f"{statistics.median(values):.{digits}f} / {max(values):.{digits}f}"


def main() -> None:
    """Measure, and fail when a stream was dropped or mixed up."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--answers", type=int, default=2_000)
    options = parser.parse_args()
    console = Console()
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        serving(Path(folder)) as server,
    ):
        server.stream(FUNCTIONS[0], model=QUICK)  # the first question loads the embedding model
        kept = [
            measure_streams(server, console, clients=options.clients),
            measure_memory(server, console, clients=options.clients, answers=options.answers),
        ]
    sys.exit(not all(kept))


if __name__ == "__main__":
    main()
