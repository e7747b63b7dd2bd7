"""The command as people and scripts use it."""

from __future__ import annotations

import json
import signal
import subprocess
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from retrieval.catalogue import Catalogue
from retrieval.embeddings import SentenceTransformerEmbedder
from retrieval.indexing import Indexer
from storage import Database
from tests.end_to_end.apiary import CITED, FILES, QUESTION, REPOSITORY, UNANSWERABLE
from tests.end_to_end.processes import COMMAND, PATIENCE, environment, fury_bot, wait_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    Settings = Mapping[str, str]

COMMANDS = (
    *("ask", "bench", "demo", "doctor", "index", "migrate", "search", "serve", "simulate"),
    "worker",
)


@pytest.fixture(scope="module")
def settings(
    open_database: Callable[[], AbstractContextManager[Database]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Settings]:
    with open_database() as database:
        yield {
            "DATABASE_URL": database.url,
            "FURY_BOT_DATA_DIR": str(tmp_path_factory.mktemp("data")),
        }


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("checkout")
    for path, data in FILES.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_bytes(data)
    return folder


@pytest.fixture(scope="module")
def indexed(settings: Settings, checkout: Path) -> dict[str, Any]:
    """The report of the first index run."""
    return index(settings, checkout)


def index(settings: Settings, checkout: Path) -> dict[str, Any]:
    done = fury_bot(
        *("index", ".", "--repo", REPOSITORY, "--ref", "v1.0", "--json"),
        settings=settings,
        folder=checkout,
    )
    assert (done.returncode, done.stderr) == (0, "")
    (report,) = parsed(done.stdout)
    return report


def parsed(output: str) -> list[dict[str, Any]]:
    """Return the JSON values, one a line; anything else in ``output`` is an error."""
    return [json.loads(line) for line in output.splitlines()]


def test_an_index_run_reports_and_a_second_one_embeds_nothing(
    settings: Settings, checkout: Path, indexed: dict[str, Any]
) -> None:
    assert indexed.keys() >= {
        *("repository", "ref", "documents", "chunks", "embedded", "reused", "removed", "seconds")
    }
    assert (indexed["repository"], indexed["ref"]) == (REPOSITORY, "v1.0")
    assert indexed["documents"] == len(FILES)
    # The model reads a chunk, and of most the gist of its unit.
    assert indexed["embedded"] > indexed["chunks"] > indexed["reused"] == 0
    again = index(settings, checkout)
    assert (again["embedded"], again["reused"]) == (0, indexed["chunks"])


@pytest.mark.usefixtures("indexed")
def test_queries_from_standard_input_give_one_line_of_json_each(
    settings: Settings, tmp_path: Path
) -> None:
    done = fury_bot(
        *("search", "--queries", "-", "--repo", REPOSITORY, "--knn", "3", "--json"),
        settings=settings,
        folder=tmp_path,
        stdin="weigh the frames of honey\n\nsugar syrup\n",
    )
    assert (done.returncode, done.stderr) == (0, "")
    frames, syrup = parsed(done.stdout)
    assert [frames["query"], syrup["query"]] == ["weigh the frames of honey", "sugar syrup"]
    first, *others = frames["results"]
    assert first.keys() == {
        *("rank", "path", "start_line", "end_line", "symbol", "kind", "score", "url", "text")
    }
    assert (first["rank"], first["symbol"]) == (1, "apiary.honey.Harvest.weigh_frames")
    lines = FILES[first["path"]].decode().splitlines()
    shown = "\n".join(lines[first["start_line"] - 1 : first["end_line"]])
    assert "def weigh_frames" in shown
    assert first["url"].endswith(
        f"/blob/v1.0/apiary/honey.py#L{first['start_line']}-L{first['end_line']}"
    )
    assert len(others) <= 2
    assert syrup["results"][0]["path"] == "docs/wintering.rst"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "there is no query in it"),
        (b"\n \n", "there is no query in it"),
        ("weigh\nr\xe4mchen\n".encode("latin-1"), "line 2 of queries.txt is not UTF-8"),
        ("honey\n".encode("utf-16"), "line 1 of queries.txt is not UTF-8"),
    ],
)
@pytest.mark.usefixtures("indexed")
def test_a_file_that_holds_no_queries_is_refused_in_one_line(
    settings: Settings, tmp_path: Path, content: bytes, told: str
) -> None:
    (tmp_path / "queries.txt").write_bytes(content)
    done = fury_bot(
        *("search", "--queries", "queries.txt", "--repo", REPOSITORY, "--json"),
        settings=settings,
        folder=tmp_path,
    )
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert told in line


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", str(folder), *arguments], check=True, timeout=PATIENCE)  # noqa: S603, S607 - fixed commands


