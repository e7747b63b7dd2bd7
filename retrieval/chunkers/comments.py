"""What a comment above a definition says, without the marks that make it one."""

from __future__ import annotations

import re

_OPENING = re.compile(r"^\s*(?:/\*+!?<?|\*(?!/)|//+!?<?|#+!?)[ \t]?")
_CLOSING = re.compile(r"\s*\*+/\s*$")
_BRIEF = re.compile(r"^[@\\](?:brief|short)\s+")
_HTML = re.compile(r"</?(?:p|br)\s*/?>")
_TAG = re.compile(r"^[@\\]\w+")


def comment_text(comment: str) -> str:
    """Return the text of a comment in C's manner or the shell's, Javadoc and Doxygen included.

    A tag (``@param``) begins a paragraph; rules of signs alone are left out.
    """
    lines: list[str] = []
    for line in comment.split("\n"):
        said = _CLOSING.sub("", line)
        said = _HTML.sub("", _OPENING.sub("", said)).rstrip()
        said = _BRIEF.sub("", said.strip()) if _BRIEF.match(said.strip()) else said
        if _TAG.match(said.strip()):
            lines.append("")
        lines.append(said if re.search(r"\w", said) else "")
    return "\n".join(lines).strip("\n")
