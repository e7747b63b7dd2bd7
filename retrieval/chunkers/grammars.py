"""What definitions look like in the syntax tree of each language, by the names of its nodes."""

from __future__ import annotations

import time
import warnings
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tree_sitter import Parser, Tree


_LONGEST_PARSE = 5.0
"""Seconds of computing. A file of 1 MB that is whole takes half of one."""
_READ_AT_ONCE = 1 << 16


@dataclass(frozen=True, slots=True)
class Grammar:
    """A tree-sitter grammar, and how its nodes are read."""

    module: str
    definitions: Mapping[str, str]
    """Kind of symbol by node type: the nodes that define a name, when it can be read off them."""
    constants: Mapping[str, bool] = field(default_factory=dict)
    """Nodes that bind a name: True where always a constant, False where its capitals say so."""
    wrappers: frozenset[str] = frozenset()
    """Nodes that belong to the one definition in them: ``export``, ``template <...>``."""
    containers: frozenset[str] = frozenset()
    """Nodes whose definitions are as if they stood outside."""
    namespaces: frozenset[str] = frozenset()
    """Containers that put their name before those of their definitions."""
    attributes: frozenset[str] = frozenset()
    """Nodes between a comment and what it documents: attributes, decorators."""
    separator: str = "."
    function: str = "language"

    def tree(self, source: bytes) -> Tree:
        """Return the syntax tree of ``source``, in UTF-8.

        Raises:
            SyntaxError: it is so broken that mending it takes too long.
        """
        started = time.thread_time()

        def read(at: int, _: object) -> bytes:
            return source[at : at + _READ_AT_ONCE]

        def is_late(_: int, __: bool) -> bool:  # noqa: FBT001 - tree-sitter calls it
            return time.thread_time() - started > _LONGEST_PARSE

        try:
            return self._parser().parse(read, progress_callback=is_late)
        except ValueError as error:
            raise SyntaxError("too many errors to read on") from error

    def _parser(self) -> Parser:
        """Return a new parser; the grammar's library is loaded when it is first met."""
        from tree_sitter import Language, Parser  # noqa: PLC0415 - for files of these languages

        pointer = getattr(import_module(self.module), self.function)()
        with warnings.catch_warnings():
            # GLSL's binding still tells where its grammar is by a number.
            warnings.filterwarnings("ignore", "int argument support", DeprecationWarning)
            return Parser(Language(pointer))


COMMENTS = frozenset({"comment", "line_comment", "block_comment"})

