"""What a search tells of itself."""

from __future__ import annotations

import pytest

from retrieval.candidates import Candidate
from retrieval.evidence import gather
from retrieval.model import ChunkKind
from retrieval.terms import idf

CANDIDATE = Candidate(
    id=1,
    index_id=1,
    path="kettle.py",
    kind=ChunkKind.FUNCTION,
    symbol=None,
    start_line=1,
    end_line=2,
    unit_start_line=1,
    unit_end_line=2,
    similarity=0.5,
    gist=0.6,
    lexical=3.0,
)
IDFS = {1: 4.0, 2: 2.0}
CHUNKS = 1_000


def test_each_sign_is_the_best_that_any_candidate_has() -> None:
    near = CANDIDATE._replace(similarity=0.9, gist=None, lexical=0.6)

    found = gather([CANDIDATE, near], IDFS, {2}, chunks=CHUNKS)

    assert (found.similarity, found.gist, found.lexical) == (0.9, 0.6, 0.5)
    assert found.agreement == pytest.approx(0.5 * 0.5)  # both sides mean the first
    assert (found.terms, found.unknown, found.chunks) == (2, 0.5, CHUNKS)


def test_a_term_that_stands_nowhere_is_the_rarest_that_there_is() -> None:
    idfs = {1: idf(chunks=CHUNKS, containing=0), 2: idf(chunks=CHUNKS, containing=40)}

    assert gather([CANDIDATE], idfs, {1}, chunks=CHUNKS).rarest == 1.0
    assert 0 < gather([CANDIDATE], {2: idfs[2]}, (), chunks=CHUNKS).rarest < 0.5


def test_without_a_gist_the_nearest_chunk_stands_for_it() -> None:
    assert gather([CANDIDATE._replace(gist=None)], IDFS, (), chunks=CHUNKS).gist == 0.5


def test_without_vectors_only_the_words_tell() -> None:
    unread = CANDIDATE._replace(similarity=None, gist=None)

    found = gather([unread], IDFS, (), chunks=CHUNKS)

    assert (found.similarity, found.gist, found.agreement) == (None, None, 0.0)
    assert (found.lexical, found.unread) == (0.5, 0.5)


def test_of_what_has_yet_to_be_read_the_words_are_told_apart() -> None:
    unread = CANDIDATE._replace(similarity=None, gist=None, lexical=1.5)

    assert gather([CANDIDATE, unread], IDFS, (), chunks=CHUNKS).unread == 0.25
    assert gather([CANDIDATE], IDFS, (), chunks=CHUNKS).unread is None


def test_nothing_found_is_no_evidence() -> None:
    found = gather([], {}, (), chunks=CHUNKS)

    assert (found.similarity, found.lexical, found.terms, found.unknown) == (None, 0.0, 0, 0.0)
