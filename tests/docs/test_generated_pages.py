"""The pages that come from the code say what the code says now."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from github_app.settings import Settings, parse

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"

PAGES = ("settings.md", "cli.md", "commands.md", "repository-settings.md", "fury-bot.schema.json")


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the pages as `make docs` writes them."""
    folder = tmp_path_factory.mktemp("docs")
    subprocess.run(  # noqa: S603 - the arguments are this module's own
        [sys.executable, DOCS / "generate.py", folder], cwd=ROOT, check=True, timeout=120
    )
    return folder


def test_every_page_is_written(generated: Path) -> None:
    assert sorted(path.name for path in generated.iterdir()) == sorted(PAGES)


@pytest.mark.parametrize("page", PAGES)
def test_a_committed_page_is_current(generated: Path, page: str) -> None:
    assert (DOCS / page).read_text() == (generated / page).read_text(), "run `make docs`"


def test_the_page_on_repository_settings_writes_out_the_defaults() -> None:
    page = (DOCS / "repository-settings.md").read_text()
    (example,) = re.findall(r"```yaml\n(.*?)```", page, flags=re.DOTALL)
    assert parse(example) == Settings()


def test_the_schema_describes_the_keys_that_are_read() -> None:
    schema = json.loads((DOCS / "fury-bot.schema.json").read_text())
    defaults = yaml.safe_load(yaml.safe_dump(Settings().model_dump(mode="json")))
    assert set(schema["properties"]) == set(defaults)
    assert schema["additionalProperties"] is False


def test_no_page_holds_a_path_of_the_machine_that_wrote_it() -> None:
    home = str(Path.home())
    assert [page for page in PAGES if home in (DOCS / page).read_text()] == []
