"""Builds the corpus of Python functions that the questions of web-functions.yml are put to.

Run ``python benchmarks/retrieval/functions.py FOLDER``. The source archives named in the questions
file are fetched by pip from the Python package index, documented functions are cut out of them,
and 6,000, chosen by hash, are written one to a file, under names that say nothing of the
function. The same archives always give the same corpus.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
import warnings
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

QUESTIONS = Path(__file__).parent / "questions" / "web-functions.yml"
WANTED = 6000
LINES = range(3, 61)
DOCSTRING_WORDS = 4

_TESTS = re.compile(r"(^|/)(tests?|testing)(/|\.py$)|(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$")

_FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True, slots=True, order=True)
class Archive:
    """A source archive of the Python package index."""

    name: str
    version: str


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a function came from."""

    project: str
    path: str
    """Within the archive's root folder, with forward slashes."""
    symbol: str
    """The function's name, or ``Class.method``."""

    @property
    def rank(self) -> str:
        """The hash by which functions are chosen and numbered."""
        return hashlib.sha256(f"{self.project}/{self.path}:{self.symbol}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Function:
    """A function cut out of its file."""

    place: Place
    source: str
    """Its lines, decorators included, without the indentation they had in common."""
    body: str
    """What it does, whatever its name, docstring and layout: equal bodies are one function."""


def archives(questions: Path = QUESTIONS) -> list[Archive]:
    """Read which archives the corpus is made of."""
    listed = yaml.safe_load(questions.read_text(encoding="utf-8"))["archives"]
    return [Archive(name=str(entry["name"]), version=str(entry["version"])) for entry in listed]


def fetch(archive: Archive, folder: Path) -> Path:
    """Download an archive, unless it is there, and unpack it; return its root folder."""
    folder.mkdir(parents=True, exist_ok=True)
    packed = _packed(archive, folder)
    if packed is None:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--no-binary", ":all:", "--dest", str(folder)]
        command += [f"{archive.name}=={archive.version}"]
        subprocess.run(command, check=True)  # noqa: S603 - pip, with a name of the questions file
        packed = _packed(archive, folder)
    if packed is None:
        raise FileNotFoundError(f"pip left no .tar.gz of {archive.name} in {folder}")
    root = folder / "unpacked" / packed.name.removesuffix(".tar.gz")
    if not root.is_dir():
        with tarfile.open(packed) as opened:
            opened.extractall(root.parent, filter="data")
    return root


def build(roots: Mapping[str, Path], target: Path, wanted: int = WANTED) -> dict[str, Place]:
    """Write the corpus cut out of unpacked archives, and say where each file came from.

    Args:
        roots: Root folder of each unpacked archive, by the project's name.
        target: Folder the files are written under, as ``functions/<project>/f01234.py``; what its
            ``functions`` held before is removed.
        wanted: How many functions to write.

    Returns:
        Each file's path relative to ``target``, and the place of its function.

    Raises:
        ValueError: The archives hold fewer functions than wanted.
    """
    found = [function for project in sorted(roots) for function in extract(project, roots[project])]
    ranked = sorted(_distinct(found), key=lambda function: function.place.rank)
    if len(ranked) < wanted:
        raise ValueError(f"{wanted} functions are wanted, and the archives hold {len(ranked)}")
    shutil.rmtree(target / "functions", ignore_errors=True)
    mapping: dict[str, Place] = {}
    for number, function in enumerate(ranked[:wanted]):
        name = f"functions/{function.place.project}/f{number:05}.py"
        file = target / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(function.source, encoding="utf-8")
        mapping[name] = function.place
    return mapping


def extract(project: str, root: Path) -> Iterator[Function]:
    """Cut the functions that qualify out of an unpacked archive, in the order of their paths."""
    paths = {file.relative_to(root).as_posix(): file for file in root.rglob("*.py")}
    for path in sorted(paths):
        if _TESTS.search(path) or not paths[path].is_file():
            continue
        try:
            text = paths[path].read_text(encoding="utf-8")
            with warnings.catch_warnings(action="ignore"):
                module = ast.parse(text)
        except (SyntaxError, UnicodeDecodeError, ValueError):
            continue  # templates, and files of other encodings or of Python 2
        lines = text.split("\n")
        for symbol, node in _definitions(module):
            source = _source(node, lines)
            if _qualifies(node, source):
                yield Function(Place(project, path, symbol), source, _body(node))


def _definitions(
    module: ast.Module,
) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for node in module.body:
        if isinstance(node, _FUNCTION):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            for member in node.body:
                if isinstance(member, _FUNCTION):
                    yield f"{node.name}.{member.name}", member


def _qualifies(node: ast.FunctionDef | ast.AsyncFunctionDef, source: str) -> bool:
    dunder = node.name.startswith("__") and node.name.endswith("__")
    documented = len((ast.get_docstring(node) or "").split()) >= DOCSTRING_WORDS
    return documented and not dunder and source.count("\n") in LINES


def _source(node: ast.FunctionDef | ast.AsyncFunctionDef, lines: list[str]) -> str:
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    margin = lines[first - 1][: node.col_offset]
    cut = [line.removeprefix(margin) for line in lines[first - 1 : node.end_lineno]]
    return "\n".join(cut) + "\n"


def _body(node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    return "\n".join(ast.dump(statement) for statement in node.body[1:])


def _distinct(functions: Iterable[Function]) -> Iterator[Function]:
    """Leave out functions whose place or body came before (setters, copies, empty bodies)."""
    places: set[Place] = set()
    bodies: set[str] = {"", "Pass()"}
    for function in functions:
        if function.place not in places and function.body not in bodies:
            yield function
            places.add(function.place)
            bodies.add(function.body)


def _packed(archive: Archive, folder: Path) -> Path | None:
    """Find a downloaded archive, however its file spells the project's name."""
    wanted = f"{_plain(archive.name)}-{archive.version}.tar.gz"
    for file in sorted(folder.glob("*.tar.gz")):
        name, _, rest = file.name.rpartition(f"-{archive.version}")
        if f"{_plain(name)}-{archive.version}{rest}" == wanted:
            return file
    return None


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def main() -> None:
    """Fetch the archives and write the corpus and its mapping into a folder."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path, help="where archives and corpus are put")
    folder: Path = arguments.parse_args().folder
    roots = {archive.name: fetch(archive, folder / "archives") for archive in archives()}
    mapping = build(roots, folder)
    listed = {name: asdict(place) for name, place in mapping.items()}
    text = json.dumps(listed, indent=1, ensure_ascii=False) + "\n"
    (folder / "mapping.json").write_text(text, encoding="utf-8")
    print(f"{len(mapping)} functions of {len(roots)} projects are under {folder / 'functions'}")


if __name__ == "__main__":
    main()
