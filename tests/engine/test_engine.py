"""From a question to an answer, with a search and a model that do as they are told."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest

import generation
from engine import Engine, NotIndexed, Scope, UnknownProvider
from engine.answer import NOT_FOUND
from engine.answering import CUT
from engine.checks.model import Problem, ProblemKind
from engine.confidence import THRESHOLD, UNCONFIRMED
from generation.extractive import declining
from generation.protocol import Task, Turn, Unavailable
from retrieval.errors import RepositoryNotIndexed
from retrieval.evidence import Evidence
from retrieval.model import ChunkKind, Passage, SearchResult

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

SCOPE = Scope(repository="octo/kitchen")
CLOSE = Evidence(
    similarity=0.8,
    gist=0.8,
    lexical=0.8,
    unread=None,
    agreement=0.6,
    terms=4,
    unknown=0.0,
    rarest=0.8,
    chunks=4_000,
)
FAR = Evidence(
    similarity=0.2,
    gist=0.2,
    lexical=0.1,
    unread=None,
    agreement=0.0,
    terms=4,
    unknown=0.5,
    rarest=0.8,
    chunks=4_000,
)


def passage(rank: int) -> Passage:
    return Passage(
        rank=rank,
        path=f"kitchen/{rank}.py",
        start_line=rank,
        end_line=rank + 9,
        symbol=f"kitchen.{rank}",
        kind=ChunkKind.FUNCTION,
        text="Fill it, boil it; still wrong: sum.",
        url=f"https://github.com/octo/kitchen/blob/c/kitchen/{rank}.py#L{rank}-L{rank + 9}",
        score=1 / rank,
        similarity=0.8,
        coverage=1.0,
        signature="def f()",
    )


@dataclass
class Search:
    """Returns its passages; records what it was asked for."""

    passages: tuple[Passage, ...] = tuple(passage(rank) for rank in range(1, 9))
    knn: int = 0
    is_whole: bool = True
    evidence: Evidence | None = CLOSE
    queries: list[str] = field(default_factory=list)

    def search(
        self, query: str, *, repository: str, knn: int, ref: str | None = None
    ) -> SearchResult:
        self.knn = knn
        self.queries.append(query)
        if repository != SCOPE.repository:
            raise RepositoryNotIndexed(repository, ref)
        return SearchResult(
            query,
            repository,
            "main",
            "c",
            self.passages[:knn],
            evidence=self.evidence,
            is_whole=self.is_whole,
        )


@dataclass
class Model:
    """Writes its texts one after the other, the last again and again; keeps the requests."""

    text: str = "Fill it [2], then boil it [1, 2]."
    then: tuple[str, ...] = ()
    is_model: bool = False
    requests: list[generation.Request] = field(default_factory=list)
    was_closed: bool = False

    def complete(self, request: generation.Request) -> generation.Completion:
        texts = (self.text, *self.then)
        text = texts[min(len(self.requests), len(texts) - 1)]
        self.requests.append(request)
        return generation.Completion(text, "model", "m-1", "stop")

    def stream(self, request: generation.Request) -> Generator[str, None, generation.Completion]:
        completion = self.complete(request)
        try:
            for word in completion.text.split(" "):
                yield f"{word} "
        finally:
            self.was_closed = True
        return completion


@dataclass
class Check:
    """Finds fault with what holds a word."""

    word: str = "wrong"

    def check_answer(
        self,
        markdown: str,
        *,
        repository: str,
        ref: str | None = None,
        passages: Sequence[generation.Passage] = (),
        question: str | None = None,
    ) -> tuple[Problem, ...]:
        assert question
        assert (repository, ref) == ("octo/kitchen", "main")
        assert passages
        problem = Problem(
            ProblemKind.UNDEFINED_NAME, 1, "scene", "`scene` is never defined.", "kettle"
        )
        return (problem,) * markdown.count(self.word)

    def check_without_index(
        self,
        markdown: str,
        *,
        passages: Sequence[generation.Passage] = (),
        question: str | None = None,
    ) -> tuple[Problem, ...]:
        assert passages
        assert question
        problem = Problem(ProblemKind.SYNTAX, 1, "rust", "This is no valid Rust.")
        return (problem,) * markdown.count(self.word)


def engine(model: Model, search: Search | None = None) -> Engine:
    return Engine(
        search or Search(),
        chain=model,
        providers={"other": Model("Other [1].")},
        checker=Check(),
    )


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

    answer = engine(model, Search(evidence=FAR)).ask("How?", SCOPE)

    assert answer.abstained
    assert model.requests == []
    assert answer.confidence < THRESHOLD


@pytest.mark.parametrize(("lexical", "asked"), [(1.2, 1), (0.5, 0)])
def test_while_the_vectors_are_missing_the_words_decide_whether_the_model_is_asked(
    lexical: float, asked: int
) -> None:
    model = Model()
    unread = replace(CLOSE, similarity=None, gist=None, unread=lexical)

    answer = engine(model, Search(evidence=unread)).ask("How?", SCOPE)

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
    assert search.knn == knn
    assert [each.number for each in answer.passages] == list(range(1, knn + 1))
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


def test_a_draft_with_mistakes_is_shown_to_the_model_with_them_and_mended() -> None:
    model = Model("So, wrong [1].", then=("So [2].",), is_model=True)

    answer = engine(model).ask("How do I boil it?", SCOPE)

    assert (answer.response, answer.checks, answer.note) == ("So [1].", (), "")
    attempt = model.requests[-1].attempt
    assert attempt is not None
    assert (attempt.text, attempt.problems) == (
        "So, wrong [1].",
        ("`scene` is never defined. Did you mean `kettle`?",),
    )
    assert answer.sources[0].path == "kitchen/2.py"


def test_what_stays_wrong_is_said_under_the_answer_and_lowers_the_confidence() -> None:
    model = Model("wrong, wrong [1].", then=("still wrong [1].",), is_model=True)

    answer = engine(model).ask("How do I boil it?", SCOPE)

    assert answer.response == "still wrong [1]."
    assert "`scene` is never defined" in answer.note
    assert [problem.name for problem in answer.checks] == ["scene"]
    certain = engine(Model()).ask("How do I boil it?", SCOPE).confidence
    assert answer.confidence == pytest.approx(certain * UNCONFIRMED)
    assert len(model.requests) == 2  # once, and no more


@pytest.mark.parametrize(
    "mended", ["as wrong [1].", "wrong, wrong [1].", "I am at a loss.", "Fine [99].", "NOT_FOUND"]
)
def test_a_second_draft_that_is_no_better_is_not_taken(mended: str) -> None:
    model = Model("wrong [1].", then=(mended,), is_model=True)

    assert engine(model).ask("How do I boil it?", SCOPE).response == "wrong [1]."


def test_whoever_wrote_a_draft_mends_it_and_nobody_else_of_the_chain() -> None:
    writer = Model("wrong [1].", then=("Fill it [1].",), is_model=True)

    class Chain(Model):
        def complete(self, request: generation.Request) -> generation.Completion:
            assert request.attempt is None
            return replace(writer.complete(request), provider="model")

    chain = Chain(is_model=True)
    answer = Engine(Search(), chain=chain, providers={"model": writer}, checker=Check()).ask(
        "How do I boil it?", SCOPE
    )

    assert (answer.response, len(writer.requests)) == ("Fill it [1].", 2)
    assert writer.requests[1].model == "m-1"


def test_an_answer_with_more_problems_than_its_confidence_bears_is_none() -> None:
    answer = engine(Model("wrong " * 30 + "[1].")).ask("How?", SCOPE)

    assert answer.abstained
    assert answer.confidence < THRESHOLD
    assert answer.note == ""


def test_an_answer_that_was_cut_off_says_so() -> None:
    class Cut(Model):
        def complete(self, request: generation.Request) -> generation.Completion:
            return replace(super().complete(request), finish_reason="length")

    assert engine(Cut()).ask("How?", SCOPE).note == CUT


def test_a_repository_that_is_not_known_costs_no_model_a_request() -> None:
    model = Model(is_model=True)
    asked = Engine(Search(), chain=model, providers={}, known_as=lambda _: None)

    with pytest.raises(NotIndexed):
        asked.ask("something unclear?", SCOPE)
    assert model.requests == []


def test_a_repository_is_asked_about_under_the_name_it_is_known_by() -> None:
    model = Model()
    asked = Engine(Search(), chain=model, providers={}, known_as=str.lower)

    asked.ask("How?", Scope(repository="Octo/Kitchen"))

    assert model.requests[0].repository == "octo/kitchen"


def test_whoever_hangs_up_while_a_draft_is_mended_stops_the_model() -> None:
    model = Model("wrong [1].", then=("Fill it, and boil it [1].",), is_model=True)
    stream = engine(model).stream("How do I boil it?", SCOPE)
    while len(model.requests) < 2:
        next(stream)
    model.was_closed = False

    stream.close()

    assert model.was_closed


def test_a_model_that_fails_at_the_repair_leaves_the_draft_with_the_line() -> None:
    class Failing(Model):
        def complete(self, request: generation.Request) -> generation.Completion:
            if request.attempt:
                raise Unavailable("model", "gone")
            return super().complete(request)

    answer = engine(Failing("wrong [1].", is_model=True)).ask("How do I boil it?", SCOPE)

    assert answer.response == "wrong [1]."
    assert answer.note


def test_a_provider_that_only_quotes_is_asked_for_no_repair() -> None:
    model = Model("wrong [1].")

    assert engine(model).ask("How?", SCOPE).note
    assert len(model.requests) == 1


def streamed(source: Generator[str, None, object]) -> tuple[list[str], object]:
    pieces = []
    while True:
        try:
            pieces.append(next(source))
        except StopIteration as end:
            return pieces, end.value


def test_a_stream_yields_the_words_and_returns_what_asking_would() -> None:
    model = Model("Fill @everyone it [2], then boil it [1].")

    pieces, answer = streamed(engine(model).stream("How?", SCOPE))

    text = "".join(pieces)
    assert len(pieces) > 3
    assert text.startswith("Fill ")
    assert "[2], then" in text
    assert "@everyone" not in text
    timings = {"timings": engine(model).ask("How?", SCOPE).timings}
    asked = replace(engine(model).ask("How?", SCOPE), **timings)
    assert replace(answer, **timings) == asked  # type: ignore[type-var] # it is an Answer


def test_a_stream_says_nothing_of_a_model_that_found_nothing() -> None:
    pieces, answer = streamed(engine(Model("NOT_FOUND")).stream("How?", SCOPE))

    assert "".join(pieces).strip() == ""
    assert getattr(answer, "abstained", None) is True


def test_closing_a_stream_stops_the_provider() -> None:
    model = Model()
    stream = engine(model).stream("How?", SCOPE)
    while not next(stream):
        pass

    stream.close()

    assert model.was_closed


def test_a_follow_up_is_searched_for_and_answered_as_a_whole_question() -> None:
    search, model = Search(), Model()
    history = (Turn("user", "How do I create a kettle?"), Turn("assistant", "So [1]."))

    answer = engine(model, search).ask("and with a whistle?", SCOPE, history=history)

    assert "kettle" in search.queries[0]
    assert answer.standalone == search.queries[0] == model.requests[0].question
    assert answer.question == "and with a whistle?"
    assert model.requests[0].history == history


def test_what_only_a_model_can_do_is_declined_without_one() -> None:
    model = Model()

    answer = engine(model).ask("a kettle that whistles", SCOPE, task=Task.WRITE)

    assert answer.abstained
    assert answer.declined == answer.response
    assert answer.sources == ()
    assert model.requests == []


def test_material_takes_the_place_of_a_search() -> None:
    search = Search()
    material = SearchResult("", "octo/kitchen", "main", "c", (passage(1),))

    answer = engine(Model("Sum [1]."), search).ask(
        "Sum it up", SCOPE, task=Task.SUMMARISE, material=material
    )

    assert search.queries == []
    assert (answer.response, answer.task) == ("Sum [1].", Task.SUMMARISE)


MESSAGE = """Translate this to Rust:

