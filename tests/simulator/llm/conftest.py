"""Simulated language models over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from simulator.llm import SimulatedModels, create_app
from simulator.serving import Served

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def models() -> Iterator[SimulatedModels]:
    """The state of a simulated service; nothing hangs after the test."""
    models = SimulatedModels()
    yield models
    models.faults.clear()


@pytest.fixture
def base_url(models: SimulatedModels) -> Iterator[str]:
    """Where the simulated service listens."""
    with Served(create_app(models)) as server:
        yield server.url
