"""The REST API of a server as an operator runs it: real HTTP, a real index, simulated models."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import shlex
import signal
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests
from markdown_it import MarkdownIt

from simulator.llm import API_KEY, SimulatedModels, create_app
from simulator.llm.faults import Faults
from simulator.serving import Served
from tests.end_to_end.apiary import CITED, FILES, QUESTION, REPOSITORY
from tests.end_to_end.processes import COMMAND, PATIENCE, fury_bot, wait_for
from tests.end_to_end.serving import served, serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from storage import Database

SECRET = "the webhook's secret"

HIVES = tuple(f"inspect_hive_{number:02}" for number in range(50))
"""A function for each of fifty clients to ask about."""

STALLED = "fault-stall"
"""The simulated model's name for a wait after the first word, until it is released."""

PAGE = Path(__file__).parents[2] / "docs" / "rest-api.md"


@dataclass(frozen=True)
class Server:
    """A server, and what stands behind it."""

    url: str
    models: SimulatedModels
    settings: Mapping[str, str]
    folder: Path

    def post(self, path: str, body: object, **more: Any) -> requests.Response:  # noqa: ANN401 - requests' own
        return requests.post(f"{self.url}{path}", json=body, timeout=PATIENCE, **more)


def written(hive: str) -> bytes:
    """Return a module with the function that is called ``hive``."""
    return f'''def {hive}(keeper):
    """Have the keeper look at the queen, and close the hive of {hive}."""
    return keeper.look()
'''.encode()


