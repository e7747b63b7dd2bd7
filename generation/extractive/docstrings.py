"""Reads docstrings in the three common styles: numpydoc, Google, and reStructuredText fields."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter as its docstring describes it."""

    name: str
    type: str
    description: str
    """On one line."""


@dataclass(frozen=True, slots=True)
class Docstring:
    """The parts of a docstring that an answer draws on."""

    summary: str = ""
    """The first paragraph of prose, on one line."""
    details: str = ""
    """What comes after it, before any section, in its markup."""
    parameters: tuple[Parameter, ...] = ()
    raises: tuple[Parameter, ...] = ()
    """Errors by name, with when they are raised."""
    example: str = ""
    """The text of the section of examples, or the doctests."""


_IN_SOURCE: Final = re.compile(
    r"""
    :[ \t]*(?:\#[^\n]*)?\n(?:[ \t]*\n)*(?P<margin>[ \t]*)   # the end of a header, and
    [rRuU]?(?P<quotes>\"\"\"|''')(?P<text>.*?)   # a docstring, that ends with its quotes,
    (?: (?P=quotes)
      | \n[ \t]*\n(?=(?P=margin)(?:@|(?:async[ ]+)?def[ ]))   # or where an outline's methods begin,
      | \Z )                                           # or with the passage
    """,
    re.DOTALL | re.VERBOSE,
)
_DEFINITION: Final = re.compile(r"^[ \t]*(?:async[ ]+)?(?:def|class)[ ]", re.MULTILINE)
_HEADER: Final = re.compile(
    r"^(?P<numpy>[A-Z][A-Za-z ]+)\n-{3,}[ \t]*$|^(?P<google>[A-Z][A-Za-z ]+):[ \t]*$", re.MULTILINE
)
_PARAMETER_SECTIONS: Final = frozenset(
    {"parameters", "args", "arguments", "keyword args", "keyword arguments", "other parameters"}
)
_EXAMPLE_SECTIONS: Final = frozenset({"example", "examples", "usage"})
_SECTIONS: Final = (
    _PARAMETER_SECTIONS
    | _EXAMPLE_SECTIONS
    | {"returns", "return", "raises", "yields", "attributes", "notes", "note", "references"}
    | {"see also", "warnings", "warning", "warns", "receives", "methods", "todo"}
)
_NUMPY_PARAMETER: Final = re.compile(r"^(?P<names>\*{0,2}\w[\w, *]*?)(?:\s*:\s*(?P<type>.*))?$")
_GOOGLE_PARAMETER: Final = re.compile(
    r"^(?P<names>\*{0,2}\w+)\s*(?:\((?P<type>[^)]*(?:\([^)]*\)[^)]*)*)\))?:\s*(?P<text>.*)$"
)
_FIELD: Final = re.compile(
    r"^:param(?:eter)?\s+(?:(?P<type>[^:]+?)\s+)?(?P<name>\*{0,2}\w+):\s*"
    r"(?P<text>.*(?:\n[ \t]+.*)*)",
    re.MULTILINE,
)
_RAISES_FIELD: Final = re.compile(
    r"^:(?:raises?|except(?:ion)?)\s+(?P<name>[\w.]+):\s*(?P<text>.*(?:\n[ \t]+.*)*)", re.MULTILINE
)
_ANY_FIELD: Final = re.compile(r"^:\w+(?: [^:\n]+)?:(?:\s|$)", re.MULTILINE)
_HEAD: Final = re.compile(r"^[ \t]*(?:@|(?:async[ ]+)?def[ ]|class[ ])", re.MULTILINE)
_PYTHON: Final = (".py", ".pyi")
_QUOTES: Final = '"""'
_FEWEST_WORDS: Final = 4
"""Of a paragraph that is known for prose, which no statement of Python reads like."""
_LEADING_DIRECTIVE: Final = re.compile(
    r"\A\.\. [\w:-]+::[^\n]*(?:\n[ \t]+[^\n]*|\n[ \t]*(?=\n))*\n*"
)


def of_source(source: str) -> Docstring:
    """Parse the docstring of the definition that ``source`` begins with.

    ``source`` may be cut anywhere and need not parse. A docstring further down, of a method say,
    is not the definition's own.
    """
    match = _IN_SOURCE.search(source)
    if match is None or len(_DEFINITION.findall(source, 0, match.start())) > 1:
        return Docstring()
    return parse(match["text"])


