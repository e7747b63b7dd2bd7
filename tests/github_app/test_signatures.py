"""Verifying a webhook request."""

from __future__ import annotations

import pytest

from github_app.errors import RefusalReason, Refused
from github_app.signatures import sign, verify

SECRET = "It's a Secret to Everybody"
BODY = b"Hello, World!"
SIGNATURE = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"


def test_the_vector_of_githubs_documentation_is_accepted() -> None:
    assert sign(BODY, SECRET) == SIGNATURE
    verify(BODY, SIGNATURE, [SECRET])


def test_any_of_several_secrets_may_have_signed() -> None:
    verify(BODY, SIGNATURE, ["old", SECRET, "new"])


def test_upper_case_digits_are_the_same_digits() -> None:
    verify(BODY, "sha256=" + SIGNATURE.removeprefix("sha256=").upper(), [SECRET])


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (None, RefusalReason.SIGNATURE_MISSING),
        ("", RefusalReason.SIGNATURE_MISSING),
        (SIGNATURE.replace("sha256", "sha1"), RefusalReason.SIGNATURE_MALFORMED),
        (SIGNATURE.removeprefix("sha256="), RefusalReason.SIGNATURE_MALFORMED),
        (SIGNATURE[:-1] + "g", RefusalReason.SIGNATURE_MALFORMED),
        (SIGNATURE[:-1] + "é", RefusalReason.SIGNATURE_MALFORMED),
        (SIGNATURE + "0", RefusalReason.SIGNATURE_MALFORMED),
        (SIGNATURE[:-1], RefusalReason.SIGNATURE_TRUNCATED),
        ("sha256=", RefusalReason.SIGNATURE_TRUNCATED),
        (SIGNATURE[:-1] + "8", RefusalReason.SIGNATURE_MISMATCH),
    ],
)
def test_a_bad_signature_is_refused_with_its_reason(
    header: str | None, reason: RefusalReason
) -> None:
    with pytest.raises(Refused) as refusal:
        verify(BODY, header, [SECRET])
    assert refusal.value.reason is reason
    assert refusal.value.reason.status == 401
    assert "757107" not in refusal.value.detail.replace(str(header), "")


def test_one_flipped_bit_of_the_body_is_refused() -> None:
    with pytest.raises(Refused, match="does not match"):
        verify(b"hello, World!", SIGNATURE, [SECRET])


def test_another_secret_is_refused() -> None:
    with pytest.raises(Refused, match="does not match"):
        verify(BODY, SIGNATURE, ["other"])


def test_no_secret_accepts_nothing() -> None:
    with pytest.raises(Refused):
        verify(BODY, SIGNATURE, [])
