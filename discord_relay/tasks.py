"""The job that answers a question asked in Discord."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import structlog

import engine.records
from discord_relay import memory, records
from discord_relay.errors import UnknownInteraction
from discord_relay.messages import messages
from discord_relay.rest import DEFAULT_URL, Conversation
from engine.answer import Scope
from engine.errors import NotIndexed
from jobs.port import Job, Permanent, RetryLater

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from discord_relay.interactions import Ask
    from engine.answer import Answer
    from generation.protocol import Turn
    from jobs.port import Arguments, Attempt, Handler
    from storage import Database

log = structlog.get_logger(__name__)

TASK = "discord.answer"

ORIGINAL = "@original"

PLACEHOLDER = "…"
"""What a further message says for the moment between its posting and its filling."""

APOLOGY = "I could not finish an answer because of an error on my side; please ask again."

INCOMPLETE = "The rest of this answer could not be sent because of an error; please ask again."

ACKNOWLEDGEMENT_WAIT = 2.0
"""Seconds after which Discord has surely read the deferred answer that a fast worker overtook."""


class Answerer(Protocol):
    """The engine, as the relay sees it."""

    def ask(self, question: str, scope: Scope, *, history: Sequence[Turn] = ()) -> Answer:
        """Answer ``question``; raise :class:`engine.errors.NotIndexed` without an index."""


@dataclass(frozen=True, slots=True)
class Dependencies:
    """What the relay's jobs work with."""

    database: Database
    engine: Answerer
    conversations: memory.Memory
    api_url: str = DEFAULT_URL


@dataclass(frozen=True, slots=True)
class _Request:
    interaction_id: str
    application_id: str
    token: str = field(repr=False)
    question: str
    repository: str
    channel_id: str | None
    guild_id: str | None
    user_id: str | None = None

    @property
    def owner(self) -> str | None:
        """Whose conversation it belongs to."""
        return memory.place(self.user_id, self.channel_id)


def job_of(ask: Ask, *, repository: str) -> Job:
    """Return the job that answers ``ask``.

    Its arguments hold the interaction's token, without which there is no answering. The row with
    them is deleted when the job succeeds; that of a failed job stays, but the token expires 15
    minutes after the interaction.
    """
    return Job(
        task=TASK,
        arguments={
            "interaction_id": ask.interaction_id,
            "application_id": ask.application_id,
            "token": ask.token,
            "question": ask.question,
            "repository": repository,
            "channel_id": ask.channel_id,
            "guild_id": ask.guild_id,
            "user_id": ask.user_id,
        },
    )


def handlers(dependencies: Dependencies) -> Mapping[str, Handler]:
    """Return the bodies of the relay's tasks, by name."""

    def answer(arguments: Arguments, attempt: Attempt) -> None:
        request = _Request(**arguments)
        conversation = Conversation(
            application_id=request.application_id,
            token=request.token,
            api_url=dependencies.api_url,
        )
        with structlog.contextvars.bound_contextvars(interaction=request.interaction_id):
            _answer(dependencies, request, conversation, attempt)

    return {TASK: answer}


def _answer(
    dependencies: Dependencies, request: _Request, conversation: Conversation, attempt: Attempt
) -> None:
    try:
        _answer_or_decline(dependencies, request, conversation)
    except UnknownInteraction as error:
        if attempt.number > 1:
            raise
        raise RetryLater(str(error), seconds=ACKNOWLEDGEMENT_WAIT) from None
    except Exception as error:
        # The job's boundary: whatever it was, the person who waits is told when nothing follows.
        if attempt.last or isinstance(error, Permanent):
            _apologise(dependencies.database, request, conversation)
        raise


def _answer_or_decline(
    dependencies: Dependencies, request: _Request, conversation: Conversation
) -> None:
    try:
        recorded = _recorded_answer(dependencies, request)
    except NotIndexed:
        log.warning("question_about_unindexed_repository", repository=request.repository)
        conversation.edit(ORIGINAL, f"`{request.repository}` is not indexed yet; try again later.")
        return
    _send(dependencies.database, request, conversation, recorded)


def _recorded_answer(dependencies: Dependencies, request: _Request) -> records.Recorded:
    """Return the answer that an earlier attempt stored, or ask for one and store it."""
    database, key = dependencies.database, request.interaction_id
    with database.transaction() as connection:
        recorded = records.load(connection, interaction_id=key)
    if recorded is not None:
        return recorded
    owner, conversations = request.owner, dependencies.conversations
    history = conversations.history(request.repository, owner) if owner else ()
    answer = dependencies.engine.ask(
        request.question, Scope(repository=request.repository), history=history
    )
    with database.transaction() as connection:
        engine.records.save(connection, answer, delivery_id=key)
    if owner:
        conversations.remember(
            request.repository,
            owner,
            question=request.question,
            response=answer.response,
            delivery_id=key,
        )
    log.info("question_answered", repository=request.repository, abstained=answer.abstained)
    return records.Recorded(answer=answer, message_ids=())


def _send(
    database: Database,
    request: _Request,
    conversation: Conversation,
    recorded: records.Recorded,
) -> None:
    """Bring every part of the answer into its message.

    Text only ever travels by editing a message whose id is recorded, which can be repeated. A
    further message is therefore posted empty-handed first: a worker that dies between posting it
    and recording its id leaves a lone placeholder behind, never a part of the answer twice.
    """
    parts = messages(recorded.answer)
    ids = recorded.message_ids
    # All messages but the last were filled before the next was posted.
    for number, part in list(enumerate(parts))[max(len(ids) - 1, 0) :]:
        if number == 0:
            ids = (conversation.edit(ORIGINAL, part),)
            _record(database, request, ids)
            continue
        if number == len(ids):
            ids = (*ids, conversation.follow_up(PLACEHOLDER))
            _record(database, request, ids)
        conversation.edit(ids[number], part)
    with database.transaction() as connection:
        records.record_finished(connection, interaction_id=request.interaction_id)
    log.info("answer_sent", messages=len(parts))


def _record(database: Database, request: _Request, ids: tuple[str, ...]) -> None:
    with database.transaction() as connection:
        records.record_messages(
            connection,
            interaction_id=request.interaction_id,
            message_ids=ids,
            url=_message_url(request, ids[0]),
        )


def _message_url(request: _Request, message_id: str) -> str | None:
    if request.channel_id is None:
        return None
    place = request.guild_id or "@me"
    return f"https://discord.com/channels/{place}/{request.channel_id}/{message_id}"


def _apologise(database: Database, request: _Request, conversation: Conversation) -> None:
    try:
        with database.transaction() as connection:
            recorded = records.load(connection, interaction_id=request.interaction_id)
        if recorded is not None and recorded.message_ids:
            conversation.follow_up(INCOMPLETE)
        else:
            conversation.edit(ORIGINAL, APOLOGY)
    except Exception as error:  # noqa: BLE001 - the failure that led here is the one to report
        log.warning("apology_not_sent", reason=str(error))
