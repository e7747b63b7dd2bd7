"""The core that every face calls: a question and a scope in, an answer out."""

from engine.answer import Answer, Scope, Source, Timings
from engine.engine import Engine
from engine.errors import EngineError, NotIndexed, UnknownProvider

__all__ = [
    "Answer",
    "Engine",
    "EngineError",
    "NotIndexed",
    "Scope",
    "Source",
    "Timings",
    "UnknownProvider",
]
