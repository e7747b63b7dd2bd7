"""A language-model service for development, the demo and tests.

It speaks the wire protocols of real providers over HTTP, one module of ``simulator.llm.wire``
each, so that their own SDKs can talk to it. It answers from the numbered passages of the prompt,
always the same, unless it is given another speaker, and fails in the ways that real services do
when told to::

    models = SimulatedModels()
    with Served(create_app(models)) as server:
        models.faults.set("groq", Fault(FaultKind.RATE_LIMITED, seconds=7))
        ...
        assert models.requests("groq")[0].stream
"""

from simulator.llm.app import create_app
from simulator.llm.faults import Fault, FaultKind
from simulator.llm.models import (
    API_KEY,
    RecordedRequest,
    RecordedTurn,
    SimulatedModels,
    Speaker,
)

__all__ = [
    "API_KEY",
    "Fault",
    "FaultKind",
    "RecordedRequest",
    "RecordedTurn",
    "SimulatedModels",
    "Speaker",
    "create_app",
]
