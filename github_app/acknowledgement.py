"""Reactions that tell how a request fares: 👀 while it is worked on, then 🚀, or 😕."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import structlog

from github_app.errors import ApiError
from github_app.graphql.operations import Reaction

if TYPE_CHECKING:
    from types import TracebackType

    from github_app.graphql.operations import Operations
    from jobs.port import Attempt

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Acknowledgement:
    """A context manager around the work on a request.

    An error leaves the 👀 for the next attempt, unless there is none.
    """

    github: Operations
    subject_id: str
    attempt: Attempt
    outcome: Reaction = Reaction.CONFUSED

    def __enter__(self) -> Self:
        self.github.add_reaction(self.subject_id, Reaction.EYES)
        return self

    def __exit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if exception is None:
            self._settle(self.outcome)
        elif self.attempt.last:
            self._give_up()

    def _give_up(self) -> None:
        try:
            self._settle(Reaction.CONFUSED)
        except ApiError as error:  # what stopped the work is raised, not this
            log.warning("reaction_not_set", subject=self.subject_id, reason=str(error))

    def _settle(self, outcome: Reaction) -> None:
        self.github.add_reaction(self.subject_id, outcome)
        self.github.remove_reaction(self.subject_id, Reaction.EYES)
