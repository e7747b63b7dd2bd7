"""Reading .github/fury-bot.yml."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from github_app.errors import SettingsMistake
from github_app.settings import MAX_BYTES, Answers, Knowledge, Settings, When, json_schema, parse


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "---\n", "{}"])
def test_an_empty_file_is_all_defaults(text: str) -> None:
    settings = parse(text)
    assert settings == Settings()
    assert settings.answers.discussions is When.ALWAYS
    assert settings.checkbox == "I want an AI-generated answer as a first response"


def test_every_key_is_read() -> None:
    text = """
answers:
  discussions: checkbox
  categories: [Q&A, ideas]
checkbox: Answer me
commands: false
references: 10
knowledge:
  versions: 3
  branches: [next]
  discussions: false
  issues: false
"""
    assert parse(text) == Settings(
        answers=Answers(discussions=When.CHECKBOX, categories=("Q&A", "ideas")),
        checkbox="Answer me",
        commands=False,
        references=10,
        knowledge=Knowledge(versions=3, branches=("next",), discussions=False, issues=False),
    )


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("answer: {}", "`answer`: unknown key"),
        ("answers: {when: always}", "`answers.when`: unknown key"),
        (
            "answers: {discussions: sometimes}",
            "`answers.discussions`: should be 'always', 'checkbox' or 'never'",
        ),
        ("answers: {categories: Q&A}", "`answers.categories`: should be a valid tuple"),
        ("answers: {categories: [1]}", "`answers.categories.0`: should be a valid string"),
        ("references: 11", "`references`: should be less than or equal to 10"),
        ("references: 0", "`references`: should be greater than or equal to 1"),
        ("knowledge: {versions: 6}", "`knowledge.versions`: should be less than or equal to 5"),
        ("knowledge: {versions: -1}", "`knowledge.versions`: should be greater than or equal to 0"),
        (
            "knowledge: {branches: ['']}",
            "`knowledge.branches.0`: String should have at least 1 character",
        ),
        ("checkbox: ''", "`checkbox`: String should have at least 1 character"),
        ("commands: maybe", "`commands`: should be a valid boolean, unable to interpret input"),
        ("- commands", "the file must hold keys and values, such as `commands: true`"),
        ("commands: [", "the file is not valid YAML (line 1)"),
        ("a: 1\n\tb: 2", "the file is not valid YAML (line 2)"),
        ("!!python/object:os.system {}", "the file is not valid YAML (line 1)"),
        ("when: 2024-99-99", "the file is not valid YAML"),
        ("a: !!timestamp x", "the file is not valid YAML"),
        ("a: !!int x", "the file is not valid YAML"),
        ("a: !!bool x", "the file is not valid YAML"),
        ("[" * 5_000, "the file is not valid YAML"),
        ("#" * (MAX_BYTES + 1), "the file is larger than 16 KiB"),
    ],
)
def test_a_mistake_names_the_key_and_what_was_expected(text: str, mistake: str) -> None:
    with pytest.raises(SettingsMistake) as raised:
        parse(text)
    assert raised.value.mistakes == (mistake,)


def test_mistakes_are_told_together_but_not_without_end() -> None:
    with pytest.raises(SettingsMistake) as raised:
        parse("\n".join(f"key{number}: 1" for number in range(9)))
    assert len(raised.value.mistakes) == 5


def test_the_schema_describes_every_key() -> None:
    schema = json_schema()
    assert schema["additionalProperties"] is False
    keys = {"answers", "checkbox", "commands", "references", "knowledge"}
    assert set(schema["properties"]) == keys
    assert all("description" in described for described in schema["properties"].values())
    assert schema["properties"]["references"]["maximum"] == 10


TAGS = st.sampled_from(
    ["!!timestamp ", "!!int ", "!!float ", "!!bool ", "!!binary ", "!!set ", "!!omap ", "!!pairs "]
)
PIECES = st.sampled_from(
    [
        *":-?&*[]{},#|>'\"%@`\n ",
        "a",
        "1",
        "answers",
        "references",
        ": ",
        "<<",
        "\ud800",
        "\0",
        "=",
        "~",
    ]
)


@given(st.text() | st.lists(TAGS | PIECES | st.text(max_size=5), max_size=20).map("".join))
def test_any_text_is_settings_or_a_mistake(text: str) -> None:
    with contextlib.suppress(SettingsMistake):
        parse(text)
