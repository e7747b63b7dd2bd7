"""Texts such as questions and passages are made of: code, documentation, and many languages."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Final

import django

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

SUFFIXES: Final = {".py", ".rst", ".md", ".sql", ".js", ".ts", ".json", ".h", ".glsl", ".frag"}
LANGUAGES: Final = "de fr es pl vi ru uk el ar hi th zh_Hans ja ko".split()
LENGTH: Final = 1_200
"""Characters of a text, about: a chunk's."""
MOST: Final = 250
"""Texts of one kind."""
_TRANSLATION: Final = re.compile(r'^msgstr "(.+)"$', re.MULTILINE)


def load(folders: Sequence[Path]) -> Mapping[str, list[str]]:
    """Return texts by their kind: a file's suffix, or a language of Django's translations."""
    kinds: dict[str, list[str]] = defaultdict(list)
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.suffix in SUFFIXES and path.is_file():
                kinds[path.suffix].extend(_texts(path.read_text(errors="ignore")))
    for language in LANGUAGES:
        kinds[language].extend(_texts("\n".join(_translations(language))))
    return {kind: _some(texts) for kind, texts in kinds.items() if texts}


def _translations(language: str) -> Iterator[str]:
    for path in sorted(Path(django.__file__).parent.rglob(f"locale/{language}/**/django.po")):
        yield from _TRANSLATION.findall(path.read_text())


def _some(texts: Iterable[str]) -> list[str]:
    mixed = list(texts)
    random.Random(0).shuffle(mixed)  # noqa: S311 - the same texts each time
    return mixed[:MOST]


def _texts(whole: str) -> Iterator[str]:
    text = ""
    for line in whole.splitlines(keepends=True):
        text += line
        if len(text) > LENGTH:
            yield text
            text = ""
    if text.strip():
        yield text
