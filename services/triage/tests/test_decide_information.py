"""Asking agencies, what an answer must hold, and what it means to say it late, otherwise, or no longer."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from triage_examples import (
    ADDRESSES,
    ASKING,
    CASE_ID,
    DETAIL,
    FIRST,
    NOW,
    POLICE,
    SECOND,
    WORKER,
    acting,
    case,
    decision,
    recommendation,
    request,
    revision,
)

from contracts.codes import Answer, AnswerMoment, CaseNews, LawfulBasis, RefusalGround
from contracts.events import InformationAnswered
from contracts.problems import Problem
from triage import decide
from triage.errors import (
    AlreadyAnswered,
    AnswerChanged,
    AnswerIncomplete,
    BasisNotAllowed,
    CaseAlreadyClosed,
    NoSuchRequest,
    NotAChildOfTheCase,
    NotAnswered,
    NotAsked,
)
from triage.model import (
    Acting,
    AnswerRevision,
    Ask,
    Case,
    Correct,
    NoticeProgress,
    Reply,
    RequestState,
    TakeBack,
    request_state,
)

BASIS = LawfulBasis.CHILDREN_ACT_2004_S11
QUESTION = "Who lives at the address?"


def test_an_agency_of_the_pack_is_asked_and_given_the_time_of_the_pack() -> None:
    asked = decide.request_information(
        case(), Ask("metropolitan-police", BASIS, QUESTION), by=WORKER, terms=ASKING, detail=DETAIL
    )

    assert (asked.request_id, asked.detail_url) == (DETAIL.id, DETAIL.url)
    assert asked.due_at == ASKING.timing.due_at
    assert QUESTION not in asked.model_dump_json()


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        (Ask("somebody-else", BASIS, QUESTION), NotAsked),
        (Ask("metropolitan-police", LawfulBasis.CHILDREN_ACT_1989_S47, QUESTION), BasisNotAllowed),
        (Ask("metropolitan-police", BASIS, QUESTION, (UUID(int=99),)), NotAChildOfTheCase),
        (Ask("metropolitan-police", BASIS, QUESTION, (FIRST, FIRST)), NotAChildOfTheCase),
    ],
)
def test_a_question_that_the_pack_does_not_provide_for_is_not_sent(command: Ask, problem: type[Problem]) -> None:
    with pytest.raises(problem):
        decide.request_information(case(), command, by=WORKER, terms=ASKING, detail=DETAIL)


def test_nobody_is_asked_about_a_closed_case() -> None:
    command = Ask("metropolitan-police", BASIS, QUESTION)

    with pytest.raises(CaseAlreadyClosed):
        decide.request_information(case(closed_at=NOW), command, by=WORKER, terms=ASKING, detail=DETAIL)


def said(reply: Reply, subject: Case | None = None, *, by: Acting = POLICE) -> InformationAnswered:
    """What the police answer to the one request of a case."""
    subject = subject or case(requests=(request(),))
    return decide.answer_request(subject, UUID(int=50), reply=reply, by=by, addresses=ADDRESSES)


REFUSED = Reply(Answer.REFUSED, refusal_ground=RefusalGround.LIVE_INVESTIGATION, refusal_reason="An arrest is planned.")


@pytest.mark.parametrize(
    "reply",
    [
        Reply(Answer.SUPPLIED, content="Two incidents."),
        Reply(Answer.PARTIAL, content="One incident; more is sealed."),
        Reply(Answer.NOTHING_HELD),
        REFUSED,
    ],
    ids=lambda reply: reply.answer.value,
)
def test_the_asked_agency_answers_and_its_words_stay_here(reply: Reply) -> None:
    answer = said(reply)

    assert (answer.answer, answer.refusal_ground) == (reply.answer, reply.refusal_ground)
    assert (answer.agency, answer.answered_by) == ("metropolitan-police", "police")
    assert "incident" not in answer.model_dump_json()
    assert "arrest" not in answer.model_dump_json()


@pytest.mark.parametrize(
    ("reply", "pointers"),
    [
        (Reply(Answer.SUPPLIED), ["/content"]),
        (Reply(Answer.PARTIAL, content=" "), ["/content"]),
        (Reply(Answer.NOTHING_HELD, content="But this."), ["/content"]),
        (Reply(Answer.REFUSED), ["/refusal_ground", "/refusal_reason"]),
        (Reply(Answer.REFUSED, refusal_ground=RefusalGround.NOT_RELEVANT), ["/refusal_reason"]),
        (Reply(Answer.REFUSED, refusal_reason="No."), ["/refusal_ground"]),
        (Reply(Answer.REFUSED, "Text", RefusalGround.NOT_RELEVANT, "No."), ["/content"]),
        (Reply(Answer.NOTHING_HELD, refusal_ground=RefusalGround.NOT_RELEVANT), ["/refusal_ground"]),
        (Reply(Answer.SUPPLIED, "Text", refusal_reason="No."), ["/refusal_ground"]),
    ],
)
def test_an_answer_that_does_not_fit_says_what_to_change(reply: Reply, pointers: list[str]) -> None:
    with pytest.raises(AnswerIncomplete) as refused:
        said(reply)

    assert [error.pointer for error in refused.value.errors] == pointers


def test_another_agency_learns_that_there_is_no_such_request() -> None:
    housing = acting("partner", agency="wandsworth-housing")

    with pytest.raises(NoSuchRequest):
        said(Reply(Answer.NOTHING_HELD), by=housing)


def test_a_second_answer_is_refused_because_a_correction_says_what_it_corrects() -> None:
    with pytest.raises(AlreadyAnswered):
        said(Reply(Answer.SUPPLIED, "More."), answered(Answer.NOTHING_HELD))


def test_a_late_answer_is_accepted_even_after_the_case_is_closed() -> None:
    late = acting("partner", agency="metropolitan-police", now=NOW + timedelta(days=9))

    answer = said(Reply(Answer.SUPPLIED, "Found."), case(requests=(request(),), closed_at=NOW), by=late)

    assert (answer.case_id, answer.answered_at) == (CASE_ID, late.now)


@pytest.mark.parametrize(
    ("revisions", "notice", "state"),
    [
        ((), NoticeProgress(), RequestState.ASKED),
        ((), NoticeProgress(delivered_at=NOW), RequestState.DELIVERED),
        ((), NoticeProgress(delivered_at=NOW, opened_at=NOW), RequestState.OPENED),
        ((), NoticeProgress(opened_at=NOW), RequestState.OPENED),
        ((revision(Answer.NOTHING_HELD),), NoticeProgress(), RequestState.ANSWERED),
        ((revision(), revision(None, number=2)), NoticeProgress(), RequestState.WITHDRAWN),
        ((revision(), revision(None, number=2), revision(number=3)), NoticeProgress(), RequestState.ANSWERED),
    ],
)
def test_silence_and_taking_back_are_kept_apart_from_every_kind_of_answer(
    revisions: tuple[AnswerRevision, ...], notice: NoticeProgress, state: RequestState
) -> None:
    assert request_state(request(revisions=revisions), notice) is state


def test_a_question_may_be_about_some_of_the_children() -> None:
    asked = decide.request_information(
        case(), Ask("metropolitan-police", BASIS, QUESTION, (SECOND,)), by=WORKER, terms=ASKING, detail=DETAIL
    )

    assert asked.agency == "metropolitan-police"


# -- when it is said ------------------------------------------------------------------------------------------------


def answered(*answers: Answer | None, **changes: Any) -> Case:
    """A case whose one request was answered, and corrected or withdrawn (None) since."""
    revisions = tuple(revision(answer, number=number) for number, answer in enumerate(answers, 1))
    return case(**({"requests": (request(revisions=revisions),)} | changes))


BOTH = (decision(FIRST), decision(SECOND))
AGAIN = (recommendation(SECOND, supersedes=UUID(int=SECOND.int + 200)),)
ABOUT_FIRST = (request(child_ids=(FIRST,)),)


@pytest.mark.parametrize(
    ("changes", "moment"),
    [
        ({}, AnswerMoment.BEFORE_DECISION),
        ({"decisions": (decision(FIRST),)}, AnswerMoment.BEFORE_DECISION),
        ({"decisions": BOTH}, AnswerMoment.AFTER_DECISION),
        ({"decisions": (decision(FIRST),), "requests": ABOUT_FIRST}, AnswerMoment.AFTER_DECISION),
        ({"decisions": BOTH, "recommendations": AGAIN}, AnswerMoment.BEFORE_DECISION),
        ({"decisions": BOTH, "recommendations": AGAIN, "requests": ABOUT_FIRST}, AnswerMoment.AFTER_DECISION),
        ({"decisions": BOTH, "closed_at": NOW}, AnswerMoment.AFTER_CLOSURE),
    ],
    ids=["undecided", "one undecided", "decided", "asked about the decided one", "again", "not about it", "closed"],
)
def test_an_answer_says_whether_the_children_it_is_about_were_decided_without_it(
    changes: dict[str, Any], moment: AnswerMoment
) -> None:
    subject = case(**({"requests": (request(),)} | changes))

    answer = said(Reply(Answer.SUPPLIED, "Found."), subject)

    assert (answer.when, answer.urgent, answer.revision) == (moment, True, 1)
    assert answer.detail_url == f"https://triage.example.org/v1/information-requests/{UUID(int=50)}"


@pytest.mark.parametrize(
    ("changes", "urgent"), [({}, True), ({"decisions": BOTH}, False), ({"decisions": BOTH, "closed_at": NOW}, False)]
)
def test_nothing_held_is_urgent_only_for_a_decision_that_waits_and_is_never_news(
    changes: dict[str, Any], urgent: bool
) -> None:
    subject = case(requests=(request(),), **changes)

    answer = said(Reply(Answer.NOTHING_HELD), subject)

    assert answer.urgent is urgent
    assert decide.news_of(subject, answer) is None


@pytest.mark.parametrize("reply", [Reply(Answer.SUPPLIED, "Two."), Reply(Answer.PARTIAL, "One."), REFUSED])
def test_every_other_answer_is_news_about_the_children_it_was_asked_for(reply: Reply) -> None:
    subject = case(requests=ABOUT_FIRST)

    news = decide.news_of(subject, said(reply, subject))

    assert news is not None
    assert (news.what, news.about, news.revision) == (CaseNews.AGENCY_ANSWER, (FIRST,), 1)
    assert (news.concerns(FIRST), news.concerns(SECOND)) == (True, False)


# -- corrections and withdrawals ------------------------------------------------------------------------------------

CORRECT = Correct(1, Reply(Answer.PARTIAL, "One incident."), "It was counted twice.")
TAKE_BACK = TakeBack(1, "Another family.")


def test_an_agency_puts_its_answer_right_and_its_words_stay_here() -> None:
    subject = answered(Answer.SUPPLIED, decisions=BOTH)

    corrected = decide.correct_answer(subject, UUID(int=50), CORRECT, by=POLICE, addresses=ADDRESSES)

    assert (corrected.answer, corrected.revision, corrected.corrected_by) == (Answer.PARTIAL, 2, "police")
    assert (corrected.when, corrected.urgent) == (AnswerMoment.AFTER_DECISION, True)
    assert "incident" not in corrected.model_dump_json()
    assert "counted" not in corrected.model_dump_json()
    news = decide.news_of(subject, corrected)
    assert news is not None
    assert (news.what, news.revision) == (CaseNews.AGENCY_CORRECTION, 2)


def test_a_correction_to_nothing_held_is_news_because_something_was_held_before() -> None:
    subject = answered(Answer.SUPPLIED)
    nothing = replace(CORRECT, reply=Reply(Answer.NOTHING_HELD))

    corrected = decide.correct_answer(subject, UUID(int=50), nothing, by=POLICE, addresses=ADDRESSES)

    assert decide.news_of(subject, corrected) is not None


def test_an_agency_takes_its_answer_back_and_may_answer_again() -> None:
    subject = answered(Answer.SUPPLIED, closed_at=NOW)

    withdrawn = decide.withdraw_answer(subject, UUID(int=50), TAKE_BACK, by=POLICE, addresses=ADDRESSES)
    again = said(Reply(Answer.SUPPLIED, "The right one."), answered(Answer.SUPPLIED, None))

    assert (withdrawn.revision, withdrawn.when, withdrawn.urgent) == (2, AnswerMoment.AFTER_CLOSURE, True)
    assert "family" not in withdrawn.model_dump_json()
    assert again.revision == 3


@pytest.mark.parametrize(
    ("answers", "revision_named", "problem"),
    [
        ((), 1, NotAnswered),
        ((Answer.SUPPLIED, None), 2, NotAnswered),
        ((Answer.SUPPLIED, Answer.PARTIAL), 1, AnswerChanged),
        ((Answer.SUPPLIED,), 2, AnswerChanged),
    ],
    ids=["nothing said", "taken back", "corrected since", "a revision to come"],
)
def test_only_the_answer_that_stands_is_changed(
    answers: tuple[Answer | None, ...], revision_named: int, problem: type[Problem]
) -> None:
    subject, correct = answered(*answers), replace(CORRECT, revision=revision_named)

    with pytest.raises(problem):
        decide.correct_answer(subject, UUID(int=50), correct, by=POLICE, addresses=ADDRESSES)
    with pytest.raises(problem):
        decide.withdraw_answer(
            subject, UUID(int=50), replace(TAKE_BACK, revision=revision_named), by=POLICE, addresses=ADDRESSES
        )


def test_nobody_but_the_agency_changes_its_answer() -> None:
    housing, subject = acting("partner", agency="wandsworth-housing"), answered(Answer.SUPPLIED)

    with pytest.raises(NoSuchRequest):
        decide.correct_answer(subject, UUID(int=50), CORRECT, by=housing, addresses=ADDRESSES)
    with pytest.raises(NoSuchRequest):
        decide.withdraw_answer(subject, UUID(int=50), TAKE_BACK, by=housing, addresses=ADDRESSES)


def test_a_correction_fits_as_an_answer_does() -> None:
    bare = replace(CORRECT, reply=Reply(Answer.SUPPLIED))

    with pytest.raises(AnswerIncomplete):
        decide.correct_answer(answered(Answer.SUPPLIED), UUID(int=50), bare, by=POLICE, addresses=ADDRESSES)
