"""What an answer, a search and a conversation look like over HTTP."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from engine.checks.model import Problem, ProblemKind
from generation.protocol import Turn
from tests.web.api.scripted import BLOB, REPOSITORY, ScriptedEngine, source
from web.api.results import answer_body

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from engine import Answer
    from tests.web.api.scripted import Memory

ORIGINAL = {
    "query": "How do I create a sphere in FURY?",
    "llm": "llama3-70b-8192",
    "knn": "3",
    "stream": False,
}


def an_answer(engine: ScriptedEngine, client: FlaskClient) -> Answer:
    """Return the engine's own answer to a question with three passages."""
    client.post("/api/groq/generate", json=ORIGINAL)
    ((question, scope, _),) = engine.asked
    return engine.ask(question, scope)


def test_the_call_of_the_original_is_answered_as_it_was(
    client: FlaskClient, engine: ScriptedEngine
) -> None:
    response = client.post("/api/groq/generate", json=ORIGINAL)

    assert response.status_code == 200
    answer = response.get_json()
    assert answer["response"] == "Boil it [1]."
    assert answer["references"] == [
        f"{BLOB}/kitchen/2.py#L2-L11",
        f"{BLOB}/kitchen/1.py#L1-L10",
        f"{BLOB}/kitchen/3.py#L3-L12",
    ]
    ((question, scope, history),) = engine.asked
    assert (question, history) == (ORIGINAL["query"], ())
    assert (scope.provider, scope.model, scope.knn) == ("groq", "llama3-70b-8192", 3)
    assert (scope.repository, scope.ref) == (REPOSITORY, None)


@pytest.mark.parametrize(("knn", "references"), [(1, 1), ("3", 3), (10, 10), (2.0, 2), ("05", 5)])
@pytest.mark.parametrize("path", ["/api/ollama/generate", "/api/question"])
def test_there_are_as_many_references_as_were_asked_for(
    client: FlaskClient, path: str, knn: float | str, references: int
) -> None:
    asked = {"query": "How?"} if "generate" in path else {"question": "How?", "user_id": "7"}

    answer = client.post(path, json={**asked, "knn": knn}).get_json()

    assert len(answer["references"]) == len(answer["sources"]) == references


def test_the_sources_say_which_of_them_are_cited_and_as_what(client: FlaskClient) -> None:
    answer = client.post("/api/groq/generate", json=ORIGINAL).get_json()

    assert [source["url"] for source in answer["sources"]] == answer["references"]
    assert [(source["number"], source["cited"]) for source in answer["sources"]] == [
        (1, True),
        (2, False),
        (3, False),
    ]
    assert answer["sources"][0] == {
        "number": 1,
        "cited": True,
        "path": "kitchen/2.py",
        "start_line": 2,
        "end_line": 11,
        "symbol": "kitchen.2",
        "kind": "function",
        "url": answer["references"][0],
        "score": 0.5,
    }


def test_an_abstention_cites_nothing_and_says_where_to_look(
    client: FlaskClient, engine: ScriptedEngine
) -> None:
    answer = an_answer(engine, client)
    abstained = replace(answer, abstained=True, sources=(source(1), source(2)))

    body = answer_body(abstained)

    assert body.abstained
    assert [each.cited for each in body.sources] == [False] * 3
    assert len(body.references) == 3


def test_what_the_check_of_the_code_found_is_sent_along(
    client: FlaskClient, engine: ScriptedEngine
) -> None:
    problem = Problem(
        kind=ProblemKind.UNKNOWN_ATTRIBUTE,
        line=3,
        name="actor.shpere",
        problem="fury.actor has no shpere",
        suggestion="actor.sphere",
    )

    body = answer_body(replace(an_answer(engine, client), checks=(problem,), note="Not all holds."))

    assert body.note == "Not all holds."
    assert [check.model_dump() for check in body.checks] == [
        {
            "kind": "unknown-attribute",
            "line": 3,
            "name": "actor.shpere",
            "problem": "fury.actor has no shpere",
            "suggestion": "actor.sphere",
        }
    ]


def test_a_search_returns_passages_and_asks_no_model(
    client: FlaskClient, engine: ScriptedEngine
) -> None:
    found = client.post(
        "/api/search", json={"query": "boil", "knn": "2", "repo": "octo/pantry", "ref": "v1.0"}
    ).get_json()

    assert engine.asked == []
    assert (found["repository"], found["ref"], found["commit"]) == ("octo/pantry", "v1.0", "c0ffee")
    assert [result["rank"] for result in found["results"]] == [1, 2]
    assert set(found["results"][0]) == set(
        "rank path start_line end_line symbol kind score url text".split()
    )


def test_a_conversation_goes_on_with_what_was_said(
    client: FlaskClient, engine: ScriptedEngine
) -> None:
    client.post("/api/question", json={"question": "How do I boil?", "user_id": 7})
    client.post("/api/question", json={"question": "And twice?", "user_id": 7.0, "stream": True})
    client.post("/api/question", json={"question": "And I?", "user_id": "8"})

    assert [history for _, _, history in engine.asked] == [
        (),
        (Turn("user", "How do I boil?"), Turn("assistant", "Boil it [1].")),
        (),
    ]
    assert engine.asked[0][1].provider is None


def test_a_conversation_is_forgotten_on_demand(client: FlaskClient, memory: Memory) -> None:
    asked = {"question": "How?", "user_id": "mona@octo.org"}
    for repository in ("octo/kitchen", "octo/pantry", "octo/attic"):
        client.post("/api/question", json={**asked, "repo": repository})
    client.post("/api/question", json={**asked, "user_id": "hubot"})

    one = client.delete("/api/conversations/mona@octo.org?repo=octo/pantry")
    all_others = client.delete("/api/conversations/mona@octo.org")
    none = client.delete("/api/conversations/mona@octo.org")

    assert [each.status_code for each in (one, all_others, none)] == [200] * 3
    assert [each.get_json()["forgotten"] for each in (one, all_others, none)] == [1, 2, 0]
    assert list(memory.turns) == [("octo/kitchen", "api:local:hubot")]


def test_a_question_to_one_provider_belongs_to_no_conversation(
    client: FlaskClient, memory: Memory
) -> None:
    client.post("/api/groq/generate", json=ORIGINAL)

    assert memory.turns == {}
