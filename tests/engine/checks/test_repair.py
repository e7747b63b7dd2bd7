"""The repair round, with a real index, the real SDK, and a model that makes mistakes."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from engine import Engine, Scope
from engine.checks.model import ProblemKind
from generation import Chain, ExtractiveProvider, GroqProvider
from generation.protocol import Task
from retrieval.catalogue import Catalogue
from retrieval.places import Place, Places
from simulator.llm import SimulatedModels, create_app
from simulator.llm.models import API_KEY
from simulator.llm.personas import Repairing, Stubborn
from simulator.serving import Served
from tests.engine.checks.kitchen import REPOSITORY

if TYPE_CHECKING:
    from engine import Answer
    from engine.checks.checker import Checker
    from retrieval.model import SearchResult
    from simulator.llm import Speaker
    from storage import Database

WRONG = """Like so [1]:

```python
from kitchen import Kettle

kettle = Kettle(2, lidd=None)
kettle.fil(1)
scene.add(kettle)
```
"""
RIGHT = """Like so [1]:

```python
from kitchen import Kettle

kettle = Kettle(2, lid=None)
kettle.fill(1)
```
"""


def answered(
    speaker: Speaker, kitchen: Database, checker: Checker
) -> tuple[Answer, SimulatedModels]:
    models = SimulatedModels(speaker=speaker)
    read = Places(kitchen, Catalogue(kitchen)).read(
        Place(symbol="kitchen.kettle.Kettle"), repository=REPOSITORY
    )
    with (
        Served(create_app(models)) as server,
        closing(GroqProvider(api_key=API_KEY, base_url=server.url)) as groq,
    ):
        engine = Engine(
            Nothing(),
            chain=Chain([groq, ExtractiveProvider()]),
            providers={"groq": groq},
            checker=checker,
        )
        scope = Scope(REPOSITORY)
        answer = engine.ask("Fill a kettle with a lid", scope, task=Task.WRITE, material=read)
    return answer, models


class Nothing:
    """A search that nobody is to ask."""

    def search(
        self, query: str, *, repository: str, knn: int, ref: str | None = None
    ) -> SearchResult:
        """Fail: what the answer is about was given."""
        raise AssertionError(query, repository, knn, ref)


def test_a_model_that_is_shown_its_mistakes_gives_a_clean_answer(
    kitchen: Database, checker: Checker
) -> None:
    answer, models = answered(Repairing(WRONG, RIGHT), kitchen, checker)

    assert (answer.response, answer.checks, answer.note) == (RIGHT.strip(), (), "")
    assert [source.symbol for source in answer.sources] == ["kitchen.kettle.Kettle"]
    first, second = models.requests("groq")
    assert "lidd" not in first.user
    for told in ("`lid`", "kettle.fill", "`scene` is never defined"):
        assert told in second.user


def test_a_model_that_stays_wrong_gives_an_answer_with_the_honest_line(
    kitchen: Database, checker: Checker
) -> None:
    answer, models = answered(Stubborn(WRONG), kitchen, checker)

    assert (answer.abstained, answer.response) == (False, WRONG.strip())
    assert {problem.kind for problem in answer.checks} == {
        ProblemKind.UNKNOWN_ARGUMENT,
        ProblemKind.UNKNOWN_ATTRIBUTE,
        ProblemKind.UNDEFINED_NAME,
    }
    assert answer.note.startswith("Not confirmed: ")
    assert answer.note.endswith("; and 1 more.")
    assert len(models.requests("groq")) == 2


SHOWCASE = """So [1]:

```python
from kitchen import Kettle

actor = Kettle(1)
scene.add(actor)
window.show(scene)
```
"""


def test_a_scene_and_a_window_that_nobody_defined_are_told(
    kitchen: Database, checker: Checker
) -> None:

    answer, _ = answered(Stubborn(SHOWCASE), kitchen, checker)

    assert {problem.name for problem in answer.checks} == {"scene", "window"}
    assert "`scene` is never defined" in answer.note
