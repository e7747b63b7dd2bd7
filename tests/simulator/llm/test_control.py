"""Faults are chosen over HTTP, by name, and for a number of requests."""

from __future__ import annotations

import threading

import pytest
import requests

from simulator.llm import API_KEY, Fault, FaultKind, SimulatedModels
from simulator.llm.faults import Faults, in_model_name

BODY = {"model": "m", "messages": [{"role": "user", "content": "Hello"}]}


def ask(base_url: str) -> int:
    headers = {"Authorization": f"Bearer {API_KEY}"}
    url = f"{base_url}/openai/v1/chat/completions"
    return requests.post(url, json=BODY, headers=headers, timeout=20).status_code


def test_a_fault_is_set_and_cleared_over_http(base_url: str) -> None:
    fault = {"kind": "overloaded", "times": 2}
    set_ = requests.put(f"{base_url}/_control/faults/groq", json=fault, timeout=20)
    assert set_.status_code == 204
    assert [ask(base_url) for _ in range(3)] == [503, 503, 200]
    requests.put(f"{base_url}/_control/faults/groq", json={"kind": "forbidden"}, timeout=20)
    assert ask(base_url) == 403
    assert requests.delete(f"{base_url}/_control/faults", timeout=20).status_code == 204
    assert ask(base_url) == 200


def test_clearing_the_faults_lets_a_held_request_go_on(
    base_url: str, models: SimulatedModels
) -> None:
    models.faults.set("groq", Fault(FaultKind.HANG))
    statuses: list[int] = []
    held = threading.Thread(target=lambda: statuses.append(ask(base_url)))
    held.start()
    requests.delete(f"{base_url}/_control/faults", timeout=20)
    held.join(20)
    assert statuses == [200]


def test_requests_are_listed_without_the_key(base_url: str) -> None:
    ask(base_url)
    listed = requests.get(f"{base_url}/_control/requests", timeout=20)
    assert [(r["provider"], r["model"], r["user"]) for r in listed.json()] == [
        ("groq", "m", "Hello")
    ]
    assert API_KEY not in listed.text


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, "kind"),
        ({"kind": "sulk"}, "kind"),
        ([], "kind"),
        ({"kind": "hang", "seconds": "long"}, "seconds"),
        ({"kind": "hang", "times": 1.5}, "times"),
    ],
)
def test_a_wrong_fault_is_refused_by_name(base_url: str, body: object, named: str) -> None:
    response = requests.put(f"{base_url}/_control/faults/groq", json=body, timeout=20)
    assert response.status_code == 400
    assert response.json()["error"].startswith(f"{named}:")


@pytest.mark.parametrize(
    ("model", "fault"),
    [
        ("fault-cut", Fault(FaultKind.CUT)),
        ("fault-rate-limited-30", Fault(FaultKind.RATE_LIMITED, seconds=30)),
        ("fault-hang-0.5", Fault(FaultKind.HANG, seconds=0.5)),
        ("fault-unheard-of", None),
        ("llama", None),
    ],
)
def test_a_models_name_can_ask_for_a_fault(model: str, fault: Fault | None) -> None:
    assert in_model_name(model) == fault


def test_a_fault_meets_its_own_provider_alone() -> None:
    faults = Faults()
    faults.set("groq", Fault(FaultKind.CUT))
    assert faults.take("google") is None
    assert faults.take("groq") == Fault(FaultKind.CUT)
