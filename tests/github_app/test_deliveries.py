"""Reading a webhook request."""

from __future__ import annotations

import pytest

from github_app.deliveries import parse
from github_app.errors import RefusalReason, Refused

GUID = "72d3162e-cc78-11e3-81ab-4c9367dc0958"


def read(
    *,
    event: str | None = "push",
    delivery_id: str | None = GUID,
    content_type: str | None = "application/json",
    body: bytes = b"{}",
) -> object:
    return parse(event=event, delivery_id=delivery_id, content_type=content_type, body=body)


def test_a_delivery_has_its_id_its_event_and_its_payload() -> None:
    delivery = parse(
        event="push",
        delivery_id=GUID,
        content_type="application/json; charset=utf-8",
        body=b'{"a":1}',
    )
    assert (delivery.id, delivery.event, delivery.payload) == (GUID, "push", {"a": 1})


@pytest.mark.parametrize("content_type", [None, "", "text/plain", "application/jsonp"])
def test_another_content_type_is_refused(content_type: str | None) -> None:
    with pytest.raises(Refused) as refusal:
        read(content_type=content_type)
    assert (refusal.value.reason, refusal.value.reason.status) == (RefusalReason.CONTENT_TYPE, 415)


def test_a_form_encoded_payload_is_refused_saying_what_to_set() -> None:
    with pytest.raises(Refused, match="set the webhook's content type to application/json"):
        read(content_type="application/x-www-form-urlencoded")


@pytest.mark.parametrize("event", ["Push", "a b", "é", "x" * 65, "-push", "push\n"])
def test_a_strange_event_name_is_refused(event: str) -> None:
    with pytest.raises(Refused) as refusal:
        read(event=event)
    assert refusal.value.reason is RefusalReason.EVENT_MALFORMED


@pytest.mark.parametrize("event", [None, ""])
def test_a_missing_event_name_is_refused(event: str | None) -> None:
    with pytest.raises(Refused) as refusal:
        read(event=event)
    assert refusal.value.reason is RefusalReason.EVENT_MISSING


@pytest.mark.parametrize("delivery_id", ["-->", "a--b", "a b", "x" * 73, "a\n"])
def test_a_strange_delivery_id_is_refused(delivery_id: str) -> None:
    with pytest.raises(Refused) as refusal:
        read(delivery_id=delivery_id)
    assert refusal.value.reason is RefusalReason.DELIVERY_MALFORMED


@pytest.mark.parametrize("delivery_id", [None, ""])
def test_a_missing_delivery_id_is_refused(delivery_id: str | None) -> None:
    with pytest.raises(Refused) as refusal:
        read(delivery_id=delivery_id)
    assert refusal.value.reason is RefusalReason.DELIVERY_MISSING


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff\xfe\xfd", b"[" * 100_000, b"payload=%7B%7D", b"1" * 5_000]
)
def test_a_body_that_is_not_json_is_refused(body: bytes) -> None:
    with pytest.raises(Refused) as refusal:
        read(body=body)
    assert (refusal.value.reason, refusal.value.reason.status) == (
        RefusalReason.BODY_MALFORMED,
        400,
    )


@pytest.mark.parametrize("body", [b"[]", b"null", b"1", b'"text"', b"true"])
def test_json_that_is_no_object_is_refused(body: bytes) -> None:
    with pytest.raises(Refused) as refusal:
        read(body=body)
    assert refusal.value.reason is RefusalReason.BODY_NOT_OBJECT
