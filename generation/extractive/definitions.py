"""Says what a function, class or method is, does and takes, and shows it in use."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from generation.extractive import docstrings, examples, signatures
from generation.extractive.markup import from_rst
from generation.extractive.sentences import first_sentence, relevant, shortened
from generation.extractive.terms import overlap, terms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from generation.extractive.docstrings import Docstring, Parameter
    from generation.protocol import Passage

KINDS: Final = frozenset({"function", "class", "method"})
_MOST_PARAMETERS: Final = 5
_MOST_METHODS: Final = 6
_MOST_NAMES: Final = 10
_LONGEST_LINE: Final = 130
_LONGEST_SUMMARY: Final = 300
_FIRST_LINES: Final = 15
"""Shown of a definition that documents nothing."""
_FAILURE: Final = terms("error errors exception fail failure invalid raise refuse wrong happens")
"""Stems of a question about what goes wrong."""
_CONSTRUCTOR: Final = ".__init__"
_CONSTRUCTOR_HEAD: Final = "def __init__("
_OUTLINED: Final = re.compile(
    r"^[ ]+(?:async )?def [^\n]*\)[^\n:]*\n[ ]{6,}(?P<summary>[A-Z][^\n]*)"
)
_METHOD: Final = re.compile(
    r"(?P<property>^[ \t]+@(?:\w+\.)?(?:property|setter|cached_property)\s+)?"
    r"^[ \t]+(?:async )?def (?P<name>\w+)\(",
    re.MULTILINE,
)


def qualified_name(passage: Passage) -> str:
    """Return the symbol; a constructor goes by its class's name."""
    return (passage.symbol or "").removesuffix(_CONSTRUCTOR)


def short_name(passage: Passage) -> str:
    """Return the last part of the qualified name."""
    return qualified_name(passage).rpartition(".")[2]


def is_stub(passage: Passage) -> bool:
    """Tell a protocol's or an overload's method, whose body says nothing."""
    body = re.sub(r"\"{3}.*?\"{3}", "", passage.text, flags=re.DOTALL).strip()
    return passage.kind == "method" and (body.endswith(("...", ":")))


def explain(passage: Passage, others: Sequence[Passage], asked: frozenset[str]) -> list[str]:
    """Return the paragraphs of an answer about a definition, the most useful first.

    ``others`` are the passages that may hold its constructor, or an example of its use.
    """
    documented = _documented(passage, others)
    paragraphs = [_lead(passage, documented[0].docstring, asked)]
    signature = _signature(passage, others)
    if signature:
        paragraphs.append(f"```pyi\n{signature}\n```")
    elif not any(part.docstring.summary for part in documented):
        code = "\n".join(passage.text.strip().splitlines()[:_FIRST_LINES])
        paragraphs.append(f"```{_language(passage)}\n{code}\n```")
    # The definition's own name is in half of its parameters' descriptions: it weighs nothing.
    telling = asked - terms(short_name(passage))
    paragraphs += _parameters(documented, passage.signature or signature, telling)
    if passage.kind == "class":
        paragraphs += _methods(passage)
    if asked & _FAILURE:
        paragraphs += _raises(documented)
    paragraphs += _example(passage, documented, others)
    return paragraphs


def mention(passage: Passage) -> str:
    """Return one line about a definition that is beside the point but near it."""
    docstring = docstrings.of_source(passage.text)
    summary = first_sentence(from_rst(docstring.summary), longest=_LONGEST_LINE)
    said = f": {summary.rstrip('.')}" if summary else ""
    return f"- `{qualified_name(passage)}`{said} [{passage.number}]"


@dataclass(frozen=True, slots=True)
class _Documented:
    """A docstring, and the passage to cite for it."""

    docstring: Docstring
    number: int


def _documented(passage: Passage, others: Sequence[Passage]) -> list[_Documented]:
    """Return the definition's docstring, then its constructor's where that is another."""
    own = _Documented(docstrings.of_source(passage.text), passage.number)
    constructor = _constructor(passage, others)
    if constructor is None:
        return [own]
    source = constructor.text[constructor.text.index(_CONSTRUCTOR_HEAD) :]
    built = _Documented(docstrings.of_source(source), constructor.number)
    return [own, built] if own.docstring.summary else [built]


def _constructor(passage: Passage, others: Sequence[Passage]) -> Passage | None:
    """Return the passage that holds a class's constructor with its documentation, if any does."""
    if passage.kind != "class":
        return None
    symbol = f"{passage.symbol}{_CONSTRUCTOR}"
    candidates = [*(other for other in others if other.symbol == symbol), passage]
    return next((c for c in candidates if _CONSTRUCTOR_HEAD in c.text), None)


