"""The rules: what stops a referral, what is only noted, what the sender is told, and who may see how much."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from intake_examples import (
    CHILD,
    FACTS,
    NOTHING_KNOWN,
    NOW,
    REFERRAL_ID,
    SENDER,
    TERMS,
    TODAY,
    UNBORN,
    minted,
    received,
)

from contracts.codes import MissingItem
from referral_intake import decide
from referral_intake.errors import KeyReused, NotEnough, StillRunning
from referral_intake.model import (
    Answer,
    ChildFacts,
    Milestones,
    ReferralFacts,
    Status,
    StoredAnswer,
)

WRONG_NHS_NUMBER = "9990000019"
FINDABLE = replace(NOTHING_KNOWN, has_name=True, has_place=True)

children = st.builds(
    ChildFacts,
    has_name=st.booleans(),
    has_description=st.booleans(),
    born_on=st.none() | st.dates(date(2005, 1, 1), date(2030, 1, 1)),
    expected_on=st.none() | st.dates(date(2026, 1, 1), date(2028, 1, 1)),
    has_home=st.booleans(),
    has_school=st.booleans(),
    has_place=st.booleans(),
    nhs_number=st.sampled_from([None, "9990000018", WRONG_NHS_NUMBER]),
    has_upn=st.booleans(),
    has_sex=st.booleans(),
    has_ethnicity=st.booleans(),
)
referrals = st.builds(ReferralFacts, children=st.lists(children, max_size=4).map(tuple), concern_types=st.just(()))


def with_child(**changes: object) -> ReferralFacts:
    return replace(FACTS, children=(replace(CHILD, **changes),))  # type: ignore[arg-type]


def pointers(facts: ReferralFacts) -> list[str]:
    return [error.pointer for error in decide.refusals(facts, today=TODAY)]


def missing(facts: ReferralFacts) -> set[MissingItem]:
    return set(decide.missing_information(facts, today=TODAY))


def test_a_full_referral_is_received_as_it_came() -> None:
    facts = replace(FACTS, children=(CHILD, UNBORN), immediate_danger=True)

    event = decide.receive(facts, SENDER, terms=TERMS, minted=minted(children=2), now=NOW)

    assert event.referral_id == REFERRAL_ID
    assert event.agency == "ashcroft-primary"
    assert event.source is TERMS.source
    assert event.received_at == NOW
    assert event.decision_expected_by == TERMS.decision_expected_by
    assert [child.unborn for child in event.children] == [False, True]
    assert event.immediate_danger
    assert event.missing_information == ()


def test_one_concern_named_twice_is_one_concern() -> None:
    event = received(replace(FACTS, concern_types=FACTS.concern_types * 2))

    assert event.concern_types == FACTS.concern_types


@pytest.mark.parametrize(
    ("facts", "pointer"),
    [
        (replace(FACTS, has_referrer_name=False), "/referrer/name"),
        (replace(FACTS, has_referrer_phone=False, has_referrer_email=False), "/referrer/phone"),
        (replace(FACTS, children=()), "/children"),
        (replace(FACTS, has_concern=False), "/concern/facts"),
        (with_child(has_name=False), "/children/0/first_name"),
        (replace(FACTS, children=(CHILD, replace(NOTHING_KNOWN, has_name=True))), "/children/1/addresses"),
        (
            replace(FACTS, children=(replace(NOTHING_KNOWN, has_name=True, nhs_number=WRONG_NHS_NUMBER),)),
            "/children/0/nhs_number",
        ),
        (
            replace(FACTS, children=(replace(NOTHING_KNOWN, has_name=True, born_on=TODAY + timedelta(days=1)),)),
            "/children/0/addresses",
        ),
    ],
)
def test_a_referral_nobody_could_act_on_is_refused_with_the_place_to_mend(facts: ReferralFacts, pointer: str) -> None:
    with pytest.raises(NotEnough) as refused:
        received(facts)

    assert [error.pointer for error in refused.value.errors] == [pointer]


def test_everything_that_must_be_added_is_said_at_once() -> None:
    empty = ReferralFacts(False, False, False, False, (NOTHING_KNOWN,), (), False, False, False, False, False)

    assert pointers(empty) == [
        "/referrer/name",
        "/referrer/phone",
        "/children/0/first_name",
        "/children/0/addresses",
        "/concern/facts",
    ]


@pytest.mark.parametrize(
    "child",
    [
        replace(NOTHING_KNOWN, has_description=True, has_place=True),
        replace(NOTHING_KNOWN, has_name=True, has_place=True),
        replace(NOTHING_KNOWN, has_name=True, has_upn=True),
        replace(NOTHING_KNOWN, has_name=True, nhs_number="999 000 0018"),
        replace(NOTHING_KNOWN, has_name=True, born_on=date(2015, 4, 1)),
        replace(NOTHING_KNOWN, has_name=True, expected_on=date(2027, 2, 26)),
    ],
)
def test_a_name_or_description_and_one_thing_to_find_the_child_by_is_enough(child: ChildFacts) -> None:
    assert pointers(replace(FACTS, children=(child,))) == []


@pytest.mark.parametrize(
    ("facts", "item"),
    [
        (with_child(born_on=None), MissingItem.DATE_OF_BIRTH),
        (with_child(born_on=TODAY + timedelta(days=1)), MissingItem.DATE_OF_BIRTH),
        (with_child(has_home=False), MissingItem.ADDRESS),
        (with_child(nhs_number=None), MissingItem.NHS_NUMBER),
        (with_child(nhs_number=WRONG_NHS_NUMBER), MissingItem.INVALID_NHS_NUMBER),
        (with_child(has_ethnicity=False), MissingItem.ETHNICITY),
        (with_child(has_sex=False), MissingItem.SEX),
        (with_child(has_school=False), MissingItem.SCHOOL),
        (replace(FACTS, has_child_voice=False), MissingItem.CHILD_VOICE),
        (replace(FACTS, says_parents_informed=False), MissingItem.PARENTS_INFORMED),
        (replace(FACTS, says_agreement=False), MissingItem.AGREEMENT),
        (replace(FACTS, has_household=False), MissingItem.HOUSEHOLD),
        (replace(FACTS, has_referrer_phone=False), MissingItem.REFERRER_PHONE),
    ],
)
def test_anything_else_that_is_missing_is_noted_and_does_not_stop_the_referral(
    facts: ReferralFacts, item: MissingItem
) -> None:
    assert received(facts).missing_information == (item,)


def test_missing_information_covers_every_item_of_the_code_list() -> None:
    wrong_number = replace(FINDABLE, nhs_number=WRONG_NHS_NUMBER)
    bare = ReferralFacts(False, True, False, True, (FINDABLE, wrong_number), (), True, False, False, False, False)

    assert decide.missing_information(bare, today=TODAY) == tuple(MissingItem)


def test_an_unborn_child_lacks_neither_sex_nor_school_nor_voice() -> None:
    facts = replace(FACTS, children=(UNBORN,), has_child_voice=False)

    assert missing(facts) == set()


def test_a_child_with_both_dates_is_born() -> None:
    assert not replace(CHILD, expected_on=date(2027, 1, 1)).unborn


def test_no_school_is_expected_of_a_baby() -> None:
    baby = replace(CHILD, born_on=date(2026, 7, 8), has_school=False)

    assert missing(replace(FACTS, children=(baby,))) == set()


@given(referrals)
def test_what_is_received_names_every_child_once_and_lacks_nothing_twice(facts: ReferralFacts) -> None:
    if decide.refusals(facts, today=TODAY):
        with pytest.raises(NotEnough):
            received(facts)
        return

    event = received(facts)

    assert len({child.child_id for child in event.children}) == len(facts.children) > 0
    assert len(set(event.missing_information)) == len(event.missing_information)


@given(referrals, st.data())
def test_saying_more_about_the_sender_or_concern_never_refuses_what_was_accepted(
    facts: ReferralFacts, data: st.DataObject
) -> None:
    said = data.draw(st.sampled_from(["has_referrer_name", "has_referrer_phone", "has_concern", "has_child_voice"]))
    more = replace(facts, **{said: True})  # type: ignore[arg-type]

    assert set(pointers(more)) <= set(pointers(facts))
    assert missing(more) <= missing(facts)


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

    assert "a decision by 17:00 on Wednesday 1 July 2026" in decide.what_happens_next(event)


@pytest.mark.parametrize(
    ("milestones", "status"),
    [
        (Milestones(None, None, None), Status.RECEIVED),
        (Milestones(NOW, None, None), Status.BEING_LOOKED_AT),
        (Milestones(NOW, NOW, None), Status.DECIDED),
        (Milestones(NOW, NOW, NOW), Status.CLOSED),
        (Milestones(None, None, NOW), Status.CLOSED),
    ],
)
def test_the_status_is_the_furthest_step_reached(milestones: Milestones, status: Status) -> None:
    assert decide.status(milestones) is status


def test_the_same_request_is_given_the_same_answer() -> None:
    stored = StoredAnswer(b"print", Answer(REFERRAL_ID, b"{}"))

    assert decide.repeated_answer(stored, b"print") is stored.answer


def test_another_request_under_the_same_key_is_refused() -> None:
    stored = StoredAnswer(b"print", Answer(REFERRAL_ID, b"{}"))

    assert isinstance(decide.repeated_answer(stored, b"another"), KeyReused)


def test_a_key_without_an_answer_is_still_being_worked_on() -> None:
    answer = decide.repeated_answer(None, b"print")

    assert isinstance(answer, StillRunning)
    assert answer.headers == {"Retry-After": "1"}
