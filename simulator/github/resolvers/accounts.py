"""Users, organisations, and Apps' bots."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.github.resolvers.fields import ID, LOCATED

if TYPE_CHECKING:
    from simulator.github import model
    from simulator.github.resolvers.context import Info, Resolver


def _repository(
    account: model.Account, info: Info, *, name: str, **_options: bool
) -> model.Repository | None:
    context = info.context
    found = context.state.find_repository(f"{account.login}/{name}")
    return found if found and context.access.sees(found) else None


def _avatar_url(account: model.Account, _info: Info, **_size: int) -> str:
    return f"https://avatars.githubusercontent.com/u/{account.id}?v=4"


_ACCOUNT: dict[str, Resolver] = {
    **ID,
    **LOCATED,
    "avatarUrl": _avatar_url,
    "login": lambda account, _info: account.display_login,
}

_OWNER: dict[str, Resolver] = {**_ACCOUNT, "repository": _repository}

FIELDS: dict[str, dict[str, Resolver]] = {
    "User": _OWNER,
    "Organization": _OWNER,
    "Bot": _ACCOUNT,
}
