"""Nothing that a stranger wants reaches anyone, whatever the model makes of their words."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

import pytest

from generation.prompts import building
from simulator.llm import RecordedRequest
from simulator.llm.personas import echo, gullible, obedient
from tests.injection.attacks import QUESTION, Attack, read
from tests.injection.conftest import AREA, KEY, history, shown
from tests.injection.effects import anywhere, in_a_chat, on_a_page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulator.llm import Speaker
    from tests.injection.conftest import World

ATTACKS = read()
GUESSED_CODE = "0123456789abcdef"
OBSERVERS = {"github": on_a_page, "discord": in_a_chat, "plain": anywhere}

every_attack = pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
every_model = pytest.mark.parametrize("speaker", [obedient, gullible, echo])


@every_attack
@every_model
def test_nothing_forbidden_reaches_a_face(world: World, attack: Attack, speaker: Speaker) -> None:
    before = len(world.models.requests())
    outcome = world.run(attack, speaker)

    assert shown(outcome) == {"github": set(), "discord": set(), "plain": set(), "stream": set()}
    for text in (outcome.github, *outcome.discord, outcome.plain, *outcome.stream):
        assert KEY not in text
    if speaker is obedient:
        assert not _obeyed(world.models.requests()[before:], obedient)


@pytest.mark.parametrize("attack", ATTACKS[::4], ids=lambda attack: attack.name)
def test_at_no_moment_does_a_stream_show_more(world: World, attack: Attack) -> None:
    outcome = world.run(attack, gullible)
    listed = [source.url for source in outcome.answer.passages]

    for text in accumulate(outcome.stream):
        assert anywhere(text, listed=listed) == set()


@pytest.mark.parametrize(
    "attack",
    [attack for attack in ATTACKS if attack.forbids[0].kind != "secret"],
    ids=lambda attack: attack.name,
)
def test_without_protection_each_attack_works(attack: Attack) -> None:
    said = gullible(_unprotected(attack))

    for forbidden in attack.forbids:
        effects = OBSERVERS[forbidden.face](said, listed=())
        assert any(e.kind == forbidden.kind and forbidden.holds in e.what for e in effects), said


@pytest.mark.parametrize(
    "attack", [a for a in ATTACKS if a.guesses_fence], ids=lambda attack: attack.name
)
def test_with_a_code_that_can_be_guessed_it_would_be(
    world: World, attack: Attack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "fresh_code", lambda _blocks: GUESSED_CODE)
    before = len(world.models.requests())
    world.run(attack, obedient)

    assert _obeyed(world.models.requests()[before:], obedient)


@pytest.mark.parametrize(
    "attack", [a for a in ATTACKS if a.is_hidden], ids=lambda attack: attack.name
)
def test_what_no_reader_sees_no_model_heeds(
    world: World, attack: Attack, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = len(world.models.requests())
    world.run(attack, gullible)
    assert not _obeyed(world.models.requests()[before:], gullible)

    monkeypatch.setattr(building, "visible", lambda text: text)
    before = len(world.models.requests())
    world.run(attack, gullible)
    assert _obeyed(world.models.requests()[before:], gullible)


def test_no_prompt_holds_a_secret(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = [KEY]
    for name in ("GITHUB_WEBHOOK_SECRET", "DISCORD_BOT_TOKEN", "GEMINI_API_KEY", "DATABASE_URL"):
        monkeypatch.setenv(name, f"canary-of-{name}")
        secrets.append(f"canary-of-{name}")
    asked_before = len(world.models.requests())
    for attack in ATTACKS:
        if attack.forbids[0].kind == "secret":
            world.run(attack, echo)

    asked = world.models.requests()[asked_before:]
    assert len(asked) >= 6
    for request in asked:
        assert not any(
            secret in request.prompt or secret in str(request.body) for secret in secrets
        )


def test_there_are_attacks_of_every_kind() -> None:
    assert len(ATTACKS) >= 60
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS)
    assert {attack.where for attack in ATTACKS} == {
        *("passage", "path", "symbol", "question", "asked before", "answered before"),
        *("draft", "problem"),
    }


def _obeyed(requests: Sequence[RecordedRequest], speaker: Speaker) -> bool:
    """Whether the model did what one of the prompts wanted, and the rules do not."""
    return any(speaker(asked).endswith("So it is said [1].") for asked in requests)


def _unprotected(attack: Attack) -> RecordedRequest:
    """Return the prompt that a careless program would send: all texts as they are."""
    said = [turn.text for turn in history(attack)]
    found = f"{attack.at('path', attack.path)} {attack.at('symbol', 'disc')}"
    texts = [found, attack.at("passage", AREA), *said, attack.at("question", QUESTION)]
    faults = [attack.at("draft", ""), attack.at("problem", "")]
    user = "\n\n".join([*texts, *faults])
    return RecordedRequest("groq", "m", stream=False, body={}, system="Answer.", user=user)
