"""Simulated language models over HTTP, and a question that they can answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from generation import Passage, Request
from simulator.llm import SimulatedModels, create_app
from simulator.serving import Served

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

AREA = '''\
def area(radius, *, segments=32):
    """Compute the area of a disc.

    Parameters
    ----------
    radius : float
        Radius in metres.
    segments : int, optional
        How finely the rim is cut.
    """
    return radius**2
'''


@pytest.fixture
def models() -> Iterator[SimulatedModels]:
    """The state of a simulated service; nothing hangs after the test."""
    models = SimulatedModels()
    yield models
    models.faults.clear()


@dataclass
class Switchboard:
    """A WSGI application that passes requests on to the current test's."""

    current: WSGIApplication | None = None

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        assert self.current, "a request outside a test"
        return self.current(environ, start_response)


@pytest.fixture(scope="session")
def model_server() -> Iterator[Served]:
    """One server for all tests: starting is quick, stopping is not."""
    with Served(Switchboard()) as server:
        yield server


@pytest.fixture
def serve(model_server: Served) -> Callable[[WSGIApplication], str]:
    """Serves an application for this test, and returns where."""

    def serve(application: WSGIApplication) -> str:
        assert isinstance(model_server.application, Switchboard)
        model_server.application.current = application
        return model_server.url

    return serve


@pytest.fixture
def base_url(models: SimulatedModels, serve: Callable[[WSGIApplication], str]) -> str:
    """Where the simulated service listens."""
    return serve(create_app(models))


@pytest.fixture
def question() -> Request:
    """A question with the passage that answers it."""
    passage = Passage(
        number=1,
        path="shapes/disc.py",
        start_line=3,
        end_line=13,
        kind="function",
        symbol="shapes.disc.area",
        signature="def area(radius, *, segments=32)",
        text=AREA,
    )
    return Request("How do I compute the area of a disc?", "octo/shapes", (passage,))
