"""Providers by name, from what an operator has set."""

from __future__ import annotations

import pytest

from generation import Limits
from generation.ollama_provider import DEFAULT_WINDOW, OllamaProvider
from generation.registry import MODELS, NAMES, Account, MissingKey, UnknownProvider, create, needs

KEY = Account(api_key="k")


@pytest.mark.parametrize("name", NAMES)
def test_every_provider_is_made_by_its_name(name: str) -> None:
    provider = create(name, KEY, limits=Limits())
    assert provider.name == name
    assert provider.is_model == (name != "extractive")
    provider.close()


def test_the_names_are_those_of_the_urls() -> None:
    assert set(NAMES) == {"groq", "google", "ollama", "openai", "extractive"}


@pytest.mark.parametrize(
    ("name", "setting"),
    [("groq", "GROQ_API_KEY"), ("google", "GEMINI_API_KEY"), ("openai", "OPENAI_API_KEY")],
)
def test_a_key_that_is_needed_and_missing_is_named(name: str, setting: str) -> None:
    with pytest.raises(MissingKey, match=f"^{setting}: needed to ask {name}$") as raised:
        create(name, Account(), limits=Limits())
    assert raised.value.setting == setting


@pytest.mark.parametrize(
    "ask", [lambda: KEY.is_ready_for("grok"), lambda: create("grok", KEY, limits=Limits())]
)
def test_an_unknown_name_is_answered_with_the_known_ones(ask: object) -> None:
    with pytest.raises(UnknownProvider, match=r"'grok' is no provider; .* groq, google, ollama"):
        ask()  # type: ignore[operator]  # either of the two above


@pytest.mark.parametrize(
    ("name", "account", "is_ready"),
    [
        ("groq", Account(), False),
        ("groq", KEY, True),
        ("google", Account(base_url="http://proxy"), False),
        ("openai", Account(), False),
        ("openai", KEY, True),
        ("openai", Account(base_url="https://api.openai.com/v1/"), False),
        ("openai", Account(base_url="http://localhost:1234/v1"), True),
        ("ollama", Account(), False),
        ("ollama", Account(base_url="http://localhost:11434"), True),
        ("ollama", Account(model="qwen3"), True),
        ("extractive", Account(), True),
    ],
)
def test_a_provider_is_ready_when_enough_is_set_to_ask_it(
    name: str, account: Account, *, is_ready: bool
) -> None:
    assert account.is_ready_for(name) is is_ready


def test_an_operators_window_is_the_providers() -> None:
    chosen = create("ollama", Account(window=4_096), limits=Limits())
    usual = create("ollama", Account(), limits=Limits())
    assert isinstance(chosen, OllamaProvider)
    assert isinstance(usual, OllamaProvider)
    assert (chosen.window, usual.window) == (4_096, DEFAULT_WINDOW)


def test_no_two_providers_share_their_settings() -> None:
    prefixes = [kind.settings_prefix for kind in MODELS.values()]
    assert len(set(prefixes)) == len(prefixes)


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("groq", "GROQ_API_KEY"),
        ("google", "GEMINI_API_KEY"),
        ("openai", "OPENAI_API_KEY or OPENAI_BASE_URL"),
        ("ollama", "OLLAMA_BASE_URL"),
    ],
)
def test_what_a_provider_needs_is_named(name: str, settings: str) -> None:
    assert needs(name) == settings
