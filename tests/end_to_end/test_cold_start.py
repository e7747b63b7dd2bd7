"""A process that only takes requests in starts light."""

from __future__ import annotations

import hashlib
import hmac
import json
import subprocess
import sys
from typing import TYPE_CHECKING

from simulator.discord import Discord
from tests.end_to_end.processes import PATIENCE, environment

if TYPE_CHECKING:
    from pathlib import Path

HEAVY = ("torch", "sentence_transformers", "transformers", "groq", "google.generativeai")

SECRET = "cold"

SCRIPT = """
import json, sys
from fury_bot.wsgi import application

client = application().test_client()
statuses = [
    client.post(path, data=body, headers=headers).status_code
    for path, body, headers in json.loads(sys.argv[1])
]
print(json.dumps([statuses, [name for name in json.loads(sys.argv[2]) if name in sys.modules]]))
"""


def test_a_webhook_and_a_ping_are_answered_without_a_model_or_an_llm_sdk(
    database_url: str, tmp_path: Path
) -> None:
    discord = Discord()
    ping = json.dumps({"type": 1, "id": "1", "application_id": discord.application_id})
    opened = json.dumps(
        {
            "action": "created",
            "installation": {"id": 1},
            "repository": {"full_name": "octo-org/apiary"},
            "sender": {"type": "User"},
            "discussion": {"node_id": "D_1", "body": "How?", "user": {"type": "User"}},
        }
    )
    signature = hmac.new(SECRET.encode(), opened.encode(), hashlib.sha256).hexdigest()
    requests = [
        (
            "/webhooks/github",
            opened,
            {
                "Content-Type": "application/json",
                "X-GitHub-Event": "discussion",
                "X-GitHub-Delivery": "cold-1",
                "X-Hub-Signature-256": f"sha256={signature}",
            },
        ),
        ("/discord/interactions", ping, discord.signed(ping.encode())),
    ]
    settings = {
        "DATABASE_URL": database_url,
        "GITHUB_WEBHOOK_SECRET": SECRET,
        "DISCORD_PUBLIC_KEY": discord.public_key,
    }
    done = subprocess.run(  # noqa: S603 - this interpreter, on lines of our own
        [sys.executable, "-c", SCRIPT, json.dumps(requests), json.dumps(HEAVY)],
        env=environment(settings),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == [[202, 200], []]
