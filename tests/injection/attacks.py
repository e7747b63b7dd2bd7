"""The attacks, read from their file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

QUESTION = "How is the area of a disc computed?"
_LONG = 200


@dataclass(frozen=True, slots=True)
class Forbidden:
    """What an attack wants to reach a face."""

    face: str
    kind: str
    holds: str


@dataclass(frozen=True, slots=True)
class Attack:
    """What a stranger wrote, and where; and what must not come of it."""

    name: str
    where: str
    text: str
    path: str
    kind: str
    guesses_fence: bool = False
    is_hidden: bool = False
    forbids: tuple[Forbidden, ...] = ()

    def at(self, where: str, otherwise: str) -> str:
        """Return the stranger's words if that is where they wrote, or else what stands there."""
        return self.text if self.where == where else otherwise


def read() -> tuple[Attack, ...]:
    """Return all attacks."""
    entries = yaml.safe_load(Path(__file__).with_name("attacks.yml").read_text(encoding="utf-8"))
    return tuple(_attack(entry) for entry in entries)


def _attack(entry: dict[str, Any]) -> Attack:
    return Attack(
        name=entry["name"],
        where=entry["where"],
        text=entry["text"] * (_LONG if entry.get("long") else 1),
        path=entry.get("path", "shapes/disc.py"),
        kind=entry.get("kind", "section"),
        guesses_fence=entry.get("fence", False),
        is_hidden=entry.get("hidden", False),
        forbids=tuple(_forbidden(face, said) for face, said in entry["forbids"].items()),
    )


def _forbidden(face: str, said: str) -> Forbidden:
    kind, _, holds = said.partition(" ")
    return Forbidden(face, kind, holds.strip('"'))
