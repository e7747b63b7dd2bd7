"""Foreign messages made fit for a log."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from generation.redaction import LONGEST, one_line


def test_a_key_at_the_cut_leaves_no_half_behind() -> None:
    secret = "k" * 40
    assert "kkk" not in one_line("x" * (LONGEST - 20) + secret, secret=secret)


@given(before=st.text(), after=st.text())
def test_a_message_is_one_bounded_line_without_the_key(before: str, after: str) -> None:
    line = one_line(f"{before}gsk_0123456789{after}", secret="gsk_0123456789")
    assert "gsk_0123456789" not in line
    assert len(line) <= LONGEST
    assert len(line.splitlines()) <= 1
