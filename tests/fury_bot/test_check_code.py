"""``fury-bot check-code``, as people and scripts call it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from fury_bot.cli.check_code import LARGEST, command
from tests.end_to_end.processes import fury_bot
from tests.engine.checks.kitchen import indexed_kitchen

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from storage import Database

    Run = Callable[..., subprocess.CompletedProcess[str]]

WRONG = "from kitchen import boil\n\nboil(1, degree=2)\n"


@pytest.fixture(scope="module")
def kitchen(
    server: str, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    folder = tmp_path_factory.mktemp("kitchen")
    with indexed_kitchen(server, template, folder, name="fury_bot_check_code") as database:
        yield database


@pytest.fixture
def run(kitchen: Database, tmp_path: Path) -> Run:
    settings = {"DATABASE_URL": kitchen.url, "FURY_BOT_DATA_DIR": str(tmp_path / "data")}

    def check(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return fury_bot(
            *("check-code", *arguments, "--repo", "octo/kitchen"),
            settings=settings,
            folder=tmp_path,
            stdin=stdin,
        )

    return check


def test_problems_come_as_json_and_as_lines(run: Run, tmp_path: Path) -> None:
    (tmp_path / "tea.py").write_text(WRONG)
    done = run("tea.py", "--json")
    assert (done.returncode, done.stderr) == (1, "")
    assert json.loads(done.stdout) == {
        "ok": False,
        "problems": [
            {
                "line": 3,
                "name": "degree",
                "problem": "`boil` takes no argument `degree`.",
                "suggestion": "degrees",
            }
        ],
    }
    done = run("-", stdin=WRONG)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout == (
        "standard input:3: `boil` takes no argument `degree`. Did you mean `degrees`?\n"
    )


def test_code_that_is_right_passes(run: Run, tmp_path: Path) -> None:
    (tmp_path / "tea.py").write_text("from kitchen import boil\nboil(1, degrees=2)\n")
    done = run("tea.py", "--ref", "v1.0", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == {"ok": True, "problems": []}
    assert run("tea.py").stdout == "tea.py: nothing is wrong with it that the index can tell\n"


def test_markdown_is_checked_block_by_block(run: Run, tmp_path: Path) -> None:
    text = f"# Tea\n\n```python\n{WRONG}```\n\n```c\nint f( {{\n```\n"
    (tmp_path / "tea.md").write_text(text)
    for done in (run("tea.md", "--json"), run("-", "--markdown", "--json", stdin=text)):
        assert done.returncode == 1
        assert [each["line"] for each in json.loads(done.stdout)["problems"]] == [6, 10]


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("tea.py", b"caf\xe9", "tea.py is not UTF-8: byte 3 cannot be read"),
        ("tea.exe", b"", "tea.exe: .exe is no code that is checked"),
        ("tea.py", b" " * (LARGEST + 1), "tea.py is longer than 1,000,000 bytes"),
        ("none.py", None, "none.py' does not exist"),
        (".", None, "' is a directory"),
    ],
)
def test_what_cannot_be_checked_is_one_clear_line(
    tmp_path: Path, name: str, data: bytes | None, told: str
) -> None:
    if data is not None:
        (tmp_path / name).write_bytes(data)
    done = CliRunner().invoke(command, [str(tmp_path / name), "--repo", "octo/kitchen"])
    assert (done.exit_code, done.stdout) == (2, "")
    assert told in done.stderr.splitlines()[-1]


def test_what_is_not_indexed_is_bad_input_too(run: Run) -> None:
    done = run("-", "--ref", "v7", stdin="x = 1")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("fury-bot: octo/kitchen at v7 is not indexed")


def test_a_database_that_is_away_is_not_a_problem_of_the_code(tmp_path: Path) -> None:
    away = {"DATABASE_URL": "postgresql://127.0.0.1:1/none", "FURY_BOT_DATA_DIR": str(tmp_path)}
    done = fury_bot(
        *("check-code", "-", "--repo", "octo/kitchen"), settings=away, folder=tmp_path, stdin=WRONG
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("fury-bot: ")
    assert "127.0.0.1" in done.stderr


def test_settings_that_cannot_be_used_are_not_a_problem_of_the_code(tmp_path: Path) -> None:
    done = fury_bot(
        *("check-code", "-", "--repo", "octo/kitchen"),
        settings={"FURY_BOT_LOG_LEVEL": "loud"},
        folder=tmp_path,
        stdin=WRONG,
    )
    assert (done.returncode, done.stdout) == (2, "")


@pytest.mark.parametrize(
    ("name", "content"), [("a.py", ""), ("a.py", " \n"), ("a.md", "# A title\n"), ("b.md", "")]
)
def test_where_there_is_no_code_nothing_is_said_to_hold(
    run: Run, tmp_path: Path, name: str, content: str
) -> None:
    (tmp_path / name).write_text(content)
    done = run(name)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"fury-bot: {name}: there is no code to check\n"
