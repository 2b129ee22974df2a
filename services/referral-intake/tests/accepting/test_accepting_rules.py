"""The rules of accepting: what is taken in, what it likely repeats, and what each sender is told."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from intake_examples import CHILD, FACTS, NOW, REFERRAL_ID, SENDER, TERMS, UNBORN, acceptance, minted, received

from contracts.codes import CurrentPlan
from contracts.events import ChildPlans
from referral_intake.accepting import decide
from referral_intake.accepting.errors import Overtaken
from referral_intake.accepting.model import Acceptance, Earlier, Found
from referral_intake.errors import KeyReused, StillRunning
from referral_intake.model import Answer, Mark, StoredAnswer

ROWAN, WREN = Mark(b"rowan"), Mark(b"wren", place=1)
KEPT = Earlier(UUID(int=99), "WAN-000000099", NOW)


def marked(number: int, *marks: Mark) -> Acceptance:
    return replace(acceptance(number), marks=marks)


def earlier(number: int) -> Earlier:
    event = received(number=number)
    return Earlier(event.referral_id, event.reference, event.received_at)


def test_a_full_referral_is_received_as_it_came() -> None:
    facts = replace(FACTS, children=(CHILD, UNBORN), immediate_danger=True)

    event, _ = decide.receive(facts, SENDER, terms=TERMS, minted=minted(children=2), now=NOW)

    assert event.referral_id == REFERRAL_ID
    assert event.agency == "ashcroft-primary"
    assert event.source is TERMS.source
    assert event.received_at == NOW
    assert event.decision_expected_by == TERMS.decision_expected_by
    assert [child.unborn for child in event.children] == [False, True]
    assert event.immediate_danger
    assert event.missing_information == ()


def test_a_referral_says_of_which_children_it_says_a_plan() -> None:
    none, protected = (CurrentPlan.NONE,), (CurrentPlan.CHILD_PROTECTION, CurrentPlan.CHILD_IN_NEED)
    children = (replace(CHILD, plans=none), CHILD, replace(UNBORN, plans=protected))
    said = replace(FACTS, children=children)

    event, _ = decide.receive(said, SENDER, terms=TERMS, minted=minted(children=3), now=NOW)

    first, _, third = (child.child_id for child in event.children)
    assert event.plans == (ChildPlans(child_id=first, plans=none), ChildPlans(child_id=third, plans=protected))


def test_immediate_danger_is_answered_with_999_and_accepted() -> None:
    event = received(replace(FACTS, immediate_danger=True))

    advice = decide.emergency_advice(event)

    assert advice is not None
    assert advice.startswith("Call 999 now")


def test_without_immediate_danger_there_is_no_emergency_advice() -> None:
    assert decide.emergency_advice(received()) is None


def test_the_promise_is_in_local_time() -> None:
    summer = datetime(2026, 7, 1, 16, tzinfo=UTC)
    event = received().model_copy(update={"decision_expected_by": summer})

    assert "a decision by Wednesday 1 July 2026 at 5pm" in decide.what_happens_next(event)


def test_what_is_new_and_not_forbidden_is_written() -> None:
    found = [
        Found(free=True, stored=None, earlier=KEPT),
        Found(free=False, stored=None, earlier=None),
        Found(free=True, stored=StoredAnswer(b"print", Answer(UUID(int=7), b"{}")), earlier=None),
        Found(free=True, stored=None, earlier=None),
    ]
    new, running, answered, forbidden = (acceptance(number) for number in range(1, 5))

    written = decide.fresh([new, running, answered, replace(forbidden, refusal=KeyReused())], found)

    assert written == [(new, KEPT)]


def test_of_two_in_one_batch_about_one_child_the_second_repeats_the_first() -> None:
    batch = [marked(1, ROWAN), marked(2, WREN), marked(3, WREN, ROWAN), marked(4)]

    assert decide.repeated([(each, None) for each in batch]) == [None, None, earlier(2), None]


def test_what_is_beside_it_counts_before_what_is_kept() -> None:
    batch = [(marked(1, ROWAN), KEPT), (marked(2, ROWAN), KEPT), (marked(3, WREN), KEPT)]

    assert decide.repeated(batch) == [KEPT, earlier(1), KEPT]


def test_a_number_of_its_own_keeps_a_twin_apart_within_a_batch() -> None:
    one, other = (replace(ROWAN, numbers=(number, None, None)) for number in (b"one", b"other"))

    assert decide.repeated([(marked(1, one), None), (marked(2, other), None)]) == [None, None]


def test_what_was_overtaken_is_not_kept_and_nobody_may_rely_on_it() -> None:
    lost, kept = acceptance(1), acceptance(2)
    relying = replace(kept, received=kept.received.model_copy(update={"previous_referral_id": UUID(int=1)}))

    assert decide.overtaken([lost, kept], frozenset({UUID(int=2)})) == [lost]
    assert decide.overtaken([lost, relying], frozenset({UUID(int=1), UUID(int=2)})) == []
    with pytest.raises(Overtaken):
        decide.overtaken([lost, relying], frozenset({UUID(int=2)}))


def test_each_is_told_what_became_of_it() -> None:
    kept, late, forbidden, reused = (acceptance(number) for number in range(1, 5))
    forbidden = replace(forbidden, refusal=StillRunning())
    new = Found(free=True, stored=None, earlier=None)
    other = StoredAnswer(b"another", Answer(UUID(int=8), b"{}"))
    overtaken = StoredAnswer(late.fingerprint, Answer(UUID(int=9), b"{}"))

    told = decide.answers(
        [kept, late, forbidden, reused],
        [new, new, new, replace(new, stored=other)],
        written={UUID(int=1): Answer(UUID(int=1), kept.answer)},
        late={late.client_key: overtaken},
    )

    assert told[:3] == [Answer(UUID(int=1), kept.answer), overtaken.answer, forbidden.refusal]
    assert isinstance(told[3], KeyReused)
