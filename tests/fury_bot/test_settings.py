"""What operators set, and what they are told when it is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fury_bot.settings import Settings, SettingsError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of this machine, and no ``.env``, reaches a test."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
        monkeypatch.delenv(f"{name.upper()}_FILE", raising=False)
    monkeypatch.chdir(tmp_path)


def test_nothing_needs_to_be_set() -> None:
    settings = Settings()

    assert settings.database_url is None
    assert settings.providers == ("extractive",)
    assert settings.github_webhook_secret == ()


@pytest.mark.parametrize(
    ("environment", "chain"),
    [
        ({"GROQ_API_KEY": "k"}, ("groq", "extractive")),
        ({"GROQ_API_KEY": "k", "GEMINI_API_KEY": "k"}, ("groq", "google", "extractive")),
        ({"FURY_BOT_PROVIDERS": "google, groq"}, ("google", "groq", "extractive")),
        ({"FURY_BOT_PROVIDERS": "extractive,groq"}, ("groq", "extractive")),
    ],
)
def test_the_chain_ends_with_the_provider_that_needs_no_key(
    environment: dict[str, str], chain: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    assert Settings().providers == chain


def test_several_webhook_secrets_are_comma_separated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_WEBHOOK_SECRET", "new, old")

    secrets = [secret.get_secret_value() for secret in Settings().github_webhook_secret]
    assert secrets == ["new", "old"]


def test_a_secret_may_stand_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("s3cret\n")
    monkeypatch.setenv("GROQ_API_KEY_FILE", str(tmp_path / "key"))

    key = Settings().groq_api_key
    assert key is not None
    assert key.get_secret_value() == "s3cret"


def test_a_file_named_in_dot_env_is_read(tmp_path: Path) -> None:
    (tmp_path / "secrets").write_text("a,b")
    (tmp_path / ".env").write_text(f"GITHUB_WEBHOOK_SECRET_FILE={tmp_path / 'secrets'}\n")

    assert len(Settings().github_webhook_secret) == 2


def test_the_environment_goes_before_dot_env(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("GITHUB_APP_ID=1\n")
    monkeypatch.setenv("GITHUB_APP_ID", "2")

    assert Settings().github_app_id == "2"


def test_a_missing_secret_file_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROQ_API_KEY_FILE", "/nowhere/key")

    with pytest.raises(SettingsError, match="GROQ_API_KEY_FILE: /nowhere/key cannot be read"):
        Settings()


def test_an_empty_value_is_no_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "")
    monkeypatch.setenv("FURY_BOT_CONCURRENCY", "")

    assert Settings().database_url is None
    assert Settings().fury_bot_concurrency == 2


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FURY_BOT_PROVIDERS", "groq,gorq"),
        ("FURY_BOT_CONCURRENCY", "many"),
        ("FURY_BOT_DEFAULT_REPOSITORY", "no-slash"),
        ("DISCORD_REPOSITORIES", "a/b,c"),
        ("GITHUB_API_URL", "not a url"),
        ("FURY_BOT_LOG_LEVEL", "loud"),
    ],
)
def test_a_wrong_value_is_named_in_one_line(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError) as raised:
        Settings()

    assert str(raised.value).startswith(f"{name}: ")
    assert "\n" not in str(raised.value)


def test_every_wrong_value_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FURY_BOT_CONCURRENCY", "0")
    monkeypatch.setenv("GITHUB_API_URL", "no")

    with pytest.raises(SettingsError) as raised:
        Settings()

    lines = str(raised.value).splitlines()
    assert sorted(line.partition(":")[0] for line in lines) == [
        "FURY_BOT_CONCURRENCY",
        "GITHUB_API_URL",
    ]


def test_no_secret_shows_when_settings_are_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = {
        "DATABASE_URL": "postgresql://u:hunter2@h/d",
        "GROQ_API_KEY": "hunter2",
        "GITHUB_WEBHOOK_SECRET": "hunter2,hunter22",
        "GITHUB_PRIVATE_KEY": "hunter2",
        "DISCORD_BOT_TOKEN": "hunter2",
    }
    for name, value in secrets.items():
        monkeypatch.setenv(name, value)

    assert "hunter2" not in f"{Settings()!r} {Settings()!s}"


@pytest.mark.parametrize(
    ("api", "web"),
    [
        ("https://api.github.com", "https://github.com"),
        ("https://github.example.org/api/v3/", "https://github.example.org"),
    ],
)
def test_the_pages_stand_where_the_api_does(
    api: str, web: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_API_URL", api)

    assert Settings().github_web_url == web


@pytest.mark.parametrize("days", ["0", "3651", "1e300", "inf"])
def test_a_conversation_is_kept_for_ten_years_at_the_most(
    days: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FURY_BOT_CONVERSATION_DAYS", days)

    with pytest.raises(SettingsError, match="FURY_BOT_CONVERSATION_DAYS"):
        Settings()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("FURY_BOT_PROVIDERS", "groq,foo", "there is no provider 'foo'; known: groq, google, "),
        ("FURY_BOT_DEFAULT_REPOSITORY", "click", "'click' should be owner/name"),
        ("DISCORD_REPOSITORIES", "a/b,c", "'c' should be owner/name"),
    ],
)
def test_what_is_wrong_is_named_with_what_it_should_be(
    name: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError, match=f"^{name}: {said}"):
        Settings()
