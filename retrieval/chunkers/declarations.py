"""The definitions in a syntax tree of tree-sitter's, whatever the language."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from retrieval.chunkers.comments import comment_text
from retrieval.chunkers.grammars import COMMENTS, TYPES
from retrieval.chunkers.lines import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from tree_sitter import Node

    from retrieval.chunkers.cutting import Levels
    from retrieval.chunkers.grammars import Grammar

    _Named = tuple[str, Node | None, str | None]

_CONSTANT = re.compile(r"[A-Z][A-Z0-9_]+")
_EXPORTS = re.compile(r"^(?:module\.exports|exports|window|globalThis|self)\.|\.prototype(?=\.)")
_OPENS_BODY = re.compile(r"(?:=>|[\s{=:;,(])+$")
_UNSAID = COMMENTS | set(
    "annotation attribute_item decorator field_initializer_list marker_annotation".split()
)
"""Nodes in a header that its signature leaves out."""
_FUNCTIONS = frozenset(
    "arrow_function function_expression generator_function class lambda_expression".split()
)
_NAMES = frozenset(
    "identifier field_identifier type_identifier qualified_identifier destructor_name "
    "operator_name operator_cast template_function primitive_type".split()
)
_DEEPEST_LEVEL = 24
"""Nodes nested deeper are all of one level."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """A definition, or the declaration of one that stands elsewhere."""

    name: str
    qualified_name: str
    kind: str
    node: Node
    """With what it is wrapped in: ``export``, ``template <...>``."""
    body: Node | None
    comments: tuple[Node, ...]
    """The comments right above it."""
    first_line: int
    """Of the comments and attributes above it, else its own."""
    is_direct: bool
    """Whether it stands in its place itself, not inside a block that is no definition."""
    members: Scope

    @property
    def span(self) -> Span:
        """Its lines, with the comments right above it."""
        return Span(self.first_line, last_line(self.node))

    @property
    def is_type(self) -> bool:
        """Whether it is a class or the like."""
        return self.kind in TYPES

    @property
    def documentation(self) -> str | None:
        """The text of the comments above it."""
        texts = [_text(comment) for comment in self.comments]
        return comment_text("\n".join(texts)) if texts else None

    @property
    def signature(self) -> str:
        """The text up to the body, on one line and without comments."""
        end = self.body.start_byte if self.body else self.node.end_byte
        written = " ".join(_header(self.node, end))
        return _OPENS_BODY.sub("", " ".join(written.split()))


@dataclass(slots=True)
class Scope:
    """What a file, or a class, consists of."""

    declarations: list[Declaration] = field(default_factory=list)
    constants: list[Declaration] = field(default_factory=list)
    statements: list[int] = field(default_factory=list)
    """Lines on which something else than a definition starts."""


def first_line(node: Node) -> int:
    """Return the line, 1-based, on which ``node`` starts."""
    return node.start_point[0] + 1


def last_line(node: Node) -> int:
    """Return the line, 1-based, on which ``node`` ends; a line end belongs to the line it ends."""
    row, column = node.end_point
    return max(row + bool(column), first_line(node))


def scope_of(root: Node, grammar: Grammar) -> Scope:
    """Return what stands in a file."""
    reader = _Reader(grammar)
    return reader.scope(root, owner=_package(root))


def node_levels(root: Node) -> Levels:
    """Return the lines between the parts of ``root``, the outermost parts first.

    A comment between two parts belongs to the second.
    """
    levels: list[set[int]] = []
    current = [root]
    while current:
        if len(levels) < _DEEPEST_LEVEL:
            levels.append(set())
        inner: list[Node] = []
        for node in current:
            children = node.named_children
            levels[-1].update(_starts(children))
            inner += [child for child in children if child.start_point[0] != child.end_point[0]]
        current = inner
    return tuple(tuple(sorted(level)) for level in levels)


def _starts(siblings: Sequence[Node]) -> Iterator[int]:
    end = 0
    is_after_comment = True
    for node in siblings:
        if first_line(node) > end and not is_after_comment:
            yield end + 1
        is_after_comment = node.type in COMMENTS and first_line(node) > end
        end = max(end, last_line(node))


def _package(root: Node) -> str:
    """Return the package that a file of Go or Java says it is of."""
    for child in root.named_children:
        if child.type in {"package_clause", "package_declaration"}:
            return _text(child).removeprefix("package").strip().rstrip(";").strip()
    return ""


@dataclass(slots=True)
class _Above:
    """The comments and attributes above the node that comes next."""

    comments: list[Node] = field(default_factory=list)
    first: int = 0
    last: int = -1

    def add(self, node: Node, *, after: int, is_comment: bool) -> None:
        """Add a comment or attribute, but for a comment at the end of the line ``after``."""
        start = first_line(node)
        if start == after or (start == 1 and _text(node).startswith("#!")):
            return
        if start > self.last + 1:
            self.comments, self.first = [], start
        self.last = last_line(node)
        if is_comment:
            self.comments.append(node)

    def taken(self, line: int) -> tuple[tuple[Node, ...], int]:
        """Return the comments right above ``line``, and where it begins with them."""
        if self.last in {line - 1, line}:
            return tuple(self.comments), min(self.first, line)
        return (), line


@dataclass(frozen=True, slots=True)
class _Reader:
    grammar: Grammar

    def scope(self, parent: Node, *, owner: str, is_type: bool = False) -> Scope:
        """Return what stands directly in ``parent``."""
        scope = Scope()
        above = _Above()
        before = 0
        for child in parent.named_children:
            is_comment = child.type in COMMENTS
            if is_comment or child.type in self.grammar.attributes:
                above.add(child, after=before, is_comment=is_comment)
                continue
            comments, start = above.taken(first_line(child))
            inner = self._inside(child, owner=owner, is_type=is_type)
            scope.constants += inner.constants
            scope.statements += inner.statements
            scope.declarations += [
                replace(found, comments=comments or found.comments, first_line=start)
                if found.is_direct and len(inner.declarations) == 1
                else found
                for found in inner.declarations
            ]
            above = _Above()
            before = last_line(child)
        return scope

    def _inside(self, node: Node, *, owner: str, is_type: bool) -> Scope:
        """Return what ``node``, which stands in a scope, has for it."""
        grammar = self.grammar
        own = self._declaration(node, owner=owner, is_type=is_type)
        if own:
            return Scope(declarations=[own])
        if node.type in grammar.constants and (constant := self._constant(node, owner)):
            return Scope(constants=[constant], statements=[first_line(node)])
        if node.type in grammar.wrappers:
            scope = self.scope(node, owner=owner, is_type=is_type)
            if len(scope.declarations) == 1 and scope.declarations[0].is_direct:
                scope.declarations[0] = _wrapped(scope.declarations[0], node)
            elif len(scope.constants) == 1 and not scope.declarations:
                scope.constants[0] = _wrapped(scope.constants[0], node)
            return self._said(scope, node)
        if node.type in grammar.containers or node.type in grammar.namespaces:
            return self._said(self._contained(node, owner=owner, is_type=is_type), node)
        return Scope(statements=[first_line(node)])

    def _contained(self, node: Node, *, owner: str, is_type: bool) -> Scope:
        if node.type in self.grammar.namespaces:
            owner = self._qualified(_text(node.child_by_field_name("name")).strip("'\""), owner)
            body = node.child_by_field_name("body")
            scope = self.scope(body, owner=owner) if body else Scope()
        else:
            scope = self.scope(node, owner=owner, is_type=is_type)
        scope.declarations = [replace(found, is_direct=False) for found in scope.declarations]
        return scope

    def _said(self, scope: Scope, node: Node) -> Scope:
        """Take a node without definitions for a statement; one with some says nothing itself."""
        if scope.declarations or scope.constants:
            scope.statements = [line for line in scope.statements if line != first_line(node)]
            return scope
        return Scope(statements=[first_line(node)])

    def _declaration(self, node: Node, *, owner: str, is_type: bool) -> Declaration | None:
        kind = self.grammar.definitions.get(node.type)
        found = _named(node) if kind else None
        if not kind or not found:
            return None
        name, body, value_kind = found
        kind = value_kind or kind
        qualified = self._qualified(name, owner)
        is_method = is_type or self.grammar.separator in name
        if kind == "function" and is_method:
            kind = "method"
        members = Scope()
        if body and kind in TYPES:
            members = self.scope(body, owner=qualified, is_type=True)
        return Declaration(
            name=name.rpartition(self.grammar.separator)[2],
            qualified_name=qualified,
            kind=kind,
            node=node,
            body=body,
            comments=(),
            first_line=first_line(node),
            is_direct=True,
            members=members,
        )

    def _constant(self, node: Node, owner: str) -> Declaration | None:
        name = _text(node.child_by_field_name("name") or node.child_by_field_name("declarator"))
        value = node.child_by_field_name("value")
        is_flag = node.type == "preproc_def" and value is None  # an include guard, mostly
        if is_flag or not re.fullmatch(r"\w+", name):
            return None
        if not self.grammar.constants[node.type] and not _CONSTANT.fullmatch(name):
            return None
        return Declaration(
            name=name,
            qualified_name=self._qualified(name, owner),
            kind="macro" if node.type == "preproc_function_def" else "constant",
            node=node,
            body=value,
            comments=(),
            first_line=first_line(node),
            is_direct=True,
            members=Scope(),
        )

    def _qualified(self, name: str, owner: str) -> str:
        return self.grammar.separator.join(part for part in (owner, name) if part)


def _wrapped(declaration: Declaration, node: Node) -> Declaration:
    return replace(declaration, node=node, first_line=first_line(node))


def _named(node: Node) -> _Named | None:
    """Return the name that ``node`` defines, its body, and its kind where the type is too wide."""
    read = _READERS.get(node.type)
    if read:
        return read(node)
    name = _name(node.child_by_field_name("name"))
    body = node.child_by_field_name("body")
    is_mention = body is None and node.type.endswith("_specifier")  # ``struct point``
    return (name, body, None) if name and not is_mention else None


def _valued(node: Node) -> _Named | None:
    """Read a name that is given a function, a class, or an object of functions."""
    named = next(
        (
            found
            for key in ("name", "left", "key", "property")
            if (found := node.child_by_field_name(key))
        ),
        None,
    )
    value = node.child_by_field_name("value") or node.child_by_field_name("right")
    name = _EXPORTS.sub("", _EXPORTS.sub("", _text(named)))
    if value is None or not re.fullmatch(r"[#\w$.]+", name):
        return None
    if value.type == "object":
        parts = value.named_children
        has_functions = any(
            part.type == "method_definition" or (part.type == "pair" and _valued(part))
            for part in parts
        )
        return (name, value, "object") if has_functions else None
    if value.type not in _FUNCTIONS:
        return None
    return name, value.child_by_field_name("body"), "class" if value.type == "class" else None


def _receiver(node: Node) -> str:
    """Return the type whose method ``node`` is, in Go: ``T`` of ``(t *T[K])``."""
    written = _text(node.child_by_field_name("receiver")).partition("[")[0]
    return re.split(r"[\s*(]+", written.rstrip(") \t\r\n"))[-1]


def _method(node: Node) -> _Named | None:
    name = _name(node.child_by_field_name("name"))
    if node.child_by_field_name("receiver"):
        name = f"{_receiver(node)}.{name}"
    return name, node.child_by_field_name("body"), None


def _implementation(node: Node) -> _Named | None:
    return _name(node.child_by_field_name("type")), node.child_by_field_name("body"), None


def _macro(node: Node) -> _Named | None:
    rules = [child for child in node.named_children if child.type == "macro_rule"]
    return _name(node.child_by_field_name("name")), rules[0] if rules else None, None


def _alias(node: Node) -> _Named | None:
    value = node.child_by_field_name("value")
    is_long = value is not None and value.start_point[0] != value.end_point[0]
    return _name(node.child_by_field_name("name")), value if is_long else None, None


def _go_type(node: Node) -> _Named | None:
    kinds = {"struct_type": "struct", "interface_type": "interface"}
    of = node.child_by_field_name("type")
    kind = kinds.get(of.type) if of else None
    return _name(node.child_by_field_name("name")), of if kind else None, kind


def _typedef(node: Node) -> _Named | None:
    of = node.child_by_field_name("type")
    name = _text(node.child_by_field_name("declarator"))
    if not re.fullmatch(r"\w+", name):
        return None
    kind = of.type.removesuffix("_specifier") if of and of.type.endswith("_specifier") else None
    body = of.child_by_field_name("body") if of else None
    return name, body, kind if kind in TYPES else None


def _function(node: Node) -> _Named | None:
    """Read a function of C's family, or of the shell's."""
    declarator = node.child_by_field_name("declarator")
    name = _name(node.child_by_field_name("name") or (declarator and _declared(declarator)))
    return (name, node.child_by_field_name("body"), None) if name else None


def _declared(declarator: Node) -> Node | None:
    """Return the name of the function that is declared, None for anything else."""
    while declarator.type in {"pointer_declarator", "reference_declarator"}:
        inner = declarator.named_children[-1:]
        if not inner:
            return None
        declarator = inner[0]
    if declarator.type == "operator_cast":
        return declarator
    if declarator.type != "function_declarator":
        return None
    named = declarator.child_by_field_name("declarator")
    return named if named and named.type in _NAMES else None


def _name(node: Node | None) -> str:
    """Return a name without the arguments of templates and generics in it."""
    if node is None:
        return ""
    match node.type:
        case "template_type" | "template_function" | "template_method":
            return _name(node.child_by_field_name("name"))
        case "generic_type":
            return _name(node.child_by_field_name("type"))
        case "qualified_identifier":
            scope = _name(node.child_by_field_name("scope"))
            return f"{scope}::{_name(node.child_by_field_name('name'))}".removeprefix("::")
        case "operator_cast":
            return " ".join(_text(node).partition("(")[0].split())
    return " ".join(_text(node).split())


def _header(node: Node, end: int) -> Iterator[str]:
    """Yield the text of ``node`` up to the byte ``end``, without comments and attributes."""
    text = node.text or b""
    at = node.start_byte
    for unsaid in _unsaid(node, end):
        yield text[at - node.start_byte : unsaid.start_byte - node.start_byte].decode(
            errors="replace"
        )
        at = unsaid.end_byte
    yield text[at - node.start_byte : max(0, end - node.start_byte)].decode(errors="replace")


def _unsaid(node: Node, end: int) -> Iterator[Node]:
    for child in node.named_children:
        if child.start_byte >= end:
            return
        if child.type in _UNSAID:
            yield child
        else:
            yield from _unsaid(child, end)


def _text(node: Node | None) -> str:
    return (node.text or b"").decode(errors="replace") if node else ""


_READERS: Mapping[str, Callable[[Node], _Named | None]] = {
    "assignment_expression": _valued,
    "declaration": _function,
    "field_declaration": _function,
    "field_definition": _valued,
    "function_definition": _function,
    "impl_item": _implementation,
    "macro_definition": _macro,
    "method_declaration": _method,
    "pair": _valued,
    "public_field_definition": _valued,
    "type_alias_declaration": _alias,
    "type_definition": _typedef,
    "type_spec": _go_type,
    "variable_declarator": _valued,
}
