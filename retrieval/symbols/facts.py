"""What one file says of names: those it defines, and those it has from elsewhere.

All of it is known from the file alone. What the names of other files stand for is found when all
files are put together (``retrieval.symbols.resolution``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


LONGEST_NAME = 1_000
"""Bytes of the longest local name that is kept. With its module's, which is no longer than a path,
it fits into an entry of the database's indexes, which has room for 2,704."""


MOST_NAMES = 20_000
"""Names of a file that are kept; a file of more is data."""


def is_kept(name: str) -> bool:
    """Whether a local name is short enough to be kept; longer ones are data."""
    return len(name.encode("utf-8", "surrogatepass")) <= LONGEST_NAME


class ParameterKind(StrEnum):
    """How an argument reaches its parameter."""

    POSITIONAL_ONLY = "positional-only"
    POSITIONAL_OR_KEYWORD = "positional"
    VAR_POSITIONAL = "var-positional"
    """``*args``"""
    KEYWORD_ONLY = "keyword-only"
    VAR_KEYWORD = "var-keyword"
    """``**kwargs``"""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a function; ``self`` is one like any other."""

    name: str
    kind: ParameterKind
    default: str | None = None
    """Its source, on one line; None when it has none."""
    annotation: str | None = None


@dataclass(frozen=True, slots=True)
class Name:
    """A name that a file defines."""

    local_name: str
    """Within its module: ``ShowManager.render``. Empty: the module itself."""
    kind: str
    """``module``, ``class``, ``function``, ``method``, ``property``, ``constant``, ``variable``
    (lower case, of a module), ``attribute`` (of a class or its instances), or what a chunker of
    another language calls it."""
    signature: str | None
    start_line: int
    end_line: int
    summary: str | None = None
    parameters: tuple[Parameter, ...] | None = None
    """None: it is no function, or its language's parameters are not read."""
    overloads: tuple[tuple[Parameter, ...], ...] = ()
    bases: tuple[str, ...] = ()
    """Of a class, as written."""
    decorators: tuple[str, ...] = ()
    """Dotted names, without arguments."""
    deprecated: str | None = None
    """What it says of its deprecation."""
    since: str | None = None
    """The version that added it."""


@dataclass(frozen=True, slots=True)
class Link:
    """A name that stands for something defined elsewhere.

    Several links of one name are alternatives, the likeliest first.
    """

    name: str
    """Local: ``sphere``, or of a class ``Slider.draw``."""
    module: str
    """As imported, with its leading dots; empty: the scope that the name is in."""
    path: str
    """Within the module, dotted; empty: the module itself."""
    is_certain: bool = True
    """Not so of a guess at what a table for lazy loading means: it holds if it leads somewhere."""


@dataclass(frozen=True, slots=True)
class ModuleFacts:
    """What a Python module contributes to the names of a whole repository."""

    definitions: Mapping[str, str]
    """Kind by local name."""
    bases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Bases as written, by the local name of the class."""
    links: tuple[Link, ...] = ()
    stars: tuple[str, ...] = ()
    """Modules whose public names are all imported."""
    exports: tuple[str, ...] | None = None
    """The names in ``__all__``, as far as they are written out; None when there is no such."""
    exports_of: tuple[str, ...] = ()
    """Dotted names of modules whose ``__all__`` is part of this one's."""
    is_dynamic: bool = False
    """It makes names in a way that cannot be read from it."""

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data, for storage."""
        return {
            "definitions": dict(self.definitions),
            "bases": dict(self.bases),
            "links": [[link.name, link.module, link.path, link.is_certain] for link in self.links],
            "stars": self.stars,
            "exports": self.exports,
            "exports_of": self.exports_of,
            "is_dynamic": self.is_dynamic,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> ModuleFacts:
        """Return what ``to_json`` gave the data of."""
        exports = data["exports"]
        return cls(
            definitions=data["definitions"],
            bases={name: tuple(bases) for name, bases in data["bases"].items()},
            links=tuple(Link(*link) for link in data["links"]),
            stars=tuple(data["stars"]),
            exports=None if exports is None else tuple(exports),
            exports_of=tuple(data["exports_of"]),
            is_dynamic=data["is_dynamic"],
        )


@dataclass(frozen=True, slots=True)
class FileFacts:
    """A file's names."""

    path: str
    names: tuple[Name, ...]
    module: ModuleFacts | None = None
    """None: it is no Python module, and its names stand as they are."""
