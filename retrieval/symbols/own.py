"""Which names are the repository's own to import."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from retrieval.catalogue import Catalogue
    from storage import Database

_MODULES = """
SELECT qualified_name FROM symbols
WHERE kind = 'module' AND index_id = (
    SELECT id FROM indexes
    WHERE kind = 'tree' AND answers
        AND (ref = %(ref)s OR (%(ref)s::text IS NULL AND is_default))
    ORDER BY is_default DESC LIMIT 1
)
"""


@dataclass(frozen=True, slots=True)
class OwnModules:
    """Looks up the modules of one repository at a time."""

    database: Database
    catalogue: Catalogue

    def of(self, repository: str, ref: str | None = None) -> tuple[str, ...]:
        """Return the full names of the modules at ``ref``; none, of what is not indexed."""
        place = self.catalogue.find(repository)
        if place is None:
            return ()
        with self.database.snapshot(place.id) as connection:
            rows = connection.execute(_MODULES, {"ref": ref}).fetchall()
        return tuple(name for (name,) in rows)
