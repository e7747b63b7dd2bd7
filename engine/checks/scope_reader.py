"""Finds the scopes of a piece of Python code, and what binds the names in them."""

from __future__ import annotations

import ast
from collections import defaultdict
from typing import TYPE_CHECKING

from engine.checks.guards import asks_for_version, catches_missing, is_suppression, last_name
from engine.checks.scopes import (
    FUNCTIONS,
    OPAQUE,
    Annotated,
    Assigned,
    AttributeStore,
    Defined,
    Entered,
    Imported,
    Scope,
    Scopes,
    Self,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def read_scopes(tree: ast.Module) -> Scopes:
    """Return the scopes of a module."""
    module = Scope(None, tree)
    reader = _Reader(module)
    reader.declare(tree.body, module)
    for statement in tree.body:
        reader.visit(statement)
    return Scopes(
        module, reader.of, reader.guarded, reader.stored, reader.bodies, dict(reader.attributes)
    )


class _Reader(ast.NodeVisitor):
    def __init__(self, module: Scope) -> None:
        self.scope = module
        self.of: dict[ast.AST, Scope] = {}
        self.guarded: set[ast.AST] = set()
        self.stored: set[str] = set()
        self.bodies: dict[ast.AST, Scope] = {}
        self.attributes: defaultdict[str, list[AttributeStore]] = defaultdict(list)
        self._plain: set[ast.expr] = set()
        self._guards = 0

    def visit(self, node: ast.AST) -> None:
        self.of[node] = self.scope
        if self._guards:
            self.guarded.add(node)
        super().visit(node)

    def declare(self, body: Sequence[ast.stmt], scope: Scope) -> None:
        """Note what ``global`` and ``nonlocal`` say, before anything is bound."""
        for node in _in_scope(body):
            if isinstance(node, ast.Global):
                scope.elsewhere.update(dict.fromkeys(node.names, scope.module))
            elif isinstance(node, ast.Nonlocal):
                scope.elsewhere.update(
                    (name, owner) for name in node.names if (owner := _enclosing(scope, name))
                )

    # Imports

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            top = alias.name.partition(".")[0]
            path = alias.name if alias.asname else top
            self.scope.bind(alias.asname or top, Imported(path))

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        module = "" if node.level else node.module or ""
        for alias in node.names:
            if alias.name == "*":
                self.scope.stars.append(module)
            else:
                binding = Imported(f"{module}.{alias.name}") if module else OPAQUE
                self.scope.bind(alias.asname or alias.name, binding)

    # Definitions

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self.scope.bind(node.name, Defined(node, self.scope))
        self._function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self.scope.bind(node.name, OPAQUE)
        self._function(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self.scope.bind(node.name, Defined(node, self.scope))
        for expression in (*node.decorator_list, *node.bases, *(k.value for k in node.keywords)):
            self.visit(expression)
        self.bodies[node] = Scope(self.scope, node)
        self._within(self.bodies[node], node.body)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        scope = Scope(self.scope, node)
        self._parameters(node.args, scope)
        self._within(scope, [node.body])

    def _function(self, node: _Function) -> None:
        for expression in (*node.decorator_list, *filter(None, [node.returns])):
            self.visit(expression)
        scope = self.bodies[node] = Scope(self.scope, node)
        self._parameters(node.args, scope)
        self._bind_self(node, scope)
        self.declare(node.body, scope)
        self._within(scope, node.body)

    def _parameters(self, arguments: ast.arguments, scope: Scope) -> None:
        for default in (*arguments.defaults, *filter(None, arguments.kw_defaults)):
            self.visit(default)
        plain = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        for argument in plain:
            if argument.annotation:
                self.visit(argument.annotation)
                scope.bind(argument.arg, Annotated(argument.annotation, self.scope))
            else:
                scope.bind(argument.arg, OPAQUE)
        for packed in filter(None, [arguments.vararg, arguments.kwarg]):
            scope.bind(packed.arg, OPAQUE)

    def _bind_self(self, node: _Function, scope: Scope) -> None:
        owner = self.scope
        arguments = [*node.args.posonlyargs, *node.args.args]
        decorators = {last_name(decorator) for decorator in node.decorator_list}
        if not isinstance(owner.node, ast.ClassDef) or not arguments or owner.parent is None:
            return
        if "staticmethod" in decorators or decorators - {"property", "classmethod", "setter"}:
            return
        is_class = "classmethod" in decorators or node.name in {"__new__", "__init_subclass__"}
        scope.bindings[arguments[0].arg] = [Self(owner.node, owner.parent, is_class)]

    def _within(self, scope: Scope, nodes: Sequence[ast.AST]) -> None:
        outer, self.scope = self.scope, scope
        for node in nodes:
            self.visit(node)
        self.scope = outer

    # Comprehensions

    def visit_ListComp(self, node: ast.ListComp) -> None:
        self._comprehension(node, node.elt)

    def visit_SetComp(self, node: ast.SetComp) -> None:
        self._comprehension(node, node.elt)

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> None:
        self._comprehension(node, node.elt)

    def visit_DictComp(self, node: ast.DictComp) -> None:
        self._comprehension(node, node.key, node.value)

    def _comprehension(
        self,
        node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp,
        *results: ast.expr,
    ) -> None:
        scope = Scope(self.scope, node)
        for generator in node.generators:
            _bind_opaque(generator.target, scope)
            self._within(scope, [generator.iter, generator.target, *generator.ifs])
        self._within(scope, results)

    # Statements that bind

    def visit_Assign(self, node: ast.Assign) -> None:
        for target in node.targets:
            self._bind_target(target, node.value)
        self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if isinstance(node.target, ast.Name):
            if node.value is not None:
                self.scope.bind(node.target.id, Assigned(node.value, self.scope))
            else:
                self.scope.bind(node.target.id, Annotated(node.annotation, self.scope))
        self.generic_visit(node)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        scope = self.scope
        while isinstance(scope.node, _COMPREHENSIONS) and scope.parent:
            scope = scope.parent
        scope.bind(node.target.id, Assigned(node.value, self.scope))
        self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        _bind_opaque(node.target, self.scope)
        self.generic_visit(node)

    def visit_For(self, node: ast.For) -> None:
        _bind_opaque(node.target, self.scope)
        self.generic_visit(node)

    def visit_AsyncFor(self, node: ast.AsyncFor) -> None:
        _bind_opaque(node.target, self.scope)
        self.generic_visit(node)

    def visit_With(self, node: ast.With) -> None:
        catches = any(is_suppression(item.context_expr) for item in node.items)
        for item in node.items:
            if isinstance(item.optional_vars, ast.Name):
                self.scope.bind(item.optional_vars.id, Entered(item.context_expr, self.scope))
            elif item.optional_vars:
                _bind_opaque(item.optional_vars, self.scope)
        self._guards += catches
        self.generic_visit(node)
        self._guards -= catches

    def visit_AsyncWith(self, node: ast.AsyncWith) -> None:
        for item in node.items:
            if item.optional_vars:
                _bind_opaque(item.optional_vars, self.scope)
        self.generic_visit(node)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if node.name:
            self.scope.bind(node.name, OPAQUE)
        self.generic_visit(node)

    def visit_MatchAs(self, node: ast.MatchAs) -> None:
        if node.name:
            self.scope.bind(node.name, OPAQUE)
        self.generic_visit(node)

    def visit_MatchStar(self, node: ast.MatchStar) -> None:
        if node.name:
            self.scope.bind(node.name, OPAQUE)

    def visit_MatchMapping(self, node: ast.MatchMapping) -> None:
        if node.rest:
            self.scope.bind(node.rest, OPAQUE)
        self.generic_visit(node)

    # What may be missing

    def visit_Try(self, node: ast.Try) -> None:
        catches = any(map(catches_missing, node.handlers))
        self._guards += catches
        for statement in node.body:
            self.visit(statement)
        self._guards -= catches
        for rest in (*node.handlers, *node.orelse, *node.finalbody):
            self.visit(rest)

    def visit_If(self, node: ast.If) -> None:
        self.visit(node.test)
        asks = asks_for_version(node.test)
        self._guards += asks
        for statement in (*node.body, *node.orelse):
            self.visit(statement)
        self._guards -= asks

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if not isinstance(node.ctx, ast.Load):
            self.stored.add(node.attr)
            if node not in self._plain:
                store = AttributeStore(node.value, None, self.scope)
                self.attributes[node.attr].append(store)
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        if isinstance(node.func, ast.Name) and node.func.id in {"hasattr", "setattr", "getattr"}:
            self.stored.update(
                argument.value
                for argument in node.args
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
            )
        self.generic_visit(node)

    def _bind_target(self, target: ast.expr, value: ast.expr) -> None:
        match target, value:
            case ast.Name(id=name), _:
                self.scope.bind(name, Assigned(value, self.scope))
            case ast.Attribute(value=owner, attr=attribute), _:
                self._plain.add(target)
                self.attributes[attribute].append(AttributeStore(owner, value, self.scope))
            case (
                (ast.Tuple(elts=targets) | ast.List(elts=targets)),
                (ast.Tuple(elts=values) | ast.List(elts=values)),
            ) if len(targets) == len(values) and not any(
                isinstance(item, ast.Starred) for item in (*targets, *values)
            ):
                for inner, part in zip(targets, values, strict=True):
                    self._bind_target(inner, part)
            case _:
                _bind_opaque(target, self.scope)


def _bind_opaque(target: ast.expr, scope: Scope) -> None:
    """Bind the names in a target; what is in an index or an object of it is only read."""
    match target:
        case ast.Name(id=name):
            scope.bind(name, OPAQUE)
        case ast.Tuple(elts=items) | ast.List(elts=items):
            for item in items:
                _bind_opaque(item, scope)
        case ast.Starred(value=value):
            _bind_opaque(value, scope)


def _in_scope(body: Sequence[ast.stmt]) -> Iterator[ast.AST]:
    pending: list[ast.AST] = list(body)
    while pending:
        node = pending.pop()
        yield node
        if not isinstance(node, (*FUNCTIONS, ast.ClassDef, ast.Lambda)):
            pending.extend(ast.iter_child_nodes(node))


def _enclosing(scope: Scope, name: str) -> Scope | None:
    outer = scope.parent
    while outer and (name not in outer.bindings or isinstance(outer.node, ast.ClassDef)):
        outer = outer.parent
    return outer
