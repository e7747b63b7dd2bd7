"""The REST routes that an App uses: tokens, installations, repositories, archives, permissions."""

from __future__ import annotations

import base64
import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, g, jsonify, redirect, request, url_for

from simulator.github import files, payloads
from simulator.github.access import Access, covers, verify_app_jwt
from simulator.github.clock import isoformat
from simulator.github.errors import HttpError, Unknown
from simulator.github.model import Repository, Role

if TYPE_CHECKING:
    from collections.abc import Mapping

    from werkzeug.wrappers import Response as BaseResponse

    from simulator.github.model import Commit, Installation
    from simulator.github.service import GitHub

_ARCHIVE_LIFETIME = timedelta(minutes=5)

_LEGACY_PERMISSIONS = {
    Role.NONE: "none",
    Role.READ: "read",
    Role.TRIAGE: "read",
    Role.WRITE: "write",
    Role.MAINTAIN: "write",
    Role.ADMIN: "admin",
}
"""``permission`` knows four levels; ``role_name`` tells maintain and triage apart."""


def rest_blueprint(github: GitHub) -> Blueprint:
    """Return the REST routes."""
    blueprint = Blueprint("rest", __name__)
    _add_app_routes(blueprint, github)
    _add_delivery_routes(blueprint, github)
    _add_repository_routes(blueprint, github)
    _add_archive_routes(blueprint, github)
    return blueprint


def _add_app_routes(blueprint: Blueprint, github: GitHub) -> None:
    state = github.state

    @blueprint.get("/app")
    def app() -> Response:
        _require_app(github)
        return jsonify(payloads.app(state, state.app))

    @blueprint.get("/app/installations")
    def installations() -> Response:
        _require_app(github)
        return jsonify([_installation(github, one) for one in state.installations()])

    @blueprint.get("/app/installations/<int:installation_id>")
    def installation(installation_id: int) -> Response:
        _require_app(github)
        return jsonify(_installation(github, _find_installation(github, installation_id)))

    @blueprint.post("/app/installations/<int:installation_id>/access_tokens")
    def access_token(installation_id: int) -> tuple[Response, int]:
        _require_app(github)
        found = _find_installation(github, installation_id)
        if found.suspended_at is not None:
            raise HttpError(403, "This installation has been suspended")
        return jsonify(_issue_token(github, found)), 201

    @blueprint.get("/repos/<owner>/<name>/installation")
    def repository_installation(owner: str, name: str) -> Response:
        _require_app(github)
        repository = state.find_repository(f"{owner}/{name}")
        found = state.installation_of(repository) if repository else None
        if found is None:
            raise HttpError(404, "Not Found")
        return jsonify(_installation(github, found))

    @blueprint.get("/installation/repositories")
    def installation_repositories() -> Response:
        access = _access(github)
        listed = [
            payloads.repository(state, repository)
            for repository in state.repositories()
            if access.reaches(repository)
        ]
        return jsonify(
            total_count=len(listed), repository_selection="selected", repositories=listed
        )

    @blueprint.get("/rate_limit")
    def rate_limit() -> Response:
        installation_id = github.tokens.access(_authorization()).installation.id
        budgets = (github.primary_limit.look(installation_id, name) for name in ("core", "graphql"))
        resources = {
            budget.resource: {
                "limit": budget.limit,
                "used": budget.used,
                "remaining": budget.remaining,
                "reset": int(budget.reset_at.timestamp()),
            }
            for budget in budgets
        }
        return jsonify(resources=resources, rate=resources["core"])


def _add_delivery_routes(blueprint: Blueprint, github: GitHub) -> None:
    @blueprint.get("/app/hook/deliveries")
    def deliveries() -> Response:
        _require_app(github)
        return jsonify(
            [
                {
                    "id": delivery.id,
                    "guid": delivery.guid,
                    "delivered_at": isoformat(delivery.delivered_at),
                    "redelivery": delivery.redelivery,
                    "duration": delivery.duration,
                    "status": "OK" if delivery.status_code else "failed to connect",
                    "status_code": delivery.status_code or 0,
                    "event": delivery.event,
                    "action": delivery.action,
                    "installation_id": delivery.installation_id,
                    "repository_id": None,
                }
                for delivery in reversed(github.webhooks.deliveries)
            ]
        )

    @blueprint.post("/app/hook/deliveries/<int:delivery_id>/attempts")
    def delivery_attempts(delivery_id: int) -> tuple[Response, int]:
        _require_app(github)
        for delivery in github.webhooks.deliveries:
            if delivery.id == delivery_id:
                github.webhooks.enqueue_redelivery(delivery.guid)
                return jsonify({}), 202
        raise HttpError(404, "Not Found")


