"""A small package in two versions, to be indexed in a real database."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from retrieval.catalogue import Catalogue
from retrieval.indexing import Indexer
from storage import Database

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from retrieval.embeddings import Vectors

REPOSITORY = "octo/kitchen"

PYPROJECT = '[project]\nname = "kitchen"\n'

INIT = '''"""Tools for breakfast."""
import numpy as np

from kitchen import oven
from kitchen.kettle import Kettle, boil
'''

KETTLE = '''"""Boiling water."""
from functools import wraps
from typing import Self, overload

from kitchen.parts import Lid


def keywords_only(func):
    @wraps(func)
    def wrapper(*args, **kwargs):
        return func(*args, **kwargs)
    return wrapper


def renamed(func):
    @wraps(func)
    def wrapper(*args, **kwargs):
        if "size" in kwargs:
            kwargs["litres"] = kwargs.pop("size")
        return func(*args, **kwargs)
    return wrapper


def boil(litres, *, degrees=100):
    """Heat water."""
    return litres * degrees


@keywords_only
def warm(litres, degrees=40):
    return litres * degrees


@renamed
def cool(litres, degrees=4):
    return litres * degrees


def pour(*cups, **options):
    return cups, options


@overload
def weigh(cup: int) -> int: ...
@overload
def weigh(cup: str, unit: str) -> str: ...
def weigh(cup, unit=None):
    return cup


def old_boil(litres):
    """Heat water.

    .. deprecated:: 2.0
        Use :func:`boil` instead.
    """
    return boil(litres)


class Kettle:
    """Boils."""

    colour = "red"

    def __init__(self, volume, *, lid=None):
        self.volume = volume
        self.lid: Lid = lid

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return None

    def fill(self, litres):
        """Fill."""
        return self

    @property
    def is_full(self) -> bool:
        return True

    @classmethod
    def large(cls, lid=None) -> Self:
        return cls(9, lid=lid)

    @staticmethod
    def convert(pints):
        return pints / 2

    def own_lid(self) -> "Lid":
        return self.lid


class Electric(Kettle):
    def plug_in(self, volts=230):
        return volts


def make_kettle() -> Kettle:
    return Electric(1)
'''

PARTS = '''"""Pieces."""
from abc import ABC
from dataclasses import dataclass
from enum import Enum

from vtk import vtkObject


class Lid:
    def open_wide(self):
        self.angle = 90


@dataclass
class Screw:
    length: float
    head: str = "flat"


class Colour(Enum):
    RED = 1


class Window(vtkObject):
    def __init__(self, title="", *, size=(1, 2)):
        super().__init__()

    def set_title(self, title):
        self.SetTitle(title)


class Anything:
    def __getattr__(self, name):
        return name


class Growing:
    def grow(self, **attributes):
        for name, value in attributes.items():
            setattr(self, name, value)


class Base(ABC):
    def common(self):
        return self


class Middle(Base):
    pass


def give() -> Base:
    return Middle()
'''

OVEN = '''"""Heat."""
import os
from kitchen._fast import bake
from kitchen.parts import Lid as Door

TIMEOUT = 3


def roast(dish, minutes=30):
    return dish
'''

DYNAMIC = '"""Names made at run time."""\nglobals()["x"] = 1\n'

FILES = {
    "pyproject.toml": PYPROJECT,
    "kitchen/__init__.py": INIT,
    "kitchen/kettle.py": KETTLE,
    "kitchen/parts.py": PARTS,
    "kitchen/oven.py": OVEN,
    "kitchen/dynamic.py": DYNAMIC,
    "kitchen/grills/__init__.py": "from kitchen.grills.gas import light\n"
    "from kitchen.grills.coal import coal\n",
    "kitchen/grills/coal.py": "def coal(): ...\ndef rake(): ...\n",
    "kitchen/grills/gas.py": "def light(flame):\n    return flame\n",
    "tests/__init__.py": "",
    "tests/test_kettle.py": "import kitchen.kettle\nkettle = kitchen.kettle.Kettle(1)\n"
    "kettle.sticker = 'blue'\n",
}

EARLIER = {
    **FILES,
    "kitchen/oven.py": "def scorch(dish):\n    return dish\n",
    "kitchen/toaster.py": "def toast(bread):\n    return bread\n",
}

ELSEWHERE = {"kitchen/__init__.py": "", "kitchen/secret.py": "def launch(): ...\n"}


class Words:
    """A measure in words, for an index that no model reads."""

    model = "words"
    dimension = 3
    window = 250

    @property
    def measure(self) -> Words:
        return self

    def count(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]

    def encode(self, texts: Sequence[str], *, done: Callable[[int], None] | None = None) -> Vectors:
        raise AssertionError(f"nothing is embedded here: {texts} {done}")


@contextmanager
def indexed_kitchen(server: str, template: str, folder: Path, *, name: str) -> Iterator[Database]:
    """Yield a database ``name`` with the two versions, and a namesake in another repository."""
    copy = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(copy.format(sql.Identifier(name), sql.Identifier(template)))
    host = conninfo_to_dict(server)["host"]
    with Database(f"postgresql://postgres:@/{name}?host={host}") as database:
        _index(database, folder / "new", FILES, ref="v2.0")
        _index(database, folder / "old", EARLIER, ref="v1.0")
        _index(database, folder / "other", ELSEWHERE, ref="v9.0", repository="other/kitchen")
        yield database


def _index(
    database: Database,
    root: Path,
    files: Mapping[str, str],
    *,
    ref: str,
    repository: str = REPOSITORY,
) -> None:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    Indexer(database, Catalogue(database), Words()).index(
        root,
        repository=repository,
        url=f"https://github.com/{repository}",
        ref=ref,
        commit=ref,
        embed=False,
    )
