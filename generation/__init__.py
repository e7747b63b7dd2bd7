"""Turns a question and the passages that may answer it into text, through one provider or several.

No SDK is imported here, nor by the providers before their first request.
"""

from generation.chain import Chain
from generation.extractive import ExtractiveProvider
from generation.gemini_provider import GeminiProvider
from generation.groq_provider import GroqProvider
from generation.pacing import Limits
from generation.prompts import NOT_FOUND
from generation.protocol import (
    Completion,
    EmptyCompletion,
    GenerationError,
    Interrupted,
    Passage,
    Provider,
    QuotaExceeded,
    Refused,
    Request,
    TimedOut,
    TooLong,
    Unauthorised,
    Unavailable,
)

__all__ = [
    "NOT_FOUND",
    "Chain",
    "Completion",
    "EmptyCompletion",
    "ExtractiveProvider",
    "GeminiProvider",
    "GenerationError",
    "GroqProvider",
    "Interrupted",
    "Limits",
    "Passage",
    "Provider",
    "QuotaExceeded",
    "Refused",
    "Request",
    "TimedOut",
    "TooLong",
    "Unauthorised",
    "Unavailable",
]
