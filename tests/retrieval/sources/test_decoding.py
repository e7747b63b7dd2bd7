"""From bytes to text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.model import SourceFile
from retrieval.sources import Undecodable, decode


def decoded(data: bytes, path: str = "notes.txt") -> str:
    return decode(SourceFile(path, data))


def test_utf_8_is_read_without_its_byte_order_mark() -> None:
    assert decoded(b"\xef\xbb\xbfna\xc3\xafve\r\nline\n") == "naïve\r\nline\n"


@pytest.mark.parametrize("path", ["module.py", "stub.pyi"])
def test_a_python_file_is_read_as_its_coding_line_says(path: str) -> None:
    data = "# -*- coding: koi8-r -*-\nname = 'щит'\n".encode("koi8-r")
    assert "щит" in decoded(data, path)


def test_a_coding_line_means_nothing_outside_python() -> None:
    with pytest.raises(Undecodable):
        decoded("# coding: koi8-r\nщит щит щит щит щит\n".encode("koi8-r"))


@pytest.mark.parametrize(
    "encoding", ["unicode_escape", "raw_unicode_escape", "utf-7", "rot13", "x"]
)
def test_a_coding_line_that_names_no_character_set_is_passed_over(encoding: str) -> None:
    text = f"# coding: {encoding}\nname = '\\x41 \\u0041 +AEE-'\n"
    assert decoded(text.encode(), "module.py") == text


def test_latin_1_is_read_when_it_looks_like_text() -> None:
    assert decoded("Größe und Maß\n".encode("latin-1")) == "Größe und Maß\n"


@pytest.mark.parametrize(
    "data",
    [b"\xff\xfe\x00a", b"text\0text", b"\xe9\x01\x02 abc", bytes(range(0xA0, 0xFF)), b"caf\x81 x"],
)
def test_bytes_that_are_not_text_are_refused_by_name(data: bytes) -> None:
    with pytest.raises(Undecodable, match=r"notes\.txt"):
        decoded(data)


@given(data=st.binary(), path=st.sampled_from(["a.py", "a.txt"]))
def test_text_can_always_be_stored(data: bytes, path: str) -> None:
    try:
        text = decoded(data, path)
    except Undecodable:
        return
    assert "\0" not in text
    text.encode()
