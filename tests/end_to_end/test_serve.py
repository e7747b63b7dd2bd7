"""The two processes of an installation, started as an operator does, and what they tell of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import psycopg
import pytest
import requests
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from fury_bot.settings import Settings
from fury_bot.wiring import Wiring
from fury_bot.wsgi import create_app
from simulator.serving import Served
from tests.end_to_end.apiary import QUESTION
from tests.end_to_end.processes import fury_bot
from tests.end_to_end.serving import TIMEOUT, served
from tests.end_to_end.world import SECRET

if TYPE_CHECKING:
    from pathlib import Path

    from tests.end_to_end.world import World


def test_serve_and_worker_answer_a_discussion(world: World, tmp_path: Path) -> None:
    world.kill_workers()
    before = world.github.app.webhook_url
    with served(world.settings, tmp_path) as url:
        world.github.set_webhook(url=f"{url}/webhooks/github", secret=SECRET)
        discussion = world.ask(QUESTION)
        delivery = world.github.webhooks.deliveries[-1]
        assert (delivery.event, delivery.status_code) == ("discussion", 202)
        worker = fury_bot("worker", "--once", settings=world.settings, folder=tmp_path)
        assert (worker.returncode, worker.stdout) == (0, "")
        world.github.webhooks.drain()
        ready = requests.get(f"{url}/readyz", timeout=TIMEOUT)
        forged = requests.post(
            f"{url}/webhooks/github",
            data=b"{}",
            headers={"X-Hub-Signature-256": f"sha256={'0' * 64}"},
            timeout=TIMEOUT,
        )
        metrics = requests.get(f"{url}/metrics", timeout=TIMEOUT).text
    world.github.set_webhook(url=before, secret=SECRET)
    assert len(world.replies(discussion)) == 1
    assert world.reactions(discussion) == ["ROCKET"]
    assert (ready.status_code, set(ready.json().values())) == (200, {"ok"})
    assert forged.status_code == 401
    assert counted(metrics, "fury_bot_webhook_deliveries_total", outcome="accepted") == 1
    assert counted(metrics, "fury_bot_webhook_deliveries_total", outcome="ignored") == 1
    assert counted(metrics, "fury_bot_webhook_refused_total", reason="signature_mismatch") == 1


def counted(metrics: str, name: str, **labels: str) -> float:
    """Return the sum of the counters called ``name`` that bear ``labels``."""
    found = re.findall(rf"^{name}\{{(.*)\}} (\S+)$", metrics, re.MULTILINE)
    wanted = [f'{label}="{value}"' for label, value in labels.items()]
    return sum(float(value) for given, value in found if all(one in given for one in wanted))


def test_readiness_names_all_that_is_missing(server: str) -> None:
    host, name = conninfo_to_dict(server)["host"], "fury_bot_empty"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    told = {
        url: readiness(url)
        for url in (f"postgresql://postgres:@/{name}?host={host}", "postgresql://127.0.0.1:1/x")
    }
    (empty_status, empty), (absent_status, absent) = told.values()
    assert (empty_status, absent_status) == (503, 503)
    assert empty["database"] == "ok"
    assert "run `fury-bot migrate`" in empty["migrations"]
    assert empty["keys"] == "GITHUB_APP_ID and GITHUB_PRIVATE_KEY are not set"
    assert absent["database"] == absent["migrations"] == "cannot be reached"


def readiness(database_url: str) -> tuple[int, dict[str, str]]:
    wiring = Wiring(Settings(database_url=database_url))
    with Served(create_app(wiring.settings, wiring)) as front:
        response = requests.get(f"{front.url}/readyz", timeout=TIMEOUT)
    wiring.database.close()
    return response.status_code, response.json()


def test_the_doctor_finds_an_installation_well(world: World, tmp_path: Path) -> None:
    done = fury_bot("doctor", settings=world.settings, folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    *found, discord = done.stdout.splitlines()
    assert [line.split()[0] for line in found] == ["ok"] * 4
    assert discord.startswith("not set up  Discord: ")
    assert "known to GitHub as fury-bot" in done.stdout


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"GITHUB_APP_ID": "1"}, r"fail +GitHub App: .*GITHUB_APP_ID"),
        ({"GITHUB_WEBHOOK_SECRET": ""}, r"fail +GitHub App: GITHUB_WEBHOOK_SECRET is not set"),
    ],
)
def test_the_doctor_tells_in_one_line_what_to_mend(
    world: World, tmp_path: Path, changed: dict[str, str], said: str
) -> None:
    done = fury_bot("doctor", settings={**world.settings, **changed}, folder=tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    (failure,) = [line for line in done.stdout.splitlines() if line.startswith("fail ")]
    assert re.match(said, failure)
