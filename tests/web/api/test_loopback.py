"""Who needs no token: somebody at this machine, and nobody through it."""

from __future__ import annotations

import pytest

from web.api.loopback import Origin

HERE = {
    "REMOTE_ADDR": "127.0.0.1",
    "SERVER_NAME": "127.0.0.1",
    "SERVER_PROTOCOL": "HTTP/1.1",
    "HTTP_HOST": "localhost:8000",
}


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"REMOTE_ADDR": "::1", "SERVER_NAME": "::1", "HTTP_HOST": "[::1]:8000"},
        {"REMOTE_ADDR": "::ffff:127.0.0.1"},
        {"HTTP_HOST": "127.0.0.1"},
    ],
)
def test_this_machine_is_known(changed: dict[str, str]) -> None:
    assert Origin.of({**HERE, **changed}).is_this_machine


@pytest.mark.parametrize(
    "changed",
    [
        {"REMOTE_ADDR": "192.0.2.7"},
        {"REMOTE_ADDR": "::ffff:192.0.2.7"},
        {"REMOTE_ADDR": ""},
        {"SERVER_NAME": "0.0.0.0"},  # noqa: S104 - what a server on all addresses is called
        {"SERVER_NAME": "::"},
        {"HTTP_HOST": "kitchen.example:8000"},
        {"HTTP_HOST": "localhost.kitchen.example"},
        {"HTTP_HOST": "[::1"},
        {"HTTP_HOST": ""},
        {"HTTP_X_FORWARDED_FOR": "127.0.0.1"},
        {"HTTP_X_FORWARDED_PROTO": "https"},
        {"HTTP_X_REAL_IP": "127.0.0.1"},
        {"HTTP_FORWARDED": "for=127.0.0.1"},
        {"HTTP_VIA": "1.1 proxy"},
        {"SERVER_PROTOCOL": "HTTP/1.0"},
    ],
)
def test_others_and_those_who_ask_for_others_are_told_apart(changed: dict[str, str]) -> None:
    assert not Origin.of({**HERE, **changed}).is_this_machine
