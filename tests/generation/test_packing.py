"""What of a request goes into a window."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generation import Passage, Request
from generation.packing import CUT, cut, output_of, pack, size
from generation.prompts import build
from generation.protocol import Attempt, Task, Turn
from generation.tokens import Vocabulary, estimate, weigh

LARGE = 131_072
SMALL = 4_096
LINES = "".join(f"    value_{n} = compute(radius, {n})\n" for n in range(400))


def passage(number: int, text: str = LINES[:1_000]) -> Passage:
    return Passage(
        number=number,
        path=f"shapes/part_{number}.py",
        start_line=1,
        end_line=30,
        kind="function",
        symbol=f"shapes.part_{number}.area",
        signature=None,
        text=text,
    )


def turns(count: int, text: str = "What is said. " * 20) -> tuple[Turn, ...]:
    roles: list[Literal["user", "assistant"]] = ["user", "assistant"]
    return tuple(Turn(roles[n % 2], f"{n}: {text}") for n in range(count))


def request(**parts: object) -> Request:
    whole = Request("How do I compute the area?", "octo/shapes", (passage(1),))
    return replace(whole, **parts)  # type: ignore[arg-type]  # parts of a Request, by name


def numbers(packed: Request) -> list[int]:
    return [one.number for one in packed.passages]


def test_a_request_that_fits_stays_as_it_is() -> None:
    asked = request(passages=tuple(map(passage, range(1, 6))), history=turns(4))
    assert replace(pack(asked, window=LARGE), max_output_tokens=None) == asked


def test_the_best_passages_are_kept_in_their_order() -> None:
    packed = pack(request(passages=tuple(map(passage, range(1, 21)))), window=SMALL)
    assert numbers(packed) == list(range(1, len(packed.passages) + 1))
    assert 1 < len(packed.passages) < 20


def test_a_passage_that_does_not_fit_leaves_its_room_to_the_next_one() -> None:
    passages = (passage(1), passage(2, LINES * 4), passage(3))
    packed = pack(request(passages=passages), window=SMALL)
    assert numbers(packed) == [1, 3]
    assert packed.passages[1].text == passages[2].text


def test_the_first_passage_is_cut_at_the_end_of_a_line_rather_than_dropped() -> None:
    packed = pack(request(passages=(passage(1, LINES * 4),)), window=SMALL)
    kept = packed.passages[0].text.removesuffix(CUT)
    assert LINES.startswith(kept)
    assert kept.endswith(")")
    assert packed.passages[0].text.endswith(CUT)
    assert len(kept) > 1_000


def test_a_question_is_never_left_out() -> None:
    asked = request(question="Why is the sky blue?\n" * 4_000, history=turns(40))
    packed = pack(asked, window=SMALL)
    assert packed.question.startswith("Why is the sky blue?\nWhy")
    assert packed.question.endswith(CUT)
    assert packed.passages


def test_even_in_a_hopeless_window_the_question_begins() -> None:
    packed = pack(request(question="Why is the sky blue?\n" * 4_000), window=256)
    assert packed.question.startswith("Why is the sky blue?")
    assert size(packed, Vocabulary.SMALL) > 256


def test_the_latest_turns_are_kept_without_a_gap() -> None:
    asked = request(history=turns(60))
    packed = pack(asked, window=SMALL)
    assert 0 < len(packed.history) < 60
    assert packed.history == asked.history[-len(packed.history) :]


def test_history_does_not_push_the_passages_out() -> None:
    asked = request(passages=tuple(map(passage, range(1, 4))), history=turns(200))
    assert numbers(pack(asked, window=8_192)) == [1, 2, 3]


def test_of_a_long_last_turn_the_beginning_is_kept() -> None:
    asked = request(history=(Turn("user", "old"), Turn("assistant", LINES * 4)))
    (kept,) = pack(asked, window=SMALL).history
    assert kept.role == "assistant"
    assert kept.text.endswith(CUT)


def test_a_thread_that_is_to_be_summarised_is_given_most_of_the_room() -> None:
    asked = request(history=turns(200))
    question = len(pack(asked, window=8_192).history)
    summary = len(pack(replace(asked, task=Task.SUMMARISE), window=8_192).history)
    assert summary > 2 * question


def test_without_passages_the_history_has_all_the_room() -> None:
    asked = request(passages=(), history=turns(200), task=Task.STANDALONE)
    with_passages = replace(asked, passages=(passage(1),))
    assert len(pack(asked, window=SMALL).history) > len(pack(with_passages, window=SMALL).history)


def test_a_draft_to_be_mended_is_kept_with_its_problems() -> None:
    attempt = Attempt(text=LINES * 4, problems=("`spere` is not defined.",))
    packed = pack(request(attempt=attempt), window=8_192)
    assert packed.attempt
    assert packed.attempt.problems == attempt.problems
    assert packed.attempt.text.endswith(CUT)
    assert packed.passages


def test_the_answer_is_given_a_quarter_of_a_small_window_and_its_usual_room_in_a_large_one() -> (
    None
):
    assert pack(request(), window=SMALL).max_output_tokens == 1_024
    usual = pack(request(), window=LARGE).max_output_tokens
    assert usual == pack(request(), window=2 * LARGE).max_output_tokens == 4_096
    assert output_of(request(max_output_tokens=100), window=LARGE) == 100


TEXTS = {
    "code": LINES,
    "prose": "word " * 900,
    "one word": "x" * 5_000,
    "blank lines": "\n" * 3_000,
    "japanese": "短い文。" * 300,
    "accents": "é" * 900,
    "rules": "=-" * 900,
    "nothing": "",
}
names = st.sampled_from(sorted(TEXTS))


@settings(max_examples=40)
@given(
    question=names,
    parts=st.tuples(st.lists(names, max_size=8), st.lists(names, max_size=8)),
    task=st.sampled_from(Task),
    vocabulary=st.sampled_from(Vocabulary),
)
@pytest.mark.parametrize("window", [SMALL, 6_000, 16_384])
def test_what_is_sent_fits_the_window_with_its_answer(
    window: int,
    question: str,
    parts: tuple[list[str], list[str]],
    task: Task,
    vocabulary: Vocabulary,
) -> None:
    passages, history = parts
    asked = Request(
        question=TEXTS[question],
        repository="octo/shapes",
        passages=tuple(passage(number, TEXTS[name]) for number, name in enumerate(passages, 1)),
        task=task,
        history=tuple(Turn("user", TEXTS[name]) for name in history),
    )
    packed = pack(asked, window=window, vocabulary=vocabulary)
    prompt = build(packed)
    assert packed.max_output_tokens
    sent = estimate(prompt.system, vocabulary) + estimate(prompt.user, vocabulary)
    assert sent + packed.max_output_tokens <= window


@given(st.text(max_size=400), st.integers(10, 100), st.sampled_from(Vocabulary))
def test_a_cut_keeps_the_beginning_and_fits(text: str, tokens: int, vocabulary: Vocabulary) -> None:
    kept = cut(text, tokens=tokens, vocabulary=vocabulary)
    assert kept == text or text.startswith(kept.removesuffix(CUT))
    assert weigh(kept, vocabulary) <= tokens + 1e-6


def thread(comments: int, *, opening: str = "It hangs.", comment: str = "So it does.") -> Request:
    """Return the wish for a summary of a thread of so many comments, of a line each."""
    texts = (opening, *[f"{number}: {comment}" for number in range(comments)])
    passages = tuple(
        Passage(number, "issues/7", number, number, "thread", "mona", None, text)
        for number, text in enumerate(texts, 1)
    )
    return Request("Sum up.", "octo/shapes", passages, task=Task.SUMMARISE)


def test_of_a_thread_that_does_not_fit_the_opening_and_the_newest_are_kept() -> None:
    packed = pack(thread(200, comment="What is said. " * 20), window=SMALL)
    first, *rest = numbers(packed)
    assert first == 1
    assert 2 < rest[0] < rest[-1] == 201
    assert rest == list(range(rest[0], 202))


def test_a_long_opening_leaves_room_for_what_was_answered() -> None:
    packed = pack(thread(5, opening=LINES * 4), window=SMALL)
    assert numbers(packed) == [1, 2, 3, 4, 5, 6]
    assert packed.passages[0].text.endswith(CUT)


def test_an_opening_that_nobody_answered_has_all_the_room() -> None:
    alone = pack(thread(0, opening=LINES * 4), window=SMALL).passages[0]
    answered = pack(thread(60, opening=LINES * 4), window=SMALL).passages[0]
    assert len(alone.text) > 1.5 * len(answered.text)


def test_what_a_search_found_to_be_summed_up_is_kept_the_best_first() -> None:
    found = tuple(map(passage, range(1, 21)))
    threads = tuple(
        replace(
            each,
            kind="thread",
            path=f"issues/{each.number}",
            start_line=30 * each.number,
            end_line=30 * each.number,
        )
        for each in found
    )
    one_thread = tuple(
        replace(each, path="issues/1", start_line=900 - each.start_line, end_line=900)
        for each in threads
    )
    for passages in (found, threads, one_thread):
        packed = pack(request(passages=passages, task=Task.SUMMARISE), window=SMALL)
        assert numbers(packed) == list(range(1, len(packed.passages) + 1))
        assert 1 < len(packed.passages) < 20
