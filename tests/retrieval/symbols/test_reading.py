"""What one file says of names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from retrieval.model import ParsedFile, Symbol
from retrieval.symbols import reading
from retrieval.symbols.facts import ModuleFacts, Parameter, ParameterKind
from retrieval.symbols.reading import read

if TYPE_CHECKING:
    from tests.retrieval.symbols.conftest import Facts, Names


def test_each_kind_of_parameter_is_told_with_default_and_annotation(names: Names) -> None:
    found = names("def boil(a, /, b: int, c=(1,  2), *rest, d: 'str' = None, e, **more): pass\n")
    assert found["boil"].parameters == (
        Parameter("a", ParameterKind.POSITIONAL_ONLY),
        Parameter("b", ParameterKind.POSITIONAL_OR_KEYWORD, annotation="int"),
        Parameter("c", ParameterKind.POSITIONAL_OR_KEYWORD, default="(1, 2)"),
        Parameter("rest", ParameterKind.VAR_POSITIONAL),
        Parameter("d", ParameterKind.KEYWORD_ONLY, default="None", annotation="'str'"),
        Parameter("e", ParameterKind.KEYWORD_ONLY),
        Parameter("more", ParameterKind.VAR_KEYWORD),
    )


def test_defaults_belong_to_the_last_parameters_across_the_slash(names: Names) -> None:
    parameters = names("def boil(a, b=1, /, c=2): pass\n")["boil"].parameters
    assert [(item.name, item.default) for item in parameters] == [
        ("a", None),
        ("b", "1"),
        ("c", "2"),
    ]


def test_a_long_default_is_shortened(names: Names) -> None:
    (parameter,) = names(f"def boil(a={list(range(300))}): pass\n")["boil"].parameters
    assert parameter.default.startswith("[0, 1, 2,")
    assert parameter.default.endswith("…")
    assert len(parameter.default) == 200


def test_names_are_told_by_kind(names: Names) -> None:
    found = names(
        "LIMIT = 3\n"
        "limit, (low, *rest) = 1, (2, 3)\n"
        "for item in (): pass\n"
        "with open('x') as stream: pass\n"
        "class Kettle:\n"
        "    MAX = 1\n"
        "    litres: float\n"
        "    brand = 'x'\n"
        "    __slots__ = ('lid',)\n"
        "    def __init__(self, handle):\n"
        "        self.handle: str = handle\n"
        "        if handle:\n"
        "            self.hot = self.lit = False\n"
        "        other.thing = 1\n"
        "    @staticmethod\n"
        "    def of(thing):\n"
        "        thing.size = 3\n"
        "    @property\n"
        "    def full(self): ...\n"
        "    class Lid:\n"
        "        def lift(self):\n"
        "            self.up = True\n"
    )
    kinds = {name: item.kind for name, item in found.items()}
    assert kinds == {
        "": "module",
        "LIMIT": "constant",
        "limit": "variable",
        "low": "variable",
        "rest": "variable",
        "item": "variable",
        "stream": "variable",
        "Kettle": "class",
        "Kettle.MAX": "constant",
        "Kettle.litres": "attribute",
        "Kettle.brand": "attribute",
        "Kettle.__slots__": "attribute",
        "Kettle.lid": "attribute",
        "Kettle.handle": "attribute",
        "Kettle.hot": "attribute",
        "Kettle.lit": "attribute",
        "Kettle.__init__": "method",
        "Kettle.of": "method",
        "Kettle.full": "property",
        "Kettle.Lid": "class",
        "Kettle.Lid.lift": "method",
        "Kettle.Lid.up": "attribute",
    }
    assert found["Kettle.handle"].signature == "handle: str"
    assert found["Kettle.handle"].start_line == 11


def test_an_attribute_is_no_second_entry_of_a_property(names: Names) -> None:
    text = "class A:\n    @property\n    def x(self): ...\n    def f(self):\n        self.x = 1\n"
    assert names(text)["A.x"].kind == "property"


def test_overloads_are_told_with_the_implementation(names: Names) -> None:
    found = names(
        "import typing\n"
        "@typing.overload\ndef boil(a: int): ...\n"
        "@typing.overload\ndef boil(a: str, b: int): ...\n"
        "def boil(a, b=None): ...\n"
    )["boil"]
    assert [item.name for item in found.parameters] == ["a", "b"]
    assert found.start_line == 6
    assert [[item.annotation for item in each] for each in found.overloads] == [
        ["int"],
        ["str", "int"],
    ]


def test_a_stub_has_overloads_alone(names: Names) -> None:
    found = names(
        "@overload\ndef boil(a: int): ...\n@overload\ndef boil(a: str): ...\n", path="pkg/mod.pyi"
    )["boil"]
    assert found.start_line == 1
    assert len(found.overloads) == 2


def test_decorators_and_bases_are_told_as_written(names: Names) -> None:
    found = names(
        "@dataclass(frozen=True)\n@a.b.register\n"
        "class Kettle(Pot, base.Vessel[int], metaclass=M): ...\n"
    )["Kettle"]
    assert found.decorators == ("dataclass", "a.b.register")
    assert found.bases == ("Pot", "base.Vessel[int]")


@pytest.mark.parametrize(
    ("text", "notice"),
    [
        ('@deprecated("use cook()")\ndef f(): ...\n', "use cook()"),
        (
            '@deprecate_with_version(message="use\\n cook()", since="1")\ndef f(): ...\n',
            "use cook()",
        ),
        ("@deprecated\ndef f(): ...\n", "deprecated"),
        ('@deprecated_params("a", "b", "0.3")\ndef f(): ...\n', None),
        ("@deprecate_positional_args\ndef f(): ...\n", None),
        ('def f():\n    warnings.warn("gone soon", DeprecationWarning)\n', "gone soon"),
        ('def f():\n    warn(f"{f} is", category=DeprecationWarning)\n', "f'{f} is'"),
        ("def f():\n    warnings.warn(DeprecationWarning('gone'))\n", "gone"),
        ('def f(a):\n    if a:\n        warn("a goes", DeprecationWarning)\n', None),
        ('def f():\n    warn("careful", UserWarning)\n', None),
        (
            'def f():\n    """Do.\n\n    .. deprecated:: 1.2\n       Use cook.\n\n    More.\n"""\n',
            "1.2 Use cook.",
        ),
        ('def f():\n    """Do.\n\n    a : int\n\n        .. deprecated:: 1.2\n    """\n', None),
        ("def f(): ...\n", None),
    ],
)
def test_a_deprecation_is_told_in_its_own_words(
    names: Names, text: str, notice: str | None
) -> None:
    assert names(text)["f"].deprecated == notice


def test_a_deprecated_module_and_class_are_told(names: Names) -> None:
    found = names(
        'import warnings\nwarnings.warn("moved", DeprecationWarning, stacklevel=2)\n'
        'class A:\n    """Old.\n\n    .. deprecated:: 2\n    """\n'
    )
    assert found[""].deprecated == "moved"
    assert found["A"].deprecated == "2"


def test_the_version_that_added_a_name_is_told(names: Names) -> None:
    found = names(
        'def f():\n    """Do.\n\n    .. versionadded:: 0.9.0\n    """\n'
        'def g():\n    """Do.\n\n    a : int\n        .. versionadded:: 2\n    """\n'
    )
    assert (found["f"].since, found["g"].since) == ("0.9.0", None)


def test_names_of_another_language_stand_as_they_are() -> None:
    symbol = Symbol("kettle::boil", "function", "void boil()", "kettle.cpp", 3, 9, "Boils.")
    facts = read(ParsedFile("kettle.cpp", "cpp", (), (symbol,)), "")
    (name,) = facts.names
    assert facts.module is None
    assert (name.local_name, name.kind, name.parameters) == ("kettle::boil", "function", None)
    assert (name.signature, name.start_line, name.end_line) == ("void boil()", 3, 9)
    assert name.summary == "Boils."


def test_a_file_that_is_no_python_keeps_what_a_chunker_found() -> None:
    symbols = (
        Symbol("a", "module", None, "a.py", 1, 1),
        Symbol("a.f", "function", None, "a.py", 1, 1),
    )
    facts = read(ParsedFile("a.py", "python", (), symbols), "def f(:\n")
    assert facts.module is None
    assert [name.local_name for name in facts.names] == ["a", "a.f"]


@pytest.mark.parametrize(
    ("text", "exports", "modules"),
    [
        ("", None, ()),
        ("__all__ = ['a', 'b']\n", ("a", "b"), ()),
        ("__all__: list[str] = ['a']\n", ("a",), ()),
        (
            "__all__ = ('a',)\n__all__ += ['b']\n__all__.extend(['c'])\n__all__.append('d')\n",
            tuple("abcd"),
            (),
        ),
        ("__all__ = ['a'] + sub.__all__\n__all__ += x.y.__all__\n", ("a",), ("sub", "x.y")),
        ("__all__ = [*sub.__all__, 'a']\n", ("a",), ("sub",)),
        ("__all__ = sorted(['a'] + list(sub.__all__))\n", ("a",), ("sub",)),
        ("__all__ = ['a']\n__all__ = ['b']\n", ("b",), ()),
        ("__all__ = make()\n", (), ()),
        ("if True:\n    __all__ = ['a']\n", ("a",), ()),
    ],
)
def test_what_a_module_exports_is_read_as_far_as_it_is_written_out(
    facts: Facts, text: str, exports: tuple[str, ...] | None, modules: tuple[str, ...]
) -> None:
    module = facts("pkg/mod.py", text).module
    assert (module.exports, module.exports_of) == (exports, modules)


@pytest.mark.parametrize(
    ("text", "dynamic"),
    [
        ("def __getattr__(name): return make(name)\n", True),
        ("def __getattr__(name):\n    from .a import b\n    return b\n", False),
        ("globals()['x'] = 1\n", True),
        ("__getattr__, __dir__, __all__ = lazy.attach_stub(__name__, __file__)\n", False),
        ("__getattr__, __dir__, __all__ = lazy.attach(__name__, names())\n", True),
        ("x = 1\n", False),
    ],
)
def test_a_module_that_makes_names_unseen_is_told(facts: Facts, text: str, dynamic: bool) -> None:  # noqa: FBT001 - a table's column
    assert facts("pkg/__init__.py", text).module.is_dynamic is dynamic


def test_what_a_module_contributes_survives_storage(facts: Facts) -> None:
    module = facts(
        "pkg/mod.py",
        "from .a import *\nfrom .b import c as d\nimport x.y\n__all__ = ['q']\n"
        "class A(B):\n    e = d\n",
    ).module
    assert module.links
    assert module.bases
    assert ModuleFacts.from_json(module.to_json()) == module


def test_text_that_postgresql_cannot_hold_is_replaced(names: Names) -> None:
    found = names('@deprecated("a\\0b\\ud800")\ndef f(a="\\0"): ...\n')["f"]
    assert found.deprecated == "a?b?"
    assert "\0" not in found.parameters[0].default


@pytest.mark.parametrize(
    "text",
    [
        "def {}(): ...\n",
        "class {}: ...\n",
        "class Kettle:\n    def {}(self): ...\n",
        "{} = 1\n",
        "import os\n{} = os.path\n",
        "from os import path as {}\n",
    ],
)
def test_a_name_too_long_to_be_kept_is_left_out(facts: Facts, text: str) -> None:
    assert "é" in str(facts("a.py", text.format("é" * 490)))
    too_long = facts("a.py", text.format("é" * 501))
    assert too_long.module
    assert "é" not in str((too_long.module.definitions, too_long.module.links))
    assert "é" not in "".join(name.local_name for name in too_long.names)


def test_of_other_languages_it_is_left_out_as_well() -> None:
    symbols = tuple(Symbol(name, "function", None, "a.js", 1, 1) for name in ("boil", "b" * 1_001))
    read_names = read(ParsedFile("a.js", "javascript", (), symbols), "").names
    assert [name.local_name for name in read_names] == ["boil"]


def test_of_a_file_with_more_names_than_anyone_writes_the_first_are_kept(
    facts: Facts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MOST_NAMES", 5)
    found = facts("a.py", "".join(f"import m{number}\nn{number} = 1\n" for number in range(9)))
    assert found.module
    assert (len(found.names), len(found.module.links)) == (5, 5)
    assert found.module.is_dynamic
