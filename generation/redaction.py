"""Makes a foreign error message fit for a log: one line, no key, no novel."""

from __future__ import annotations

import re
from typing import Final

LONGEST: Final = 300
"""Characters of a provider's message that are kept."""


_CREDENTIALS: Final = re.compile(r"(?<=://)[^/?#]*@")


def without_credentials(url: str) -> str:
    """Return ``url`` without the name and the password that may stand before its host."""
    return _CREDENTIALS.sub("", url)


def one_line(message: str, *, secret: str) -> str:
    """Return ``message`` on one line, cut to :data:`LONGEST`, with ``secret`` blotted out.

    Some services quote the key back: Gemini names a suspended consumer as ``api_key:<the key>``.
    The secret goes before the cut, so that no half of it survives the cut.
    """
    if secret:
        message = message.replace(secret, "[key]")
    line = " ".join(message.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"
