"""Asking agencies, and what an answer must hold."""

from datetime import timedelta
from uuid import UUID

import pytest
from triage_examples import ASKING, CASE_ID, DETAIL, FIRST, NOW, POLICE, SECOND, WORKER, acting, case, request

from contracts.codes import Answer, LawfulBasis, RefusalGround
from contracts.problems import Problem
from triage import decide
from triage.errors import (
    AlreadyAnswered,
    AnswerIncomplete,
    BasisNotAllowed,
    CaseAlreadyClosed,
    NoSuchRequest,
    NotAChildOfTheCase,
    NotAsked,
)
from triage.model import Ask, Reply, RequestState, Telling, request_state

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
    answered = decide.answer_request(case(requests=(request(),)), UUID(int=50), reply=reply, by=POLICE)

    assert (answered.answer, answered.refusal_ground) == (reply.answer, reply.refusal_ground)
    assert (answered.agency, answered.answered_by) == ("metropolitan-police", "police")
    assert "incident" not in answered.model_dump_json()
    assert "arrest" not in answered.model_dump_json()


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
        decide.answer_request(case(requests=(request(),)), UUID(int=50), reply=reply, by=POLICE)

    assert [error.pointer for error in refused.value.errors] == pointers


def test_another_agency_is_told_that_there_is_no_such_request() -> None:
    housing = acting("partner", agency="wandsworth-housing")

    with pytest.raises(NoSuchRequest):
        decide.answer_request(case(requests=(request(),)), UUID(int=50), reply=Reply(Answer.NOTHING_HELD), by=housing)


def test_a_second_answer_is_refused() -> None:
    subject = case(requests=(request(answer=Answer.NOTHING_HELD),))

    with pytest.raises(AlreadyAnswered):
        decide.answer_request(subject, UUID(int=50), reply=Reply(Answer.SUPPLIED, "More."), by=POLICE)


def test_a_late_answer_is_taken_even_after_the_case_is_closed() -> None:
    late = acting("partner", agency="metropolitan-police", now=NOW + timedelta(days=9))
    subject = case(requests=(request(),), closed_at=NOW)

    answered = decide.answer_request(subject, UUID(int=50), reply=Reply(Answer.SUPPLIED, "Found."), by=late)

    assert (answered.case_id, answered.answered_at) == (CASE_ID, late.now)


@pytest.mark.parametrize(
    ("answer", "telling", "state"),
    [
        (None, Telling(), RequestState.ASKED),
        (None, Telling(delivered_at=NOW), RequestState.DELIVERED),
        (None, Telling(delivered_at=NOW, opened_at=NOW), RequestState.OPENED),
        (None, Telling(opened_at=NOW), RequestState.OPENED),
        (Answer.NOTHING_HELD, Telling(), RequestState.ANSWERED),
    ],
)
def test_silence_is_told_apart_from_every_kind_of_answer(
    answer: Answer | None, telling: Telling, state: RequestState
) -> None:
    assert request_state(request(answer=answer), telling) is state


def test_a_question_may_be_about_some_of_the_children() -> None:
    asked = decide.request_information(
        case(), Ask("metropolitan-police", BASIS, QUESTION, (SECOND,)), by=WORKER, terms=ASKING, detail=DETAIL
    )

    assert asked.agency == "metropolitan-police"
