"""The bodies of the GitHub face's jobs, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from github_app import limits
from github_app.behaviours.answer_discussion import answer_discussion
from github_app.behaviours.index_refs import index_refs
from github_app.behaviours.index_repository import forget_repository, index_repository
from github_app.behaviours.installations import record_installation
from github_app.behaviours.read_threads import read_thread, read_threads
from github_app.behaviours.run_command import run_command
from github_app.errors import RateLimited
from github_app.verdicts import PERMANENT
from github_app.work import (
    AnswerDiscussion,
    ForgetRepository,
    IndexRefs,
    IndexRepository,
    ReadThread,
    ReadThreads,
    RecordInstallation,
    RunCommand,
)
from jobs.port import Permanent, RetryLater

if TYPE_CHECKING:
    from collections.abc import Mapping

    from github_app.dependencies import Dependencies
    from jobs.port import Arguments, Attempt, Handler

log = structlog.get_logger(__name__)


def handlers(dependencies: Dependencies) -> Mapping[str, Handler]:
    """Return what to run for each task name of :mod:`github_app.work`."""

    def answer(arguments: Arguments, attempt: Attempt) -> None:
        answer_discussion(AnswerDiscussion(**arguments), attempt, dependencies)

    def command(arguments: Arguments, attempt: Attempt) -> None:
        run_command(RunCommand.from_arguments(arguments), attempt, dependencies)

    def index(arguments: Arguments, _: Attempt) -> None:
        index_repository(IndexRepository(**arguments), dependencies)

    def refs(arguments: Arguments, _: Attempt) -> None:
        index_refs(IndexRefs(**arguments), dependencies)

    def threads(arguments: Arguments, _: Attempt) -> None:
        read_threads(ReadThreads(**arguments), dependencies)

    def thread(arguments: Arguments, _: Attempt) -> None:
        read_thread(ReadThread.from_arguments(arguments), dependencies)

    def forget(arguments: Arguments, _: Attempt) -> None:
        forget_repository(ForgetRepository(**arguments), dependencies)

    def installation(arguments: Arguments, _: Attempt) -> None:
        record_installation(RecordInstallation.from_arguments(arguments), dependencies)

    bodies: Mapping[str, Handler] = {
        AnswerDiscussion.TASK: answer,
        RunCommand.TASK: command,
        IndexRepository.TASK: index,
        IndexRefs.TASK: refs,
        ReadThreads.TASK: threads,
        ReadThread.TASK: thread,
        ForgetRepository.TASK: forget,
        RecordInstallation.TASK: installation,
    }
    return {name: _with_verdict(name, body) for name, body in bodies.items()}


def _with_verdict(name: str, body: Handler) -> Handler:
    """Tell the queue which failures to wait out, and which no attempt can mend."""

    def run(arguments: Arguments, attempt: Attempt) -> None:
        try:
            body(arguments, attempt)
        except RateLimited as error:
            seconds = limits.wait(error.retry_after, attempt=attempt.number)
            log.warning("rate_limited", task=name, seconds=seconds, reason=str(error))
            raise RetryLater(str(error), seconds=seconds) from error
        except PERMANENT as error:
            log.warning("job_given_up", task=name, reason=str(error))
            raise Permanent(str(error)) from error

    return run
