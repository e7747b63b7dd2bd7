"""``fury-bot serve``: where it listens."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from gunicorn.app.base import BaseApplication

from fury_bot.cli.main import group

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("host", ["::1", "127.0.0.1"])
def test_it_listens_to_an_address_of_either_kind(
    host: str, database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    listening = []
    monkeypatch.setattr(BaseApplication, "run", lambda app: listening.extend(app.cfg.address))
    monkeypatch.chdir(tmp_path)
    port = free_port(host)

    done = CliRunner().invoke(
        group,
        ["serve", "--host", host, "--port", str(port)],
        env={"DATABASE_URL": database_url},
        catch_exceptions=False,
    )

    assert done.exit_code == 0, done.output
    assert listening == [(host, port)]


def test_a_port_that_is_taken_is_told_with_its_address() -> None:
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as taken:
        port = taken.getsockname()[1]
        done = CliRunner().invoke(group, ["serve", "--host", "::1", "--port", str(port)])

    assert done.exit_code == 1
    assert f"cannot listen on [::1]:{port}: " in done.output


def free_port(host: str) -> int:
    """Return a port that nobody listens to."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, 0), family=family) as free:
        port: int = free.getsockname()[1]
        return port
