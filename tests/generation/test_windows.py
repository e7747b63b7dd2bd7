"""The windows of models by name."""

from __future__ import annotations

import pytest

from generation.windows import UNKNOWN, window_of


@pytest.mark.parametrize(
    ("model", "window"),
    [
        ("llama3-70b-8192", 8_192),
        ("llama-3.3-70b-versatile", 131_072),
        ("meta-llama/llama-4-scout-17b-16e-instruct", 131_072),
        ("openai/gpt-oss-120b", 131_072),
        ("moonshotai/kimi-k2-instruct-0905", 262_144),
        ("mixtral-8x7b-32768", 32_768),
        ("gemini-2.5-flash", 1_048_576),
        ("models/gemini-1.5-pro", 2_097_152),
        ("tunedModels/shapes-abc", 1_048_576),
        ("gemma2-9b-it", 8_192),
        ("gpt-4o-mini", 128_000),
        ("gpt-4.1", 1_047_576),
        ("gpt-4", 8_192),
        ("o3-mini", 200_000),
        ("llama2", 4_096),
        ("proto3-mini", UNKNOWN),
        ("unheard-of", UNKNOWN),
    ],
)
def test_a_models_name_tells_its_window(model: str, window: int) -> None:
    assert window_of(model) == window