def _add_repository_routes(blueprint: Blueprint, github: GitHub) -> None:
    state = github.state

    @blueprint.get("/repos/<owner>/<name>")
    def repository(owner: str, name: str) -> Response:
        _, found = _visible(github, owner, name)
        return jsonify(payloads.repository(state, found))

    @blueprint.get("/repos/<owner>/<name>/collaborators/<login>/permission")
    def collaborator_permission(owner: str, name: str, login: str) -> Response:
        access, found = _visible(github, owner, name)
        if not access.reaches(found) or not covers(access.token.permissions, "metadata", "read"):
            raise HttpError(403, "Resource not accessible by integration")
        account = state.find_account(login)
        if account is None:
            raise HttpError(404, f"{login} is not a user")
        role = state.role(found, account)
        return jsonify(
            permission=_LEGACY_PERMISSIONS[role],
            role_name=role.name.lower(),
            user=payloads.account(account),
        )

    @blueprint.get("/repos/<owner>/<name>/git/blobs/<oid>")
    def git_blob(owner: str, name: str, oid: str) -> Response:
        found = _contents(github, owner, name)
        data = state.find_object(found, oid)
        if not isinstance(data, bytes):
            raise HttpError(404, "Not Found")
        if ".raw" in request.headers.get("Accept", ""):
            return Response(data, mimetype="application/vnd.github.raw+json")
        content = base64.b64encode(data).decode()
        return jsonify(sha=oid, size=len(data), encoding="base64", content=content)

    @blueprint.get("/repos/<owner>/<name>/compare/<path:basehead>")
    def compare(owner: str, name: str, basehead: str) -> Response:
        found = _contents(github, owner, name)
        base_ref, _, head_ref = basehead.partition("...")
        base, head = _commit(github, found, base_ref), _commit(github, found, head_ref)
        return jsonify(_comparison(github, found, base, head))


def _add_archive_routes(blueprint: Blueprint, github: GitHub) -> None:
    passes: dict[str, tuple[int, str, datetime]] = {}

    def hand_out(owner: str, name: str, ref: str, kind: str) -> BaseResponse:
        found = _contents(github, owner, name)
        commit = _commit(github, found, ref)
        secret = secrets.token_urlsafe(24)
        passes[secret] = (found.id, commit.oid, github.clock.now() + _ARCHIVE_LIFETIME)
        route = url_for(
            ".archive_download",
            owner=found.owner.login,
            name=found.name,
            kind=kind,
            oid=commit.oid,
            token=secret,
            _external=True,
        )
        return redirect(route, 302)

    @blueprint.get("/repos/<owner>/<name>/tarball", defaults={"ref": ""})
    @blueprint.get("/repos/<owner>/<name>/tarball/<path:ref>")
    def tarball(owner: str, name: str, ref: str) -> BaseResponse:
        return hand_out(owner, name, ref, "legacy.tar.gz")

    @blueprint.get("/repos/<owner>/<name>/zipball", defaults={"ref": ""})
    @blueprint.get("/repos/<owner>/<name>/zipball/<path:ref>")
    def zipball(owner: str, name: str, ref: str) -> BaseResponse:
        return hand_out(owner, name, ref, "legacy.zip")

    @blueprint.get("/codeload/<owner>/<name>/<kind>/<oid>")
    def archive_download(owner: str, name: str, kind: str, oid: str) -> Response:
        found = github.state.find_repository(f"{owner}/{name}")
        repository_id, allowed_oid, expires = passes.get(
            request.args.get("token", ""), (0, "", github.clock.now())
        )
        if found is None or (found.id, oid) != (repository_id, allowed_oid):
            raise HttpError(404, "Not Found")
        if expires <= github.clock.now():
            raise HttpError(404, "Not Found")
        return _archive(found, _commit(github, found, oid), kind)


def _archive(repository: Repository, commit: Commit, kind: str) -> Response:
    top = f"{repository.owner.login}-{repository.name}-{commit.oid[:7]}"
    if kind == "legacy.zip":
        data, mimetype = files.zipball(commit.files, top=top), "application/zip"
    else:
        modified = int(commit.committed_date.timestamp())
        data = files.tarball(commit.files, top=top, modified=modified)
        mimetype = "application/x-gzip"
    suffix = kind.removeprefix("legacy")
    disposition = f"attachment; filename={top}{suffix}"
    return Response(data, mimetype=mimetype, headers={"content-disposition": disposition})


