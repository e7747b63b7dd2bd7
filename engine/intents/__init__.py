"""What a message asks for: a question, an explanation, code, a place and so on.

Rules settle most messages without a model; one is asked about the rest, where there is one.
"""

from engine.intents.classifier import read_intent
from engine.intents.model import Intent

__all__ = ["Intent", "read_intent"]
