"""Signs of life."""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING

from fury_bot.cli.progress import waiting

if TYPE_CHECKING:
    import pytest


def test_a_terminal_is_told_what_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = os.openpty()
    with os.fdopen(theirs, "w") as terminal:
        monkeypatch.setattr(sys, "stderr", terminal)
        monkeypatch.setenv("TERM", "xterm")
        with waiting("loading the model"):
            pass
        print("END", file=terminal, flush=True)
        shown = b""
        while b"END" not in shown:
            shown += os.read(ours, 4096)
    os.close(ours)
    assert "loading the model …" in shown.decode()


def test_nothing_but_a_terminal_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    log = io.StringIO()
    monkeypatch.setattr(sys, "stderr", log)
    with waiting("loading the model"):
        pass
    assert log.getvalue() == ""
