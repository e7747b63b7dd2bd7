"""A command in a discussion or an issue is run, and gets one reply."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from engine.errors import NotIndexed
from github_app import replies
from github_app.acknowledgement import Acknowledgement
from github_app.answering import request_index, search
from github_app.auth import ANSWERING
from github_app.behaviours import repository_settings
from github_app.behaviours.answer_command import NEEDS_WORDS, Outcome, Run, answer_command
from github_app.commands import Action
from github_app.events import ThreadKind
from github_app.graphql.operations import Reaction
from github_app.markers import find_marker
from github_app.posting import Reply, post_once

if TYPE_CHECKING:
    from github_app.dependencies import Dependencies
    from github_app.graphql.model import Issue
    from github_app.work import RunCommand
    from jobs.port import Attempt

log = structlog.get_logger(__name__)

MAX_REPLIES = 20
"""Replies of ours in one thread. People who need more do not find what they look for here; and a
program that answers each reply with a command, whatever its account's type, comes to an end."""


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
            run = Run(
                work, attempt, dependencies, github, repository, in_force.settings, thread, notes
            )
            outcome = _perform(run)
            post_once(github, dependencies.database, _reply(run, outcome.body))
        acknowledgement.outcome = outcome.reaction


def _is_full(thread: Issue, delivery_id: str) -> bool:
    """Say whether a thread holds so many replies that another is left out."""
    ours = [comment for comment in thread.comments if comment.by_viewer]
    return len(ours) >= MAX_REPLIES and find_marker(ours, delivery_id) is None


def _perform(run: Run) -> Outcome:
    said = _said_at_once(run)
    if said:
        return said
    try:
        return _search(run) if run.work.command.action is Action.SEARCH else answer_command(run)
    except NotIndexed:
        work = run.work
        obstacle = request_index(
            run.dependencies, work.installation_id, run.repository, attempt=run.attempt
        )
        body = replies.not_indexed(
            run.repository.name_with_owner, obstacle, delivery_id=work.delivery_id, notes=run.notes
        )
        return Outcome(body, Reaction.CONFUSED)


def _said_at_once(run: Run) -> Outcome | None:
    """Return the reply to a command that takes nothing of the repository."""
    command, notes, delivery_id = run.work.command, run.notes, run.work.delivery_id
    outcome = None
    if command.in_code:
        body = replies.command_in_code(delivery_id=delivery_id, notes=notes)
        outcome = Outcome(body, Reaction.CONFUSED)
    elif command.action is None:
        body = replies.unknown_command(command, delivery_id=delivery_id, notes=notes)
        outcome = Outcome(body, Reaction.CONFUSED)
    elif command.action is Action.HELP:
        outcome = Outcome(replies.help_text(delivery_id=delivery_id, notes=notes))
    elif command.action is Action.FORGET:
        # The comment itself is what later commands see: nothing is kept elsewhere.
        outcome = Outcome(replies.forgotten(delivery_id=delivery_id, notes=notes))
    elif command.action in NEEDS_WORDS and not command.argument:
        body = replies.usage(command.action, delivery_id=delivery_id, notes=notes)
        outcome = Outcome(body, Reaction.CONFUSED)
    return outcome


def _search(run: Run) -> Outcome:
    query, delivery_id = run.work.command.argument, run.work.delivery_id
    result = search(run.dependencies, query, repository=run.repository, knn=run.settings.references)
    body = replies.search_result(result, delivery_id=delivery_id, notes=run.notes)
    return Outcome(body, Reaction.ROCKET if result.passages else Reaction.CONFUSED)


def _reply(run: Run, body: str) -> Reply:
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
