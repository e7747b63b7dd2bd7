"""``/_simulator/…``: what a person, or another process, does to the simulated GitHub over HTTP.

Not a part of GitHub. These routes ask for no credentials, so they answer this machine alone.
"""

from __future__ import annotations

import dataclasses
import ipaddress
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, jsonify, request

from simulator.github import model
from simulator.github.clock import isoformat
from simulator.github.errors import HttpError, Unknown

if TYPE_CHECKING:
    from simulator.github.service import GitHub


def control_blueprint(github: GitHub) -> Blueprint:
    """Return the control routes."""
    blueprint = Blueprint("control", __name__, url_prefix="/_simulator")
    _add_reading_routes(blueprint, github)
    _add_writing_routes(blueprint, github)
    _add_fault_routes(blueprint, github)

    @blueprint.before_request
    def refuse_strangers() -> None:
        if not ipaddress.ip_address(request.remote_addr or "0.0.0.0").is_loopback:  # noqa: S104 - stands for an unknown peer; nothing is bound to it
            raise HttpError(403, "The simulator is controlled from its own machine alone")

    @blueprint.errorhandler(Unknown)
    def unknown(error: Unknown) -> tuple[Response, int]:
        return jsonify(message=str(error)), 404

    return blueprint


def _add_reading_routes(blueprint: Blueprint, github: GitHub) -> None:
    @blueprint.get("/state")
    def state() -> Response:
        with github.state.lock:
            return jsonify(snapshot(github))

    @blueprint.get("/requests")
    def requests() -> Response:
        recorded = github.journal.requests(request.args.get("operation"))
        return jsonify([dataclasses.asdict(one) for one in recorded])

    @blueprint.get("/deliveries")
    def deliveries() -> Response:
        return jsonify(
            [
                {
                    "guid": delivery.guid,
                    "event": delivery.event,
                    "action": delivery.action,
                    "redelivery": delivery.redelivery,
                    "status_code": delivery.status_code,
                    "error": delivery.error,
                }
                for delivery in github.webhooks.deliveries
            ]
        )


def _add_writing_routes(blueprint: Blueprint, github: GitHub) -> None:
    @blueprint.post("/installations")
    def install() -> tuple[Response, int]:
        names = _body("repositories")["repositories"]
        installation = github.install([github.state.repository(name) for name in names])
        return jsonify(id=installation.id), 201

    @blueprint.post("/discussions")
    def open_discussion() -> tuple[Response, int]:
        body = _body("repository", "author", "title", "body")
        discussion = github.open_discussion(
            github.state.repository(body["repository"]),
            author=body["author"],
            title=body["title"],
            body=body["body"],
            category=body.get("category", "q-a"),
        )
        return jsonify(_thread(github, discussion)), 201

    @blueprint.post("/issues")
    def open_issue() -> tuple[Response, int]:
        body = _body("repository", "author", "title", "body")
        issue = github.open_issue(
            github.state.repository(body["repository"]),
            author=body["author"],
            title=body["title"],
            body=body["body"],
        )
        return jsonify(_thread(github, issue)), 201

    @blueprint.post("/comments")
    def comment() -> tuple[Response, int]:
        body = _body("subject", "author", "body")
        return jsonify(_comment(github, _comment_on(github, body))), 201

    @blueprint.post("/deliveries/<guid>/redeliver")
    def redeliver(guid: str) -> Response:
        return jsonify(status_code=github.webhooks.redeliver(guid).status_code)

    @blueprint.post("/clock")
    def advance_clock() -> Response:
        github.clock.advance(seconds=float(_body("seconds")["seconds"]))
        return jsonify(now=isoformat(github.clock.now()))


def _add_fault_routes(blueprint: Blueprint, github: GitHub) -> None:
    @blueprint.post("/hold")
    def hold() -> Response:
        body = _body("operation", "when")
        try:
            held = github.faults.hold(body["when"], body["operation"])
        except ValueError as error:
            raise HttpError(422, str(error)) from error
        return jsonify(operation=held.operation, when=held.when)

    @blueprint.post("/release")
    def release() -> Response:
        return jsonify(released=github.faults.release(_body("operation")["operation"]))

    @blueprint.post("/fail")
    def fail() -> Response:
        body = _body("operation", "kind")
        try:
            github.faults.fail(
                body["operation"],
                kind=body["kind"],
                times=int(body.get("times", 1)),
                when=body.get("when", "before"),
            )
        except ValueError as error:
            raise HttpError(422, str(error)) from error
        return jsonify(operation=body["operation"], kind=body["kind"])


def _body(*required: str) -> dict[str, Any]:
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise HttpError(400, "The body must be a JSON object")
    missing = [name for name in required if name not in body]
    if missing:
        raise HttpError(422, f"Missing: {', '.join(missing)}")
    return body


def _comment_on(github: GitHub, body: dict[str, Any]) -> model.AnyComment:
    subject = github.state.threads.find(body["subject"])
    author, text = body["author"], body["body"]
    if isinstance(subject, model.Issue):
        return github.comment_on_issue(subject, author=author, body=text)
    if isinstance(subject, model.Discussion):
        return github.comment_on_discussion(subject, author=author, body=text)
    if isinstance(subject, model.DiscussionComment):
        discussion = github.state.threads.discussion_of(subject)
        return github.comment_on_discussion(discussion, author=author, body=text, reply_to=subject)
    raise Unknown(f"no thread and no discussion comment has the node id {body['subject']!r}")


def snapshot(github: GitHub) -> dict[str, Any]:
    """Return what the simulated GitHub holds, as JSON."""
    threads = github.state.threads
    return {
        "app": {"id": github.app.id, "slug": github.app.slug},
        "repositories": [
            {
                "name": repository.full_name,
                "private": repository.private,
                "head": github.state.head(repository).oid,
                "discussions": [_thread(github, one) for one in threads.discussions(repository)],
                "issues": [_thread(github, one) for one in threads.issues(repository)],
            }
            for repository in github.state.repositories()
        ],
        "installations": [
            {
                "id": one.id,
                "account": one.account.login,
                "repositories": [
                    repository.full_name for repository in github.state.installed_repositories(one)
                ],
                "suspended": one.suspended_at is not None,
            }
            for one in github.state.installations()
        ],
    }


def _thread(github: GitHub, thread: model.AnyThread) -> dict[str, Any]:
    comments = (
        github.discussion_comments(thread)
        if isinstance(thread, model.Discussion)
        else github.issue_comments(thread)
    )
    return {
        **_written(github, thread),
        "number": thread.number,
        "title": thread.title,
        "labels": [label.name for label in thread.labels],
        "locked": thread.locked,
        "comments": [_comment(github, comment) for comment in comments],
    }


def _comment(github: GitHub, comment: model.AnyComment) -> dict[str, Any]:
    reply_to = comment.reply_to_id if isinstance(comment, model.DiscussionComment) else None
    return {**_written(github, comment), "reply_to": reply_to}


def _written(github: GitHub, subject: model.AnySubject) -> dict[str, Any]:
    return {
        "id": subject.node_id,
        "url": model.url(subject),
        "author": subject.author.login,
        "body": subject.body,
        "created_at": isoformat(subject.created_at),
        "reactions": [
            {"content": given.content.name, "author": given.account.login}
            for given in github.reactions(subject)
        ],
    }
