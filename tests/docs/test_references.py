"""What the pages written by hand refer to is there."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from markdown_it import MarkdownIt

from fury_bot.cli.main import COMMANDS
from fury_bot.settings import Settings

ROOT = Path(__file__).parents[2]

PAGES = sorted(
    path.relative_to(ROOT).as_posix() for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"))
)

# Variables of the containers and of the build, which are no settings of the process.
DEPLOYMENT = "".join(
    (ROOT / name).read_text() for name in ("compose.yaml", "serverless.yml", "Dockerfile")
)

_COMMAND = re.compile(r"(?:^|\s|bin/)fury-bot ([a-z]+(?:-[a-z]+)*)")
_SETTING = re.compile(r"\b(?:DATABASE|FURY_BOT|GITHUB|GROQ|GEMINI|DISCORD)_[A-Z_]+\b")


def text(page: str) -> str:
    return (ROOT / page).read_text()


def code(page: str) -> list[str]:
    """The code of a page: its blocks line by line, and its spans."""
    found = []
    for token in MarkdownIt("commonmark").enable("table").parse(text(page)):
        if token.type in {"fence", "code_block"}:
            found += token.content.splitlines()
        found += [child.content for child in token.children or () if child.type == "code_inline"]
    return found


def links(page: str) -> list[str]:
    """The destinations of a page's links and images that lead to files of this repository."""
    found = []
    for token in MarkdownIt("commonmark").enable("table").parse(text(page)):
        for child in token.children or ():
            destination = child.attrGet("href" if child.type == "link_open" else "src")
            if destination is not None and not re.match(r"\w+:", str(destination)):
                found.append(unquote(str(destination)))
    return found


def anchors(page: Path) -> set[str]:
    """The fragments that GitHub makes of a page's headings."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_there_are_pages() -> None:
    assert "README.md" in PAGES
    assert "docs/architecture.md" in PAGES


@pytest.mark.parametrize("page", PAGES)
def test_every_link_within_the_repository_leads_somewhere(page: str) -> None:
    broken = []
    for link in links(page):
        path, _, fragment = link.partition("#")
        target = ROOT / page if not path else (ROOT / page).parent / path
        if not target.exists() or (fragment and fragment not in anchors(target)):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("page", PAGES)
def test_every_make_target_that_is_named_exists(page: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", text("Makefile"), flags=re.MULTILINE))
    named = {
        name for line in code(page) for name in re.findall(r"(?:^|[$;&] )make ([a-z-]+)", line)
    }
    assert named <= targets


@pytest.mark.parametrize("page", PAGES)
def test_every_command_that_is_named_exists(page: str) -> None:
    named = {name for line in code(page) for name in _COMMAND.findall(line)}
    assert named <= set(COMMANDS)


@pytest.mark.parametrize("page", PAGES)
def test_every_setting_that_is_named_exists(page: str) -> None:
    known = {name.upper() for name in Settings.model_fields}
    unknown = {
        name
        for name in _SETTING.findall(text(page))
        if name.removesuffix("_FILE") not in known and name not in DEPLOYMENT
    }
    assert unknown == set()


def test_every_page_of_docs_is_reached_from_the_readme() -> None:
    reached, waiting = set[str](), ["README.md"]
    while waiting:
        page = waiting.pop()
        reached.add(page)
        for link in links(page):
            path = ((ROOT / page).parent / link.partition("#")[0]).resolve()
            name = path.relative_to(ROOT.resolve()).as_posix()
            if name.endswith(".md") and name not in reached:
                waiting.append(name)
    assert set(PAGES) - reached == set()
