"""A command in a discussion or an issue is run, and gets one reply."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from engine.errors import NotIndexed
from github_app import questions, replies
from github_app.acknowledgement import Acknowledgement
from github_app.answering import answer_once, request_index, search
from github_app.auth import ANSWERING
from github_app.behaviours import repository_settings
from github_app.commands import Action
from github_app.events import ThreadKind
from github_app.graphql.operations import Reaction
from github_app.markers import find_marker
from github_app.posting import Reply, post_once

if TYPE_CHECKING:
    from github_app.dependencies import Dependencies
    from github_app.graphql.model import Issue, Repository
    from github_app.graphql.operations import Operations
    from github_app.settings import Settings
    from github_app.work import RunCommand
    from jobs.port import Attempt

log = structlog.get_logger(__name__)

MAX_REPLIES = 20
"""Replies of ours in one thread. People who need more do not find what they look for here; and a
program that answers each reply with a command, whatever its account's type, comes to an end."""


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
    thread: Issue
    notes: replies.Notes


def run_command(work: RunCommand, attempt: Attempt, dependencies: Dependencies) -> None:
    """Run the command of a comment, or of a discussion's or issue's own text, and reply."""
    with (
        dependencies.github.repository(
            work.installation_id, work.repository, permissions=ANSWERING[work.thread_kind]
        ) as github,
        Acknowledgement(github, work.subject_id, attempt) as acknowledgement,
    ):
        repository = github.read_repository(work.repository, told_id=work.github_id)
        in_force = repository_settings.read(github, repository)
        if not in_force.settings.commands:
            log.info("command_left_alone", subject=work.subject_id, reason="switched off")
            return
        acknowledgement.begin()
        thread = github.read_thread(work.thread_kind, work.thread_id)
        if _is_full(thread, work.delivery_id):
            log.info("command_left_alone", subject=work.subject_id, reason="the thread is full")
            return
        with repository_settings.untold_mistakes(dependencies, repository, in_force) as mistakes:
            notes = replies.Notes(mistakes, work.others)
            run = _Run(
                work, attempt, dependencies, github, repository, in_force.settings, thread, notes
            )
            outcome = _perform(run)
            post_once(github, dependencies.database, _reply(run, outcome.body))
        acknowledgement.outcome = outcome.reaction


def _is_full(thread: Issue, delivery_id: str) -> bool:
    """Say whether a thread holds so many replies that another is left out."""
    ours = [comment for comment in thread.comments if comment.by_viewer]
    return len(ours) >= MAX_REPLIES and find_marker(ours, delivery_id) is None


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
        obstacle = request_index(
            run.dependencies, work.installation_id, run.repository, attempt=run.attempt
        )
        body = replies.not_indexed(
            run.repository.name_with_owner, obstacle, delivery_id=delivery_id, notes=run.notes
        )
        return _Outcome(body, Reaction.CONFUSED)


def _ask(run: _Run) -> _Outcome:
    answer = answer_once(
        run.dependencies,
        run.work.command.argument
        or questions.of_thread(run.thread, checkbox=run.settings.checkbox),
        repository=run.repository,
        knn=run.settings.references,
        delivery_id=run.work.delivery_id,
        thread_id=run.work.thread_id,
        attempt=run.attempt,
    )
    body = replies.answer(answer, delivery_id=run.work.delivery_id, notes=run.notes)
    return _Outcome(body, Reaction.CONFUSED if answer.abstained else Reaction.ROCKET)


def _search(run: _Run) -> _Outcome:
    query, delivery_id = run.work.command.argument, run.work.delivery_id
    if not query:
        body = replies.search_usage(delivery_id=delivery_id, notes=run.notes)
        return _Outcome(body, Reaction.CONFUSED)
    result = search(run.dependencies, query, repository=run.repository, knn=run.settings.references)
    body = replies.search_result(result, delivery_id=delivery_id, notes=run.notes)
    return _Outcome(body, Reaction.ROCKET if result.passages else Reaction.CONFUSED)


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
