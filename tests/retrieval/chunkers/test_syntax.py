"""Code in the languages that tree-sitter reads."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from retrieval.model import ChunkKind, ParsedFile

if TYPE_CHECKING:
    from collections.abc import Callable

    from retrieval.chunkers.measure import Tokens

    Parse = Callable[[str, str], ParsedFile]

SAMPLES = Path(__file__).parent / "samples"


@pytest.fixture
def sample(parse: Parse) -> Callable[[str], ParsedFile]:
    return lambda name: parse(f"src/{name}", (SAMPLES / name).read_text("utf-8"))


SYMBOLS = {
    "toolbar.js": [
        ("LIMIT", "constant", "const LIMIT", None),
        (
            "showPanel",
            "function",
            "export async function showPanel(id, { quick = false } = {})",
            "Shows the panel.",
        ),
        ("toolbar", "object", "const toolbar", "Handles the handle."),
        ("toolbar.init", "method", "init()", "Begins."),
        ("toolbar.hide", "method", "hide: function (event)", None),
        ("Panel", "class", "export default class Panel extends HTMLElement", None),
        ("Panel.constructor", "method", "constructor(name)", "Makes one."),
        ("Panel.title", "method", "get title()", None),
        ("Panel._hidden", "method", "_hidden()", None),
        ("inside", "function", "function inside(a)", "Runs inside."),
        ("Panel.open", "method", "Panel.prototype.open = function ()", None),
    ],
    "model.ts": [
        ("Shape", "interface", "export interface Shape", "What a shape is."),
        ("Shape.area", "method", "area(scale: number): number", None),
        ("Point", "type", "export type Point = { x: number; y: number }", None),
        ("geometry.flat.Side", "enum", "export enum Side", None),
        (
            "geometry.flat.Square",
            "class",
            "export abstract class Square<T> implements Shape",
            "A square.",
        ),
        (
            "geometry.flat.Square.constructor",
            "method",
            "constructor(private readonly side: number)",
            None,
        ),
        ("geometry.flat.Square.area", "method", "abstract area(scale: number): number", None),
        ("geometry.flat.Square.grow", "method", "grow<K>(by: number): Square<T>", "Grows it."),
        ("parse", "function", "export function parse(text: string): Point", None),
        ("parse", "function", "export function parse(text: any)", None),
        ("double", "function", "const double = (value: number): number", None),
    ],
    "button.tsx": [
        ("Props", "type", "type Props = { label: string }", None),
        ("Button", "function", "export const Button = ({ label }: Props)", "A button."),
    ],
    "list.c": [
        ("LIST_LIMIT", "constant", "#define LIST_LIMIT", None),
        ("MAX", "macro", "#define MAX(a, b)", None),
        ("node_t", "struct", "typedef struct node", "A node."),
        ("colour", "enum", "enum colour", None),
        ("list_length", "function", "int list_length(const node_t *head)", None),
        (
            "list_first",
            "function",
            "static node_t * list_first(node_t *head, int *count)",
            "Returns the first node.",
        ),
    ],
    "caster.h": [
        (
            "py::detail::Caster",
            "class",
            "template <typename T> class Caster : public Base<T>",
            "Casts values.",
        ),
        ("py::detail::Caster::Caster", "method", "Caster()", None),
        ("py::detail::Caster::~Caster", "method", "~Caster()", None),
        (
            "py::detail::Caster::load",
            "method",
            "bool load(const std::string &source, bool convert) const",
            "Loads it.",
        ),
        (
            "py::detail::Caster::operator bool",
            "method",
            "explicit operator bool() const",
            None,
        ),
        ("py::detail::hidden", "function", "int hidden(int a)", None),
        (
            "py::detail::Caster::~Caster",
            "method",
            "template <typename T> py::detail::Caster<T>::~Caster()",
            None,
        ),
        ("operator+", "function", "std::string &operator+(std::string &a, int b)", None),
        ("exported", "function", "int exported(void)", None),
    ],
    "server.go": [
        ("server.Limit", "constant", "const Limit", None),
        ("server.first", "constant", "first int", None),
        ("server.second", "constant", "second int", None),
        ("server.Server", "struct", "type Server", "Server answers requests."),
        ("server.Handler", "interface", "Handler", "Handler handles."),
        ("server.Handler.Handle", "method", "Handle(path string) error", None),
        ("server.Name", "type", "Name = string", None),
        (
            "server.Server.Run",
            "method",
            "func (s *Server) Run(port int) (int, error)",
            "Run starts it.",
        ),
        ("server.list.push", "method", "func (l list[T]) push(value T)", None),
        ("server.New", "function", "func New() *Server", None),
    ],
    "pack.rs": [
        ("LIMIT", "constant", "const LIMIT: usize", None),
        ("Pack", "struct", "pub struct Pack<T>", "A pack."),
        ("Reader", "trait", "pub trait Reader", None),
        ("Reader::read", "method", "fn read(&self) -> i32", "Reads one."),
        ("Reader::skip", "method", "fn skip(&self)", None),
        (
            "Pack::fmt",
            "method",
            "fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result",
            None,
        ),
        (
            "inner::deeper::help",
            "function",
            "pub async fn help<T>(value: T) -> Option<T> where T: Clone",
            "Helps.",
        ),
        ("twice", "macro", "macro_rules! twice", None),
    ],
    "Context.java": [
        (
            "org.kitchen.core.Context",
            "class",
            "public class Context<T> extends Base implements Holder",
            "Holds resources.",
        ),
        (
            "org.kitchen.core.Context.LIMIT",
            "constant",
            "private static final int LIMIT",
            None,
        ),
        ("org.kitchen.core.Context.Context", "method", "private Context()", None),
        (
            "org.kitchen.core.Context.close",
            "method",
            "public void close(int code) throws Exception",
            "Closes it.",
        ),
        ("org.kitchen.core.Context.hide", "method", "private void hide()", None),
        ("org.kitchen.core.Context.State", "enum", "enum State", None),
        ("org.kitchen.core.Context.State.isOpen", "method", "boolean isOpen()", None),
        ("org.kitchen.core.Holder", "interface", "interface Holder", None),
        ("org.kitchen.core.Holder.hold", "method", "int hold(String name)", None),
    ],
    "sphere.frag": [
        ("SAMPLES", "constant", "#define SAMPLES", None),
        ("tint", "constant", "uniform vec4 tint", None),
        ("position", "constant", "in vec3 position", None),
        ("Light", "struct", "struct Light", None),
        (
            "sphere",
            "function",
            "float sphere(in vec3 point, float radius)",
            "Distance to a sphere.",
        ),
        ("main", "function", "void main()", None),
    ],
    "build.sh": [
        ("TARGET", "constant", "TARGET", None),
        ("LEVEL", "constant", "export LEVEL", None),
        ("build", "function", "build()", "Builds it."),
        ("clean", "function", "function clean", None),
        ("upload", "function", "upload()", None),
    ],
}


@pytest.mark.parametrize("name", sorted(SYMBOLS))
def test_definitions_are_listed_with_name_kind_signature_and_summary(
    sample: Callable[[str], ParsedFile], name: str
) -> None:
    parsed = sample(name)
    assert parsed.note is None
    found = [(s.qualified_name, s.kind, s.signature, s.summary) for s in parsed.symbols]
    assert sorted(found, key=repr) == sorted(SYMBOLS[name], key=repr)


def text_of(parsed: ParsedFile, symbol: str) -> str:
    return "\n".join(chunk.text for chunk in parsed.chunks if chunk.symbol == symbol)


@pytest.mark.parametrize(
    ("name", "symbol", "kind", "start", "end"),
    [
        ("toolbar.js", "showPanel", ChunkKind.FUNCTION, "/**\n * Shows", "}"),
        ("toolbar.js", "Panel.open", ChunkKind.METHOD, "Panel.prototype", "};"),
        ("model.ts", "geometry.flat.Square.grow", ChunkKind.METHOD, "        /** Grows", "}"),
        ("button.tsx", "Button", ChunkKind.FUNCTION, "/** A button. */\nexport", "};"),
        ("list.c", "node_t", ChunkKind.CLASS, "/* A node. */\ntypedef", "} node_t;"),
        ("caster.h", "py::detail::Caster::load", ChunkKind.METHOD, "    // Loads it.", "}"),
        ("server.go", "server.Server.Run", ChunkKind.METHOD, "// Run starts it.\nfunc", "}"),
        ("pack.rs", "Pack", ChunkKind.CLASS, "/// A pack.", "}"),
        ("Context.java", "org.kitchen.core.Context.close", ChunkKind.METHOD, "    /** Cl", "}"),
        ("sphere.frag", "sphere", ChunkKind.FUNCTION, "// Distance", "}"),
        ("build.sh", "build", ChunkKind.FUNCTION, "# Builds it. Twice.\nbuild()", "}"),
    ],
)
def test_a_definition_is_a_unit_with_the_comment_above_it(
    sample: Callable[[str], ParsedFile],
    *,
    name: str,
    symbol: str,
    kind: ChunkKind,
    start: str,
    end: str,
) -> None:
    chunk = next(chunk for chunk in sample(name).chunks if chunk.symbol == symbol)
    lines = (SAMPLES / name).read_text("utf-8").split("\n")
    assert chunk.kind is kind
    assert chunk.text.startswith(start)
    assert chunk.text.startswith(lines[chunk.unit_start_line - 1])
    assert lines[chunk.unit_end_line - 1].endswith(end)
    assert chunk.context.split("\n")[:2] == [f"src/{name}", symbol]


def test_a_class_shows_its_own_lines_and_lists_its_methods(
    sample: Callable[[str], ParsedFile],
) -> None:
    surface = next(c for c in sample("caster.h").chunks if c.symbol == "py::detail::Caster")
    assert surface.kind is ChunkKind.CLASS
    assert "    int value;" in surface.text
    assert surface.text.endswith(
        "    Caster()\n"
        "    bool load(const std::string &source, bool convert) const\n        Loads it.\n"
        "    explicit operator bool() const"
    )


def test_private_methods_are_not_listed(sample: Callable[[str], ParsedFile]) -> None:
    listing = text_of(sample("Context.java"), "org.kitchen.core.Context")
    assert "public void close(int code) throws Exception\n        Closes it." in listing
    assert "hide()" not in listing


def test_what_stands_between_definitions_is_the_module(
    sample: Callable[[str], ParsedFile],
) -> None:
    between = [c.text for c in sample("build.sh").chunks if c.kind is ChunkKind.MODULE]
    assert between == ["#!/bin/sh\nset -e\nTARGET=dist\nexport LEVEL=2", "fi\n\nbuild all"]


def test_a_header_is_cpp_by_what_is_in_it(parse: Parse) -> None:
    assert parse("a.h", "namespace a {\nint f();\n}\n").language == "cpp"
    assert parse("a.h", "struct a { int class; };\n").language == "c"


@pytest.mark.parametrize(
    ("path", "opening", "closing"),
    [
        ("a.js", "function long(a) {\n", "}\n"),
        ("a.cpp", "int N::long_one(int a) {\n", "}\n"),
        ("A.java", "class A {\nvoid longOne(int a) {\n", "}\n}\n"),
        ("a.rs", "fn long(a: i32) {\n", "}\n"),
        ("a.go", "package a\n\nfunc long(a int) {\n", "}\n"),
        ("a.sh", "long() {\n", "}\n"),
    ],
)
def test_a_long_function_is_cut_between_its_statements(
    parse: Parse, measure: Tokens, path: str, opening: str, closing: str
) -> None:
    statements = {
        "a.sh": "    if true; then\n        call 'with' 'several' 'words'\n    fi\n",
        "a.go": '    if a > 1 {\n        call("with", "several", "words")\n    }\n',
    }.get(path, '    if (a > 1) {\n        call("with", "several", "words");\n    }\n')
    parsed = parse(path, opening + statements * 40 + closing)
    pieces = [chunk for chunk in parsed.chunks if "call" in chunk.text]
    assert len(pieces) > 2
    assert len({(c.symbol, c.context, c.unit_start_line, c.unit_end_line) for c in pieces}) == 1
    assert all(chunk.text.startswith("    if") for chunk in pieces[1:])
    assert max(measure.count([chunk.embedded_text for chunk in pieces])) <= measure.window


def test_definitions_in_a_broken_file_are_found(parse: Parse) -> None:
    text = "@@@ ;;; %%% class\n\nint whole(int a)\n{\n    return a;\n}\n\nint broken( {\n"
    parsed = parse("a.cpp", text)
    assert parsed.note is None
    assert "whole" in {symbol.qualified_name for symbol in parsed.symbols}


def test_a_minified_file_is_plain_text_with_a_note(parse: Parse) -> None:
    parsed = parse("a.js", "function a(){return 1};" * 400)
    assert {chunk.kind for chunk in parsed.chunks} == {ChunkKind.TEXT}
    assert "minified" in (parsed.note or "")


def test_a_file_too_broken_to_read_on_is_plain_text_with_a_note(
    parse: Parse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("retrieval.chunkers.grammars._LONGEST_PARSE", 0.0)
    parsed = parse("a.sh", "<<<<<<<<<< a\n" * 2000)
    assert {chunk.kind for chunk in parsed.chunks} == {ChunkKind.TEXT}
    assert parsed.note == (
        "indexed as plain text, since it is not valid shell: too many errors to read on"
    )


def test_short_declarations_stay_together_but_are_symbols(parse: Parse) -> None:
    parsed = parse("a.c", "".join(f"int f{n}(int a);\n" for n in range(9)))
    (chunk,) = parsed.chunks
    assert chunk.kind is ChunkKind.MODULE
    assert len(parsed.symbols) == 9
