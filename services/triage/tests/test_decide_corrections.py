"""An agency puts its answer right or takes it back: the last word stands, and what was decided without it is stale."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from triage_examples import (
    ADDRESSES,
    FIRST,
    NOW,
    POLICE,
    SECOND,
    acting,
    case,
    decision,
    request,
    revision,
)

from contracts.codes import Answer, AnswerMoment, CaseNews
from contracts.problems import Problem
from triage import decide
from triage.errors import AlreadyAnswered, AnswerChanged, AnswerIncomplete, NoSuchRequest, NotAnswered
from triage.model import Case, Correct, Reply, TakeBack

BOTH = (decision(FIRST), decision(SECOND))


def answered(*answers: Answer | None, **changes: Any) -> Case:
    """A case whose one request was answered, and corrected or withdrawn (None) since."""
    revisions = tuple(revision(answer, number=number) for number, answer in enumerate(answers, 1))
    return case(**({"requests": (request(revisions=revisions),)} | changes))


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
    again = decide.answer_request(
        answered(Answer.SUPPLIED, None),
        UUID(int=50),
        reply=Reply(Answer.SUPPLIED, "The right one."),
        by=POLICE,
        addresses=ADDRESSES,
    )

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


def test_a_second_answer_is_refused_because_a_correction_says_what_it_corrects() -> None:
    more = Reply(Answer.SUPPLIED, "More.")

    with pytest.raises(AlreadyAnswered):
        decide.answer_request(answered(Answer.NOTHING_HELD), UUID(int=50), reply=more, by=POLICE, addresses=ADDRESSES)
