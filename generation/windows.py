"""How many tokens a model takes in at once, prompt and answer together.

Services do not tell before they refuse, and a local server drops the beginning of a prompt that is
too long without a word. So the windows of known models are kept here, by the form of their name;
an operator can set another.
"""

from __future__ import annotations

import re
from typing import Final

UNKNOWN: Final = 8_192
"""What nearly every model of the last years takes."""

_KNOWN: Final = (
    # Groq: https://console.groq.com/docs/models
    (r"llama3-(?:8|70)b-8192|llama-guard-3", 8_192),
    (r"mixtral-8x7b-32768", 32_768),
    (r"kimi-k2", 262_144),
    (r"gpt-oss|llama-?(?:3\.[1-3]|4)|qwen-?3|qwq|compound", 131_072),
    # Gemini and Gemma: https://ai.google.dev/gemini-api/docs/models
    (r"gemini-1\.5-pro|gemini-exp-1206", 2_097_152),
    (r"gemini-(?:live|.*-(?:tts|image|computer-use|robotics))", 32_768),
    (r"gemini|tunedmodels/", 1_048_576),
    (r"gemma-?3", 32_768),
    (r"gemma", 8_192),
    # OpenAI: https://platform.openai.com/docs/models
    (r"gpt-5", 272_000),
    (r"gpt-4\.1", 1_047_576),
    (r"gpt-4o|gpt-4-turbo", 128_000),
    (r"gpt-4", 8_192),
    (r"gpt-3\.5-turbo", 16_385),
    (r"(?:^|/)o[134](?:-|$)", 200_000),
    # Others, from their model cards
    (r"deepseek", 65_536),
    (r"qwen-?2\.5|mistral-7b|ministral|mistral-small", 32_768),
    (r"mistral-nemo|mistral-large|codestral|devstral", 128_000),
    (r"llama-?2|phi-?3-mini-4k", 4_096),
)
_PATTERNS: Final = tuple((re.compile(name, re.IGNORECASE), window) for name, window in _KNOWN)


def window_of(model: str) -> int:
    """Return the window of ``model`` in tokens, or one that is safe where it is not known."""
    return next((window for name, window in _PATTERNS if name.search(model)), UNKNOWN)
