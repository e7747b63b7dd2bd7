"""From a question to an answer, with a search and a model that do as they are told."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

import generation
from engine import Engine, NotIndexed, Scope, UnknownProvider
from engine.engine import NOT_FOUND
from retrieval.errors import RepositoryNotIndexed
from retrieval.model import ChunkKind, Passage, SearchResult

SCOPE = Scope(repository="octo/kitchen")


def passage(rank: int, *, similarity: float = 0.8, coverage: float = 1.0) -> Passage:
    return Passage(
        rank=rank,
        path=f"kitchen/{rank}.py",
        start_line=rank,
        end_line=rank + 9,
        symbol=f"kitchen.{rank}",
        kind=ChunkKind.FUNCTION,
        text="text",
        url=f"https://github.com/octo/kitchen/blob/c/kitchen/{rank}.py#L{rank}-L{rank + 9}",
        score=1 / rank,
        similarity=similarity,
        coverage=coverage,
        signature="def f()",
    )


@dataclass
class Search:
    """Returns its passages; records what it was asked for."""

    passages: tuple[Passage, ...] = tuple(passage(rank) for rank in range(1, 9))
    knn: int = 0
    is_whole: bool = True

    def search(
        self, query: str, *, repository: str, knn: int, ref: str | None = None
    ) -> SearchResult:
        self.knn = knn
        if repository != SCOPE.repository:
            raise RepositoryNotIndexed(repository, ref)
        return SearchResult(
            query, repository, "main", "c", self.passages[:knn], is_whole=self.is_whole
        )


@dataclass
class Model:
    """Writes its text; keeps the requests."""

    text: str = "Fill it [2], then boil it [1, 2]."
    requests: list[generation.Request] = field(default_factory=list)

    def complete(self, request: generation.Request) -> generation.Completion:
        self.requests.append(request)
        return generation.Completion(self.text, "model", "m-1", "stop")


def engine(model: Model, search: Search | None = None) -> Engine:
    return Engine(search or Search(), chain=model, providers={"other": Model("Other [1].")})


def test_only_what_is_cited_becomes_a_source_numbered_as_it_is_cited() -> None:
    answer = engine(Model()).ask("How?", SCOPE)

    assert answer.response == "Fill it [1], then boil it [2, 1]."
    assert [(source.number, source.path) for source in answer.sources] == [
        (1, "kitchen/2.py"),
        (2, "kitchen/1.py"),
    ]
    assert answer.references == tuple(source.url for source in answer.sources)
    assert (answer.provider, answer.model, answer.abstained) == ("model", "m-1", False)
    assert answer.timings.total >= answer.timings.retrieval + answer.timings.generation


@pytest.mark.parametrize(
    "text",
    [
        generation.NOT_FOUND,
        f"{generation.NOT_FOUND}\n",
        "I think so.",
        "As [9] says.",
        "x[1] `[1]`",
    ],
)
def test_an_answer_that_rests_on_nothing_is_an_abstention(text: str) -> None:
    answer = engine(Model(text.replace("x[1] ", ""))).ask("How?", SCOPE)

    assert answer.abstained
    assert answer.response == NOT_FOUND
    assert answer.provider == "model"
    assert [source.number for source in answer.sources] == [1, 2, 3, 4, 5]  # where to look


def test_no_model_is_asked_when_the_passages_are_far_from_the_question() -> None:
    model = Model()
    far = Search(tuple(passage(n, similarity=0.2, coverage=0.1) for n in range(1, 6)))

    answer = engine(model, far).ask("How?", SCOPE)

    assert answer.abstained
    assert model.requests == []
    assert answer.confidence < 0.5


@pytest.mark.parametrize(("coverage", "asked"), [(1.0, 1), (0.5, 0)])
def test_while_the_vectors_are_missing_the_words_decide_whether_the_model_is_asked(
    coverage: float, asked: int
) -> None:
    model = Model()
    unread = (replace(passage(n, coverage=coverage), similarity=None) for n in range(1, 6))

    answer = engine(model, Search(tuple(unread))).ask("How?", SCOPE)

    assert len(model.requests) == asked
    assert answer.abstained is not bool(asked)


@pytest.mark.parametrize("is_whole", [True, False])
def test_an_answer_is_provisional_while_the_repository_is_still_being_read(
    *, is_whole: bool
) -> None:
    answer = engine(Model(), Search(is_whole=is_whole)).ask("How?", SCOPE)

    assert answer.is_provisional is not is_whole


def test_nothing_found_is_an_abstention_without_sources() -> None:
    answer = engine(Model(), Search(())).ask("How?", SCOPE)

    assert (answer.abstained, answer.sources, answer.confidence) == (True, (), 0.0)


@pytest.mark.parametrize("knn", [1, 3, 8])
def test_the_model_is_given_as_many_passages_as_the_scope_says(knn: int) -> None:
    model, search = Model("As said [1]."), Search()

    answer = engine(model, search).ask("How?", replace(SCOPE, knn=knn))

    assert [each.number for each in model.requests[0].passages] == list(range(1, knn + 1))
    assert search.knn == max(knn, 5)  # the confidence is measured on five
    assert answer.confidence == engine(Model()).ask("How?", SCOPE).confidence


def test_a_scope_may_name_a_provider_and_its_model() -> None:
    answer = engine(Model()).ask("How?", replace(SCOPE, provider="other", model="m-2"))

    assert answer.response == "Other [1]."


def test_an_unknown_provider_lists_the_known() -> None:
    with pytest.raises(UnknownProvider, match="'nobody'; known: other"):
        engine(Model()).ask("How?", replace(SCOPE, provider="nobody"))


def test_a_repository_that_is_not_indexed_says_how_it_can_be() -> None:
    with pytest.raises(NotIndexed, match="fury-bot index PATH --repo a/b"):
        engine(Model()).ask("How?", Scope(repository="a/b"))
    with pytest.raises(NotIndexed, match="a/b at v2"):
        engine(Model()).search("How?", Scope(repository="a/b", ref="v2"))


def test_what_the_database_cannot_store_does_not_leave_the_engine() -> None:
    answer = engine(Model("A \0 B \ud800 [1].")).ask("How?", SCOPE)

    assert answer.response == "A ? B ? [1]."
