"""A small repository to ask about: code, a document, an example."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Mapping

REPOSITORY = "octo-org/apiary"

QUESTION = "How do I count the mites on a board?"
CITED = "count_mites"
"""The function that answers QUESTION."""

UNANSWERABLE = "Which Kubernetes ingress controller terminates TLS for the payment gateway?"

_PERMALINK = re.compile(
    r"https://github\.com/(?P<repository>[\w.-]+/[\w.-]+)/blob/(?P<commit>[0-9a-f]{40})"
    r"/(?P<path>[^\s#)>]+)#L(?P<start>\d+)-L(?P<end>\d+)"
)

FILES: Mapping[str, bytes] = {
    "README.md": b"""# Apiary

Apiary keeps the records of a beekeeper: hives, their queens, the honey taken from them, and the
mites that were counted.

## Installing

Install the package with pip, then run `apiary init` to make an empty record book.
""",
    "apiary/__init__.py": b'"""The records of a beekeeper."""\n',
    "apiary/mites.py": b'''"""Counting varroa mites, and deciding when a hive is to be treated."""

TREATMENT_THRESHOLD = 8.0
"""Mites a day above which a hive is treated."""


def count_mites(board, *, days):
    """Count the mites on a board, and return how many fell on it a day.

    A board is pushed under the hive and left there for some days.
    """
    if days <= 0:
        raise ValueError("the board must lie for at least a day")
    return sum(cell.mites for cell in board.cells) / days


def needs_treatment(mites_a_day):
    """Say whether a hive with so many mites a day is to be treated with oxalic acid."""
    return mites_a_day > TREATMENT_THRESHOLD
''',
    "apiary/honey.py": b'''"""Weighing the honey harvest."""


class Harvest:
    """The honey that was taken from one hive on one day."""

    def __init__(self, hive, frames):
        self.hive = hive
        self.frames = frames

    def weigh_frames(self, *, tare=0.4):
        """Weigh the frames of honey, in kilograms, without the wood of each frame."""
        return sum(frame.weight - tare for frame in self.frames)


def pour_into_jars(kilograms, *, jar=0.5):
    """Return how many jars of honey can be filled, and what is left over."""
    return divmod(kilograms, jar)
''',
    "docs/wintering.rst": b"""Wintering a colony
==================

Feeding sugar syrup
-------------------

Feed each colony with sugar syrup in September, three parts of sugar to two parts of water, until
the hive weighs thirty kilograms.

Insulating the roof
-------------------

Lay a sheepskin below the roof of the hive, so that no water condenses above the cluster.
""",
}


def permalinks(text: str) -> tuple[str, ...]:
    """Return the permalinks in a reply, each once, in order."""
    return tuple(dict.fromkeys(match[0] for match in _PERMALINK.finditer(text)))


def linked_lines(link: str, files: Mapping[str, bytes], *, commit: str) -> str:
    """Return the lines that ``link`` leads to in ``files``, which are those of ``commit``."""
    match = _PERMALINK.fullmatch(link)
    assert match is not None, link
    assert match["commit"] == commit
    lines = files[unquote(match["path"])].decode().splitlines()
    start, end = int(match["start"]), int(match["end"])
    assert 1 <= start <= end <= len(lines), link
    return "\n".join(lines[start - 1 : end])