@pytest.fixture(scope="module")
def api(
    open_database: Callable[[], AbstractContextManager[Database]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Server]:
    """The server: the apiary is indexed, and is what is asked about."""
    folder = tmp_path_factory.mktemp("api")
    models = SimulatedModels()
    with ExitStack() as stack:
        database = stack.enter_context(open_database())
        service = stack.enter_context(Served(create_app(models)))
        stack.callback(models.faults.clear)
        settings = {
            "DATABASE_URL": database.url,
            "FURY_BOT_DATA_DIR": str(folder),
            "FURY_BOT_PROVIDERS": "groq,google,extractive",
            # Fifty answers take some time to begin; the first of them is held meanwhile.
            "FURY_BOT_PROVIDER_TIMEOUT": str(PATIENCE),
            "FURY_BOT_DEFAULT_REPOSITORY": REPOSITORY,
            "GROQ_API_KEY": API_KEY,
            "GROQ_BASE_URL": service.url,
            "GROQ_LIMITS": "none",
            "GEMINI_API_KEY": API_KEY,
            "GEMINI_BASE_URL": service.url,
            "GEMINI_LIMITS": "none",
            "GITHUB_WEBHOOK_SECRET": SECRET,
        }
        checkout = folder / "apiary"
        hives = {f"apiary/{hive}.py": written(hive) for hive in HIVES}
        for name, content in {**FILES, **hives}.items():
            path = checkout / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        indexed = fury_bot(
            "index",
            str(checkout),
            "--repo",
            REPOSITORY,
            "--ref",
            "v1.0",
            settings=settings,
            folder=folder,
        )
        assert indexed.returncode == 0, indexed.stderr
        url = stack.enter_context(served(settings, folder))
        yield Server(url, models, settings, folder)


@pytest.fixture
def faults(api: Server) -> Iterator[Faults]:
    """What holds the simulated models until it is released: once released, it holds no more."""
    api.models.faults = Faults()
    yield api.models.faults
    api.models.faults.release()


def events(response: requests.Response) -> Iterator[tuple[str, dict[str, Any]]]:
    """Read the events of a stream as they come."""
    name = ""
    for line in response.iter_lines(chunk_size=1, decode_unicode=True):
        field, _, value = line.partition(": ")
        if field == "event":
            name = value
        elif field == "data":
            yield name, json.loads(value)


@pytest.mark.parametrize("provider", ["groq", "google", "extractive"])
@pytest.mark.parametrize("knn", ["1", "3", 5])
def test_the_call_of_the_original_is_answered_with_as_many_references(
    api: Server, provider: str, knn: int | str
) -> None:
    body = {"query": QUESTION, "llm": "llama3-70b-8192", "knn": knn, "stream": False}

    response = api.post(f"/api/{provider}/generate", body)

    assert response.status_code == 200, response.text
    answer = response.json()
    assert CITED in answer["response"]
    assert answer["provider"] == provider
    assert len(answer["references"]) == len(set(answer["references"])) == int(knn)
    permalink = rf"https://github.com/{REPOSITORY}/blob/[^/]+/[^#]+#L\d+-L\d+"
    assert [url for url in answer["references"] if not re.fullmatch(permalink, url)] == []
    assert answer["sources"][0]["cited"]


def test_a_search_finds_the_passage(api: Server) -> None:
    found = api.post("/api/search", {"query": QUESTION, "knn": 2}).json()

    assert found["repository"] == REPOSITORY
    assert CITED in found["results"][0]["symbol"]
    assert CITED in found["results"][0]["text"]


def test_a_conversation_is_remembered_and_forgotten(api: Server) -> None:
    for question in (QUESTION, "And how do I count them on two boards?"):
        asked = {"question": question, "user_id": "mona"}
        assert api.post("/api/question", asked).status_code == 200

    forgotten = requests.delete(f"{api.url}/api/conversations/mona", timeout=PATIENCE)

    assert forgotten.json() == {"forgotten": 2}


@pytest.mark.parametrize(
    ("model", "status"),
    [
        ("fault-server-error-1", 503),
        ("fault-unauthorised-1", 502),
        ("fault-rate-limited-70", 429),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_what_fails_at_the_provider_is_told_in_one_line(
    api: Server, model: str, status: int, *, stream: bool
) -> None:
    # A model that failed is left alone for a while: each test has one of its own.
    body = {"query": QUESTION, "llm": f"{model}{int(stream)}", "stream": stream}

    response = api.post("/api/groq/generate", body)

    assert response.status_code == status
    assert response.json()["detail"].startswith("groq: HTTP ")
    assert "\n" not in response.json()["detail"]
    assert ("Retry-After" in response.headers) == (status in {429, 503})


def test_an_unknown_model_is_passed_on_and_the_refusal_returned(api: Server) -> None:
    body = {"query": QUESTION, "llm": "fault-unknown-model"}

    response = api.post("/api/groq/generate", body)

    assert response.status_code in {400, 502, 503}
    assert "The model `fault-unknown-model` does not exist" in response.json()["detail"]


def test_an_unknown_provider_is_told_the_known(api: Server) -> None:
    response = api.post("/api/gork/generate", {"query": QUESTION})

    assert response.status_code == 404
    assert "known: groq, google, " in response.json()["detail"]


def test_what_is_not_indexed_is_told_how_it_is(api: Server) -> None:
    response = api.post("/api/search", {"query": QUESTION, "repo": "octo-org/attic"})

    assert (response.status_code, response.json()["error"]) == (404, "not_found")
    assert "fury-bot index" in response.json()["detail"]


def test_a_wrong_method_is_told_the_right_one(api: Server) -> None:
    response = requests.get(f"{api.url}/api/search", timeout=PATIENCE)

    assert response.status_code == 405
    assert "POST" in response.headers["Allow"]
    assert set(response.json()) == {"error", "detail"}
    assert response.json()["error"] == "method_not_allowed"


def test_a_route_that_is_not_there_is_an_error_like_others(api: Server) -> None:
    response = requests.get(f"{api.url}/api/nothing", timeout=PATIENCE)

    assert (response.status_code, response.json()["error"]) == (404, "not_found")


def test_a_failure_of_the_provider_in_the_path_is_logged_once(api: Server) -> None:
    body = {"query": QUESTION, "llm": "fault-server-error"}
    log = api.folder / "serve.log"
    before = len(log.read_text())

    api.post("/api/groq/generate", body)

    lines = [json.loads(line) for line in log.read_text()[before:].splitlines() if "{" in line]
    assert [line["provider"] for line in lines if line["event"] == "provider_failed"] == ["groq"]


def test_a_server_that_others_reach_wants_a_token_even_from_this_machine(api: Server) -> None:
    made = fury_bot(
        *shlex.split(f"tokens create e2e --repo {REPOSITORY} --json"),
        settings=api.settings,
        folder=api.folder,
    )
    token = json.loads(made.stdout)["token"]

    with served(api.settings, api.folder, host="0.0.0.0") as url:  # noqa: S104 - the point
        without = requests.post(f"{url}/api/search", json={"query": "mites"}, timeout=PATIENCE)
        with_one = requests.post(
            f"{url}/api/search",
            json={"query": "mites"},
            headers={"Authorization": f"Bearer {token}"},
            timeout=PATIENCE,
        )

    assert (without.status_code, with_one.status_code) == (401, 200)
    assert token.removeprefix("fb_") not in (api.folder / "serve.log").read_text()


def test_an_answer_comes_to_its_end_though_the_server_is_interrupted(
    api: Server, faults: Faults
) -> None:
    body = {"query": QUESTION, "llm": STALLED, "stream": True}
    with (
        serving(api.settings, api.folder) as (url, process),
        requests.post(
            f"{url}/api/groq/generate", json=body, stream=True, timeout=PATIENCE
        ) as response,
    ):
        received = events(response)
        first = next(received)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal sends it: to every process
        wait_for(lambda: not takes_requests(url), "the beginning of the end")
        faults.release()
        *_, (last, _) = received
        status = process.wait(PATIENCE)
    assert (first[0], last, status) == ("token", "answer", 0)
    assert "Traceback" not in (api.folder / "serve.log").read_text()


def takes_requests(url: str) -> bool:
    """Say whether the server goes on to take requests: one that ends lets them wait."""
    try:
        return requests.get(f"{url}/healthz", timeout=1).ok
    except requests.RequestException:
        return False


def test_fifty_streams_are_kept_apart_and_leave_the_webhook_free(
    api: Server, faults: Faults
) -> None:
    begun = threading.Barrier(51, timeout=PATIENCE)

    def ask(hive: str) -> tuple[str, str]:
        body = {"query": f"What does {hive} do?", "llm": STALLED, "knn": 1, "stream": True}
        with api.post("/api/groq/generate", body, stream=True) as response:
            received = events(response)
            first = next(received)
            begun.wait()
            *words, (last, answer) = received
        assert last == "answer"
        return "".join(data["text"] for _, data in (first, *words)), answer["response"]

    with ThreadPoolExecutor(50) as clients:
        asked = {hive: clients.submit(ask, hive) for hive in HIVES}
        begun.wait()
        webhook = ping(api)
        unfinished = [answer for answer in asked.values() if not answer.done()]
        faults.release()
        answers = {hive: answer.result(PATIENCE) for hive, answer in asked.items()}

    assert webhook.status_code == 200
    assert len(unfinished) == 50
    for hive, texts in answers.items():
        for text in texts:
            assert set(re.findall(r"inspect_hive_\d+", text)) == {hive}


def ping(api: Server) -> requests.Response:
    body = b'{"zen": "Speak like a human."}'
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    return requests.post(
        f"{api.url}/webhooks/github",
        data=body,
        headers={
            "Content-Type": "application/json",
            "X-GitHub-Event": "ping",
            "X-GitHub-Delivery": "a-ping",
            "X-Hub-Signature-256": f"sha256={signature}",
        },
        timeout=PATIENCE,
    )


def test_the_server_does_as_its_document_says_whatever_it_is_sent(api: Server) -> None:
    done = subprocess.run(  # noqa: S603 - a tool of this project's own environment
        [
            COMMAND.with_name("schemathesis"),
            "run",
            f"{api.url}/openapi.json",
            *"--checks all --max-examples 25 --no-color --continue-on-failure".split(),
            *"--generation-deterministic".split(),
            *("--request-timeout", str(PATIENCE)),
        ],
        cwd=api.folder,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "Selected: 4/4" in done.stdout


def test_the_calls_of_the_page_on_the_api_are_answered(api: Server) -> None:
    blocks = (
        token.content
        for token in MarkdownIt("commonmark").enable("table").parse(PAGE.read_text())
        if token.type == "fence"
    )
    calls = [
        shlex.split(line.removeprefix("$ ").replace("http://127.0.0.1:8000", api.url))
        for block in blocks
        for line in block.splitlines()
        if line.startswith("$ curl") and "127.0.0.1:8000" in line
    ]
    assert len(calls) == 7
    for call in calls:
        done = subprocess.run(  # noqa: S603 - the page's own words
            [*call, "--silent", "--show-error", "--fail-with-body"],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == 0, (call, done.stdout, done.stderr)


def test_the_first_word_arrives_before_the_last_is_written(api: Server, faults: Faults) -> None:
    body = {"query": QUESTION, "llm": STALLED, "knn": 3, "stream": True}

    with api.post("/api/groq/generate", body, stream=True) as response:
        received = events(response)
        first = next(received)
        faults.release()
        *_, (last, answer) = received

    assert first[0] == "token"
    assert last == "answer"
    assert len(answer["references"]) == 3