def _authorization() -> str | None:
    return request.headers.get("Authorization")


def _require_app(github: GitHub) -> None:
    verify_app_jwt(_authorization(), app=github.app, clock=github.clock)


def _access(github: GitHub) -> Access:
    access = github.tokens.access(_authorization())
    g.budget, allowed = github.primary_limit.spend(access.installation.id, "core")
    if not allowed:
        raise HttpError(
            403, f"API rate limit exceeded for installation ID {access.installation.id}."
        )
    return access


def _visible(github: GitHub, owner: str, name: str) -> tuple[Access, Repository]:
    access = _access(github)
    repository = github.state.find_repository(f"{owner}/{name}")
    if repository is None or not access.sees(repository):
        raise HttpError(404, "Not Found")
    return access, repository


def _contents(github: GitHub, owner: str, name: str) -> Repository:
    access, repository = _visible(github, owner, name)
    if not access.may_read(repository, "contents"):
        raise HttpError(403, "Resource not accessible by integration")
    return repository


def _commit(github: GitHub, repository: Repository, ref: str) -> Commit:
    commit = github.state.resolve(repository, ref)
    if commit is None:
        raise HttpError(404, "Not Found")
    return commit


def _find_installation(github: GitHub, installation_id: int) -> Installation:
    try:
        return github.state.installation(installation_id)
    except Unknown as error:
        raise HttpError(404, "Not Found") from error


def _installation(github: GitHub, one: Installation) -> dict[str, Any]:
    return {
        **payloads.installation(github.state, one),
        "created_at": isoformat(one.created_at),
        "updated_at": isoformat(one.updated_at),
    }


def _issue_token(github: GitHub, installation: Installation) -> dict[str, Any]:
    body = request.get_json(silent=True) or {}
    narrowed = _narrowed(github, installation, body)
    permissions = _granted(installation, body.get("permissions"))
    token = github.tokens.issue(
        installation,
        permissions=permissions,
        repository_ids=None
        if narrowed is None
        else frozenset(repository.id for repository in narrowed),
    )
    answer: dict[str, Any] = {
        "token": token.secret,
        "expires_at": isoformat(token.expires_at),
        "permissions": dict(permissions),
        "repository_selection": "selected",
    }
    if narrowed is not None:
        answer["repositories"] = [
            payloads.repository(github.state, repository) for repository in narrowed
        ]
    return answer


def _narrowed(
    github: GitHub, installation: Installation, body: Mapping[str, Any]
) -> list[Repository] | None:
    """Return the repositories that the request names, by name or id; None when it names none."""
    names, ids = body.get("repositories"), body.get("repository_ids")
    if not names and not ids:
        return None
    installed = github.state.installed_repositories(installation)
    by_key = {repository.name.lower(): repository for repository in installed}
    by_id = {repository.id: repository for repository in installed}
    found = [by_key.get(str(name).lower()) for name in names or ()]
    found += [by_id.get(repository_id) for repository_id in ids or ()]
    named = [repository for repository in found if repository is not None]
    if len(named) != len(found):
        raise HttpError(
            422,
            "There is at least one repository that does not exist or is not accessible to the "
            "parent installation.",
        )
    return named


def _granted(installation: Installation, asked: Mapping[str, str] | None) -> Mapping[str, str]:
    if not asked:
        return installation.permissions
    for name, level in asked.items():
        if not covers(installation.permissions, name, level):
            raise HttpError(422, "The permissions requested are not granted to this installation.")
    # Every token may read metadata, asked for or not.
    return {"metadata": "read", **asked}


def _comparison(
    github: GitHub, repository: Repository, base: Commit, head: Commit
) -> dict[str, Any]:
    ahead = github.state.commits_between(repository, base, head)
    changed = files.difference(base.files, head.files)
    groups = {
        "added": changed.added,
        "removed": changed.removed,
        "modified": changed.modified,
    }
    return {
        "status": "identical" if not ahead else "ahead" if ahead > 0 else "behind",
        "ahead_by": max(ahead, 0),
        "behind_by": max(-ahead, 0),
        "total_commits": max(ahead, 0),
        "files": [
            {"filename": path, "status": status}
            for status, paths in groups.items()
            for path in paths
        ],
    }