```python
print("hello")
```
"""


def test_code_in_a_message_is_translated_though_it_is_not_in_the_repository() -> None:
    model = Model("`println!` [1], as [2] does.", is_model=True)

    answer = engine(model, Search(evidence=FAR)).ask(MESSAGE, SCOPE)

    assert (answer.task, answer.abstained) == (Task.TRANSLATE, False)
    assert model.requests[0].passages[0].text == 'print("hello")'
    assert [source.path for source in answer.sources] == ["kitchen/1.py"]  # the code has no place
    assert answer.response == "`println!`, as [1] does."


def test_all_code_of_a_message_is_read_however_few_passages_are_wanted() -> None:
    model = Model("`println!` [1].", is_model=True)
    message = MESSAGE + "\n```python\nprint(2)\n```\n"

    engine(model).ask(message, replace(SCOPE, knn=1))

    assert [each.text for each in model.requests[0].passages] == ['print("hello")', "print(2)"]


def test_an_answer_about_the_messages_own_code_needs_no_source() -> None:
    answer = engine(Model("`println!` [1].", is_model=True)).ask(MESSAGE, SCOPE)

    assert (answer.abstained, answer.sources) == (False, ())


def test_a_provider_that_declines_is_told_in_its_own_words() -> None:
    class Declining(Model):
        def complete(self, request: generation.Request) -> generation.Completion:
            return replace(super().complete(request), finish_reason=declining.FINISH_REASON)

    answer = engine(Declining("I cannot.")).ask("How?", SCOPE)

    assert (answer.abstained, answer.declined, answer.sources) == (True, "I cannot.", ())


def test_a_citation_that_supports_nothing_is_dropped() -> None:
    about = (replace(passage(1), text="boil the kettle"), replace(passage(2), text="penguins"))

    answer = engine(Model("Boil the kettle [2, 1]."), Search(about)).ask("How?", SCOPE)

    assert answer.response == "Boil the kettle [1]."
    assert [source.path for source in answer.sources] == ["kitchen/1.py"]


def test_an_answer_of_which_no_citation_holds_is_an_abstention() -> None:
    penguins = Search((replace(passage(1), text="penguins", path="birds.py", symbol="birds"),))

    assert engine(Model("Weld the `hull` [1]."), penguins).ask("How?", SCOPE).abstained


@dataclass
class Pointer:
    """Reads one file, whatever is asked."""

    def read(self, message: str, *, repository: str, ref: str | None) -> SearchResult | None:
        assert (repository, ref) == ("octo/kitchen", None)
        return SearchResult(message, repository, "main", "c", (replace(passage(1), path="named"),))


@pytest.mark.parametrize(
    ("question", "read"),
    [
        ("Explain named.py#L1-L9", True),
        ("Summarise named.md", True),
        ("Translate named.py to C++", True),
        ("How do I use named.py?", False),
        ("Translate `boil(1)` of named.py to C++", False),
    ],
)
def test_a_file_that_is_named_is_explained_summed_up_and_translated_without_doubt(
    question: str, *, read: bool
) -> None:
    model = Model("It sums up [1].", is_model=True)
    engine = Engine(Search(evidence=FAR), chain=model, providers={}, pointer=Pointer())
    answer = engine.ask(question, SCOPE)
    paths = {source.path for source in answer.passages}
    assert (paths == {"named"}) is read
    if read:
        assert not answer.abstained


def test_code_in_a_line_is_translated() -> None:
    model = Model("Boil [1].", is_model=True)
    engine(model).ask("Translate `boil(1)` to C++", SCOPE)
    assert model.requests[-1].passages[0].text == "boil(1)"


def test_what_comes_from_no_index_is_checked_as_far_as_that_goes() -> None:
    material = SearchResult("", "octo/kitchen", "", "", (passage(1),))

    answer = engine(Model("wrong [1].")).ask(
        "Sum it up", SCOPE, task=Task.SUMMARISE, material=material
    )

    assert [problem.kind for problem in answer.checks] == [ProblemKind.SYNTAX]
