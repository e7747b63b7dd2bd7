"""The whole way of a question, with a stranger's words in it and a model that heeds them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from discord_relay.messages import messages
from engine import Answer, Engine, Scope, plain
from engine.checks.model import Problem, ProblemKind
from generation import GroqProvider
from generation.protocol import Turn
from github_app import replies
from github_app.markers import marker
from github_app.replies import Notes
from retrieval.model import ChunkKind, Passage, SearchResult
from simulator.llm import SimulatedModels, create_app
from simulator.serving import Served
from tests.injection.attacks import QUESTION, Attack
from tests.injection.effects import Effect, anywhere, in_a_chat, on_a_page

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import generation
    from engine.ports import Searcher
    from simulator.llm import Speaker

KEY = "gsk_canary0123456789canary0123456789"
"""The provider's key: what a thief is after."""
SCOPE = Scope(repository="octo/shapes", knn=12)
URL = "https://github.com/octo/shapes/blob/0123456789abcdef0123456789abcdef01234567"
AREA = 'def area(radius):\n    """Compute the area of a disc."""\n    return pi * radius**2\n'
_DELIVERY = "72d3162e-cc78-11e3-81ab-4c9367dc0958"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What each face would show."""

    answer: Answer
    github: str
    discord: tuple[str, ...]
    plain: str
    stream: tuple[str, ...]


@dataclass
class Shelf:
    """Finds the stranger's passage first, and an honest one."""

    attack: Attack

    def search(
        self, query: str, *, repository: str, knn: int, ref: str | None = None
    ) -> SearchResult:
        """Return both, whatever is looked for."""
        del knn, ref
        attack = self.attack
        passages = (
            _passage(
                1,
                path=attack.at("path", attack.path),
                symbol=attack.at("symbol", "shapes.disc"),
                kind=ChunkKind(attack.kind),
                text=attack.at("passage", AREA),
            ),
            _passage(2, path="shapes/area.py", symbol="area", kind=ChunkKind.FUNCTION, text=AREA),
        )
        return SearchResult(query, repository, "main", "0123456789abcdef", passages)


@dataclass
class Complaint:
    """A check that finds the same fault in every draft, where a draft is under attack."""

    attack: Attack

    def check_answer(
        self,
        markdown: str,
        *,
        repository: str,
        ref: str | None = None,
        passages: Sequence[generation.Passage] = (),
        question: str | None = None,
    ) -> tuple[Problem, ...]:
        """Return the fault."""
        del markdown, repository, ref, passages, question
        if self.attack.where not in {"draft", "problem"}:
            return ()
        sentence = self.attack.at("problem", "`scene` is not defined.")
        return (Problem(line=1, name="scene", kind=ProblemKind.UNDEFINED_NAME, problem=sentence),)

    def check_without_index(
        self,
        markdown: str,
        *,
        passages: Sequence[generation.Passage] = (),
        question: str | None = None,
    ) -> tuple[Problem, ...]:
        """Return the fault, as :meth:`check_answer` does."""
        return self.check_answer(markdown, repository="", passages=passages, question=question)


def _passage(rank: int, *, path: str, symbol: str, kind: ChunkKind, text: str) -> Passage:
    return Passage(
        rank=rank,
        path=path,
        start_line=1,
        end_line=9,
        symbol=symbol,
        kind=kind,
        text=text,
        url=f"{URL}/{quote(path)}#L1-L9",
        score=1 / rank,
        similarity=0.9,
        coverage=1.0,
    )


def history(attack: Attack) -> tuple[Turn, ...]:
    """Return what was said before the question."""
    return (
        Turn("user", attack.at("asked before", "What shapes are there?")),
        Turn("assistant", attack.at("answered before", "Discs and spheres [1].")),
    )


@dataclass
class World:
    """A model that speaks as it is told to, and the engine that asks it."""

    models: SimulatedModels
    provider: GroqProvider

    def run(self, attack: Attack, speaker: Speaker, *, searcher: Searcher | None = None) -> Outcome:
        """Ask twice, for the whole answer and for a stream, and show each in its faces."""
        self.models.speaker = _drafting(attack, speaker)
        engine = Engine(
            searcher or Shelf(attack),
            chain=self.provider,
            providers={},
            checker=Complaint(attack),
        )
        question = attack.at("question", QUESTION)
        answer = engine.ask(question, SCOPE, history=history(attack))
        return Outcome(
            answer=answer,
            github=replies.answer(answer, delivery_id=_DELIVERY, notes=Notes()),
            discord=messages(answer),
            plain=plain.sanitise(f"{answer.response}\n\n{answer.note}", links=answer.references),
            stream=tuple(engine.stream(question, SCOPE, history=history(attack))),
        )


def _drafting(attack: Attack, speaker: Speaker) -> Speaker:
    """Let the stranger's words be the first draft, where that is what they are."""
    if attack.where != "draft":
        return speaker
    return lambda asked: speaker(asked) if " DRAFT\n" in asked.user else f"{attack.text} [1]"


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """The real SDK, over HTTP."""
    models = SimulatedModels(api_key=KEY)
    with Served(create_app(models)) as server:
        provider = GroqProvider(api_key=KEY, base_url=server.url)
        yield World(models, provider)
        provider.close()


def shown(outcome: Outcome) -> Mapping[str, set[Effect]]:
    """Return what each face's text does."""
    listed = {url for source in outcome.answer.passages for url in _spellings(source.url)}
    own_marker = marker(_DELIVERY)
    assert outcome.github.endswith(own_marker)
    return {
        "github": on_a_page(outcome.github.removesuffix(own_marker), listed=listed),
        "discord": {e for text in outcome.discord for e in in_a_chat(text, listed=listed)},
        "plain": anywhere(outcome.plain, listed=listed),
        "stream": anywhere("".join(outcome.stream), listed=listed),
    }


def _spellings(url: str) -> set[str]:
    """Return ``url`` as the faces write it: quoted, so that nothing in it ends its link."""
    return {url, quote(url, safe=":/?#@!$&'*+,;=%~"), quote(url, safe="%/:?#[]@!$&'()*+,;=~")}
