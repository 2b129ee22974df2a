"""The rules: what stops a referral, what is only noted, what the sender is told, and who may see how much."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from intake_examples import (
    AGREED,
    CHILD,
    CONCERN,
    CONSENT,
    FACTS,
    FAMILY,
    NHS_NUMBER,
    NOTHING_KNOWN,
    NOW,
    REFERRAL_ID,
    REFERRER,
    TODAY,
    UPN,
    received,
)

from contracts.codes import MissingItem
from referral_intake import decide
from referral_intake.errors import KeyReused, NotEnough, StillRunning
from referral_intake.model import (
    Answer,
    ChildFacts,
    Given,
    Milestones,
    ReferralFacts,
    Status,
    StoredAnswer,
)

WRONG_NHS_NUMBER = Given("9990000019", None)
WRONG_UPN = Given("A212999917001", None)
UNREACHABLE = replace(REFERRER, has_phone=False, reachable=False)
SOMEBODY = replace(NOTHING_KNOWN, has_name=True)

children = st.builds(
    ChildFacts,
    born_on=st.none() | st.dates(date(2005, 1, 1), date(2030, 1, 1)),
    expected_on=st.none() | st.dates(date(2026, 1, 1), date(2028, 1, 1)),
    nhs_number=st.sampled_from([None, NHS_NUMBER, WRONG_NHS_NUMBER]),
    upn=st.sampled_from([None, UPN, WRONG_UPN]),
    la_child_id=st.sampled_from([None, "A123", "A-123"]),
    postcodes=st.sampled_from([(), (Given("ZZ99 3AB", "ZZ99 3AB"),), (Given("nowhere", None),)]),
)
referrals = st.builds(ReferralFacts, children=st.lists(children, max_size=4).map(tuple))


def with_children(*children: ChildFacts) -> ReferralFacts:
    return replace(FACTS, children=children)


def pointers(facts: ReferralFacts) -> list[str]:
    return [error.pointer for error in decide.refusals(facts, today=TODAY)]


def missing(facts: ReferralFacts) -> set[MissingItem]:
    return {missing.item for missing in decide.missing_items(facts, today=TODAY)}


def test_one_concern_named_twice_is_one_concern() -> None:
    event = received(replace(FACTS, concern_types=FACTS.concern_types * 2))

    assert event.concern_types == FACTS.concern_types


@pytest.mark.parametrize(
    ("facts", "pointer"),
    [
        (replace(FACTS, referrer=UNREACHABLE), "/referrer/phone"),
        (with_children(), "/children"),
        (replace(FACTS, concern=replace(CONCERN, is_said=False)), "/concern/facts"),
        (with_children(replace(CHILD, has_name=False)), "/children/0/first_name"),
        (with_children(CHILD, SOMEBODY), "/children/1/addresses"),
        (with_children(replace(SOMEBODY, nhs_number=WRONG_NHS_NUMBER)), "/children/0/nhs_number"),
        (with_children(replace(SOMEBODY, upn=WRONG_UPN)), "/children/0/upn"),
        (with_children(replace(SOMEBODY, la_child_id="A-123")), "/children/0/la_child_id"),
        (with_children(replace(SOMEBODY, born_on=TODAY + timedelta(days=1))), "/children/0/addresses"),
        (with_children(replace(CHILD, expected_on=date(2027, 2, 26))), "/children/0/expected_date_of_birth"),
        (replace(FACTS, family=replace(FAMILY, twice_dated=(2,))), "/household/2/expected_date_of_birth"),
    ],
)
def test_a_referral_nobody_could_act_on_is_refused_with_the_place_to_mend(facts: ReferralFacts, pointer: str) -> None:
    with pytest.raises(NotEnough) as refused:
        received(facts)

    assert [error.pointer for error in refused.value.errors] == [pointer]
    assert all(error.detail.endswith(".") for error in refused.value.errors)


def test_everything_that_must_change_is_said_at_once() -> None:
    empty = replace(
        FACTS,
        referrer=UNREACHABLE,
        children=(NOTHING_KNOWN, replace(CHILD, expected_on=TODAY)),
        family=replace(FAMILY, twice_dated=(0, 4)),
        concern=replace(CONCERN, is_said=False),
    )

    assert pointers(empty) == [
        "/referrer/phone",
        "/children/0/first_name",
        "/children/0/addresses",
        "/children/1/expected_date_of_birth",
        "/household/0/expected_date_of_birth",
        "/household/4/expected_date_of_birth",
        "/concern/facts",
    ]


@pytest.mark.parametrize(
    "child",
    [
        replace(NOTHING_KNOWN, has_description=True, has_place=True),
        replace(SOMEBODY, has_place=True),
        replace(SOMEBODY, upn=UPN),
        replace(SOMEBODY, upn=UPN._replace(sent=UPN.sent.lower()), nhs_number=WRONG_NHS_NUMBER),
        replace(SOMEBODY, nhs_number=Given("999 000 0018", "9990000018")),
        replace(SOMEBODY, la_child_id="A123"),
        replace(SOMEBODY, born_on=date(2015, 4, 1)),
        replace(SOMEBODY, born_on=date(2015, 4, 1), nhs_number=WRONG_NHS_NUMBER, upn=WRONG_UPN, la_child_id="A-1"),
        replace(SOMEBODY, expected_on=date(2027, 2, 26)),
    ],
)
def test_a_name_or_description_and_one_thing_to_find_the_child_by_is_enough(child: ChildFacts) -> None:
    assert pointers(with_children(child)) == []


@pytest.mark.parametrize("wishes_anonymity", [True, False])
def test_a_member_of_the_public_need_not_be_reachable(wishes_anonymity: bool) -> None:
    neighbour = replace(UNREACHABLE, professional=False, wishes_anonymity=wishes_anonymity, has_name=False)

    assert pointers(replace(FACTS, referrer=neighbour)) == []


def test_a_professional_without_a_name_is_reachable_all_the_same() -> None:
    assert pointers(replace(FACTS, referrer=replace(REFERRER, has_name=False))) == []


def test_a_child_with_a_date_of_birth_is_not_unborn() -> None:
    assert not replace(CHILD, expected_on=date(2027, 1, 1)).unborn


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
def test_saying_more_never_refuses_what_was_accepted(facts: ReferralFacts, data: st.DataObject) -> None:
    more = data.draw(
        st.sampled_from(
            [
                replace(facts, referrer=REFERRER),
                replace(facts, concern=CONCERN),
                replace(facts, consent=replace(CONSENT, to_help=AGREED)),
                replace(facts, has_child_voice=True),
                replace(facts, children=tuple(replace(child, has_place=True) for child in facts.children)),
            ]
        )
    )

    assert set(pointers(more)) <= set(pointers(facts))
    assert missing(more) <= missing(facts)


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
