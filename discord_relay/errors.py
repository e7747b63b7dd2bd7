"""What can go wrong between Discord and fury-bot.

::

    DiscordError
    ├── InvalidPublicKey     DISCORD_PUBLIC_KEY is not an Ed25519 public key
    ├── SignatureRefused     a request that Discord did not sign; ``reason`` says why
    ├── Unavailable          Discord failed or could not be reached; worth another try
    ├── RegistrationRefused  Discord did not take the commands
    └── NotAskable           the repository cannot be asked about (in :mod:`discord_relay.scope`)

Within a job, :mod:`discord_relay.rest` also raises what the queue understands:
:class:`jobs.port.RetryLater` for a rate limit, and :class:`UnknownInteraction` and
:class:`MessageRefused`, which are :class:`jobs.port.Permanent`.

No message ever holds an interaction token or a bot token.
"""

from __future__ import annotations

from enum import StrEnum

from jobs.port import Permanent


class DiscordError(Exception):
    """Something between Discord and fury-bot failed."""


class InvalidPublicKey(DiscordError):
    """The setting cannot serve to check signatures."""


class Reason(StrEnum):
    """Why a request is taken not to come from Discord; the label of the refusals' metric."""

    MISSING_HEADER = "missing_header"
    MALFORMED = "malformed"
    BAD_SIGNATURE = "bad_signature"
    STALE = "stale"


class SignatureRefused(DiscordError):
    """The request is not shown to come from Discord, now."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


class Unavailable(DiscordError):
    """Discord did not do its part; another try may find it well."""


class RegistrationRefused(DiscordError):
    """Discord did not accept the commands, or the bot token."""


class UnknownInteraction(Permanent):
    """The token is not known to Discord: expired after 15 minutes, or not yet acknowledged."""


class MessageRefused(Permanent):
    """Discord calls the message invalid; sending it again cannot help."""
