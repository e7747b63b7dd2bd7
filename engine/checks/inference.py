"""What the expressions of a piece of code stand for, as far as that is certain."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from engine.checks.scopes import (
    Annotated,
    Assigned,
    Defined,
    Entered,
    Imported,
    Self,
)
from engine.checks.values import (
    Bound,
    Inherited,
    Instance,
    LocalClass,
    LocalFunction,
    LocalInstance,
    Named,
    union,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from engine.checks.membership import Lack
    from engine.checks.scopes import AttributeStore, Binding, Scope, Scopes
    from engine.checks.table import SymbolTable
    from engine.checks.values import Value, Values
    from retrieval.symbols.lookup import Resolved

CALLABLE_KINDS = frozenset({"function", "method"})
PLAIN_CLASS_DECORATORS = frozenset(
    "dataclass final runtime_checkable total_ordering unique".split()
)
"""Decorators that leave a class the class that it is."""

_RETURNS = re.compile(r"\)\s*->\s*(?P<type>.+?)\s*:?\s*$", re.DOTALL)
_DECLARED = re.compile(r"^\w+\s*:\s*(?P<type>[^=]+)")
_METACLASS = re.compile(r"\bmetaclass\s*=\s*(?:\w+\.)*(?!ABCMeta\b)\w+")
DEEPEST = 40
"""Steps from expression to expression that are followed."""


class Inference:
    """Evaluates expressions of one module. What is found is kept."""

    def __init__(self, table: SymbolTable, scopes: Scopes) -> None:
        self.table = table
        self.scopes = scopes
        self._known: dict[ast.expr, Values] = {}
        self._depth = 0
        self._classes: dict[ast.ClassDef, LocalClass] = {}
        self.lacks: dict[tuple[LocalClass, str], Lack | None] = {}
        """What classes of the code do not have, as far as it was asked."""

    def values(self, expression: ast.expr) -> Values:
        """Return what an expression may stand for."""
        if expression in self._known:
            return self._known[expression]
        self._known[expression] = None  # of itself, while it is looked for
        self._depth += 1
        if self._depth <= DEEPEST:
            self._known[expression] = self._evaluate(expression)
        self._depth -= 1
        return self._known[expression]

    def attribute(self, value: Value, name: str) -> Values:
        """Return what the attribute ``name`` of a value stands for."""
        match value:
            case Named(path):
                return self._named(f"{path}.{name}")
            case Instance(path):
                return self._member(path, name, value)
            case LocalInstance(cls) | (LocalClass() as cls):
                return self._local_attribute(value, cls, name)
            case Inherited(cls):
                bases = self.bases(cls)
                if bases is None or len(bases) != 1 or not isinstance(bases[0], Named):
                    return None
                return self._member(bases[0].path, name, LocalInstance(cls))
        return None

    def bases(self, cls: LocalClass) -> list[Value] | None:
        """Return the classes that a class of the code names as its bases.

        None: of one it is not known what it is. ``object`` is none.
        """
        found: list[Value] = []
        for base in cls.node.bases:
            if isinstance(base, ast.Name) and base.id == "object":
                continue
            values = self.values(base)
            if values is None or len(values) != 1:
                return None
            found += values
        return found

    def local_class(self, node: ast.ClassDef, scope: Scope) -> LocalClass:
        """Return the one value that stands for a class of the code."""
        if node not in self._classes:
            self._classes[node] = LocalClass(node, scope)
        return self._classes[node]

    def is_plain(self, cls: Resolved) -> bool:
        """Whether calling a class makes an object of it, with the members that are listed."""
        decorators = {decorator.rpartition(".")[2] for decorator in cls.decorators}
        return not decorators - PLAIN_CLASS_DECORATORS and not _METACLASS.search(
            cls.signature or ""
        )

    # Expressions

    def _evaluate(self, expression: ast.expr) -> Values:
        found: Values = None
        match expression:
            case ast.Name(id=name):
                found = self._name(expression, name)
            case ast.Attribute(value=owner, attr=attribute):
                values = self.values(owner)
                found = union([self.attribute(value, attribute) for value in values or ()])
            case ast.Call():
                found = self._call(expression)
            case ast.IfExp(body=body, orelse=orelse):
                found = union([self.values(body), self.values(orelse)])
            case ast.BoolOp(values=parts):
                found = union([self.values(part) for part in parts])
            case ast.NamedExpr(value=value):
                found = self.values(value)
        return found

    def _name(self, expression: ast.expr, name: str) -> Values:
        scope = self.scopes.of.get(expression)
        if scope is None:
            return None
        bindings = scope.lookup(name)
        if bindings is None:
            return self._starred(name)
        return union([self._bound(binding) for binding in bindings])

    def _starred(self, name: str) -> Values:
        paths = [
            f"{module}.{name}"
            for module in self.scopes.module.stars
            if module and self.table.is_own(module)
        ]
        found = [path for path in paths if self.table.find(path)]
        return self._named(found[-1]) if found else None

    def _bound(self, binding: Binding) -> Values:
        found: Values = None
        match binding:
            case Imported(path) if self.table.is_own(path):
                found = self._named(path)
            case Assigned(value):
                found = self.values(value)
            case Entered(value):
                found = self._entered(value)
            case Annotated(annotation):
                found = self._typed(annotation)
            case Defined(ast.ClassDef() as node, scope):
                found = frozenset([self.local_class(node, scope)])
            case Defined(ast.FunctionDef() as node, scope) if not node.decorator_list:
                found = frozenset([LocalFunction(node, scope)])
            case Self(node, scope, is_class):
                cls = self.local_class(node, scope)
                found = frozenset([cls if is_class else LocalInstance(cls)])
        return found

    def _typed(self, annotation: ast.expr) -> Values:
        """Return what is of a type: of a class of the repository, or of one of several."""
        match annotation:
            case ast.Constant(value=None):
                return None
            case ast.BinOp(left=left, op=ast.BitOr(), right=ast.Constant(value=None)):
                return self._typed(left)
            case ast.Name() | ast.Attribute():
                values = self.values(annotation)
                if values is None:
                    return None
                return union([self._object(value, is_exact=False) for value in values])
        return None

    def _entered(self, manager: ast.expr) -> Values:
        values = self.values(manager)
        if values is None:
            return None
        return union([self._given(value) for value in values])

    def _given(self, manager: Value) -> Values:
        """Return what ``with manager as`` gives, where its ``__enter__`` returns itself."""
        if not isinstance(manager, Instance):
            return None
        enter = self.table.first(f"{manager.path}.__enter__")
        if enter is None or not enter.is_known or enter.decorators:
            return None
        returned = returned_type(enter)
        if returned in {"Self", enter.qualified_name.split(".")[-2]}:
            return frozenset([manager])
        if returned is None and _returns_self(self.table.source(enter)):
            return frozenset([manager])
        return None

    # Names of the repository

    def _named(self, path: str) -> Values:
        found = self.table.find(path)
        if not found or any(not item.is_known for item in found):
            return None
        first = found[0]
        if first.kind in {"module", "class"} or first.kind in CALLABLE_KINDS:
            same = {item.kind for item in found} == {first.kind}
            return frozenset([Named(path)]) if same else None
        return self._declared(first)

    def _member(self, cls: str, name: str, owner: Value) -> Values:
        found = self.table.find(f"{cls}.{name}")
        if not found or any(not item.is_known for item in found):
            return None
        first = found[0]
        if any(item.kind != first.kind for item in found):
            return None
        if first.kind in CALLABLE_KINDS:
            return frozenset([Bound(f"{cls}.{name}")])
        if first.kind == "class":
            return frozenset([Named(f"{cls}.{name}")])
        if first.kind == "property":
            return self._returned(first, owner)
        return self._declared(first)

    def _declared(self, variable: Resolved) -> Values:
        match = _DECLARED.match(variable.signature or "")
        return self._of_type(variable, match["type"].strip()) if match else None

    def _returned(self, function: Resolved, owner: Value | None) -> Values:
        written = returned_type(function)
        if written is None or (function.signature or "").lstrip().startswith("async"):
            return None
        if written.rpartition(".")[2].strip("\"'") == "Self":
            return frozenset([owner]) if owner else None
        return self._of_type(function, written)

    def _of_type(self, definition: Resolved, written: str) -> Values:
        """Return an object of a type as it is written beside a definition of the repository."""
        names = [part.strip().strip("\"'") for part in written.split("|")]
        names = [name for name in names if name != "None"]
        module = self.table.module_of(definition)
        if module is None or not names:
            return None
        return union([self._of_class(f"{module}.{name}") for name in names])

    def _of_class(self, path: str) -> Values:
        if not re.fullmatch(r"[\w.]+", path):
            return None
        found = self.table.first(path)
        if found is None or found.kind != "class":
            return None
        return self._object(Named(found.qualified_name), is_exact=False)

    # Calls

    def _call(self, call: ast.Call) -> Values:
        match call.func:
            case ast.Name(id="super") if not call.args:
                return self._super(call)
        values = self.values(call.func)
        if values is None:
            return None
        return union([self._result(value, call) for value in values])

    def _super(self, call: ast.Call) -> Values:
        scope = self.scopes.of.get(call)
        while scope and not scope.method_of:
            scope = scope.parent
        owner = scope.method_of if scope else None
        if owner is None or owner.parent is None or not isinstance(owner.node, ast.ClassDef):
            return None
        return frozenset([Inherited(self.local_class(owner.node, owner.parent))])

    def _result(self, called: Value, call: ast.Call) -> Values:
        match called:
            case Named(path) | Bound(path):
                return self._made(called, path, call)
            case LocalClass():
                return self._object(called, is_exact=True)
            case LocalFunction(node):
                return self._returned_by(node)
        return None

    def _made(self, called: Named | Bound, path: str, call: ast.Call) -> Values:
        found = self.table.find(path)
        if len(found) != 1:
            return None
        definition = found[0]
        if definition.kind == "class":
            return self._object(called, is_exact=True)
        if definition.kind not in CALLABLE_KINDS or not _keeps_result(definition):
            return None
        return self._returned(definition, self._owner(called, definition, call))

    def _owner(self, called: Named | Bound, method: Resolved, call: ast.Call) -> Value | None:
        """Return what ``Self`` is in a method: the object it is got from, or one of the class."""
        if isinstance(called, Named):
            is_of_class = "classmethod" in method.decorators
            made = self._object(Named(called.path.rpartition(".")[0]), is_exact=False)
            return next(iter(made)) if is_of_class and made else None
        owners = self.values(call.func.value) if isinstance(call.func, ast.Attribute) else None
        return next(iter(owners)) if owners and len(owners) == 1 else None

    def _object(self, cls: Value, *, is_exact: bool) -> Values:
        match cls:
            case LocalClass():
                return frozenset([LocalInstance(cls)])
            case Named(path):
                found = self.table.first(path)
                if found is None or found.kind != "class" or not self.is_plain(found):
                    return None
                if self.table.find(f"{path}.__new__"):
                    return None
                return frozenset([Instance(path, is_exact)])
        return None

    def _returned_by(self, function: ast.FunctionDef) -> Values:
        returns: list[Values] = []
        for node in _own_nodes(function):
            match node:
                case ast.Yield() | ast.YieldFrom():
                    return None
                case ast.Return(value=ast.expr() as value):
                    returns.append(self.values(value))
        return union(returns) if returns else None

    # Classes of the code

    def _local_attribute(
        self, value: LocalInstance | LocalClass, cls: LocalClass, name: str
    ) -> Values:
        body = self.scopes.bodies[cls.node]
        stores = self.scopes.attributes.get(name, [])
        own = body.bindings.get(name)
        if stores:
            return self._stored(cls, stores) if own is None else None
        if own is not None:
            is_plain = all(isinstance(binding, Assigned) for binding in own)
            return union([self._bound(binding) for binding in own]) if is_plain else None
        return self._inherited(value, cls, name)

    def _inherited(self, value: LocalInstance | LocalClass, cls: LocalClass, name: str) -> Values:
        bases = self.bases(cls)
        if bases is None or len(bases) != 1:
            return None
        found: Values = None
        match bases[0], value:
            case Named(path), LocalInstance():
                found = self._member(path, name, value)
            case Named(path), _:
                found = self._named(f"{path}.{name}")
            case LocalClass() as base, LocalInstance():
                found = self.attribute(LocalInstance(base), name)
        return found

    def _stored(self, cls: LocalClass, stores: Sequence[AttributeStore]) -> Values:
        """Return what ``self.name`` is, where it is set on ``self`` of the one class alone."""
        values: list[Values] = []
        for store in stores:
            owners = self.values(store.owner)
            if store.value is None or owners != frozenset([LocalInstance(cls)]):
                return None
            if not (isinstance(store.value, ast.Constant) and store.value.value is None):
                values.append(self.values(store.value))
        return union(values) if values else None


def returned_type(function: Resolved) -> str | None:
    """Return the annotation of what a function returns, as written."""
    match = _RETURNS.search(function.signature or "")
    return match["type"].strip() if match else None


def _keeps_result(function: Resolved) -> bool:
    kept = {"staticmethod", "classmethod", "abstractmethod", "cache", "lru_cache", "override"}
    return all(decorator.rpartition(".")[2] in kept for decorator in function.decorators)


def _returns_self(source: str) -> bool:
    returned = re.findall(r"^\s*return\b(.*)$", source, re.MULTILINE)
    return bool(returned) and all(value.strip() == "self" for value in returned)


def _own_nodes(function: ast.FunctionDef) -> Iterator[ast.AST]:
    pending: list[ast.AST] = list(function.body)
    while pending:
        node = pending.pop()
        yield node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            pending.extend(ast.iter_child_nodes(node))
