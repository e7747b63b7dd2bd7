"""procrastinate's view of the tasks: their names, their bodies, and when they are tried again."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog
from procrastinate.retry import BaseRetryStrategy, RetryDecision

from jobs.port import Attempt, Permanent, RetryLater

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import procrastinate
    from procrastinate.jobs import Job as StoredJob

    from jobs.port import Handler, Schedule

log = structlog.get_logger(__name__)

MAX_ATTEMPTS = 6
"""Tries of one job; with the waits below, the last comes about ten minutes after the first."""

FIRST_WAIT = 5.0
"""Seconds before the second try. Each further wait is three times the one before."""

MAX_WAIT = 3600.0
"""Seconds that a service may ask to wait; beyond it the job comes back and asks again."""


@dataclass(frozen=True, slots=True)
class Backoff(BaseRetryStrategy):
    """Waits longer after each failure, or as long as the service that failed asked for."""

    first_wait: float = FIRST_WAIT

    def get_retry_decision(
        self, *, exception: BaseException, job: StoredJob
    ) -> RetryDecision | None:
        """Say when ``job`` is to run again, or None when it is not."""
        if isinstance(exception, Permanent) or is_last(job.attempts):
            return None
        if isinstance(exception, RetryLater):
            wait = min(exception.seconds, MAX_WAIT)
        else:
            wait = self.first_wait * 3**job.attempts
        return RetryDecision(retry_in={"milliseconds": round(wait * 1000)})


def is_last(earlier_attempts: int) -> bool:
    """Say whether the try after ``earlier_attempts`` is the last."""
    return earlier_attempts + 1 >= MAX_ATTEMPTS


def register(
    app: procrastinate.App,
    handlers: Mapping[str, Handler],
    *,
    backoff: Backoff,
    schedules: Sequence[Schedule] = (),
    scheduled_queue: str = "default",
) -> None:
    """Make ``handlers`` the bodies of the tasks of their names.

    The tasks of ``schedules`` are run by the clock too, out of the queue ``scheduled_queue``.
    """
    # procrastinate writes a job's arguments into its log lines, and they may hold a token that
    # is needed to answer. What becomes of a job is logged here instead.
    logging.getLogger("procrastinate.worker").addFilter(_without_arguments)
    for name, handler in handlers.items():
        task = app.task(name=name, pass_context=True, retry=backoff)(_body(handler))
        for schedule in schedules:
            if schedule.task == name:
                app.periodic(cron=schedule.cron, queue=scheduled_queue, lock=name)(task)


def _without_arguments(record: logging.LogRecord) -> bool:
    if getattr(record, "action", None) == "task_not_found":
        return True
    return record.levelno >= logging.WARNING and not hasattr(record, "job")


def _body(handler: Handler) -> Any:  # noqa: ANN401 - procrastinate infers the task's type
    def run(context: procrastinate.JobContext, **arguments: Any) -> None:  # noqa: ANN401 - JSON
        attempt = Attempt(number=context.job.attempts + 1, last=is_last(context.job.attempts))
        with structlog.contextvars.bound_contextvars(
            task=context.job.task_name, job=context.job.id, attempt=attempt.number
        ):
            try:
                handler(arguments, attempt)
            except RetryLater as error:
                log.info("job_put_off", seconds=round(error.seconds, 1), reason=str(error))
                raise
            except Permanent as error:
                log.warning("job_given_up", reason=str(error))
                raise
            except Exception:  # the job's boundary: logged here, then the queue's to retry
                log.exception("job_failed", last=attempt.last)
                raise

    return run
