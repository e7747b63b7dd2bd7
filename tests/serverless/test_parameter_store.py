"""Settings read by reference from the Parameter Store."""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3
import pytest

from fury_bot import parameter_store
from fury_bot.parameter_store import ParametersUnreadable

if TYPE_CHECKING:
    from collections.abc import Iterator

PATH = "/fury-bot/test"


@pytest.fixture
def parameters(aws: None) -> Iterator[dict[str, str]]:  # noqa: ARG001 - it points the SDK at moto
    """More secrets than one page of an answer holds, and a neighbour's."""
    ssm = boto3.client("ssm")
    stored = {f"SECRET_{number}": f"value {number}" for number in range(12)}
    names = {f"{PATH}/{name}": value for name, value in stored.items()}
    names["/fury-bot/testing/SECRET_0"] = "another stage's"
    for name, value in names.items():
        ssm.put_parameter(Name=name, Value=value, Type="SecureString")
    yield stored
    for name in names:
        ssm.delete_parameter(Name=name)


@pytest.mark.parametrize("prefix", [PATH, f"{PATH}/", PATH.strip("/")])
def test_every_parameter_below_the_path_is_read_and_decrypted(
    parameters: dict[str, str], prefix: str
) -> None:
    assert parameter_store.read(prefix) == parameters


@pytest.mark.usefixtures("aws")
def test_an_empty_path_is_an_error_that_names_it() -> None:
    with pytest.raises(ParametersUnreadable, match="no parameter below /fury-bot/nowhere"):
        parameter_store.read("/fury-bot/nowhere")


@pytest.mark.usefixtures("aws")
def test_an_answer_that_never_comes_is_an_error_that_names_the_missing_permission(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(ParametersUnreadable, match=r"ssm:GetParametersByPath") as caught:
        parameter_store.read(PATH)
    assert PATH in str(caught.value)
