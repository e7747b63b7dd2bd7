"""Follow-ups (“and with opacity?”), rewritten to questions that stand by themselves."""

from engine.followups.rewriting import standalone
from engine.followups.signs import is_follow_up

__all__ = ["is_follow_up", "standalone"]
