"""The SDKs, and whatever else talks to a service, are loaded by the first request alone."""

from __future__ import annotations

import subprocess
import sys

CODE = """
import sys
import generation
from generation.registry import NAMES, Account, create
for name in NAMES:
    create(name, Account(api_key="k"), limits=generation.Limits())
heavy = ("groq", "google.generativeai", "google.ai", "httpx", "requests", "openai", "ollama")
print([name for name in heavy if name in sys.modules])
"""


def test_neither_importing_nor_constructing_loads_an_sdk() -> None:
    run = [sys.executable, "-c", CODE]
    done = subprocess.run(run, check=True, capture_output=True, text=True, timeout=60)  # noqa: S603 - a fixed command
    assert done.stdout == "[]\n"
