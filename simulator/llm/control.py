"""HTTP control of the faults, for use from another process."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from flask import Blueprint, jsonify, request

from simulator.llm.faults import Fault, FaultKind

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from simulator.llm.models import SimulatedModels


def blueprint(models: SimulatedModels) -> Blueprint:
    """Return ``/_control``, where faults are chosen, and requests and hang-ups are listed.

    ``PUT faults/<provider>``, ``DELETE faults``, ``GET requests``, ``GET hang-ups``. A fault is
    ``{"kind": "rate-limited", "seconds": 7, "times": 1}``; deleting the faults also releases the
    requests that hang.
    """
    control = Blueprint("control", __name__, url_prefix="/_control")

    @control.put("/faults/<provider>")
    def set_fault(provider: str) -> ResponseReturnValue:
        fault = _fault(request.get_json())
        if isinstance(fault, str):
            return jsonify(error=fault), 400
        models.faults.set(provider, fault)
        return "", 204

    @control.delete("/faults")
    def clear_faults() -> ResponseReturnValue:
        models.faults.clear()
        return "", 204

    @control.get("/requests")
    def list_requests() -> ResponseReturnValue:
        return jsonify([asdict(recorded) for recorded in models.requests()])

    @control.get("/hang-ups")
    def list_hang_ups() -> ResponseReturnValue:
        return jsonify([asdict(recorded) for recorded in models.hang_ups()])

    return control


def _fault(body: Any) -> Fault | str:  # noqa: ANN401 - JSON from outside
    """Return the fault that ``body`` describes, or what is wrong with it."""
    if not isinstance(body, dict) or body.get("kind") not in set(FaultKind):
        return f"kind: expected one of {', '.join(FaultKind)}"
    for name, expected in (("seconds", (int, float)), ("times", int), ("message", str)):
        value = body.get(name)
        if value is not None and not isinstance(value, expected):
            return f"{name}: unexpected {value!r}"
    return Fault(
        FaultKind(body["kind"]),
        seconds=body.get("seconds"),
        times=body.get("times"),
        message=body.get("message"),
    )