@pytest.mark.usefixtures("indexed")
def test_the_remote_of_the_checkout_around_names_the_repository(
    settings: Settings, tmp_path: Path
) -> None:
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "remote", "add", "origin", f"https://github.com/{REPOSITORY}.git")
    (tmp_path / "docs").mkdir()
    done = fury_bot("search", "honey", "--knn", "1", settings=settings, folder=tmp_path / "docs")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"honey ({REPOSITORY} at v1.0)\n")
    # The paths of a folder in it are not the repository's.
    part = fury_bot("index", ".", settings=settings, folder=tmp_path / "docs")
    assert "Give --repo OWNER/NAME" in part.stderr


def test_the_second_ref_of_a_repository_says_which_one_answers(
    settings: Settings, checkout: Path
) -> None:
    repository = "octo-org/versions"
    first = fury_bot(
        *("index", ".", "--repo", repository, "--ref", "v1.0"), settings=settings, folder=checkout
    )
    assert (first.returncode, first.stderr) == (0, "")
    second = ("index", ".", "--repo", repository, "--ref", "v2.0")
    done = fury_bot(*second, settings=settings, folder=checkout)
    assert "questions without a ref are answered from v1.0; --default changes that" in done.stderr
    asked = fury_bot("ask", QUESTION, "--repo", repository, settings=settings, folder=checkout)
    assert asked.stdout.endswith(f"Put together from {repository} at v1.0, without a model.\n")
    done = fury_bot(*second, "--default", settings=settings, folder=checkout)
    assert (done.returncode, done.stderr) == (0, "")


def test_an_index_that_was_never_finished_gives_way_to_one_that_is(
    settings: Settings, checkout: Path
) -> None:
    repository = "octo-org/abandoned"
    arguments = ("index", ".", "--repo", repository)
    fury_bot(*arguments, settings=settings, folder=checkout)
    with psycopg.connect(settings["DATABASE_URL"]) as connection:
        row = connection.execute("SELECT id FROM repositories WHERE name = %s", (repository,))
        (repository_id,) = row.fetchone() or (0,)
        connection.execute("DELETE FROM chunk_vectors WHERE repository_id = %s", (repository_id,))
    done = fury_bot(*arguments, "--ref", "v3.1", settings=settings, folder=checkout)
    assert (
        "questions without a ref are answered from v3.1 now: the index of HEAD was never finished"
    ) in done.stderr
    found = fury_bot(*("search", "honey", "--repo", repository), settings=settings, folder=checkout)
    assert found.stdout.startswith(f"honey ({repository} at v3.1)\n")


def test_a_folder_that_is_of_no_commit_is_not_linked_to(settings: Settings, checkout: Path) -> None:
    repository = "octo-org/plain"
    done = fury_bot("index", ".", "--repo", repository, settings=settings, folder=checkout)
    assert "answers can link to it" in done.stderr
    searched = ("search", "weigh the frames", "--repo", repository, "--knn", "1")
    found = fury_bot(*searched, settings=settings, folder=checkout)
    assert "apiary/honey.py:" in found.stdout
    asked = fury_bot("ask", QUESTION, "--repo", repository, settings=settings, folder=checkout)
    assert "\n[1] apiary/mites.py:" in asked.stdout
    assert "https://" not in found.stdout + asked.stdout
    as_json = fury_bot(*searched, "--json", settings=settings, folder=checkout)
    (line,) = parsed(as_json.stdout)
    assert "-no-commit/apiary/honey.py#L" in line["results"][0]["url"]


def test_an_index_runs_numbers_add_up_for_a_reader(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "tea.md").write_text("# Tea\n\nPour the water over the leaves.\n")
    arguments = ("index", ".", "--repo", "octo-org/tea", "--ref", "v1")
    done = fury_bot(*arguments, settings=settings, folder=tmp_path)
    assert "1 documents in 1 chunks, 0 known before and 1 new; the model read " in done.stdout
    again = fury_bot(*arguments, settings=settings, folder=tmp_path)
    assert "1 documents in 1 chunks, 1 known before and 0 new; 0 old" in again.stdout


