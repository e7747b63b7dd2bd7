"""The answer that what was found comes to, and what a review leaves of a draft."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from engine.answer import NOT_FOUND, Answer, Source, Timings
from engine.checks.honesty import honest_line
from engine.confidence import THRESHOLD, after_checks
from generation import citations
from storage.text import storable

if TYPE_CHECKING:
    from engine.preparation import Asked
    from engine.review import Review
    from retrieval.model import Passage

CUT = "The model came to its limit before the end of its answer."


def abstained(asked: Asked) -> Answer:
    """Return the answer that there is none, with the nearest places to look."""
    sources = tuple(_source(passage) for passage in asked.found.passages if passage.url)
    declined = asked.understood.declined
    return Answer(
        question=asked.question,
        repository=asked.found.repository,
        response=declined or NOT_FOUND,
        sources=() if declined else sources,
        provider="",
        model="",
        abstained=True,
        confidence=asked.confidence,
        timings=Timings(
            retrieval=asked.searched - asked.started,
            generation=0.0,
            total=asked.searched - asked.started,
        ),
        commit=asked.found.commit,
        task=asked.understood.task,
        standalone=asked.understood.question,
        passages=sources,
        is_provisional=not asked.found.is_whole,
    )


def reviewed(abstention: Answer, review: Review) -> Answer:
    """Return the answer that a review leaves, with the passages that it cites and no others.

    Without any, or with more problems than the confidence bears, the abstention stays.
    """
    certainty = after_checks(abstention.confidence, len(review.to_mend))
    tried = replace(
        abstention,
        provider=review.draft.provider,
        model=review.draft.model,
        confidence=certainty,
        checks=review.problems,
    )
    if not review.is_grounded or certainty < THRESHOLD:
        return tried
    by_number = {source.number: source for source in abstention.passages}
    cited = [number for number in citations.cited(review.draft.text) if number in by_number]
    places = {number: place for place, number in enumerate(cited, 1)}
    return replace(
        tried,
        response=citations.renumber(review.draft.text, places).strip(),
        sources=tuple(replace(by_number[number], number=place) for number, place in places.items()),
        abstained=False,
        note=_note(review),
    )


def _note(review: Review) -> str:
    cut = CUT if review.is_cut else ""
    return storable(" ".join(filter(None, (cut, honest_line(review.to_mend)))))


def _source(passage: Passage) -> Source:
    return Source(
        number=passage.rank,
        path=passage.path,
        start_line=passage.start_line,
        end_line=passage.end_line,
        symbol=passage.symbol,
        kind=passage.kind.value,
        url=passage.url,
        score=passage.score,
    )
