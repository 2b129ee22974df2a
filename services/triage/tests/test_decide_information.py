"""Asking agencies, what an answer must hold, and what it means to say it late, otherwise, or no longer."""

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
    AnswerIncomplete,
    BasisNotAllowed,
    CaseAlreadyClosed,
    NoSuchRequest,
    NotAChildOfTheCase,
    NotAsked,
)
from triage.model import (
    Acting,
    AnswerRevision,
    Ask,
    Case,
    NoticeProgress,
    Reply,
    RequestState,
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
