"""Says what a function, class or method is, does and takes, and shows it in use."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from generation.extractive import docstrings, elaborating, examples, signatures, typesetting
from generation.extractive.markup import Kind, from_prose, from_rst
from generation.extractive.sentences import first_sentence, first_sentences, sentences
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
FAILURE: Final = terms("error errors exception fail failure invalid raise refuse wrong happens")
"""Stems of a question about what goes wrong."""
_OVERLOAD: Final = re.compile(r"^[ \t]*@(?:\w+\.)?overload\b", re.MULTILINE)
_TEST: Final = re.compile(r"(?:^|/)(?:tests?/|test_|conftest\.)|_test\.\w+$")
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
    if _OVERLOAD.search(passage.text):
        return True
    body = re.sub(r"\"{3}.*?\"{3}", "", passage.text, flags=re.DOTALL).strip()
    return passage.kind == "method" and (body.endswith(("...", ":")))


def is_documented(passage: Passage) -> bool:
    """Tell a definition or a module of which the passage holds something of the docstring."""
    return bool(docstring_of(passage).summary)


def is_test(passage: Passage) -> bool:
    """Tell what tests the code from the code."""
    return _TEST.search(passage.path) is not None or short_name(passage).startswith("test_")


def is_about_failure(asked: frozenset[str]) -> bool:
    """Tell a question about what goes wrong."""
    return bool(asked & FAILURE)


def docstring_of(passage: Passage) -> Docstring:
    """Return the docstring of a definition or a module."""
    if passage.kind == "module":
        return docstrings.of_source(f":\n{passage.text.lstrip()}")
    return docstrings.of_piece(passage.text, path=passage.path)


def introduce(module: Passage) -> list[str]:
    """Return what a module says of itself; its imports and constants answer nothing."""
    docstring = docstring_of(module)
    said = first_sentences(from_rst(docstring.summary), longest=_LONGEST_SUMMARY)
    if not said:
        return []
    more = [b for b in from_prose(docstring.details) if b.kind is Kind.PARAGRAPH]
    lead = f"`{module.symbol}`" if module.symbol else f"`{module.path}`"
    return [
        f"{lead} (module): {said} [{module.number}]",
        *typesetting.cited(more[:1], module.number),
    ]


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
        paragraphs.append(f"```{_language(passage)}\n{_beginning(passage)}\n```")
    for part in documented:
        paragraphs += elaborating.announced(part.docstring, asked, part.number)
    # The definition's own name is in half of its parameters' descriptions: it weighs nothing.
    telling = asked - terms(short_name(passage))
    paragraphs += _parameters(documented, passage.signature or signature, telling)
    if passage.kind == "class":
        paragraphs += _methods(passage)
    if is_about_failure(asked):
        paragraphs += _raises(documented) or _refusing(passage)
    paragraphs += _example(passage, documented, others)
    return paragraphs


def _beginning(passage: Passage) -> str:
    """Return the first lines; of a class's outline, which is no code, the header."""
    if passage.kind == "class" and passage.signature:
        return f"{passage.signature}: ..."
    return "\n".join(textwrap.dedent(passage.text).strip("\n").splitlines()[:_FIRST_LINES])


def raises(passage: Passage) -> list[str]:
    """Return what a definition's docstring says that it raises."""
    listed = "\n".join(map(_parameter_line, docstring_of(passage).raises))
    return [f"`{short_name(passage)}` raises [{passage.number}]:\n\n{listed}"] if listed else []


def mention(passage: Passage) -> str:
    """Return one line about a definition that is beside the point but near it."""
    docstring = docstring_of(passage)
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
    own = _Documented(docstring_of(passage), passage.number)
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
    standing = (s for s in sentences(from_rst(docstring.summary)) if not s.endswith(":"))
    summary = first_sentences(" ".join(standing), longest=_LONGEST_SUMMARY)
    text = " ".join([summary, *elaborating.sentences_of(docstring, asked)]).strip()
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


def _refusing(passage: Passage) -> list[str]:
    """Show the code that raises, of a definition whose docstring does not say what it raises."""
    code = examples.body_of(passage.text)
    if not re.search(r"^\s*raise\b", code, re.MULTILINE):
        return []
    return [f"In its code [{passage.number}]:", f"```python\n{code}\n```"]


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
