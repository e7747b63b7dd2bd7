"""Tokens: who may ask, about what, and how often."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from storage import Database
from tests.web.api.scripted import REPOSITORY
from web.api import TokenStore, tokens
from web.api.errors import TooManyRequests

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from tests.web.api.scripted import Memory

ELSEWHERE = {"REMOTE_ADDR": "192.0.2.7"}
ASKED = {"query": "How?"}


def made(
    store: TokenStore,
    name: str = "relay",
    *,
    per_minute: int | None = None,
    per_day: int | None = None,
) -> str:
    """Return a new token for everything."""
    token = store.create(name, repositories=None, per_minute=per_minute, per_day=per_day)
    assert token is not None
    return token


def ask(client: FlaskClient, authorization: str | None, **body: str) -> TestResponse:
    """Ask from another machine."""
    headers = {} if authorization is None else {"Authorization": authorization}
    return client.post(
        "/api/groq/generate", json={**ASKED, **body}, headers=headers, environ_base=ELSEWHERE
    )


def test_from_elsewhere_a_token_is_needed_and_enough(
    client: FlaskClient, store: TokenStore
) -> None:
    without = ask(client, None)
    with_one = ask(client, f"Bearer {made(store)}")

    assert (without.status_code, without.get_json()["error"]) == (401, "unauthorised")
    assert without.headers["WWW-Authenticate"].startswith("Bearer")
    assert "fury-bot tokens create" in without.get_json()["detail"]
    assert with_one.status_code == 200


@pytest.mark.parametrize(
    "path", ["/api/question", "/api/search", "/api/groq/generate", "/api/conversations/7"]
)
def test_no_operation_is_open_to_others(client: FlaskClient, path: str) -> None:
    method = "DELETE" if "conversations" in path else "POST"

    response = client.open(path, method=method, json=ASKED, environ_base=ELSEWHERE)

    assert response.status_code == 401


def test_the_document_is_open_to_all(client: FlaskClient) -> None:
    assert client.get("/openapi.json", environ_base=ELSEWHERE).status_code == 200


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer fb_short",
        "Basic bW9uYTpzZWNyZXQ=",
        f"Bearer {tokens.mint()}",
        f"Bearer {tokens.mint()} {tokens.mint()}",
        "Bearer fb_" + "ü" * 43,
    ],
    ids=["nothing", "no token", "short", "basic", "unknown", "two", "not ASCII"],
)
@pytest.mark.parametrize("origin", [ELSEWHERE, {}])
def test_a_wrong_token_is_refused_even_from_this_machine(
    client: FlaskClient, authorization: str, origin: dict[str, str]
) -> None:
    response = client.post(
        "/api/groq/generate",
        json=ASKED,
        headers={"Authorization": authorization},
        environ_base=origin,
    )

    assert response.status_code == 401
    assert "WWW-Authenticate" in response.headers


def test_a_revoked_token_is_refused(client: FlaskClient, store: TokenStore) -> None:
    token = made(store)
    assert store.revoke("relay")

    assert ask(client, f"Bearer {token}").status_code == 401
    assert not store.revoke("relay")


def test_an_expired_token_is_refused(client: FlaskClient, store: TokenStore) -> None:
    soon, past = (datetime.now(UTC) + timedelta(hours=sign) for sign in (1, -1))
    valid = store.create("valid", repositories=None, expires_at=soon)
    expired = store.create("expired", repositories=None, expires_at=past)

    assert ask(client, f"Bearer {valid}").status_code == 200
    assert ask(client, f"bearer {expired}").status_code == 401


@pytest.mark.parametrize("given", ["Octo/Pantry", "octo/pantry"])
@pytest.mark.parametrize("named", ["octo/pantry", "Octo/PANTRY"])
def test_a_token_reaches_its_repositories_and_no_other(
    client: FlaskClient, store: TokenStore, given: str, named: str
) -> None:
    token = store.create("pantry", repositories=(given,))

    assert ask(client, f"Bearer {token}", repo=named).status_code == 200
    default = ask(client, f"Bearer {token}")
    assert (default.status_code, default.get_json()["error"]) == (403, "forbidden")
    assert REPOSITORY in default.get_json()["detail"]
    forgotten = client.delete(
        f"/api/conversations/7?repo={REPOSITORY}", headers={"Authorization": f"Bearer {token}"}
    )
    assert forgotten.status_code == 403


def test_a_token_does_not_reach_the_conversations_of_another(
    client: FlaskClient, store: TokenStore, memory: Memory
) -> None:
    headers = [{"Authorization": f"Bearer {made(store, name)}"} for name in ("one", "two")]
    for each in (*headers, {}):
        client.post("/api/question", json={"question": "How?", "user_id": "7"}, headers=each)

    assert len(memory.turns) == 3
    client.delete("/api/conversations/7", headers=headers[0])
    assert len(memory.turns) == 2


def test_no_user_stands_for_another(client: FlaskClient, memory: Memory) -> None:
    for user in ("a", "a:b", "a.b"):
        client.post("/api/question", json={"question": "How?", "user_id": user})

    owners = {owner for _, owner in memory.turns}
    assert len(owners) == 3
    assert not any(one.startswith(f"{other}:") for one in owners for other in owners)


def test_a_limit_that_is_used_up_says_when_to_come_again(
    client: FlaskClient, store: TokenStore
) -> None:
    token = made(store, per_day=2)

    statuses = [ask(client, f"Bearer {token}").status_code for _ in range(3)]
    refused = ask(client, f"Bearer {token}")

    assert statuses == [200, 200, 429]
    assert refused.get_json()["error"] == "too_many_requests"
    assert "2 requests a day" in refused.get_json()["detail"]
    assert 1 <= int(refused.headers["Retry-After"]) <= 24 * 60 * 60


def test_a_new_span_begins_at_nothing(store: TokenStore, database: Database) -> None:
    token = made(store, per_minute=1, per_day=2)
    assert store.admit(token)
    with database.transaction() as connection:
        connection.execute(
            "UPDATE api_token_usage SET began = began - interval '1 minute' WHERE span = 'minute'"
        )

    assert store.admit(token)


def test_what_is_refused_for_the_day_does_not_count_for_the_minute(
    store: TokenStore, database: Database
) -> None:
    token = made(store, per_minute=1_000, per_day=1)
    store.admit(token)
    for _ in range(3):
        with pytest.raises(TooManyRequests):
            store.admit(token)

    with database.transaction() as connection:
        counted = connection.execute("SELECT sum(requests) FROM api_token_usage").fetchone()
    assert counted == (2,)


def test_processes_count_together(store: TokenStore, database: Database) -> None:
    with Database(database.url) as other:
        stores = [store, TokenStore(other)]
        token = made(store, per_day=10)

        def admitted(number: int) -> bool:
            try:
                return stores[number % 2].admit(token) is not None
            except TooManyRequests:
                return False

        with ThreadPoolExecutor(4) as threads:
            assert sum(threads.map(admitted, range(30))) == 10


def test_nothing_that_is_kept_or_logged_gives_a_token_away(
    client: FlaskClient, store: TokenStore, database: Database
) -> None:
    with capture_logs() as logs:
        token = made(store)
        ask(client, f"Bearer {token}")
        ask(client, f"Bearer {token}x")
        listed = store.tokens()

    with database.transaction() as connection:
        rows = connection.execute("SELECT api_tokens::text FROM api_tokens").fetchall()
    assert token.startswith("fb_")
    for kept in (repr(rows), repr(logs), repr(listed)):
        assert token.removeprefix("fb_") not in kept


def test_a_name_is_given_once(store: TokenStore) -> None:
    assert store.create("relay", repositories=None)
    assert store.create("relay", repositories=None) is None


def test_a_list_of_tokens_tells_when_each_was_used(store: TokenStore) -> None:
    used, _ = made(store, "used"), made(store, "fresh", per_minute=5)
    store.admit(used)

    fresh, old = store.tokens()

    assert (fresh.name, fresh.per_minute, fresh.used_at) == ("fresh", 5, None)
    assert old.used_at is not None
    assert old.used_at <= datetime.now(UTC)
