"""Signatures of requests."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from discord_relay.errors import InvalidPublicKey, Reason, SignatureRefused
from discord_relay.signatures import MAX_AGE, load_public_key, verify

KEY = Ed25519PrivateKey.generate()
NOW = 1_750_000_000
BODY = b'{"type":1}'


def sign(body: bytes = BODY, timestamp: str = str(NOW)) -> str:
    return KEY.sign(timestamp.encode() + body).hex()


def check(
    *,
    signature: str | None,
    timestamp: str | None = str(NOW),
    body: bytes = BODY,
    now: float = NOW,
) -> None:
    verify(key=KEY.public_key(), signature=signature, timestamp=timestamp, body=body, now=now)


def reason_of(
    *,
    signature: str | None,
    timestamp: str | None = str(NOW),
    body: bytes = BODY,
    now: float = NOW,
) -> Reason:
    with pytest.raises(SignatureRefused) as refusal:
        check(signature=signature, timestamp=timestamp, body=body, now=now)
    return refusal.value.reason


@given(st.binary())
def test_what_discord_signed_is_accepted(body: bytes) -> None:
    check(signature=sign(body), body=body)


def test_the_published_test_vector_of_ed25519_is_accepted() -> None:
    # RFC 8032, section 7.1, test 3: the message is the two bytes af 82, here split after "".
    key = load_public_key("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025")
    signature = (
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
        "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
    )
    key.verify(bytes.fromhex(signature), bytes.fromhex("af82"))


@pytest.mark.parametrize("missing", [None, ""])
def test_a_missing_header_is_refused(missing: str | None) -> None:
    assert reason_of(signature=missing) is Reason.MISSING_HEADER
    assert reason_of(signature=sign(), timestamp=missing) is Reason.MISSING_HEADER


@pytest.mark.parametrize(
    "signature", [sign()[:-1], sign()[:-2], sign() + "00", "zz" * 64, "0 " * 64, "é" * 128]
)
def test_a_signature_that_is_not_128_hex_digits_is_refused(signature: str) -> None:
    assert reason_of(signature=signature) is Reason.MALFORMED


@pytest.mark.parametrize("timestamp", ["now", "-5", "1.5", " 1", "²", "1" * 5000])
def test_a_timestamp_that_is_no_number_is_refused(timestamp: str) -> None:
    assert reason_of(signature=sign(), timestamp=timestamp) is Reason.MALFORMED


@given(st.integers(min_value=0, max_value=511))
def test_a_signature_with_one_bit_changed_is_refused(bit: int) -> None:
    altered = bytearray.fromhex(sign())
    altered[bit // 8] ^= 1 << bit % 8
    assert reason_of(signature=altered.hex()) is Reason.BAD_SIGNATURE


def test_an_altered_body_or_timestamp_is_refused() -> None:
    assert reason_of(signature=sign(), body=BODY + b" ") is Reason.BAD_SIGNATURE
    assert reason_of(signature=sign(), timestamp=str(NOW + 1)) is Reason.BAD_SIGNATURE


@pytest.mark.parametrize("drift", [-MAX_AGE - 1, MAX_AGE + 1])
def test_a_request_from_another_time_is_refused(drift: int) -> None:
    assert reason_of(signature=sign(), now=NOW + drift) is Reason.STALE


@pytest.mark.parametrize("drift", [-MAX_AGE, MAX_AGE])
def test_a_clock_that_is_a_little_off_is_forgiven(drift: int) -> None:
    check(signature=sign(), now=NOW + drift)


@pytest.mark.parametrize("value", ["", "abc", "zz" * 32, "00" * 31, "00" * 33])
def test_a_wrong_public_key_is_named_in_one_line(value: str) -> None:
    with pytest.raises(InvalidPublicKey) as error:
        load_public_key(value)
    assert "DISCORD_PUBLIC_KEY" in str(error.value)
    assert "\n" not in str(error.value)


def test_a_public_key_with_a_line_end_is_read() -> None:
    load_public_key(KEY.public_key().public_bytes_raw().hex() + "\n")
