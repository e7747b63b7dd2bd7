"""procrastinate's own tables and functions, as the installed release ships them.

pyproject.toml holds procrastinate to one minor release; a change of it comes with a numbered
migration that applies the steps between the two.
"""

from procrastinate.schema import SchemaManager
from yoyo import step

steps = [step(SchemaManager.get_schema())]
