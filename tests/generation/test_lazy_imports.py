"""The SDKs are loaded by the first request alone."""

from __future__ import annotations

import subprocess
import sys

CODE = """
import sys
import generation
generation.GroqProvider(api_key="k")
generation.GeminiProvider(api_key="k")
print([name for name in ("groq", "google.generativeai", "google.ai") if name in sys.modules])
"""


def test_neither_importing_nor_constructing_loads_an_sdk() -> None:
    run = [sys.executable, "-c", CODE]
    done = subprocess.run(run, check=True, capture_output=True, text=True, timeout=60)  # noqa: S603 - a fixed command
    assert done.stdout == "[]\n"
