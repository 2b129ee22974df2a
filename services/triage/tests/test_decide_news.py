"""Asking the sender, and what news the case takes up: everything reaches anyone who decides."""

from datetime import timedelta
from uuid import UUID

import pytest
from triage_examples import (
    DETAIL,
    DUE,
    FIRST,
    NOW,
    SECOND,
    SUGGESTED,
    WORKER,
    background,
    case,
    document_url,
    facts,
    news,
    question,
    supplemented,
    timing,
    withdrawn,
)
from triage_news import LATER, RUNNING, closed

from contracts.codes import (
    CaseNews,
    ConcernType,
    CurrentPlan,
    MissingItem,
    Rating,
    RatingReason,
    SupplementKind,
)
from contracts.events import CaseInformed, ChildPlans, ChildReference, QuestionAnswered
from triage import decide
from triage.errors import CaseAlreadyClosed, NotOneCase
from triage.model import Child

THIRD = UUID(int=13)
PROTECTED = CurrentPlan.CHILD_PROTECTION


def test_the_agency_that_sent_the_referral_is_asked_within_the_time_of_the_pack() -> None:
    asked = decide.ask_sender(case(), by=WORKER, timing=timing("question"), detail=DETAIL)

    assert (asked.question_id, asked.detail_url, asked.agency) == (DETAIL.id, DETAIL.url, "ashcroft-primary")
    assert (asked.asked_by, asked.asked_at, asked.due_at) == ("worker", NOW, DUE)


def test_nobody_is_asked_about_a_closed_case() -> None:
    with pytest.raises(CaseAlreadyClosed):
        decide.ask_sender(closed(), by=WORKER, timing=timing("question"), detail=DETAIL)


@pytest.mark.parametrize("kind", list(SupplementKind))
def test_every_kind_of_supplement_is_news_of_the_same_name(kind: SupplementKind) -> None:
    update = decide.supplement(case(), background(), supplemented(kind=kind))

    assert update.news.what.value == kind.value


def test_a_supplement_brings_what_the_case_knows_up_to_date() -> None:
    told = supplemented(
        edition=3,
        concern_types=(ConcernType.FGM, ConcernType.NEGLECT),
        missing_information=(MissingItem.SCHOOL,),
        immediate_danger=True,
        detail_url=document_url(3),
    )

    update = decide.supplement(case(), background(), told)

    assert update.background.concern_types == (ConcernType.NEGLECT, ConcernType.FGM)
    assert update.background.missing_information == (MissingItem.SCHOOL,)
    assert update.background.immediate_danger
    assert update.background.document_url == update.news.document_url == document_url(3)


def test_a_supplement_that_does_not_say_how_the_referral_stands_takes_nothing_back() -> None:
    update = decide.supplement(case(), background(immediate_danger=True), supplemented(immediate_danger=False))

    assert update.background.immediate_danger
    assert update.background.concern_types == (ConcernType.NEGLECT,)
    assert (update.changed, update.news.immediate_danger) == ((), False)


def test_what_an_edition_says_takes_the_place_of_what_earlier_ones_said() -> None:
    before = background(immediate_danger=True, previous_referral_id=UUID(int=3))
    said = facts(concern_types=(ConcernType.FGM,), immediate_danger=False)

    update = decide.supplement(case(), before, supplemented(facts=said))

    assert update.background.concern_types == (ConcernType.FGM,)
    assert not update.background.immediate_danger
    assert update.background.previous_referral_id is None


def test_an_edition_says_of_each_child_whether_it_is_born() -> None:
    first, second = (ChildReference(child_id=child_id, unborn=False) for child_id in (FIRST, SECOND))
    expecting = case(children=(Child(FIRST, True), Child(SECOND, False)))
    added = ChildReference(child_id=THIRD, unborn=True)

    update = decide.supplement(expecting, background(), supplemented(facts=facts(children=(first, second, added))))

    assert update.changed == (Child(FIRST, False),)
    assert update.children == (Child(THIRD, True),)
    assert decide.standing_children(expecting, update) == (
        Child(FIRST, False),
        Child(SECOND, False),
        Child(THIRD, True),
    )


