"""The engine over HTTP: answers, conversations and searches, as JSON or as they are written."""

from web.api.routes import blueprint
from web.api.token_store import TokenStore

__all__ = ["TokenStore", "blueprint"]
