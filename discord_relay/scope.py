"""Which repositories Discord's people may ask about."""

from __future__ import annotations

from dataclasses import dataclass

from discord_relay.errors import DiscordError


class NotAskable(DiscordError):
    """The question's repository cannot be asked about; the message is for the asker."""


@dataclass(frozen=True, slots=True)
class Repositories:
    """The repositories that ``/ask`` reaches, each as ``owner/name``.

    Nobody in Discord is known to GitHub, so a repository that not everybody may read must not be
    reachable from there: only those named here are.
    """

    default: str | None = None
    """For questions that name none."""
    others: frozenset[str] = frozenset()

    def choose(self, named: str | None) -> str:
        """Return the repository that a question is about, as it is spelled here.

        Raises:
            NotAskable: None is set up, or ``named`` is not among them.
        """
        known = {name.lower(): name for name in (*self.others, self.default) if name}
        if named is None:
            if self.default is None:
                raise NotAskable(
                    "No repository is set up for questions without one; please name one in the "
                    "`repository` option."
                    if known
                    else "No repository is set up for questions yet; please tell whoever runs me."
                )
            return self.default
        chosen = known.get(named.lower())
        if chosen is None:
            raise NotAskable("I cannot answer questions about that repository here.")
        return chosen