@pytest.mark.parametrize(
    ("said", "changed"),
    [
        (None, ()),
        ((), (Child(FIRST, False),)),
        ((ChildPlans(child_id=FIRST, plans=(PROTECTED,)),), ()),
        ((ChildPlans(child_id=FIRST, plans=(CurrentPlan.NONE,)),), (Child(FIRST, False, (CurrentPlan.NONE,)),)),
        (
            (ChildPlans(child_id=SECOND, plans=(PROTECTED,)),),
            (Child(FIRST, False), Child(SECOND, False, (PROTECTED,))),
        ),
    ],
)
def test_an_edition_says_of_each_child_which_plans_it_has_and_what_it_never_said_stays(
    said: tuple[ChildPlans, ...] | None, changed: tuple[Child, ...]
) -> None:
    known = case(children=(Child(FIRST, False, (PROTECTED,)), Child(SECOND, False)))

    update = decide.supplement(known, background(), supplemented(facts=facts(plans=said)))

    assert update.changed == changed


def test_an_edition_without_plans_of_its_own_keeps_those_of_a_child_that_was_born() -> None:
    expecting = case(children=(Child(FIRST, True, (PROTECTED,)), Child(SECOND, False)))

    update = decide.supplement(expecting, background(), supplemented(facts=facts()))

    assert update.changed == (Child(FIRST, False, (PROTECTED,)),)


def test_an_added_child_comes_with_its_plans() -> None:
    children = tuple(ChildReference(child_id=child_id, unborn=False) for child_id in (FIRST, SECOND, THIRD))
    said = facts(children=children, plans=(ChildPlans(child_id=THIRD, plans=(PROTECTED,)),))

    update = decide.supplement(case(), background(), supplemented(facts=said))

    assert (update.children, update.changed) == ((Child(THIRD, False, (PROTECTED,)),), ())


def test_an_edition_that_is_older_than_one_the_case_has_is_news_and_changes_nothing() -> None:
    said = facts(concern_types=(), children=(ChildReference(child_id=FIRST, unborn=True),))

    update = decide.supplement(case(news=(news(edition=4),)), background(), supplemented(edition=3, facts=said))

    assert (update.news.edition, update.changed, update.background) == (3, (), background())


def test_only_children_that_the_case_does_not_have_are_added() -> None:
    named = tuple(ChildReference(child_id=child_id, unborn=child_id == THIRD) for child_id in (FIRST, THIRD))

    update = decide.supplement(case(), background(), supplemented(children=named))

    assert [(child.child_id, child.unborn) for child in update.children] == [(THIRD, True)]
    assert update.news.child_ids == (THIRD,)


def test_a_supplement_that_names_a_child_twice_is_wrong() -> None:
    twice = (ChildReference(child_id=THIRD, unborn=False),) * 2

    with pytest.raises(NotOneCase):
        decide.supplement(case(), background(), supplemented(children=twice))


def test_taking_a_referral_back_changes_nothing_but_brings_news() -> None:
    before = background()

    update = decide.withdraw(before, withdrawn())

    assert (update.news.what, update.news.edition, update.children) == (CaseNews.WITHDRAWN, 2, ())
    assert update.background.concern_types == before.concern_types
    assert update.background.document_url == document_url(2)


def test_an_open_case_is_informed() -> None:
    [informed] = decide.inform(
        case(clocks=(RUNNING,)), news(child_ids=(THIRD,), immediate_danger=True), suggested=SUGGESTED, now=LATER
    )

    assert isinstance(informed, CaseInformed)
    assert (informed.news, informed.edition, informed.informed_at) == (CaseNews.NEW_INFORMATION, 2, LATER)
    assert (informed.child_ids, informed.immediate_danger) == ((THIRD,), True)
    assert (informed.rating, informed.suggested_rating) == (None, Rating.AMBER)
    assert informed.suggestion_reasons == (RatingReason.CONCERN_TYPE,)


def test_an_answer_settles_its_question_and_is_news() -> None:
    subject = case(questions=(question(),))

    informed, answered = decide.inform(
        subject, news(what=CaseNews.ANSWER, answers=UUID(int=80)), suggested=SUGGESTED, now=LATER
    )

    assert isinstance(informed, CaseInformed)
    assert isinstance(answered, QuestionAnswered)
    assert (answered.question_id, answered.supplement_id) == (UUID(int=80), UUID(int=70))
    assert answered.answered_at == NOW + timedelta(hours=1)


@pytest.mark.parametrize("known", [(), (question(answered_at=NOW),)], ids=["no such question", "answered before"])
def test_an_answer_to_no_open_question_is_news_all_the_same(known: tuple[object, ...]) -> None:
    told = news(what=CaseNews.ANSWER, answers=UUID(int=80))

    events = decide.inform(case(questions=known), told, suggested=SUGGESTED, now=LATER)

    assert [type(event) for event in events] == [CaseInformed]
