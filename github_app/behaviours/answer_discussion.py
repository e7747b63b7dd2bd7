"""A new discussion gets one answer, where its repository wants that."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from engine.errors import NotIndexed
from github_app import questions, replies
from github_app.acknowledgement import Acknowledgement
from github_app.answering import Asked, answer_once, request_index
from github_app.auth import ANSWERING
from github_app.behaviours import repository_settings
from github_app.events import ThreadKind
from github_app.graphql.operations import Reaction
from github_app.markers import find_marker
from github_app.posting import Reply, post_once
from github_app.settings import When

if TYPE_CHECKING:
    from github_app.dependencies import Dependencies
    from github_app.graphql.model import Discussion
    from github_app.settings import Settings
    from github_app.work import AnswerDiscussion
    from jobs.port import Attempt

log = structlog.get_logger(__name__)


def answer_discussion(work: AnswerDiscussion, attempt: Attempt, dependencies: Dependencies) -> None:
    """Answer a discussion that was just opened; when the engine abstains, say nothing."""
    with (
        dependencies.github.repository(
            work.installation_id, work.repository, permissions=ANSWERING[ThreadKind.DISCUSSION]
        ) as github,
        Acknowledgement(github, work.discussion_id, attempt) as acknowledgement,
    ):
        repository = github.read_repository(work.repository, told_id=work.github_id)
        in_force = repository_settings.read(github, repository)
        discussion = github.read_discussion(work.discussion_id)
        silence = reason_for_silence(discussion, in_force.settings, work.delivery_id)
        if silence:
            log.info("discussion_left_alone", discussion=work.discussion_id, reason=silence)
            return
        acknowledgement.begin()
        try:
            answer = answer_once(
                dependencies,
                Asked(questions.of_thread(discussion, checkbox=in_force.settings.checkbox)),
                repository=repository,
                knn=in_force.settings.references,
                delivery_id=work.delivery_id,
                thread_id=work.discussion_id,
                attempt=attempt,
            )
        except NotIndexed:
            request_index(dependencies, work.installation_id, repository, attempt=attempt)
            return
        if answer.abstained:
            return
        with repository_settings.untold_mistakes(dependencies, repository, in_force) as mistakes:
            notes = replies.Notes(settings_mistakes=mistakes)
            body = replies.answer(answer, delivery_id=work.delivery_id, notes=notes)
            reply = Reply(work.delivery_id, ThreadKind.DISCUSSION, work.discussion_id, body)
            post_once(github, dependencies.database, reply)
        acknowledgement.outcome = Reaction.ROCKET


def reason_for_silence(discussion: Discussion, settings: Settings, delivery_id: str) -> str | None:
    """Return why ``discussion`` is not to be answered unasked, or None when it is."""
    answers = settings.answers
    ours = [comment for comment in discussion.comments if comment.by_viewer]
    if discussion.locked or discussion.closed:
        return "locked or closed"
    if ours and not find_marker(ours, delivery_id):
        return "already has a reply"
    if answers.discussions is When.NEVER:
        return "switched off"
    if answers.discussions is When.CHECKBOX and not questions.has_ticked(
        discussion.body, settings.checkbox
    ):
        return "the checkbox is not ticked"
    if not _is_category_wanted(discussion, answers.categories):
        return "not in a category to answer in"
    return None


def _is_category_wanted(discussion: Discussion, wanted: tuple[str, ...] | None) -> bool:
    category = discussion.category
    if wanted is None:
        return category.is_answerable
    return {category.name.casefold(), category.slug.casefold()} & {
        name.strip().casefold() for name in wanted
    } != set()
