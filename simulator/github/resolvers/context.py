"""What every resolver is given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing import TypeAlias

    from graphql import GraphQLResolveInfo

    from simulator.github.access import Access
    from simulator.github.events import Event
    from simulator.github.limits import Budget
    from simulator.github.state import State

    Info: TypeAlias = GraphQLResolveInfo["Context"]

Resolver = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Context:
    """What an operation runs with."""

    state: State
    access: Access
    budget: Budget
    notify: Callable[[Event], None]
