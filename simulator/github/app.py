"""A GitHub App's registration, as GitHub keeps it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

DEFAULT_PERMISSIONS = {
    "metadata": "read",
    "contents": "read",
    "discussions": "write",
    "issues": "write",
}
"""Permission levels that an App of fury-bot's kind asks for, by name."""

DEFAULT_EVENTS = (
    "create",
    "delete",
    "discussion",
    "discussion_comment",
    "issue_comment",
    "issues",
    "push",
    "release",
    "repository",
)


@dataclass(frozen=True, slots=True)
class App:
    """A registered App. GitHub keeps the public key alone; the private one is the App's."""

    id: int
    client_id: str
    slug: str
    name: str
    public_key: str = field(repr=False)
    """PEM."""
    owner: str = "octo-org"
    """The login of the account that registered it."""
    webhook_url: str | None = None
    webhook_secret: str | None = field(default=None, repr=False)

    @property
    def bot_login(self) -> str:
        """The login that its comments carry in REST and in webhook payloads."""
        return f"{self.slug}[bot]"

    @classmethod
    def generate(
        cls,
        *,
        slug: str = "fury-bot",
        webhook_url: str | None = None,
        webhook_secret: str | None = None,
    ) -> tuple[App, str]:
        """Register an App under a new key pair.

        Returns:
            The registration, and the private key as PEM, to hand to the App.
        """
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        private = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
        public = key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        app = cls(
            id=secrets.randbelow(900_000) + 100_000,
            client_id=f"Iv23li{secrets.token_hex(7)}",
            slug=slug,
            name=slug,
            public_key=public.decode(),
            webhook_url=webhook_url,
            webhook_secret=webhook_secret,
        )
        return app, private.decode()
