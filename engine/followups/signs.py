"""What tells a follow-up from a question that stands by itself.

A follow-up begins as the rest of a sentence (“and …”, “with …?”), has no more than a word or two,
or speaks of something by a pronoun that nothing in it explains.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from engine import quoted_code
from generation.extractive.terms import terms
from retrieval.query import read_query

if TYPE_CHECKING:
    from collections.abc import Sequence

    from generation.protocol import Turn

MOST_WORDS: Final = 25
"""Of a follow-up. Who writes more says what it is about."""

_OPENING: Final = re.compile(
    r"(?:(?:thanks?|thank you|thx|merci|danke|gracias|great|cool|nice|perfect|ok|okay|hm+|ah|oh|yes"
    r"|no|right|hey|hi|hello|sorry|one more (?:thing|question))\b[\s,.!:;-]*)+"
)
_CONNECTIVE: Final = re.compile(
    r"(?:and|but|or|also|then|so|plus|now|instead|same|et|ou|mais|und|oder|aber|y|o|pero|e)\b[\s,]*"
)
_TAKES_UP: Final = re.compile(
    r"(?:(?:what|how) about|what if|why not|what else|anything else|how come|how so|since when"
    r"|which one"
    r"|same (?:for|with|thing|question)|go on|continue|tell me more|more\b|another\b|again\b"
    r"|are you sure|really)\b"
)
_REST: Final = re.compile(
    r"(?:with|without|in|on|for|using|from|by|at|like|via|as|to|than|avec|sans|mit|ohne|con|sin)\b"
)
_MOST_OF_A_REST: Final = 8
"""Words of a question that begins with a preposition and is not whole."""
_ELABORATE: Final = re.compile(
    r"(?:(?:can|could|would|will) you (?:please )?)?(?:please )?"
    r"(?:elaborate|expand|be more specific|explain (?:more|further|again|in more detail|why)"
    r"|(?:show|give)(?: me| us)? (?:an? |some |another |the )?(?:more |full |short |simple )?"
    r"(?:examples?|code|details?|snippet)"
    r"|(?:an? |any |some |more |another )?(?:examples?|details?|code|snippet|source)s?)"
    r"(?: please| pls| of (?:that|this|it))*\W*"
)
_PROPERTY: Final = re.compile(
    r"(?:what|which|where)(?:'s| is| are| was) (?:the|its|their) (?:\w+ )?(?:defaults?|types?"
    r"|units?|limits?|maximum|minimum|range|order|return value|result|reason|difference|drawback"
    r"|cost|syntax|signature|parameters|arguments|options)\W*"
)
_FULL: Final = re.compile(
    r"(?:how|what|which|where|when|why|who|is|are|do|does|did|can|could|should|will|write|explain"
    r"|show|find|draw)\b"
)
_ENOUGH_TERMS: Final = 2
"""Terms with which a question that begins “And how do I …” is whole."""

_NOT_SAID_BEFORE: Final = (
    r"(?:repo(?:sitory)?|project|package|library|module|bot|app|thread|discussion|issue|error"
    r"|message|exception|traceback|warning|problem|version|release|documentation|docs|website"
    r"|license|organi[sz]ation|team|company|morning|week|month|year|time)s?\b"
)
_EXPLETIVE: Final = re.compile(
    r"\b(?:is|was|would|'s)\s*(?:it|n't it)\s+(?:\w+\s+)?(?:possible|ok|okay|safe|necessary|worth"
    r"|true|normal|better|best|recommended|likely|allowed|planned|enough|common|easy|hard|expected)\b"
    r"|\bit(?:'s| is| would be| seems| looks| turns| takes?)\b(?!\s+(?:\w+\s+)?\W*$)"
    r"|\bmakes? it\b|\bfind it\b|\bwhen it comes\b"
)
_PRONOUN: Final = re.compile(r"\b(?:it|its|itself|they|them|their|themselves)\b")
_THIS: Final = re.compile(rf"\b(?:this|these|those)\b(?!\s+{_NOT_SAID_BEFORE})")
_THAT: Final = re.compile(
    r"(?:^|\b(?:do|does|did|is|are|was|can|could|would|should|will|of|to|with|like|for|in|about|on"
    r"|show|change|undo|make|use|using|without|from|why|if|than|after|before|get|set|see|explain"
    r"|fix|avoid|disable|enable|do|doesn't|isn't|translate|convert|turn|is)\s+)"
    rf"that\b(?!\s+{_NOT_SAID_BEFORE})"
)
_ONE: Final = re.compile(
    r"\b(?:a|an|another|the (?:first|second|third|last|other|former|latter|same|next|previous))"
    r"\s+(?:\w+\s+)?ones?\b|\bthe (?:former|latter|same|above|previous)\b|\b(?:as )?above\b"
)
_THERE: Final = re.compile(r"(?<!is )(?<!are )(?<!was )\bthere\W*$")
_ANTECEDENT: Final = re.compile(
    r"\b(?:a|an|the|my|our|each|every|some|any|several|many|two|three|\d+)\s+(?!one\b|way\b|of\b|more\b|other\b)[\w-]+"
    r"|`[^`]+`|\b\w+[_.]\w+|\bwhen (?:i|you|we) \w+ \w+"
)


def is_follow_up(question: str, history: Sequence[Turn]) -> bool:
    """Say whether ``question`` needs what was said before it to be understood."""
    if not any(turn.role == "user" for turn in history) or quoted_code.blocks(question):
        return False
    text = bare(question)
    if not text or len(text.split()) > MOST_WORDS:
        return False
    connected = _CONNECTIVE.match(text)
    rest = text[connected.end() :] if connected else text
    if points_back(rest):
        return True
    if _TAKES_UP.match(text) or _ELABORATE.fullmatch(rest) or _PROPERTY.fullmatch(rest):
        return True
    if connected:
        return not _is_whole(rest)
    return _is_rest(text, question)


def bare(question: str) -> str:
    """Return ``question`` on one line and in lower case, without thanks and greetings."""
    text = " ".join(quoted_code.prose(question).split()).lower()
    text = text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").lstrip("¿¡ ")
    opening = _OPENING.match(text)
    return text[opening.end() :] if opening else text


def points_back(text: str) -> bool:
    """Say whether ``text`` speaks of something by a word that nothing before the word explains."""
    without = _EXPLETIVE.sub(" ", text)
    for sign in (_PRONOUN, _THIS, _THAT, _ONE, _THERE):
        found = sign.search(without)
        if found and not _ANTECEDENT.search(without[: found.start()]):
            return True
    return False


def _is_whole(text: str) -> bool:
    return bool(_FULL.match(text)) and len(terms(text)) >= _ENOUGH_TERMS


def _is_rest(text: str, question: str) -> bool:
    words = text.split()
    if _REST.match(text):
        return len(words) <= _MOST_OF_A_REST
    # One word by itself may be the name of what is looked for.
    return len(words) == 1 and not read_query(question).names
