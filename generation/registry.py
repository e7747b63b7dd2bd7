"""The providers by name: adding one is adding its file, and its class here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from generation.extractive import ExtractiveProvider
from generation.gemini_provider import GeminiProvider
from generation.groq_provider import GroqProvider
from generation.ollama_provider import OllamaProvider
from generation.openai_provider import OpenAIProvider

if TYPE_CHECKING:
    from collections.abc import Mapping

    from generation.pacing import Limits
    from generation.protocol import Provider
    from generation.streamed import StreamedProvider

MODELS: Final[Mapping[str, type[StreamedProvider[Any, Any]]]] = {
    kind.name: kind for kind in (GroqProvider, GeminiProvider, OllamaProvider, OpenAIProvider)
}
"""The providers that write, by name."""

NAMES: Final = (*MODELS, ExtractiveProvider.name)
"""All providers, in the order in which they are preferred when none is chosen."""


class UnknownProvider(LookupError):
    """There is no provider of that name. The message lists those that there are."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name!r} is no provider; the providers are {', '.join(NAMES)}")


class MissingKey(Exception):
    """The provider answers only with a key, and there is none."""

    def __init__(self, name: str, *, setting: str) -> None:
        super().__init__(f"{setting}: needed to ask {name}")
        self.setting = setting


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What an operator has set for one provider; what is left out is the provider's default."""

    api_key: str = ""
    base_url: str | None = None
    model: str | None = None
    window: int | None = None
    """Tokens of prompt and answer together."""

    def is_ready_for(self, name: str) -> bool:
        """Say whether enough is set to ask the provider ``name`` without being told to.

        Raises:
            UnknownProvider: There is none of that name.
        """
        if name == ExtractiveProvider.name:
            return True
        if _kind(name).needs_key(self.base_url):
            return bool(self.api_key)
        return any((self.api_key, self.base_url, self.model))


def needs(name: str) -> str:
    """Return the settings that the provider ``name`` cannot be asked without, for a person.

    Raises:
        UnknownProvider: There is none of that name that writes.
    """
    kind = _kind(name)
    key, address = f"{kind.settings_prefix}_API_KEY", f"{kind.settings_prefix}_BASE_URL"
    if not kind.needs_key(None):
        return address
    return key if kind.needs_key("http://127.0.0.1") else f"{key} or {address}"


def create(name: str, account: Account, *, limits: Limits) -> Provider:
    """Return the provider ``name``; nothing is loaded and nobody is called before its first use.

    Raises:
        UnknownProvider: There is none of that name.
        MissingKey: It answers only with a key.
    """
    if name == ExtractiveProvider.name:
        return ExtractiveProvider()
    kind = _kind(name)
    if kind.needs_key(account.base_url) and not account.api_key:
        raise MissingKey(name, setting=f"{kind.settings_prefix}_API_KEY")
    return kind(
        api_key=account.api_key,
        base_url=account.base_url,
        model=account.model,
        window=account.window,
        limits=limits,
    )


def _kind(name: str) -> type[StreamedProvider[Any, Any]]:
    try:
        return MODELS[name]
    except KeyError:
        raise UnknownProvider(name) from None
