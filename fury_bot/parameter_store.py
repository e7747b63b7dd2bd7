"""Settings kept in AWS Systems Manager's Parameter Store, read by reference.

A function's environment holds the path alone; the values, secret ones among them, reach the
process when it starts and are seen nowhere else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from collections.abc import Iterator

TIMEOUT = 3
"""Seconds to connect, and again to read; two tries must fit into a webhook's ten."""


class ParametersUnreadable(Exception):
    """The parameters cannot be read; the message names the path and what to do."""


def read(prefix: str) -> dict[str, str]:
    """Return the parameters directly below ``prefix``, decrypted, by the last part of their names.

    Raises:
        ParametersUnreadable: There is no answer, no permission, or no parameter.
    """
    path = "/" + prefix.strip("/")
    try:
        found = dict(_parameters(path))
    except (BotoCoreError, ClientError) as error:
        raise ParametersUnreadable(
            f"cannot read the parameters below {path}: {error}; the function's role needs "
            f"ssm:GetParametersByPath for it, and kms:Decrypt if a key of your own encrypts them"
        ) from error
    if not found:
        raise ParametersUnreadable(
            f"there is no parameter below {path}; put each setting there under its own name, "
            f"{path}/DATABASE_URL first"
        )
    return found


def _parameters(path: str) -> Iterator[tuple[str, str]]:
    client = boto3.client(
        "ssm",
        config=Config(
            connect_timeout=TIMEOUT, read_timeout=TIMEOUT, retries={"total_max_attempts": 2}
        ),
    )
    pages = client.get_paginator("get_parameters_by_path").paginate(Path=path, WithDecryption=True)
    for page in pages:
        for parameter in page["Parameters"]:
            yield parameter["Name"].rpartition("/")[2], parameter["Value"]