TYPES = frozenset(
    "annotation class concept enum implementation interface namespace record struct trait type "
    "union object".split()
)
"""Kinds of symbols that are classes as chunks."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ERROR = "ERROR"
"""Where a file is broken; what is whole in there is found nevertheless."""

_SCRIPT_DEFINITIONS = {
    "function_declaration": "function",
    "generator_function_declaration": "function",
    "class_declaration": "class",
    "method_definition": "method",
    "variable_declarator": "function",
    "assignment_expression": "function",
    "field_definition": "function",
    "pair": "function",
}
_SCRIPT_WRAPPERS = _words(
    "export_statement lexical_declaration variable_declaration expression_statement"
)
_SCRIPT_CONTAINERS = _words(
    "ERROR statement_block call_expression arguments parenthesized_expression unary_expression "
    "function_expression arrow_function if_statement sequence_expression assignment_expression"
)

_JAVASCRIPT = Grammar(
    module="tree_sitter_javascript",
    definitions=_SCRIPT_DEFINITIONS,
    constants={"variable_declarator": False},
    wrappers=_SCRIPT_WRAPPERS,
    containers=_SCRIPT_CONTAINERS,
    attributes=frozenset({"decorator"}),
)

_TYPESCRIPT_DEFINITIONS = {
    **_SCRIPT_DEFINITIONS,
    "abstract_class_declaration": "class",
    "abstract_method_signature": "method",
    "enum_declaration": "enum",
    "function_signature": "function",
    "interface_declaration": "interface",
    "method_signature": "method",
    "public_field_definition": "function",
    "type_alias_declaration": "type",
}
_TYPESCRIPT = Grammar(
    module="tree_sitter_typescript",
    function="language_typescript",
    definitions=_TYPESCRIPT_DEFINITIONS,
    constants={"variable_declarator": False},
    wrappers=_SCRIPT_WRAPPERS | {"ambient_declaration"},
    containers=_SCRIPT_CONTAINERS,
    namespaces=_words("internal_module module"),
    attributes=frozenset({"decorator"}),
)
_TSX = Grammar(
    module="tree_sitter_typescript",
    function="language_tsx",
    definitions=_TYPESCRIPT_DEFINITIONS,
    constants=_TYPESCRIPT.constants,
    wrappers=_TYPESCRIPT.wrappers,
    containers=_TYPESCRIPT.containers,
    namespaces=_TYPESCRIPT.namespaces,
    attributes=_TYPESCRIPT.attributes,
)

_C_DEFINITIONS = {
    "declaration": "function",
    "enum_specifier": "enum",
    "function_definition": "function",
    "struct_specifier": "struct",
    "type_definition": "type",
    "union_specifier": "union",
}
_C_CONSTANTS = {"preproc_def": True, "preproc_function_def": True}
_C_CONTAINERS = _words(
    "ERROR declaration_list linkage_specification preproc_elif preproc_else preproc_if "
    "preproc_ifdef"
)

_C = Grammar(
    module="tree_sitter_c",
    definitions=_C_DEFINITIONS,
    constants=_C_CONSTANTS,
    containers=_C_CONTAINERS,
)

_CPP = Grammar(
    module="tree_sitter_cpp",
    definitions={
        **_C_DEFINITIONS,
        "alias_declaration": "type",
        "class_specifier": "class",
        "concept_definition": "concept",
        "field_declaration": "method",
    },
    constants=_C_CONSTANTS,
    wrappers=frozenset({"template_declaration"}),
    containers=_C_CONTAINERS,
    namespaces=frozenset({"namespace_definition"}),
    separator="::",
)

_GLSL = Grammar(
    module="tree_sitter_glsl",
    definitions=_C_DEFINITIONS,
    constants={**_C_CONSTANTS, "declaration": True},
    containers=_C_CONTAINERS,
)

_GO = Grammar(
    module="tree_sitter_go",
    definitions={
        "function_declaration": "function",
        "method_declaration": "method",
        "method_elem": "method",
        "type_alias": "type",
        "type_spec": "type",
    },
    constants={"const_spec": True, "var_spec": True},
    wrappers=_words("type_declaration const_declaration var_declaration"),
    containers=_words("ERROR var_spec_list"),
)

_RUST = Grammar(
    module="tree_sitter_rust",
    definitions={
        "enum_item": "enum",
        "function_item": "function",
        "function_signature_item": "function",
        "impl_item": "implementation",
        "macro_definition": "macro",
        "struct_item": "struct",
        "trait_item": "trait",
        "type_item": "type",
        "union_item": "union",
    },
    constants={"const_item": True, "static_item": True},
    containers=_words("ERROR declaration_list foreign_mod_item"),
    namespaces=frozenset({"mod_item"}),
    attributes=frozenset({"attribute_item"}),
    separator="::",
)

_JAVA = Grammar(
    module="tree_sitter_java",
    definitions={
        "annotation_type_declaration": "annotation",
        "annotation_type_element_declaration": "method",
        "class_declaration": "class",
        "compact_constructor_declaration": "method",
        "constructor_declaration": "method",
        "enum_declaration": "enum",
        "interface_declaration": "interface",
        "method_declaration": "method",
        "record_declaration": "record",
    },
    constants={"variable_declarator": False},
    wrappers=_words("field_declaration constant_declaration"),
    containers=_words("ERROR enum_body_declarations"),
)

_SHELL = Grammar(
    module="tree_sitter_bash",
    definitions={"function_definition": "function"},
    constants={"variable_assignment": False},
    wrappers=frozenset({"declaration_command"}),
    containers=_words("ERROR if_statement elif_clause else_clause list"),
)

GRAMMARS: Mapping[str, Grammar] = {
    "c": _C,
    "cpp": _CPP,
    "glsl": _GLSL,
    "go": _GO,
    "java": _JAVA,
    "javascript": _JAVASCRIPT,
    "rust": _RUST,
    "shell": _SHELL,
    "tsx": _TSX,
    "typescript": _TYPESCRIPT,
}
