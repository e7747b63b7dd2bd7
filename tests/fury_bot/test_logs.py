"""What may stand in a log line."""

from __future__ import annotations

import io
import json
import logging
import sys

import pytest
import structlog

from fury_bot import logs

PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEhunter2\n-----END RSA PRIVATE KEY-----"


@pytest.mark.parametrize(
    "value",
    [
        "ghs_hunter2hunter2",
        "github_pat_hunter2hunter2",
        "gsk_hunter2hunter2",
        "fb_hunter2hunter2hunter2hunter2hunter2hunter2_-x",
        "AIzahunter2hunter2",
        "postgresql://someone:hunter2@host/db",
        "host=h password=hunter2",
        f"key {PEM} end",
        {"nested": ["ghs_hunter2hunter2"]},
        {"api_key": "hunter2"},
    ],
)
def test_what_looks_like_a_secret_is_taken_out(value: object) -> None:
    assert "hunter2" not in str(logs.redact(None, "info", {"event": "x", "what": value}))


@pytest.mark.parametrize("name", ["token", "webhook_secret", "GROQ_API_KEY", "private_key"])
def test_what_is_called_a_secret_is_taken_out(name: str) -> None:
    assert logs.redact(None, "info", {name: "hunter2"}) == {name: "[redacted]"}


def test_other_words_stay() -> None:
    entry = {"event": "asked", "repository": "a/b", "seconds": 0.5, "tokens_used": 7}

    assert logs.redact(None, "info", dict(entry)) == entry


def test_a_line_is_json_where_nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    root = logging.getLogger()
    before = root.handlers, root.level
    monkeypatch.setattr(sys, "stderr", stream)
    try:
        logs.configure("info")
        structlog.get_logger("fury_bot").info("asked", url="postgresql://u:hunter2@h/d")
        logging.getLogger("library").warning("careful with %s", "ghs_hunter2hunter2")
    finally:
        root.handlers, root.level = before
        structlog.reset_defaults()

    own, foreign = map(json.loads, stream.getvalue().splitlines())
    assert (own["event"], own["level"]) == ("asked", "info")
    assert foreign["level"] == "warning"
    assert "hunter2" not in stream.getvalue()


def test_who_waits_for_a_result_reads_sentences(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    root = logging.getLogger()
    before = root.handlers, root.level
    monkeypatch.setattr(sys, "stderr", stream)
    try:
        logs.configure("warning", in_sentences=True)
        structlog.get_logger("fury_bot").info("asked")
        structlog.get_logger("fury_bot").warning("repair_failed", error="too long")
        structlog.get_logger("generation.chain").info(
            "provider_passed_over", provider="groq", message="groq: left alone"
        )
    finally:
        root.handlers, root.level = before
        logging.getLogger("generation.chain").setLevel(logging.NOTSET)
        structlog.reset_defaults()

    assert stream.getvalue() == (
        "fury-bot: repair failed: error too long\n"
        "fury-bot: provider passed over: groq: left alone\n"
    )