def of_piece(source: str, *, path: str) -> Docstring:
    """Parse the docstring of a definition of which ``source`` may be any piece.

    A piece of Python that begins within the docstring holds the rest of it.
    """
    if path.endswith(_PYTHON) and not _HEAD.match(source):
        rest = inspect.cleandoc(f"\n{source.partition(_QUOTES)[0]}")
        if _is_prose(rest.partition("\n\n")[0]):
            return parse(rest)
    return of_source(source)


def _is_prose(paragraph: str) -> bool:
    return (
        paragraph[:1].isupper()
        and paragraph.endswith((".", ":", "!", "?"))
        and "=" not in paragraph
        and len(paragraph.split()) >= _FEWEST_WORDS
    )


def parse(text: str) -> Docstring:
    """Parse the text between a docstring's quotes."""
    text = inspect.cleandoc(text)
    body, sections = _sections(text)
    fields = list(_FIELD.finditer(body))
    first_field = _ANY_FIELD.search(body)
    prose = body[: first_field.start()] if first_field else body
    summary, details = _summed_up(prose.strip())
    described = [part for name, part in sections if name in _PARAMETER_SECTIONS]
    parameters = [parameter for part in described for parameter in _listed(part)]
    examples = [part for name, part in sections if name in _EXAMPLE_SECTIONS]
    if not examples and ">>>" in details:
        examples = [details[details.index(">>>") :]]
        details = details[: details.index(">>>")]
    return Docstring(
        summary=_joined(summary),
        details=details.strip(),
        parameters=tuple(parameters) or tuple(map(_from_field, fields)),
        raises=tuple(
            error for name, part in sections if name == "raises" for error in _listed(part)
        )
        or tuple(
            Parameter(field["name"], "", _joined(field["text"]))
            for field in _RAISES_FIELD.finditer(body)
        ),
        example=examples[0] if examples else "",
    )


def _summed_up(prose: str) -> tuple[str, str]:
    """Cut prose into its first paragraph and the rest; notes on versions sum nothing up."""
    noted = _LEADING_DIRECTIVE.match(prose)
    notes = noted.group() if noted else ""
    summary, _, details = prose[len(notes) :].partition("\n\n")
    if summary.startswith(">>>"):
        return "", prose
    return summary, f"{details.strip()}\n\n{notes}".strip()


def _sections(text: str) -> tuple[str, list[tuple[str, str]]]:
    """Cut ``text`` into what precedes all sections, and the sections with their names."""
    headers = [
        match
        for match in _HEADER.finditer(text)
        if match["numpy"] or match["google"].lower() in _SECTIONS
    ]
    if not headers:
        return text, []
    ends = [header.start() for header in headers[1:]] + [len(text)]
    sections = [
        ((header["numpy"] or header["google"]).strip().lower(), text[header.end() : end])
        for header, end in zip(headers, ends, strict=True)
    ]
    return text[: headers[0].start()], sections


def _listed(section: str) -> list[Parameter]:
    """Read a section of parameters: a name at the margin, its description indented below."""
    parameters: list[Parameter] = []
    for line in inspect.cleandoc(section).splitlines():
        if not line.strip():
            continue
        if line[0].isspace() and parameters:
            last = parameters[-1]
            description = _joined(f"{last.description} {line}")
            parameters[-1] = Parameter(last.name, last.type, description)
        elif match := _GOOGLE_PARAMETER.match(line):
            # ``name : type`` of numpydoc has a space before its colon; Google's has none.
            is_numpy = re.match(r"^\S+\s+:", line) is not None
            kind, text = (match["text"], "") if is_numpy else (match["type"] or "", match["text"])
            if not is_numpy and not match["type"] and _looks_like_a_type(text):
                kind, text = text, ""
            parameters.append(Parameter(match["names"], _joined(kind), _joined(text)))
        elif match := _NUMPY_PARAMETER.match(line):
            kind = _joined(match["type"] or "")
            parameters.append(Parameter(match["names"].strip(), kind, ""))
    return parameters


def _looks_like_a_type(text: str) -> bool:
    """Tell a numpydoc type written without the space, ``stereo: string``, from a description."""
    return bool(re.fullmatch(r"[\w.\[\]|, ()]{1,30}", text)) and not text.endswith(".")


def _from_field(match: re.Match[str]) -> Parameter:
    return Parameter(match["name"], _joined(match["type"] or ""), _joined(match["text"]))


def _joined(text: str) -> str:
    return " ".join(text.split())
