"""What osls makes of serverless.yml, without AWS: the CloudFormation template."""

from __future__ import annotations

import importlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from fury_bot.settings import Settings
from fury_bot.wsgi import create_app

ROOT = Path(__file__).parents[2]
OSLS = ROOT / "node_modules" / ".bin" / "osls"
IMAGE = f"123456789012.dkr.ecr.us-east-1.amazonaws.com/fury-bot@sha256:{'a' * 64}"
FUNCTIONS = {"webhook", "api", "worker", "migrate"}

Resource = dict[str, Any]


def osls(*arguments: str, home: Path) -> subprocess.CompletedProcess[str]:
    """Run osls on a bare environment: it must need neither an account nor a network."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    return subprocess.run(  # noqa: S603 - the arguments are this module's own
        [OSLS, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def template_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not OSLS.exists():
        pytest.skip("osls is not installed: npm ci")
    folder = tmp_path_factory.mktemp("package")
    arguments = ["package", "--stage", "prod", "--param", f"image={IMAGE}", "--package", folder]
    packaged = osls(*map(str, arguments), home=folder)
    assert packaged.returncode == 0, packaged.stderr
    return folder / "cloudformation-template-update-stack.json"


@pytest.fixture(scope="module")
def resources(template_path: Path) -> dict[str, Resource]:
    found: dict[str, Resource] = json.loads(template_path.read_text())["Resources"]
    return found


@pytest.fixture(scope="module")
def functions(resources: dict[str, Resource]) -> dict[str, Resource]:
    return {
        resource["Properties"]["FunctionName"].rpartition("-")[2]: resource["Properties"]
        for resource in resources.values()
        if resource["Type"] == "AWS::Lambda::Function"
    }


def of_type(resources: dict[str, Resource], kind: str) -> list[Resource]:
    return [found["Properties"] for found in resources.values() if found["Type"] == kind]


def permissions(resources: dict[str, Resource]) -> set[tuple[str, str]]:
    """Each action that the functions' role allows, with the JSON of what it allows it on."""
    (role,) = of_type(resources, "AWS::IAM::Role")
    return {
        (action, json.dumps(resource))
        for policy in role["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
        for action in _as_list(statement["Action"])
        for resource in _as_list(statement["Resource"])
    }


def _as_list(one_or_more: object) -> list[Any]:
    return one_or_more if isinstance(one_or_more, list) else [one_or_more]


def test_cfn_lint_finds_no_error(template_path: Path) -> None:
    cfn_lint = shutil.which("cfn-lint", path=str(Path(sys.executable).parent))
    assert cfn_lint, "cfn-lint is not installed"
    linted = subprocess.run(  # noqa: S603 - the arguments are this module's own
        # W3005: osls writes dependencies out that a reference implies.
        [cfn_lint, "--regions", "us-east-1", "--ignore-checks", "W3005", "--", template_path],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert linted.returncode == 0, linted.stdout


def test_every_function_runs_a_callable_of_the_one_image(functions: dict[str, Resource]) -> None:
    assert set(functions) == FUNCTIONS
    for function in functions.values():
        assert function["Code"] == {"ImageUri": IMAGE}
        assert function["ImageConfig"]["EntryPoint"] == ["python", "-m", "awslambdaric"]
        (command,) = function["ImageConfig"]["Command"]
        module, _, name = command.rpartition(".")
        assert callable(getattr(importlib.import_module(module), name))


def test_the_environment_names_secrets_and_holds_none(functions: dict[str, Resource]) -> None:
    for name, function in functions.items():
        own = {"FURY_BOT_PROVIDER_TIMEOUT": "12"} if name == "api" else {}
        assert function["Environment"]["Variables"] == own | {
            "FURY_BOT_SECRETS_PREFIX": "/fury-bot/prod",
            "FURY_BOT_DOORBELL_QUEUE_URL": {"Ref": "Doorbell"},
            "HOME": "/tmp",  # noqa: S108 - Lambda's one writable folder
        }


def test_the_api_passes_the_documented_routes_alone(resources: dict[str, Resource]) -> None:
    routes = of_type(resources, "AWS::ApiGatewayV2::Route")
    assert {route["RouteKey"] for route in routes} == {
        "POST /webhooks/github",
        "POST /discord/interactions",
        "GET /healthz",
        "GET /readyz",
        "GET /ping",
        "POST /api/{provider}/generate",
        "POST /api/question",
        "POST /api/search",
        "DELETE /api/conversations/{user_id}",
        "GET /openapi.json",
    }


def test_every_route_of_the_api_is_one_of_the_application(
    resources: dict[str, Resource], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)  # away from any .env
    application = create_app(Settings(database_url="postgresql://unused"))
    served = {
        f"{method} {rule.rule}".translate(str.maketrans("<>", "{}"))
        for rule in application.url_map.iter_rules()
        for method in rule.methods or ()
    }
    routes = of_type(resources, "AWS::ApiGatewayV2::Route")
    assert {route["RouteKey"] for route in routes} <= served


def test_the_api_is_throttled(resources: dict[str, Resource]) -> None:
    (stage,) = of_type(resources, "AWS::ApiGatewayV2::Stage")
    assert stage["DefaultRouteSettings"]["ThrottlingRateLimit"] > 0


def test_a_message_stays_hidden_six_times_as_long_as_the_worker_may_run(
    resources: dict[str, Resource], functions: dict[str, Resource]
) -> None:
    visibility = resources["Doorbell"]["Properties"]["VisibilityTimeout"]
    assert visibility >= 6 * functions["worker"]["Timeout"]


def test_the_worker_is_called_by_the_queue_and_by_a_schedule(
    resources: dict[str, Resource],
) -> None:
    (mapping,) = of_type(resources, "AWS::Lambda::EventSourceMapping")
    assert mapping["EventSourceArn"] == {"Fn::GetAtt": ["Doorbell", "Arn"]}
    assert mapping["BatchSize"] == 1
    (schedule,) = of_type(resources, "AWS::Events::Rule")
    assert schedule["ScheduleExpression"] == "rate(5 minutes)"
    assert "Worker" in json.dumps(mapping["FunctionName"])
    assert "Worker" in json.dumps(schedule["Targets"])


def test_the_webhook_answers_within_the_ten_seconds_that_github_waits(
    functions: dict[str, Resource],
) -> None:
    assert functions["webhook"]["Timeout"] <= 10


def test_the_api_answers_before_its_gateway_gives_up(functions: dict[str, Resource]) -> None:
    assert functions["api"]["Timeout"] < 30


def test_the_api_has_time_for_a_second_provider(functions: dict[str, Resource]) -> None:
    silent = float(functions["api"]["Environment"]["Variables"]["FURY_BOT_PROVIDER_TIMEOUT"])
    assert 2 * silent < functions["api"]["Timeout"]


def test_the_role_may_touch_its_own_parameters_queue_and_logs_alone(
    resources: dict[str, Resource],
) -> None:
    scope = {"ssm": "/fury-bot/prod", "sqs": "Doorbell", "logs": "/aws/lambda/fury-bot-prod"}
    for action, resource in permissions(resources):
        assert "*" not in action
        assert scope[action.partition(":")[0]] in resource


def test_logs_are_kept_for_a_month(resources: dict[str, Resource]) -> None:
    groups = of_type(resources, "AWS::Logs::LogGroup")
    assert len(groups) == len(FUNCTIONS) + 1
    assert {group["RetentionInDays"] for group in groups} == {30}


def test_packaging_without_an_image_says_what_is_missing(tmp_path: Path) -> None:
    if not OSLS.exists():
        pytest.skip("osls is not installed: npm ci")
    refused = osls("package", "--package", str(tmp_path), home=tmp_path)
    assert refused.returncode != 0
    assert "custom.image" in refused.stdout + refused.stderr
    assert "param" in refused.stdout + refused.stderr
