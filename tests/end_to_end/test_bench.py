"""Measuring search by the command, on a repository and questions of one's own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.apiary import FILES, REPOSITORY
from tests.end_to_end.processes import fury_bot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from storage import Database

    Settings = Mapping[str, str]

QUESTIONS = f"""\
project: apiary
repository: {REPOSITORY}
questions:
  - id: apiary-3   # of the split test
    kind: how-to
    question: weigh the frames of honey
    gold: [{{path: apiary/honey.py, lines: [4, 12]}}]
  - id: apiary-4   # of the split dev
    kind: explain
    question: when does a colony starve?
    gold: [{{path: nowhere.md, lines: [1, 2]}}]
"""


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
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bench")
    for path, data in FILES.items():
        (folder / "checkout" / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / "checkout" / path).write_bytes(data)
    (folder / "apiary.yml").write_text(QUESTIONS)
    return folder


def test_a_folder_is_indexed_and_each_question_ranked(settings: Settings, folder: Path) -> None:
    done = fury_bot(
        *("bench", "retrieval", "apiary.yml", "--path", "checkout", "--by", "kind", "--json"),
        settings=settings,
        folder=folder,
    )

    assert done.returncode == 0
    # Its absence would else pass for a search that failed.
    assert done.stderr == (
        f"fury-bot: nowhere.md (question apiary-4) is not in the index of {REPOSITORY}, "
        "and counts as not found\n"
    )
    found = json.loads(done.stdout)
    assert [row["name"] for row in found["rows"]] == ["explain", "how-to", "all"]
    assert [row["place"]["hit@3"]["mean"] for row in found["rows"]] == [0, 1, 0.5]
    assert {each["id"]: each["place_rank"] is None for each in found["questions"]} == {
        "apiary-3": False,
        "apiary-4": True,
    }
    # It is indexed from now on: the same questions need no folder.
    again = fury_bot("bench", "retrieval", "apiary.yml", "--json", settings=settings, folder=folder)
    assert json.loads(again.stdout)["questions"] == found["questions"]


def test_a_split_is_asked_alone_and_shown_as_tables(settings: Settings, folder: Path) -> None:
    done = fury_bot(
        *("bench", "retrieval", "apiary.yml", "--path", "checkout", "--split", "test"),
        settings=settings,
        folder=folder,
    )

    assert (done.returncode, done.stderr) == (0, "")
    words = done.stdout.split()
    assert words.count("apiary") == 2
    assert words.count("100.0") > words.count("50.0") == 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["none.yml"], "'none.yml' does not exist"),
        (["apiary.yml", "--knn", "abc"], "'abc' is no whole number from 1 to 50"),
        (["wrong.yml"], "wrong.yml: question 'a': gold: is missing"),
        (["apiary.yml", "--repo", "octo-org/other"], "octo-org/other is not indexed"),
        (["nameless.yml"], "which repository?"),
        (["apiary.yml", "other.yml", "--path", "checkout"], "--path holds one repository"),
        (["nameless.yml", "--split", "dev"], "no question of the split 'dev'"),
    ],
)
def test_what_cannot_be_measured_is_told_in_one_line(
    settings: Settings, folder: Path, arguments: list[str], told: str
) -> None:
    (folder / "wrong.yml").write_text(
        "project: p\nquestions: [{id: a, kind: how-to, question: why}]\n"
    )
    gold = "gold: [{path: README.md, lines: [1, 2]}]"
    (folder / "nameless.yml").write_text(
        f"project: p\nquestions:\n- {{id: apiary-3, kind: how-to, question: why, {gold}}}\n"
    )
    (folder / "other.yml").write_text(
        f"project: p\nrepository: a/b\nquestions:\n"
        f"- {{id: apiary-3, kind: how-to, question: why, {gold}}}\n"
    )

    done = fury_bot("bench", "retrieval", *arguments, settings=settings, folder=folder)

    assert done.returncode != 0
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert told in line
