"""The providers that write, for tests that hold for each of them."""

from __future__ import annotations

from typing import Any

import pytest

from generation.registry import MODELS
from generation.streamed import StreamedProvider

Kind = type[StreamedProvider[Any, Any]]

every_provider = pytest.mark.parametrize("provider", MODELS.values(), ids=list(MODELS))
