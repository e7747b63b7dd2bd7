"""Reactions that tell how a request fares: 👀 while it is worked on, then 🚀, or 😕."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

import structlog

from github_app.errors import ApiError, NotFound
from github_app.graphql.operations import Reaction
from github_app.verdicts import is_permanent

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from github_app.graphql.operations import Operations
    from jobs.port import Attempt

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Acknowledgement:
    """A context manager around the work on a request.

    An error leaves the 👀 for the next attempt, unless there is none. A reaction that GitHub
    refuses is no reason to leave the work undone.
    """

    github: Operations
    subject_id: str
    attempt: Attempt
    outcome: Reaction | None = field(default=None, init=False)
    """None: there was nothing to do."""
    _may_show: bool = field(init=False)
    """Whether this attempt or an earlier one may have left a 👀."""

    def __post_init__(self) -> None:
        self._may_show = self.attempt.number > 1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if exception is not None:
            if not (self.attempt.last or is_permanent(exception)):
                return
            self.outcome = Reaction.CONFUSED
        if self._may_show:
            self._settle()

    def begin(self) -> None:
        """Show that the request is worked on.

        Raises:
            NotFound: The request itself is gone.
        """
        self._may_show = True
        self.outcome = Reaction.CONFUSED
        try:
            self.github.add_reaction(self.subject_id, Reaction.EYES)
        except NotFound:
            raise
        except ApiError as error:
            self._warn(error)

    def _settle(self) -> None:
        if self.outcome is not None:
            self._try(self.github.add_reaction, self.outcome)
        self._try(self.github.remove_reaction, Reaction.EYES)

    def _try(self, react: Callable[[str, Reaction], None], reaction: Reaction) -> None:
        try:
            react(self.subject_id, reaction)
        except ApiError as error:
            self._warn(error)

    def _warn(self, error: ApiError) -> None:
        log.warning("reaction_not_set", subject=self.subject_id, reason=str(error))
