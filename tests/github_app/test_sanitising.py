"""What GitHub and its bots would make of a generated text, beyond what it says."""

from __future__ import annotations

import pytest

from github_app.sanitising import sanitise


@pytest.mark.parametrize(
    ("text", "harmless"),
    [
        ("/close\n/fury-bot stop", "`/close`\n`/fury-bot` stop"),
        ("\\/lgtm and a/b", "`/lgtm` and a/b"),
        ("> /close", "> `/close`"),
        ("see /close", "see /close"),
        ("```\n/close\n```", "```\n/close\n```"),
        ("$\\href{//evil.example}{x}$", "$`href`{//evil.example}{x}$"),
        ("$`\\href{//evil.example}{x}`$", "$ `\\href{//evil.example}{x}`$"),
    ],
)
def test_commands_to_bots_and_mathematics_are_made_harmless(text: str, harmless: str) -> None:
    assert sanitise(text, citations={}) == harmless


@pytest.mark.parametrize("info", ["mermaid", "Mermaid x", "&#109;ermaid", "geojson", "suggestion"])
def test_code_that_github_would_draw_is_shown_as_code(info: str) -> None:
    shown = sanitise(f"```{info}\nclick A\n```", citations={})
    assert shown == f"````text\n```{info}\nclick A\n```\n````"
