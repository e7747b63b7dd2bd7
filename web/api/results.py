"""What the engine found, as it is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine import plain
from web.api.schema import AnswerBody, PassageBody, ProblemBody, SearchBody, SourceBody

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine import Answer, Source
    from retrieval.model import SearchResult


def answer_body(answer: Answer) -> AnswerBody:
    """Return the answer with every passage that it was written from.

    Those it cites keep their numbers; the others follow, in the order of the search.
    """
    sources = list(_sources(answer))
    return AnswerBody(
        response=plain.sanitise(answer.response, links=answer.references),
        references=[source.url for source in sources],
        sources=sources,
        repository=answer.repository,
        commit=answer.commit,
        provider=answer.provider,
        model=answer.model,
        abstained=answer.abstained,
        confidence=answer.confidence,
        task=answer.task.value,
        note=plain.sanitise(answer.note),
        checks=[
            ProblemBody(
                kind=problem.kind.value,
                line=problem.line,
                name=problem.name,
                problem=problem.problem,
                suggestion=problem.suggestion,
            )
            for problem in answer.checks
        ],
        seconds=round(answer.timings.total, 3),
    )


def search_body(found: SearchResult) -> SearchBody:
    """Return the passages that were found."""
    return SearchBody(
        repository=found.repository,
        ref=found.ref,
        commit=found.commit,
        results=[
            PassageBody(
                rank=passage.rank,
                path=passage.path,
                start_line=passage.start_line,
                end_line=passage.end_line,
                symbol=passage.symbol,
                kind=passage.kind.value,
                score=passage.score,
                url=passage.url,
                text=passage.text,
            )
            for passage in found.passages
        ],
    )


def _sources(answer: Answer) -> Iterator[SourceBody]:
    # The sources of an abstention are where to look: nothing is claimed of them.
    cited = () if answer.abstained else answer.sources
    places = {_place(source) for source in cited}
    others = (passage for passage in answer.passages if _place(passage) not in places)
    for number, source in enumerate((*cited, *others), 1):
        yield SourceBody(
            number=number,
            cited=number <= len(cited),
            path=source.path,
            start_line=source.start_line,
            end_line=source.end_line,
            symbol=source.symbol,
            kind=source.kind,
            url=source.url,
            score=source.score,
        )


def _place(source: Source) -> tuple[str, int, int, str]:
    return source.path, source.start_line, source.end_line, source.kind