def _lead(passage: Passage, docstring: Docstring, asked: frozenset[str]) -> str:
    summary = shortened(from_rst(docstring.summary), longest=_LONGEST_SUMMARY)
    more = relevant(from_rst(docstring.details), asked, most=2)
    # A sentence that a list or a code example follows says little without it.
    text = " ".join([summary, *(s for s in more if not s.endswith(":"))]).strip()
    kind = "class" if _is_constructor(passage) else passage.kind
    name = f"`{qualified_name(passage)}`" if passage.symbol else f"This {kind}"
    if not text:
        return f"{name} is a {kind} in `{passage.path}`. [{passage.number}]"
    return f"{name} ({kind}): {text} [{passage.number}]"


def _is_constructor(passage: Passage) -> bool:
    return (passage.symbol or "").endswith(_CONSTRUCTOR)


def _signature(passage: Passage, others: Sequence[Passage]) -> str:
    if passage.kind == "class" or _is_constructor(passage):
        held = _constructor(passage, others) or passage
        found = signatures.find(held.text, "__init__")
        stub = signatures.stub(found, indent="    ") if found else ""
        return f"class {short_name(passage)}:\n{stub}" if stub else ""
    signature = passage.signature or signatures.find(passage.text, short_name(passage))
    return signatures.stub(signature) if signature else ""


def _parameters(
    documented: Sequence[_Documented], signature: str, telling: frozenset[str]
) -> list[str]:
    """Describe the parameters without a default, and those that the question speaks of."""
    for part in documented:
        described = [p for p in part.docstring.parameters if p.description or p.type]
        if described:
            chosen = _telling(described, signatures.required(signature), telling)
            label = "Parameters" if len(chosen) == len(described) else "Main parameters"
            listed = "\n".join(map(_parameter_line, chosen))
            return [f"{label} [{part.number}]:\n\n{listed}"]
    return []


def _raises(documented: Sequence[_Documented]) -> list[str]:
    return [
        f"Raises [{part.number}]:\n\n" + "\n".join(map(_parameter_line, part.docstring.raises))
        for part in documented
        if part.docstring.raises
    ]


def _telling(
    described: Sequence[Parameter], required: frozenset[str], telling: frozenset[str]
) -> list[Parameter]:
    def weight(parameter: Parameter) -> int:
        said = f"{parameter.name} {parameter.description}"
        return 10 * (parameter.name in required) + overlap(said, telling)

    ranked = sorted(described, key=weight, reverse=True)[:_MOST_PARAMETERS]
    return [parameter for parameter in described if parameter in ranked]


def _parameter_line(parameter: Parameter) -> str:
    said = first_sentence(from_rst(parameter.description), longest=_LONGEST_LINE)
    kind = f" ({from_rst(parameter.type).removesuffix(', optional')})" if parameter.type else ""
    return f"- `{parameter.name}`{kind}: {said}" if said else f"- `{parameter.name}`{kind}"


def _methods(passage: Passage) -> list[str]:
    """Name the first public methods, with what they do where the passage says it."""
    found = list(_METHOD.finditer(passage.text))
    ends = [*(match.start() for match in found), len(passage.text)][1:]
    summaries = {
        match["name"]: _method_summary(passage.text[match.start() : end])
        for match, end in zip(found, ends, strict=True)
        if not match["property"] and not match["name"].startswith("_")
    }
    said = [f"- `{name}`: {text}" for name, text in summaries.items() if text][:_MOST_METHODS]
    if said:
        return [f"Methods [{passage.number}]:\n\n" + "\n".join(said)]
    names = ", ".join(f"`{name}`" for name in list(summaries)[:_MOST_NAMES])
    more = f" and {len(summaries) - _MOST_NAMES} more" if len(summaries) > _MOST_NAMES else ""
    return [f"Methods: {names}{more}. [{passage.number}]"] if names else []


def _method_summary(source: str) -> str:
    """Read what a method does from its docstring, or from the line below it in an outline."""
    summary = docstrings.of_source(source).summary
    if not summary and (outlined := _OUTLINED.search(source)):
        summary = outlined["summary"]
    return first_sentence(from_rst(summary), longest=_LONGEST_LINE)


def _example(
    passage: Passage, documented: Sequence[_Documented], others: Sequence[Passage]
) -> list[str]:
    symbols = [p.symbol for p in (passage, *others) if p.symbol and p.kind in KINDS]
    for part in documented:
        code = examples.from_doctest(part.docstring.example)
        if own := examples.completed(code, symbols):
            return [f"Example [{part.number}]:\n\n```python\n{own}\n```"]
    call = re.compile(rf"\b{re.escape(short_name(passage))}\(")
    for other in others:
        if other.kind in {"tutorial", "cell"}:
            code = examples.slice_of(other.text, lambda text: call.search(text) is not None)
            if runnable := examples.completed(code, symbols):
                source = f"`{other.path}` [{other.number}]"
                return [f"Example, from {source}:\n\n```python\n{runnable}\n```"]
    return []


def _language(passage: Passage) -> str:
    return passage.path.rpartition(".")[2] if "." in passage.path else ""