@pytest.mark.usefixtures("indexed")
@pytest.mark.parametrize(
    ("question", "cited"),
    [
        ("Explain apiary/honey.py#L1-L9", "apiary/honey.py#L1-L9"),
        ("Summarise docs/wintering.rst", "docs/wintering.rst#L1-"),
    ],
)
def test_a_file_that_is_named_is_read(
    settings: Settings, tmp_path: Path, question: str, cited: str
) -> None:
    done = fury_bot("ask", question, "--repo", REPOSITORY, settings=settings, folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"[1] https://github.com/{REPOSITORY}/blob/v1.0/{cited}" in done.stdout
    assert "Put together from" in done.stdout


@pytest.mark.usefixtures("indexed")
def test_what_keeps_a_model_from_answering_is_one_line_for_people(
    settings: Settings, tmp_path: Path
) -> None:
    changed = {
        **settings,
        "GROQ_API_KEY": "k",
        "GROQ_BASE_URL": "http://127.0.0.1:9",
        "FURY_BOT_EMBEDDING_MODEL": "nope/nope",
    }
    asked = ("ask", "Translate `count_mites(board, days=3)` to C++", "--repo", REPOSITORY)
    done = fury_bot(*asked, settings=changed, folder=tmp_path)
    assert done.returncode == 0
    model, provider = done.stderr.splitlines()
    assert model == (
        "fury-bot: another embedding model: the index was made with "
        "sentence-transformers/all-MiniLM-L6-v2, so that is asked; "
        "FURY_BOT_EMBEDDING_MODEL is nope/nope"
    )
    assert provider.startswith("fury-bot: provider failed: groq: cannot connect to http://127")
    assert "and groq could not be reached" in done.stdout
    assert "GROQ_API_KEY" not in done.stdout


@pytest.mark.usefixtures("indexed")
def test_a_folder_with_nothing_to_index_fails_and_leaves_the_index_as_it_was(
    settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "empty.py").touch()
    arguments = ("index", ".", "--repo", REPOSITORY, "--ref", "v1.0")
    done = fury_bot(*arguments, settings=settings, folder=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"fury-bot: {tmp_path}: there is no file in it that can be indexed; nothing was changed\n"
    )
    searched = ("search", "weigh the frames", "--repo", REPOSITORY, "--json")
    found = fury_bot(*searched, settings=settings, folder=tmp_path)
    assert parsed(found.stdout)[0]["results"]


def test_a_folder_is_never_taken_for_the_default_repository(
    settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "tea.md").write_text("# Tea\n\nPour the water over the leaves.\n")
    default = {**settings, "FURY_BOT_DEFAULT_REPOSITORY": "octo-org/default"}
    done = fury_bot("index", ".", settings=default, folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "which repository? Give --repo OWNER/NAME; see" in done.stderr


def test_an_index_without_anything_is_said_to_be_empty(settings: Settings, tmp_path: Path) -> None:
    repository = "octo-org/void"
    with Database(settings["DATABASE_URL"]) as database:
        Indexer(database, Catalogue(database), SentenceTransformerEmbedder()).index(
            tmp_path, repository=repository, url="https://x", ref="v1", commit="v1"
        )
    for asked in (("search", "tea"), ("ask", "How do I make tea?")):
        done = fury_bot(*asked, "--repo", repository, settings=settings, folder=tmp_path)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith(
            "fury-bot: the index is empty: of octo-org/void at v1; run `fury-bot index PATH "
        )


def test_the_doctor_fails_for_what_is_half_set_up_alone(settings: Settings, tmp_path: Path) -> None:
    changed = {**settings, "GITHUB_WEBHOOK_SECRET": "s"}
    done = fury_bot("doctor", "--json", settings=changed, folder=tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    (report,) = parsed(done.stdout)
    assert report["ok"] is False
    assert {each["name"]: each["status"] for each in report["checks"]} == {
        **dict.fromkeys(("database", "embedding model", "providers"), "ok"),
        "GitHub App": "fail",
        "Discord": "not set up",
    }


@pytest.mark.usefixtures("indexed")
def test_an_answer_as_json_and_for_people(settings: Settings, tmp_path: Path) -> None:
    question = ("ask", QUESTION, "--repo", REPOSITORY)
    done = fury_bot(*question, "--json", settings=settings, folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    (answer,) = parsed(done.stdout)
    assert answer.keys() >= {
        *("response", "references", "sources", "provider", "model", "abstained", "checks"),
        "seconds",
    }
    assert CITED in answer["response"]
    assert answer["references"] == [source["url"] for source in answer["sources"]]
    assert (answer["provider"], answer["abstained"]) == ("extractive", False)
    read = fury_bot(*question, settings=settings, folder=tmp_path)
    assert (read.returncode, read.stderr) == (0, "")
    assert f"[1] {answer['references'][0]}" in read.stdout.splitlines()


@pytest.mark.usefixtures("indexed")
def test_an_abstention_names_the_nearest_places(settings: Settings, tmp_path: Path) -> None:
    done = fury_bot(
        *("ask", UNANSWERABLE, "--repo", REPOSITORY), settings=settings, folder=tmp_path
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "I could not find an answer to this in the repository." in done.stdout
    assert "Nearest places to look:" in done.stdout


UNREACHABLE = {"DATABASE_URL": "postgresql://ada:hunter2@127.0.0.1:1/bees"}

SEARCH = ("search", "honey", "--repo", REPOSITORY)


@pytest.mark.parametrize(
    ("arguments", "changed", "said"),
    [
        (("search", "honey"), {}, "Give --repo OWNER/NAME"),
        (("index", "."), {}, "Give --repo OWNER/NAME"),
        (("search", "honey", "--repo", "apiary"), {}, "'apiary' is not of the form OWNER/NAME"),
        (("search", "honey", "--repo", "octo-org/none"), {}, "octo-org/none"),
        ((*SEARCH, "--ref", "v9"), {}, "v9"),
        (("search", "--repo", REPOSITORY), {}, "give either a QUERY or --queries FILE"),
        ((*SEARCH, "--knn", "0"), {}, "--knn"),
        ((*SEARCH, "--knn", "-1"), {}, "--knn"),
        ((*SEARCH, "--knn", "abc"), {}, "'abc' is no whole number from 1 to 50"),
        (("serve", "--port", "abc"), {}, "'abc' is no whole number from 1 to 65535"),
        (("search", " ", "--repo", REPOSITORY), {}, "the query is empty"),
        (("search", "--queries", "none.txt", "--repo", REPOSITORY), {}, "none.txt"),
        (("ask", " ", "--repo", REPOSITORY), {}, "the question is empty"),
        (("ask", "Why?", "--repo", REPOSITORY, "--provider", "oracle"), {}, "oracle"),
        (("index", "none", "--repo", REPOSITORY), {}, "'none' does not exist"),
        (("serch",), {}, "No such command 'serch'"),
        (SEARCH, UNREACHABLE, "cannot reach PostgreSQL at 127.0.0.1:1/bees: Connection refused"),
        (SEARCH, {"DATABASE_URL": "host=a password=hunter2"}, "DATABASE_URL: should begin with"),
        (SEARCH, {"FURY_BOT_PROVIDERS": "oracle"}, "FURY_BOT_PROVIDERS"),
        (("ask", "Why?", "--repo", REPOSITORY), {"FURY_BOT_PROVIDERS": "groq"}, "GROQ_API_KEY"),
        (
            ("worker", "--once"),
            {"GITHUB_APP_ID": "1", "GITHUB_PRIVATE_KEY": "-----BEGIN hunter2"},
            "GITHUB_PRIVATE_KEY",
        ),
        (
            ("serve",),
            {"DISCORD_PUBLIC_KEY": "hunter2", "GITHUB_WEBHOOK_SECRET": "s"},
            "DISCORD_PUBLIC_KEY",
        ),
        (
            ("index", ".", "--repo", "octo-org/fresh"),
            {"FURY_BOT_EMBEDDING_MODEL": "nobody/nothing"},
            "nobody/nothing",
        ),
    ],
)
@pytest.mark.usefixtures("indexed")
def test_bad_input_gets_one_clear_line(
    settings: Settings,
    checkout: Path,
    arguments: tuple[str, ...],
    changed: Settings,
    said: str,
) -> None:
    done = fury_bot(*arguments, settings={**settings, **changed}, folder=checkout)
    assert done.returncode in {1, 2}
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith("fury-bot: ")
    assert said in line
    assert "hunter2" not in line


def test_every_command_tells_how_it_is_used(settings: Settings, tmp_path: Path) -> None:
    everything = fury_bot("--help", settings=settings, folder=tmp_path)
    assert everything.returncode == 0
    for name in COMMANDS:
        assert f"  {name} " in everything.stdout
        done = fury_bot(name, "--help", settings=settings, folder=tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith(f"Usage: fury-bot {name} ")


def test_an_interrupted_index_run_says_so_in_one_line(settings: Settings, checkout: Path) -> None:
    with psycopg.connect(settings["DATABASE_URL"]) as lock:
        lock.execute("LOCK TABLE repositories IN EXCLUSIVE MODE")

        def is_waited_for() -> bool:
            row = lock.execute(
                "SELECT count(*) FROM pg_locks"
                " WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
            ).fetchone()
            return row != (0,)

        with subprocess.Popen(  # noqa: S603 - this project's own command
            [COMMAND, "index", ".", "--repo", REPOSITORY],
            env=environment(settings),
            cwd=checkout,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            try:
                wait_for(is_waited_for, "an index run that waits")
                process.send_signal(signal.SIGINT)
                stdout, stderr = process.communicate(timeout=PATIENCE)
            finally:
                process.kill()
    # click ends the terminal's line, where ^C stands, first.
    assert (process.returncode, stdout, stderr) == (130, "", "\nfury-bot: interrupted\n")
