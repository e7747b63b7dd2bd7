"""Measures how far the estimate of tokens is from the truth, and fits its weights.

    python benchmarks/tokens/measure.py --gemma tokenizer.json [--fit] FOLDER...

Half of the texts are for the fit, the other half for the figures, so that no weight is judged by
what it was fitted to. ``--fit`` prints new weights, and the figures are theirs.
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import texts
import vocabularies
from scipy.optimize import linprog
from scipy.sparse import csr_matrix, hstack, identity

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ROOT: Final = Path(__file__).parents[2]
SAFE: Final = 0.97
"""The share of texts that the estimate is to be no less than."""
RARE: Final = 20
"""Texts of a kind below which each counts for more, so that no language is lost."""
RARE_WEIGHT: Final = 5
LEAST: Final = {
    "other_bytes": 0.5,
    "tangled_punctuation": 1.0,
    "capitals": 0.4,
    "further_punctuation": 0.05,
}
"""Of what these texts hold too little of to be fitted, and whoever means harm may send."""
Numbers = np.ndarray[Any, np.dtype[np.float64]]


def _tokens() -> Any:  # noqa: ANN401 - a module
    """Load the estimator alone: the package around it needs what this environment lacks."""
    spec = importlib.util.spec_from_file_location("tokens", ROOT / "generation/tokens.py")
    assert spec, "generation/tokens.py is there"  # noqa: S101 - for the type checker
    assert spec.loader, "and is Python"  # noqa: S101 - as above
    module = importlib.util.module_from_spec(spec)
    sys.modules["tokens"] = module
    spec.loader.exec_module(module)
    return module


TOKENS: Final = _tokens()
NAMES: Final = [field.name for field in fields(TOKENS.Pieces)]


@dataclass(frozen=True)
class Sample:
    """The texts as numbers: a row each."""

    pieces: Numbers
    importance: Numbers
    is_for_fit: np.ndarray[Any, np.dtype[np.bool_]]
    texts: list[str]

    def real(self, count: Callable[[str], int]) -> Numbers:
        """Return the tokens of each text."""
        return np.array([count(text) for text in self.texts], float)


def sample(folders: list[Path]) -> Sample:
    """Read the texts of ``folders``, and Django's languages."""
    kinds = texts.load(folders)
    print({kind: len(of_kind) for kind, of_kind in kinds.items()})
    chosen = [text for of_kind in kinds.values() for text in of_kind]
    importance = [
        RARE_WEIGHT if len(of_kind) < RARE else 1 for of_kind in kinds.values() for _ in of_kind
    ]
    return Sample(
        pieces=np.array([astuple(TOKENS.pieces(text)) for text in chosen], float),
        importance=np.array(importance, float),
        is_for_fit=np.random.default_rng(7).random(len(chosen)) < 1 / 2,
        texts=chosen,
    )


def fit(given: Sample, counters: Mapping[str, Callable[[str], int]]) -> Numbers:
    """Return the weights by quantile regression of estimate / truth (Koenker & Bassett, 1978)."""
    chosen = given.is_for_fit
    rows = np.vstack(
        [given.pieces[chosen] / given.real(count)[chosen][:, None] for count in counters.values()]
    )
    importance = np.tile(given.importance[chosen], len(counters))
    count, width = rows.shape
    solution = linprog(
        np.concatenate([np.zeros(width), SAFE * importance, (1 - SAFE) * importance]),
        A_eq=hstack([csr_matrix(rows), identity(count), -identity(count)]),
        b_eq=np.ones(count),
        bounds=[(LEAST.get(name, 0.0), None) for name in NAMES] + [(0.0, None)] * (2 * count),
        method="highs",
    )
    return np.ceil(solution.x[:width] * 100) / 100


def report(given: Sample, weights: Numbers, counters: Mapping[str, Callable[[str], int]]) -> None:
    """Print a row of the table for each vocabulary."""
    held_out = ~given.is_for_fit
    for name, count in counters.items():
        ratio = (given.pieces @ weights / given.real(count))[held_out]
        low, middle, high = np.quantile(ratio, [0.01, 0.5, 0.95])
        under = (ratio < 1).mean()
        print(f"| {name} | {under:.1%} | {low:.2f} | {middle:.2f} | {high:.2f} |")


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--gemma", type=Path)
    parser.add_argument("--fit", action="store_true")
    arguments = parser.parse_args()
    given = sample(arguments.folders)
    print("| vocabulary | below the truth | 1% | median | 95% |\n| --- | --- | --- | --- | --- |")
    for kind, counters in vocabularies.load(gemma=arguments.gemma).items():
        weights = np.array(astuple(TOKENS.Vocabulary[kind].value))
        if arguments.fit:
            weights = fit(given, counters)
            print(kind, {name: float(weight) for name, weight in zip(NAMES, weights, strict=True)})
        report(given, weights, counters)


if __name__ == "__main__":
    main()
