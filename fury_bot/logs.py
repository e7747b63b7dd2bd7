"""One line a log entry, on stderr: for people on a terminal, JSON everywhere else.

A command that prints a result writes sentences alone, wherever its stderr goes.
"""

from __future__ import annotations

import logging
import re
import sys
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from collections.abc import MutableMapping
    from typing import Any

_SECRET_NAME = re.compile(r"(token|secret|password|api_?key|private_?key)$", re.IGNORECASE)
_SECRET_VALUE = re.compile(
    r"\b(gh[a-z]_\w{8,}|github_pat_\w{8,}|gsk_\w{8,}|fb_[\w-]{43}|AIza[\w-]{8,})"
    r"|(?<=://)[^/\s:@]*:[^/\s@]+(?=@)|\bpassword=\S+"
    r"|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]+"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|$)",
    re.DOTALL,
)

_OF_EVERY_ENTRY = frozenset({"event", "exception", "level", "logger", "timestamp"})


def configure(level: str, *, in_sentences: bool = False) -> None:
    """Send every log entry of this process, the libraries' too, through one set of processors.

    ``in_sentences`` writes ``fury-bot: what happened: the message``, for who waits for an answer,
    and wants to know as well which model did not give it.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.processors.format_exc_info,
        redact,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    renderer: structlog.typing.Processor = structlog.processors.JSONRenderer()
    if in_sentences:
        renderer = _sentence
    elif sys.stderr.isatty():
        renderer = structlog.dev.ConsoleRenderer()
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    logging.getLogger("generation.chain").setLevel(logging.INFO if in_sentences else logging.NOTSET)
    for name in ("httpx", "urllib3", "gql", "sentence_transformers", "procrastinate"):
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


def _sentence(_: structlog.typing.WrappedLogger, __: str, entry: MutableMapping[str, Any]) -> str:
    told = {name: value for name, value in entry.items() if name not in _OF_EVERY_ENTRY}
    what = str(entry["event"]).replace("_", " ")
    details = told.get("message") or ", ".join(f"{name} {value}" for name, value in told.items())
    line = f"fury-bot: {what}: {details}" if details else f"fury-bot: {what}"
    return "\n".join(filter(None, (line, entry.get("exception"))))


def redact(
    _: structlog.typing.WrappedLogger, __: str, entry: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Take out what looks like a secret, by its name or by its form, wherever it stands."""
    return {key: _redacted(value, name=key) for key, value in entry.items()}


def _redacted(value: object, *, name: str = "") -> object:
    if _SECRET_NAME.search(name):
        return "[redacted]"
    if isinstance(value, str):
        return _SECRET_VALUE.sub("[redacted]", value)
    if isinstance(value, dict):
        return {key: _redacted(each, name=str(key)) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_redacted(each) for each in value]
    return value
