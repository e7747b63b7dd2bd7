"""A command that the engine answers: a question, an explanation, a summary, code, a place."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine import quoted_code
from engine.intents import read_intent
from engine.pointing import place_in
from generation.protocol import Task
from github_app import questions, replies, thread_passages
from github_app.answering import Asked, answer_once, read_place, search
from github_app.commands import Action
from github_app.conversation import earlier_turns
from github_app.graphql.operations import Reaction
from retrieval.model import SearchResult

if TYPE_CHECKING:
    from collections.abc import Mapping

    from github_app.dependencies import Dependencies
    from github_app.graphql.model import Issue, Repository
    from github_app.graphql.operations import Operations
    from github_app.settings import Settings
    from github_app.work import RunCommand
    from jobs.port import Attempt
    from retrieval.places import Place

_TASKS: Mapping[Action, Task] = {
    Action.EXPLAIN: Task.EXPLAIN,
    Action.SUMMARISE: Task.SUMMARISE,
    Action.TRANSLATE: Task.TRANSLATE,
    Action.WRITE: Task.WRITE,
    Action.FIND: Task.FIND,
    Action.WALKTHROUGH: Task.WALKTHROUGH,
}

NEEDS_WORDS = frozenset({Action.SEARCH, Action.FIND, Action.WRITE, Action.TRANSLATE})
"""Commands that say nothing by themselves; the others are of the thread then."""

_POINTS = frozenset({Task.EXPLAIN, Task.SUMMARISE, Task.TRANSLATE})
"""What is done with code or text that a command can point at."""

_FIRST_STEPS = "Getting started: installation, and the first steps for a beginner"

_THE_THREAD = re.compile(
    r"(?:(?:this|the|our|whole|entire)\s+)*(?:thread|discussion|issue|conversation|comments|it|this)?"
    r"(?:\s+(?:so far|please|above|here))*\W*",
    re.IGNORECASE,
)

_LONGEST_NAME = 80
"""Characters by which anybody calls the thread."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A reply, and what its comment is marked with."""

    body: str
    reaction: Reaction = Reaction.ROCKET


@dataclass(frozen=True, slots=True)
class Run:
    """One command with all that it takes to run it."""

    work: RunCommand
    attempt: Attempt
    dependencies: Dependencies
    github: Operations
    repository: Repository
    settings: Settings
    thread: Issue
    notes: replies.Notes


def answer_command(run: Run) -> Outcome:
    """Answer a command of :data:`_TASKS`, or a question of whatever kind.

    Raises:
        NotIndexed: The repository has no index yet.
        RetryLater: Another attempt follows.
    """
    delivery_id = run.work.delivery_id
    place = _place(run)
    asked = _asked(run, place)
    if place and place.path and asked.material and not asked.material.passages:
        body = replies.unknown_place(
            place.path,
            run.repository.name_with_owner,
            delivery_id=delivery_id,
            notes=run.notes,
        )
        return Outcome(body, Reaction.CONFUSED)
    answer = answer_once(
        run.dependencies,
        asked,
        repository=run.repository,
        knn=run.settings.references,
        delivery_id=delivery_id,
        thread_id=run.work.thread_id,
        attempt=run.attempt,
    )
    body = replies.answer(answer, delivery_id=delivery_id, notes=run.notes)
    return Outcome(body, Reaction.CONFUSED if answer.abstained else Reaction.ROCKET)


def _asked(run: Run, place: Place | None) -> Asked:
    argument = run.work.command.argument
    task = _task(run)
    question = argument
    if _is_of_thread(argument):
        question = _question_of_thread(run, task)
    if task is Task.SUMMARISE and place is None:
        material = thread_passages.of_thread(
            run.thread,
            kind=run.work.thread_kind,
            repository=run.repository.name_with_owner,
            checkbox=run.settings.checkbox,
            subject_id=run.work.subject_id,
        )
        return Asked(question, task, material=material)
    return Asked(
        question,
        task,
        history=earlier_turns(
            run.thread, subject_id=run.work.subject_id, checkbox=run.settings.checkbox
        ),
        material=_at(run, place) if place else _in_comment(run, task),
    )


def _at(run: Run, place: Place) -> SearchResult | None:
    """Return what stands at a place; None leaves a name that is not defined here to the search."""
    found = read_place(run.dependencies, place, repository=run.repository)
    return found if found.passages or place.path else None


def _in_comment(run: Run, task: Task | None) -> SearchResult | None:
    """Return the code that a comment brings, and of one to be explained, what it may rest on."""
    code = quoted_code.blocks(run.work.command.argument)
    if task not in _POINTS or not code:
        return None
    name = run.repository.name_with_owner
    comments = (comment.url for comment in run.thread.comments if comment.id == run.work.subject_id)
    url = next(comments, run.thread.url)
    path = f"{run.work.thread_kind}s/{run.thread.number}"
    given = thread_passages.of_comment("\n\n".join(part.text for part in code), path=path, url=url)
    if task is not Task.EXPLAIN:
        return SearchResult(given.text, name, "", "", (given,))
    query = run.work.command.argument
    found = search(run.dependencies, query, repository=run.repository, knn=run.settings.references)
    others = (replace(passage, rank=passage.rank + 1) for passage in found.passages)
    # What the search made of its words says nothing of code that was given.
    return replace(found, passages=(given, *others), evidence=None)


def _is_of_thread(argument: str) -> bool:
    """Say whether a command speaks of the thread that it stands in."""
    return len(argument) <= _LONGEST_NAME and _THE_THREAD.fullmatch(argument) is not None


def _task(run: Run) -> Task | None:
    """Return what the command asks for; of a question, only that it is a summary of the thread.

    The engine reads the rest from the words; but what is said here it does not see.
    """
    command = run.work.command
    if command.action is not None and command.action in _TASKS:
        return _TASKS[command.action]
    intent = read_intent(command.argument, repository=run.repository.name_with_owner)
    sums_up = intent.is_sure and intent.task is Task.SUMMARISE and not intent.subject
    return Task.SUMMARISE if sums_up else None


def _place(run: Run) -> Place | None:
    """Return what the command points at, where it holds no code of its own."""
    argument = run.work.command.argument
    if run.work.command.action not in _TASKS or _task(run) not in _POINTS:
        return None
    if quoted_code.blocks(argument) or _is_of_thread(argument):
        return None
    return place_in(argument, repository_url=run.repository.url)


def _question_of_thread(run: Run, task: Task | None) -> str:
    if task is Task.SUMMARISE:
        return f"Sum up this {run.work.thread_kind}: {run.thread.title}"
    if task is Task.WALKTHROUGH:
        return _FIRST_STEPS
    return questions.of_thread(run.thread, checkbox=run.settings.checkbox)
