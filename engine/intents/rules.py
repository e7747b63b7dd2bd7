"""Tells by rules what a message asks for, in the ways that people write it.

The rules are tried in order, and the first that holds decides; tests/engine/intents has the
phrasings that they were made by, and others that they were measured on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from engine import languages, quoted_code
from engine.intents.model import Intent
from engine.intents.spelling import mended
from generation.protocol import Task
from retrieval.query import read_query

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST: Final = 600
"""Characters of a message that tell what is asked for; in a longer one, those it begins with."""

_OPENING: Final = re.compile(
    r"""
    (?: (?: hi|hello|hey|ok|okay|so|well|and|but|now|please|pls|plz|kindly|thanks|thx|sorry|just
          | also|maybe|actually|@?fury[- ]?bot|s'il\ (?:te|vous)\ pla[iî]t|bitte|por\ favor ) \b
        [\s,.!:]*
    )+
    """,
    re.VERBOSE,
)
_ASKED_OF_YOU: Final = re.compile(
    r"""
    (?: (?:can|could|would|will|might) \s+ (?:you|u|someone|somebody|anyone|anybody) \b
        (?:\s+(?:please|pls|plz|kindly|maybe|perhaps|possibly|just|also))* \s+
      | would \s+ you \s+ mind \s+
      | i(?:'d|\s+would) \s+ (?:like|love) \s+ (?:you\s+)? to \s+
      | i \s+ (?:want|need) \s+ (?:you\s+)? to \s+
      | help \s+ (?:me|us) \s+ (?:to\s+)?(?!understand)
    )
    """,
    re.VERBOSE,
)

_ASKS_HOW: Final = re.compile(
    r"""
    how \s+ (?:do|does|did|can|could|to|would|should|might|is|are)\b
    | (?:what|which) (?:'s|\s+is|\s+would\s+be) \s+ the \s+ (?:best|right|proper|correct|easiest)
    | is \b | are \b | why \b | when \b | who \b | whose \b
    | (?:do|does|did|has|have|was|were|will|should|am) \b
    | (?:can|could|may) \s+ (?:i|we|one|it|this|the)\b
    | comment \b | wie \b | c[oó]mo \b | como \b | pourquoi \b | warum \b
    | ¿? (?:por\ qué|cómo) \b
    """,
    re.VERBOSE,
)
"""How a question begins that is about how to do a thing, not that the thing be done."""

_ASKS: Final = re.compile(
    r"(?:what|which|how|why|when|who|where|is|are|do|does|did|can|could|should|will|has|have|any"
    r"|cant|can't|wie|was|warum|comment|pourquoi|quel|quelle|c[oó]mo|qu[eé]|cu[aá]l)(?:\b|')"
)
_FAILURE: Final = re.compile(
    r"\b(?:error|exception|traceback|fails?|failed|crash\w*|broken|bug|segfault|not work\w*"
    r"|does ?n[o']?t|can'?t|won'?t)\b"
)

_PIECE: Final = (
    r"(?:code|snippet|function|method|class|script|program|module|routine|loop|block|example|lines?"
    r"|piece|part|fonction|funktion|funci[oó]n|c[oó]digo|klasse|classe|clase|methode|m[eé]todo)"
)
_THIS: Final = r"(?:this|that|these|those|it|the|ce|cet|cette|dies\w*|das|den|est[ea]|lo|la)"
_TELLS_NAME: Final = r"(?:`[^`\n]+`|\b\w+(?:\.\w+)+|\b[a-z]\w*_\w+|\b\w+\(\))"

_TRANSLATES: Final = re.compile(
    r"""
    \b (?: translat\w* | convert\w* | port(?:ed|ing)? | re-?writ\w+ | transpil\w* | transcrib\w*
         | turn\b.{1,60}\binto | [uü]bersetz\w* | umschreib\w* | portier\w*
         | tradui\w* | traduc\w* | traduz\w* | convierte\w* | réécri\w* | reescrib\w*
       ) (?!\w)
    | \b (?:equivalent | counterpart) \b
    | \b (?:version | port) \s+ of \s+ (?:this|that|it|the)
    | how \s+ (?:would|does|do|should) \s+ (?:this|that|it|i|you|we|one) \s+
        (?:look|be|say|write|express)
    | \b (?:have|get|see|show|want|need|do|give|like) \s+ (?:me\s+)?
        (?:this|that|it|the\s+same|(?:this|that|the)\s+\w+)
        \s+ (?:\w+\s+)? in \b
    | ^ (?:the\s+same\s+)? in \s+ [\w+#]+ [\s,]* (?:please|pls|plz)? \W* $
    """,
    re.VERBOSE,
)
_OF_CODE: Final = re.compile(rf"\b(?:this|that|following|above|below|my|it|the)\b.{{0,30}}{_PIECE}")
_TRANSLATES_THIS: Final = re.compile(
    rf"(?:translate|transpile|port) (?:this|that|it|the {_PIECE}|this {_PIECE})\W*$"
)

_SUMMARISES: Final = re.compile(
    r"""
    \b summari[sz](?:e|ing|es)\b (?!\s+data) | \b summary\b | \b tl;?\ ?dr\b | \b recap\b
    | \b sum\w*\s+(?:\w+\s+){0,3}up\b
    | \b gist\s+of\b | \b (?:key|main|important)\s+(?:points|takeaways)\b | \b takeaways\b
    | \b catch\s+(?:me|us)\s+up\b | \b in\s+short\s*\W*$ | \b boil\b.{1,40}\bdown\b
    | \b résum\w* | \b resum(?:e|en|ir|a|ez)\b(?=\s+\w) | \b zusammenfass\w*
    | \b fass\w*\b.{1,60}\bzusammen\b
    """,
    re.VERBOSE,
)
_SUMMARY_OF_DATA: Final = re.compile(r"summar(?:y|i[sz]e) (?:statistics|plots?|tables?|data)")

_THROUGH_CODE: Final = re.compile(
    rf"(?:walk|take|talk|guide|step) (?:me|us) through {_THIS} (?:\w+ )?{_PIECE}"
)
_BEGINS: Final = re.compile(
    r"""
    \b step[- ]by[- ]step\b | \b one\s+step\s+at\s+a\s+time\b
    | \b walk[- ]?through\b | \b (?:walk|take|guide|lead|talk)\s+(?:me|us|a\s+beginner)\s+through\b
    | \b (?:absolute|total|complete|a)?\s*(?:beginner|newbie|noob|newcomer|novice)(?:'?s)?\b
    | \b (?:never|not)\s+(?:really\s+)?(?:used?|done|did|worked|tried|touched|programmed)\b
    | \b (?:i'?m|i\s+am|we\s+are|we're)\s+(?:\w+\s+){0,2}new\s+(?:to|here|at)\b
    | \b get(?:ting)?\s+started\b | \b first\s+steps\b | \b learn\s+the\s+(?:basics|ropes)\b
    | \b for\s+dummies\b
    | \b (?:where|how)\s+(?:do|should|would|can|could|to)\s+(?:(?:i|we|one)\s+)?
        (?:even\s+)? (?:begin|start)\s*(?:\?|$|,|here|with|from\s+(?:zero|scratch|nothing))
    | ^ (?:\w+\s+){0,3}? (?:a\s+)? (?:tutorial|guide) \s+ (?:for|on|about|to|please|making)\b
    | ^ (?:a\s+)? (?:tutorial|guide)\b
    | \b schritt\s+f[uü]r\s+schritt\b | \b anleitung\b | \b einsteiger\w*\b | \b anf[aä]nger\w*\b
    | \b je\s+débute\b | \b débutante?s?\b | \b par\s+où\s+commencer\b | \b tutoriel\b
    | \b pas\s+à\s+pas\b | \b paso\s+a\s+paso\b
    | \b principiantes?\b | \b por\s+dónde\s+empiezo\b
    """,
    re.VERBOSE,
)

_EXPLAIN: Final = r"(?:explain|describe|erkl[äa]r\w*|explique[zr]?|expliqu\w*|expl[ií]ca\w*)\b"
_EXPLAINS_HOW: Final = re.compile(
    rf"{_EXPLAIN}(?: (?:me|us|to me|to us))?,? (?:how (?:to|i|we|you|one)|why|the difference)\b"
)
_EXPLAINS_CODE: Final = re.compile(
    rf"""
    {_EXPLAIN} .{{0,80}}? (?:
        \b(?:this|that|it|here|above|below|following|diesen?|cette?|ce|este|esta)\b
      | \b{_PIECE}\b | {_TELLS_NAME} | [\w/-]+\.(?:py|cpp|c|h|js|rs)\b
      | \bwhat\b.{{1,60}}\b(?:does|do|happens)\b | \bwas\b.{{1,60}}\bmacht\b )
    | what(?:\s+(?:does|do|did|is|are)|'?s) .{{0,60}}? \b{_PIECE}\b
        .{{0,60}}? \b(?:do|does|doing|mean)\b
    | what \s+ (?:does|do) \s+ (?:the\s+)? {_TELLS_NAME} .{{0,30}}? \b(?:do|mean|return)\b
    | what(?:'?s|\s+is|\s+does) \s+ (?:this|that|it) \s+ (?:doing|do)\b
    | what(?:'?s|\s+is) \s+ (?:going\ on|happening) \s+ (?:here|in\b)
    | what \s+ happens \s+ (?:here|in\s+(?:this|that|the)\s+{_PIECE})
    | how \s+ (?:does|do|is) \s+ (?:this|that|these|the\s+following) \b .{{0,20}}
        \b{_PIECE}\b .{{0,20}} \bwork
    | how \s+ does \s+ {_TELLS_NAME} \s+ work
    | help \s+ (?:me|us) \s+ (?:to\s+)? understand \s+ {_THIS}
    | (?:do\ ?n[o']?t|can'?t|cannot) \s+ (?:really\s+)? (?:understand|get|make\ sense\ of|follow)
        \s+ {_THIS} \s+ (?:\w+\s+)? {_PIECE}
    | que \s+ fait \b | ¿?\s*qu[eé] \s+ hace \s+ est[ea]
    | was \s+ (?:macht|tut|bedeutet) \s+ (?:dies\w*|der|die|das)
    """,
    re.VERBOSE,
)

_FINDS: Final = re.compile(
    r"""
    find \s+ (?!out\b) | locate\b | search\b | look\s+(?:up|for)\b
    | (?:i'?m\s+|i\s+am\s+)? looking\s+for\b
    | point\s+(?:me|us)\b | direct\s+(?:me|us)\b
    | (?:show|tell)\s+(?:me|us)\s+(?:where|which\s+(?:file|module|class|function))\b
    | list \s+ (?:all|every|the|any)\b
    | where(?:'?s|\s+(?:is|are|was|were|do|does|did|can|could|would|in))\b
    | (?:in\s+)? (?:which|what) \s+ (?:\w+\s+)?
        (?:file|module|folder|directory|source|header|class|function|package|page|place)s?
        \s+ (?!does\b|do\b) \w
    | what(?:'?s|\s+is) \s+ the \s+ (?:file|module|folder|directory|path)\b
    | wo \s+ (?:ist|sind|find\w*|steh\w*|lieg\w*|wird)\b
    | o[uù] \s+ (?:est|sont|se|puis|trouver)\b
    | ¿?\s*d[oó]nde \s+ (?:est[aá]\w*|se|puedo|encuentro|hay)\b
    """,
    re.VERBOSE,
)

_ARTEFACT: Final = (
    r"(?:scripts?|snippets?|functions?|class|classes|programs?|examples?|code|demos?|apps?|app"
    r"|application|tests?|methods?|routine|sample|sketch|skript|beispiel\w*|funktion|programm"
    r"|fonction|programme|exemple|funci[oó]n|programa|ejemplo|c[oó]digo|slider|callback|shader)\b"
)
_WRITES: Final = re.compile(
    rf"""
    (?: write | code | generate | create | make | build | draft | implement | program | compose
      | provide | produce | prepare | give | gimme | show | schreib\w* | [eé]cri[st]\w*(?:-moi)?
      | escrib\w+ | genera\w* | crea\w* )
      \b .{{0,60}}? \b{_ARTEFACT}
    | code \s+ (?:for|to|that|up|which)\b
    | (?:i\s+|we\s+|still\s+)* (?:need|want|would\s+like|'d\s+like)
      .{{0,40}}? \b{_ARTEFACT} .{{0,20}}? \b(?:that|which|to|for)\b
    | (?:i'd|i\s+would) \s+ (?:like|love) .{{0,40}}? \b{_ARTEFACT}
    | (?:kannst|k[oö]nntest|k[oö]nnten) \b .{{1,60}} \bschreiben\b
    """,
    re.VERBOSE,
)
_MAKES: Final = re.compile(
    r"(?:create|draw|render|plot|make|build|animate|display|visuali[sz]e|implement|write|code)\b"
)


@dataclass(frozen=True, slots=True)
class _Message:
    """A message in the forms that the rules look at."""

    text: str
    """In lower case, without greetings, its telling words spelt as they are meant."""
    written: str
    """As it stands, for names whose case counts."""
    has_code: bool

    def asks_how(self) -> bool:
        return _ASKS_HOW.match(self.text) is not None


def by_rule(message: str) -> Intent:
    """Return what ``message`` asks for, and whether that is sure."""
    code = quoted_code.blocks(message)
    written = " ".join(quoted_code.prose(message).split())[:LONGEST]
    read = _Message(_bare(written), written, bool(code))
    task, is_sure = next(
        ((task, is_sure) for holds, task, is_sure in _RULES if holds(read)),
        (Task.QUESTION, _is_plain_question(read)),
    )
    return Intent(
        task=task,
        language=languages.target(written) if task is Task.TRANSLATE else None,
        code=code,
        subject=subject_of(written),
        is_sure=is_sure,
    )


def subject_of(prose: str) -> str:
    """Return the first file or name of code that ``prose`` names, or nothing."""
    query = read_query(prose)
    return next(iter((*query.files, *query.names)), "")


def _bare(written: str) -> str:
    text = mended(written.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").lower()).strip()
    for pattern in (_OPENING, _ASKED_OF_YOU, _OPENING):
        opening = pattern.match(text)
        text = text[opening.end() :] if opening and opening.end() < len(text) else text
    return text


def _translates(message: _Message) -> bool:
    if not _TRANSLATES.search(message.text) or not languages.target(message.written):
        return False
    return not message.asks_how() or message.has_code or _speaks_of_code(message.text)


def _speaks_of_code(text: str) -> bool:
    """Whether a question of how to do it is one that it be done: ``how would this look in …``."""
    looks = re.match(r"how \w+ (?:this|that|it|i|you|we|one) (?:look|be|say|write|express)", text)
    return bool(looks) or bool(_OF_CODE.search(text)) or bool(re.search(r"\bin\W*\w+\W*$", text))


def _translates_somewhere(message: _Message) -> bool:
    return bool(_TRANSLATES_THIS.match(message.text))


def _summarises(message: _Message) -> bool:
    asks = message.asks_how() or _SUMMARY_OF_DATA.search(message.text)
    return bool(_SUMMARISES.search(message.text)) and not asks


def _goes_through_code(message: _Message) -> bool:
    return bool(_THROUGH_CODE.match(message.text))


def _begins(message: _Message) -> bool:
    return bool(_BEGINS.search(message.text)) and not _FAILURE.search(message.text)


def _explains_how(message: _Message) -> bool:
    return bool(_EXPLAINS_HOW.match(message.text))


def _explains(message: _Message) -> bool:
    text = message.text
    if message.has_code and re.match(_EXPLAIN, text):
        return True
    return bool(_EXPLAINS_CODE.search(text)) and not _FAILURE.search(_without_doubt(text))


def _without_doubt(text: str) -> str:
    """Take out what says that the writer, not the code, fails."""
    return re.sub(
        r"(?:do\ ?n[o']?t|can'?t|cannot) (?:really )?(?:understand|get|make|follow)", "", text
    )


def _finds(message: _Message) -> bool:
    return bool(_FINDS.match(message.text)) and not message.asks_how()


def _writes(message: _Message) -> bool:
    return bool(_WRITES.match(message.text)) and not message.asks_how()


def _makes(message: _Message) -> bool:
    return bool(_MAKES.match(message.text))


_RULES: Final[tuple[tuple[Callable[[_Message], bool], Task, bool], ...]] = (
    (_translates, Task.TRANSLATE, True),
    (_translates_somewhere, Task.TRANSLATE, False),
    (_summarises, Task.SUMMARISE, True),
    (_goes_through_code, Task.EXPLAIN, True),
    (_begins, Task.WALKTHROUGH, True),
    (_explains_how, Task.QUESTION, True),
    (_explains, Task.EXPLAIN, True),
    (_finds, Task.FIND, True),
    (_writes, Task.WRITE, True),
    (_makes, Task.WRITE, False),
)


def _is_plain_question(message: _Message) -> bool:
    return bool(_ASKS.match(message.text)) or bool(_FAILURE.search(message.text))
