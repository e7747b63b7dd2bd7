"""The API's routes: each reads a request, asks the engine, and sends what comes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, Response, jsonify, request
from prometheus_client import Counter

from engine import Scope
from web.api import access, body, operations
from web.api.errors import ApiError, Unprocessable
from web.api.failures import api_error
from web.api.loopback import Origin
from web.api.openapi import document
from web.api.results import answer_body, search_body
from web.api.schema import (
    ForgetRequest,
    ForgottenBody,
    GenerateRequest,
    QuestionRequest,
    SearchRequest,
)
from web.api.server_sent_events import CONTENT_TYPE, HEADERS
from web.api.streaming import EventStream, Places

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from pydantic import BaseModel

    from engine import Answer
    from generation.protocol import Turn
    from web.api.access import Caller
    from web.api.ports import Conversations, Engine
    from web.api.schema import AnswerBody
    from web.api.token_store import TokenStore

_answered = Counter(
    "fury_bot_api_requests_total",
    "Requests to the API, by operation and status.",
    ["operation", "status"],
)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question, and all that its answer depends on."""

    question: str
    scope: Scope
    owner: str | None = None
    """Of the conversation that it belongs to, if it does."""


@dataclass(frozen=True, slots=True)
class Api:
    """The parts that the routes work with."""

    engine: Engine
    conversations: Conversations
    tokens: TokenStore
    providers: Sequence[str]
    """The names that ``/api/<provider>/generate`` takes; the engine refuses others."""
    default_repository: str | None
    places: Places

    def generate(self, provider: str) -> Response:
        """Answer by one provider."""
        caller = self._caller()
        asked = body.read(GenerateRequest)
        scope = self._scope(caller, asked, provider=provider, model=asked.llm)
        return self._answer(_Asked(asked.query, scope), stream=asked.stream)

    def question(self) -> Response:
        """Answer by the chain, with what was said before in mind."""
        caller = self._caller()
        asked = body.read(QuestionRequest)
        scope = self._scope(caller, asked)
        owner = caller.owner(asked.user_id)
        return self._answer(_Asked(asked.question, scope, owner), stream=asked.stream)

    def search(self) -> Response:
        """Find passages."""
        caller = self._caller()
        asked = body.read(SearchRequest)
        scope = self._scope(caller, asked)
        self.places.take()
        try:
            return _json(search_body(self.engine.search(asked.query, scope)))
        finally:
            self.places.release()

    def forget(self, user_id: str) -> Response:
        """Delete what was said with a user, of one repository or of all."""
        caller = self._caller()
        named = body.validate(ForgetRequest, {**request.args.to_dict(), "user_id": user_id})
        if named.repo is not None:
            caller.check(named.repo)
        owner = caller.owner(named.user_id)
        forgotten = self.conversations.forget(owner, repository=named.repo)
        return _json(ForgottenBody(forgotten=forgotten))

    def _caller(self) -> Caller:
        return access.caller(
            authorization=request.headers.get("Authorization"),
            origin=Origin.of(request.environ),
            store=self.tokens,
        )

    def _scope(
        self,
        caller: Caller,
        asked: GenerateRequest | QuestionRequest | SearchRequest,
        *,
        provider: str | None = None,
        model: str | None = None,
    ) -> Scope:
        return Scope(
            repository=self._repository(caller, asked.repo),
            ref=asked.ref,
            knn=asked.knn,
            provider=provider,
            model=model,
        )

    def _repository(self, caller: Caller, named: str | None) -> str:
        repository = named or self.default_repository
        if repository is None:
            raise Unprocessable(
                "repo: needed, as owner/name, since FURY_BOT_DEFAULT_REPOSITORY is not set here"
            )
        caller.check(repository)
        return repository

    def _answer(self, asked: _Asked, *, stream: bool) -> Response:
        self.places.take()
        if stream:
            return self._stream(asked)
        try:
            answer = self.engine.ask(asked.question, asked.scope, history=self._history(asked))
            return _json(self._remembered(asked, answer))
        finally:
            self.places.release()

    def _stream(self, asked: _Asked) -> Response:
        events = EventStream(self._written(asked), self.places)
        try:
            events.begin()
        except ApiError:
            events.close()
            raise
        return Response(events, content_type=CONTENT_TYPE, headers=HEADERS)

    def _written(self, asked: _Asked) -> Generator[str, None, AnswerBody]:
        answer = yield from self.engine.stream(
            asked.question, asked.scope, history=self._history(asked)
        )
        return self._remembered(asked, answer)

    def _history(self, asked: _Asked) -> tuple[Turn, ...]:
        if asked.owner is None:
            return ()
        return self.conversations.history(asked.scope.repository, asked.owner)

    def _remembered(self, asked: _Asked, answer: Answer) -> AnswerBody:
        if asked.owner is not None:
            self.conversations.remember(
                asked.scope.repository,
                asked.owner,
                question=asked.question,
                response=answer.response,
            )
        return answer_body(answer)


def blueprint(
    *,
    engine: Engine,
    conversations: Conversations,
    tokens: TokenStore,
    providers: Sequence[str],
    default_repository: str | None,
) -> Blueprint:
    """Return the routes of the API, and of the document that describes it.

    Args:
        engine: Answers and searches.
        conversations: Remembers what was said, by repository and owner.
        tokens: Knows who may ask. From this machine anybody may.
        providers: The names of the providers that the engine has.
        default_repository: ``owner/name`` for requests that name none.
    """
    api = Api(
        engine=engine,
        conversations=conversations,
        tokens=tokens,
        providers=providers,
        default_repository=default_repository,
        places=Places(),
    )
    routes = Blueprint("api", __name__)
    served = (
        (operations.generate(providers), api.generate),
        (operations.QUESTION, api.question),
        (operations.SEARCH, api.search),
        (operations.FORGET, api.forget),
    )
    for operation, view in served:
        routes.add_url_rule(operation.rule, operation.name, view, methods=[operation.method])
    described = document([operation for operation, _ in served])

    @routes.get("/openapi.json")
    def openapi() -> Response:
        return jsonify(described)

    routes.register_error_handler(Exception, _failure)
    routes.after_request(_count)
    return routes


def _json(answer: BaseModel) -> Response:
    return Response(answer.model_dump_json(), content_type="application/json")


def _failure(error: Exception) -> tuple[Response, int, dict[str, str]]:
    failure = api_error(error)
    return jsonify(failure.body), failure.status, failure.headers


def _count(response: Response) -> Response:
    operation = (request.endpoint or "").rpartition(".")[2]
    _answered.labels(operation=operation, status=response.status_code).inc()
    return response
