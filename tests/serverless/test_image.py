"""The container image and the services made of it, as far as they can be read without an engine."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from fury_bot.settings import Settings

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
OURS = {"migrate", "web", "worker"}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
    return found


def test_the_build_is_given_every_package_of_the_wheel() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    packages = project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    allowed = (ROOT / ".dockerignore").read_text().splitlines()
    assert "*" in allowed
    assert {f"!{package}/" for package in packages} <= set(allowed)


def test_the_build_is_given_what_the_metadata_names() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    allowed = (ROOT / ".dockerignore").read_text().splitlines()
    assert {f"!{project['readme']}", *(f"!{name}" for name in project["license-files"])} <= set(
        allowed
    )


def test_the_image_installs_what_lambda_calls_it_by() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    (extra,) = re.findall(r'pip install [^"]*"\.\[(\w+)\]"', DOCKERFILE)
    names = {re.split(r"[<>=\[]", line)[0] for line in project["optional-dependencies"][extra]}
    assert {"apig-wsgi", "awslambdaric"} <= names


def test_the_image_does_not_run_as_root() -> None:
    (*_, user) = re.findall(r"^USER (\S+)", DOCKERFILE, re.MULTILINE)
    assert user not in {"root", "0"}


def test_the_image_asks_no_model_hub() -> None:
    assert "HF_HUB_OFFLINE=1" in DOCKERFILE


def test_every_secret_file_is_a_setting_that_is_mounted(compose: dict[str, Any]) -> None:
    for name in OURS:
        service = compose["services"][name]
        for variable, path in service["environment"].items():
            setting = variable.removesuffix("_FILE").lower()
            assert "SecretStr" in str(Settings.model_fields[setting].annotation)
            assert path == f"/run/secrets/{setting}"
            assert setting in service["secrets"]


def test_every_mounted_secret_is_a_file_that_git_ignores(compose: dict[str, Any]) -> None:
    mounted = {name for service in compose["services"].values() for name in service["secrets"]}
    assert mounted == set(compose["secrets"])
    for secret in compose["secrets"].values():
        assert secret["file"].startswith("secrets/")
    assert "secrets/" in (ROOT / ".gitignore").read_text().splitlines()


def test_no_service_holds_a_password(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        for name in service["environment"]:
            assert name.endswith("_FILE") or "PASSWORD" not in name


def test_the_database_is_migrated_before_anything_uses_it(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert services["migrate"]["depends_on"] == {"db": {"condition": "service_healthy"}}
    for name in OURS - {"migrate"}:
        assert services[name]["depends_on"] == {
            "migrate": {"condition": "service_completed_successfully"}
        }


def test_only_the_web_server_is_reached_and_only_from_this_machine(
    compose: dict[str, Any],
) -> None:
    services = compose["services"]
    assert [name for name, service in services.items() if "ports" in service] == ["web"]
    (port,) = services["web"]["ports"]
    assert port.startswith("127.0.0.1:")
