"""A command in a discussion or an issue is run, and gets one reply."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from engine.answer import Scope
from engine.errors import NotIndexed
from github_app import questions, replies
from github_app.acknowledgement import Acknowledgement
from github_app.answering import answer_once, request_index
from github_app.behaviours import repository_settings
from github_app.commands import Action
from github_app.events import ThreadKind
from github_app.graphql.operations import Reaction
from github_app.posting import Reply, post_once

if TYPE_CHECKING:
    from github_app.dependencies import Dependencies
    from github_app.graphql.model import Repository
    from github_app.graphql.operations import Operations
    from github_app.settings import Settings
    from github_app.work import RunCommand
    from jobs.port import Attempt

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Outcome:
    body: str
    reaction: Reaction = Reaction.ROCKET


@dataclass(frozen=True, slots=True)
class _Run:
    """One command with all that it takes to run it."""

    work: RunCommand
    attempt: Attempt
    dependencies: Dependencies
    github: Operations
    repository: Repository
    settings: Settings
    notes: replies.Notes


def run_command(work: RunCommand, attempt: Attempt, dependencies: Dependencies) -> None:
    """Run the command of a comment, or of a discussion's or issue's own text, and reply."""
    with dependencies.github.repository(work.installation_id, work.repository) as github:
        repository = github.read_repository(work.repository)
        in_force = repository_settings.read(github, repository)
        if not in_force.settings.commands:
            log.info("command_left_alone", subject=work.subject_id, reason="switched off")
            return
        notes = replies.Notes(in_force.mistakes, work.others)
        run = _Run(work, attempt, dependencies, github, repository, in_force.settings, notes)
        with Acknowledgement(github, work.subject_id, attempt) as acknowledgement:
            outcome = _perform(run)
            post_once(github, dependencies.database, _reply(run, outcome.body))
            acknowledgement.outcome = outcome.reaction


def _perform(run: _Run) -> _Outcome:
    command, delivery_id = run.work.command, run.work.delivery_id
    if command.in_code:
        body = replies.command_in_code(delivery_id=delivery_id, notes=run.notes)
        return _Outcome(body, Reaction.CONFUSED)
    if command.action is None:
        body = replies.unknown_command(command, delivery_id=delivery_id, notes=run.notes)
        return _Outcome(body, Reaction.CONFUSED)
    if command.action is Action.HELP:
        return _Outcome(replies.help_text(delivery_id=delivery_id, notes=run.notes))
    try:
        return _ask(run) if command.action is Action.ASK else _search(run)
    except NotIndexed:
        work = run.work
        request_index(run.dependencies, work.installation_id, work.repository, attempt=run.attempt)
        body = replies.not_indexed(work.repository, delivery_id=delivery_id, notes=run.notes)
        return _Outcome(body, Reaction.CONFUSED)


def _ask(run: _Run) -> _Outcome:
    answer = answer_once(
        run.dependencies,
        run.work.command.argument or _question_of_thread(run),
        _scope(run),
        url=run.repository.url,
        delivery_id=run.work.delivery_id,
        thread_id=run.work.thread_id,
    )
    body = replies.answer(answer, delivery_id=run.work.delivery_id, notes=run.notes)
    return _Outcome(body, Reaction.CONFUSED if answer.abstained else Reaction.ROCKET)


def _search(run: _Run) -> _Outcome:
    query, delivery_id = run.work.command.argument, run.work.delivery_id
    if not query:
        body = replies.search_usage(delivery_id=delivery_id, notes=run.notes)
        return _Outcome(body, Reaction.CONFUSED)
    result = run.dependencies.answerer.search(query, _scope(run))
    body = replies.search_result(result, delivery_id=delivery_id, notes=run.notes)
    return _Outcome(body, Reaction.ROCKET if result.passages else Reaction.CONFUSED)


def _scope(run: _Run) -> Scope:
    return Scope(run.work.repository, knn=run.settings.references)


def _question_of_thread(run: _Run) -> str:
    if run.work.thread_kind is ThreadKind.DISCUSSION:
        return questions.of_thread(
            run.github.read_discussion(run.work.thread_id), checkbox=run.settings.checkbox
        )
    issue = run.github.read_issue(run.work.thread_id)
    return questions.of_thread(issue, checkbox=run.settings.checkbox)


def _reply(run: _Run, body: str) -> Reply:
    work = run.work
    in_discussion = work.thread_kind is ThreadKind.DISCUSSION
    return Reply(
        work.delivery_id,
        work.thread_kind,
        work.thread_id,
        body,
        reply_to_id=run.github.top_level_comment(work.subject_id)
        if in_discussion and work.in_comment
        else None,
    )
