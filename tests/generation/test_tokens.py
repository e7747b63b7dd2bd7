"""The estimate of tokens: its order of magnitude, its bounds, and the models it is for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.tokens import Vocabulary, estimate, pieces, vocabulary_of, weigh

CODE = "def area(radius, *, segments=32):\n    return radius**2\n"
COUNTED = {
    # text: real tokens in Llama 3, Gemma, Mistral 7B
    CODE: (15, 18, 18),
    "How do I create a sphere in FURY?": (10, 10, 11),
    "See `fury.actor.sphere(centers, colors, radii=1.0)` for details.": (22, 21, 26),
}


@pytest.mark.parametrize(("text", "real"), COUNTED.items())
def test_even_of_a_short_text_the_estimate_is_near_the_truth(
    text: str, real: tuple[int, int, int]
) -> None:
    kinds = (Vocabulary.BYTE_PAIRS, Vocabulary.GEMMA, Vocabulary.SMALL)
    for vocabulary, tokens in zip(kinds, real, strict=True):
        assert 0.8 * tokens <= estimate(text, vocabulary) <= 1.4 * tokens


def test_nothing_is_no_token_and_anything_is_one() -> None:
    assert estimate("") == 0
    assert estimate("a") == 1


def test_each_kind_of_piece_is_counted_by_itself() -> None:
    counted = pieces(
        "getHTTPResponse42  is\n    ok(), \u00e9t\u00e9 \u043c\u0438\u0440 \u4f60\u597d \u2713"
    )
    assert (counted.words, counted.capitals, counted.digits) == (5, 4, 2)
    assert (counted.lines, counted.spaces, counted.punctuation) == (1, 1, 1)
    assert counted.further_punctuation == 2
    assert (counted.accented, counted.alphabets, counted.ideographs) == (2, 3, 2)
    assert counted.other_bytes == 3


def test_long_words_are_dearer_than_short_ones() -> None:
    short, middling, long = (pieces("x" * n) for n in (4, 9, 20))
    assert (short.middle_letters, short.further_letters) == (0, 0)
    assert (middling.middle_letters, middling.further_letters) == (5, 0)
    assert (long.middle_letters, long.further_letters) == (5, 11)


@given(st.text(), st.sampled_from(Vocabulary))
def test_any_text_can_be_estimated(text: str, vocabulary: Vocabulary) -> None:
    assert 0 <= estimate(text, vocabulary) <= 8 * len(text)


@given(st.text(), st.sampled_from(Vocabulary))
def test_the_lines_of_a_text_are_no_less_than_the_whole(text: str, vocabulary: Vocabulary) -> None:
    apart = sum(weigh(line, vocabulary) for line in text.splitlines(keepends=True))
    assert weigh(text, vocabulary) <= apart + 1e-6


@pytest.mark.parametrize(
    ("provider", "model", "vocabulary"),
    [
        ("groq", "llama-3.3-70b-versatile", Vocabulary.BYTE_PAIRS),
        ("groq", "llama3-70b-8192", Vocabulary.BYTE_PAIRS),
        ("groq", "openai/gpt-oss-120b", Vocabulary.BYTE_PAIRS),
        ("groq", "gemma2-9b-it", Vocabulary.GEMMA),
        ("google", "tunedModels/shapes-abc", Vocabulary.GEMMA),
        ("openai", "o3-mini", Vocabulary.BYTE_PAIRS),
        ("ollama", "llama3.2", Vocabulary.BYTE_PAIRS),
        ("ollama", "llama2", Vocabulary.SMALL),
        ("ollama", "mistral:7b", Vocabulary.SMALL),
        ("openai", "unheard-of", Vocabulary.SMALL),
    ],
)
def test_a_models_name_tells_its_vocabulary(
    provider: str, model: str, vocabulary: Vocabulary
) -> None:
    assert vocabulary_of(provider, model) is vocabulary
