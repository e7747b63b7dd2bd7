"""The App's JWT, its key, and the installation tokens."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from github_app.auth import (
    ANSWERING,
    READING,
    InstallationTokens,
    IssuedToken,
    app_claims,
    load_private_key,
)
from github_app.errors import UnusableKey
from github_app.events import ThreadKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.github import App


def test_the_claims_allow_for_a_clock_a_minute_off() -> None:
    assert app_claims("12", now=1000.9) == {"iat": 940, "exp": 1540, "iss": "12"}


def test_a_key_is_read_with_real_or_written_line_ends(registration: tuple[App, str]) -> None:
    _, pem = registration
    assert load_private_key(pem).key_size == 2048
    assert load_private_key(pem.replace("\n", "\\n")).key_size == 2048
    assert load_private_key(f'"{pem}"\n').key_size == 2048


def test_what_is_wrong_with_a_key_is_told_in_one_line(registration: tuple[App, str]) -> None:
    app, pem = registration
    encrypted = (
        load_private_key(pem)
        .private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"x"),
        )
        .decode()
    )
    old_encrypted = (
        load_private_key(pem)
        .private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.BestAvailableEncryption(b"x"),
        )
        .decode()
    )
    elliptic = (
        ec.generate_private_key(ec.SECP256R1())
        .private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        .decode()
    )
    lines = pem.splitlines()
    for text, problem in (
        ("", "not PEM"),
        ("secret", "not PEM"),
        (app.public_key, "a public key"),
        ("\n".join(lines[:5]), "truncated"),
        ("\n".join([*lines[:5], lines[-1]]), "damaged"),
        (encrypted, "encrypted"),
        (old_encrypted, "encrypted"),
        (elliptic, "not an RSA key"),
    ):
        with pytest.raises(UnusableKey) as raised:
            load_private_key(text)
        message = str(raised.value)
        assert message.startswith("GITHUB_PRIVATE_KEY: ")
        assert problem in message
        assert "\n" not in message
        assert lines[2] not in message


@dataclass
class Issuer:
    """Issues numbered tokens for an hour."""

    now: float = 1_000_000.0
    requests: list[tuple[int, str, Mapping[str, str]]] = field(default_factory=list)
    jwts: list[str] = field(default_factory=list)

    def create_installation_token(
        self, installation_id: int, *, jwt: str, repository: str, permissions: Mapping[str, str]
    ) -> IssuedToken:
        self.requests.append((installation_id, repository, permissions))
        self.jwts.append(jwt)
        return IssuedToken(f"token {len(self.requests)}", self.now + 3600)


def make(registration: tuple[App, str]) -> tuple[Issuer, InstallationTokens]:
    issuer = Issuer()
    key = load_private_key(registration[1])
    return issuer, InstallationTokens("12", key, issuer, clock=lambda: issuer.now)


def test_a_token_is_narrowed_to_one_repository_and_few_permissions(
    registration: tuple[App, str],
) -> None:
    issuer, tokens = make(registration)
    tokens.get(7, "octo-org/hello", READING)
    assert issuer.requests == [(7, "hello", READING)]
    claims = jwt.decode(
        issuer.jwts[0],
        registration[0].public_key,
        algorithms=["RS256"],
        options={"verify_exp": False, "verify_iat": False},
    )
    assert claims["iss"] == "12"


def test_a_token_is_used_again_until_a_minute_before_its_end(
    registration: tuple[App, str],
) -> None:
    issuer, tokens = make(registration)
    first = tokens.get(7, "octo-org/hello", READING)
    assert tokens.is_fresh(first)
    issuer.now += 3539
    assert tokens.get(7, "Octo-Org/Hello", READING) is first
    assert not tokens.is_fresh(first)
    issuer.now += 1
    assert tokens.get(7, "octo-org/hello", READING).value == "token 2"


def test_each_repository_installation_and_purpose_has_its_own_token(
    registration: tuple[App, str],
) -> None:
    _, tokens = make(registration)
    more = ANSWERING[ThreadKind.ISSUE]
    places = [
        (7, "octo-org/hello", READING),
        (7, "octo-org/other", READING),
        (8, "octo-org/hello", READING),
        (7, "octo-org/hello", more),
    ]
    assert len({tokens.get(*place).value for place in places}) == 4


def test_a_dropped_token_is_replaced_once(registration: tuple[App, str]) -> None:
    issuer, tokens = make(registration)
    first = tokens.get(7, "octo-org/hello", READING)
    tokens.drop(7, "octo-org/hello", READING, first)
    second = tokens.get(7, "octo-org/hello", READING)
    tokens.drop(7, "octo-org/hello", READING, first)
    assert tokens.get(7, "octo-org/hello", READING) is second
    assert len(issuer.requests) == 2


def test_dropping_a_token_that_was_never_kept_changes_nothing(
    registration: tuple[App, str],
) -> None:
    issuer, tokens = make(registration)
    first = tokens.get(7, "octo-org/hello", READING)
    tokens.drop(8, "octo-org/other", READING, first)
    assert tokens.get(7, "octo-org/hello", READING) is first
    assert len(issuer.requests) == 1


def test_threads_share_one_token(registration: tuple[App, str]) -> None:
    issuer, tokens = make(registration)
    barrier = threading.Barrier(4)

    def take() -> str:
        barrier.wait(10)
        return tokens.get(7, "octo-org/hello", READING).value

    with ThreadPoolExecutor(4) as threads:
        values = {future.result() for future in [threads.submit(take) for _ in range(4)]}
    assert values == {"token 1"}
    assert len(issuer.requests) == 1


def test_no_secret_shows_in_a_token_or_its_cache(registration: tuple[App, str]) -> None:
    _, tokens = make(registration)
    token = tokens.get(7, "octo-org/hello", READING)
    assert "token 1" not in repr(token) + repr(tokens)


def test_a_slow_issue_keeps_nobody_else_waiting(registration: tuple[App, str]) -> None:
    slow, done = threading.Event(), threading.Event()

    class SlowForOne(Issuer):
        def create_installation_token(
            self, installation_id: int, *, jwt: str, repository: str, permissions: Mapping[str, str]
        ) -> IssuedToken:
            if installation_id == 7:
                slow.set()
                assert done.wait(20)
            return super().create_installation_token(
                installation_id, jwt=jwt, repository=repository, permissions=permissions
            )

    issuer = SlowForOne()
    key = load_private_key(registration[1])
    tokens = InstallationTokens("12", key, issuer, clock=lambda: issuer.now)
    with ThreadPoolExecutor(2) as threads:
        waiting = threads.submit(tokens.get, 7, "octo-org/hello", READING)
        assert slow.wait(20)
        other = threads.submit(tokens.get, 8, "acme/tool", READING)
        try:
            assert other.result(15).value == "token 1"
        finally:
            done.set()
        assert waiting.result(20).value == "token 2"


def test_tokens_that_are_over_are_let_go_of(registration: tuple[App, str]) -> None:
    issuer, tokens = make(registration)
    for number in range(5):
        tokens.get(7, f"octo-org/{number}", READING)
    issuer.now += 3600
    tokens.get(7, "octo-org/last", READING)
    assert len(tokens._slots) == 1
