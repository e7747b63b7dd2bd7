"""What the doctor says of the parts that a person may do without."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from fury_bot.cli import doctor
from fury_bot.cli.doctor import Status
from fury_bot.settings import Settings
from fury_bot.wiring import Wiring

SECRETS = (SecretStr("secret"),)


@pytest.mark.parametrize(
    ("part", "given", "status", "named"),
    [
        ("GitHub App", {}, Status.UNUSED, "GITHUB_APP_ID"),
        ("GitHub App", {"github_webhook_secret": SECRETS}, Status.FAILED, "GITHUB_PRIVATE_KEY"),
        ("GitHub App", {"github_app_id": "1"}, Status.FAILED, "GITHUB_PRIVATE_KEY"),
        ("Discord", {}, Status.UNUSED, "DISCORD_PUBLIC_KEY"),
        ("Discord", {"discord_application_id": "1"}, Status.FAILED, "DISCORD_PUBLIC_KEY"),
    ],
)
def test_a_part_that_is_not_used_is_no_failure_and_one_half_set_up_is(
    part: str, given: dict[str, object], status: Status, named: str
) -> None:
    settings = Settings().model_copy(update=given)
    finding = doctor.find(part, doctor.CHECKS[part], Wiring(settings))
    assert (finding.name, finding.status) == (part, status)
    assert named in finding.detail


def test_a_provider_that_is_configured_is_said_not_to_be_asked() -> None:
    settings = Settings().model_copy(update={"groq_api_key": SecretStr("k")})
    finding = doctor.find("providers", doctor.CHECKS["providers"], Wiring(settings))
    assert finding.detail == "groq (configured, not asked), extractive"
