"""Asking agencies, and what they say: an answer, its correction, or that they take it back."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from contracts.codes import Answer, AnswerMoment, CaseNews
from contracts.events import InformationAnswered, InformationCorrected, InformationRequested, InformationWithdrawn
from contracts.problems import FieldError
from triage.decide.shape import must_be_children, must_be_open, of_case, says
from triage.errors import (
    AlreadyAnswered,
    AnswerChanged,
    AnswerIncomplete,
    BasisNotAllowed,
    NoSuchRequest,
    NotAnswered,
    NotAsked,
)
from triage.model import (
    Acting,
    Addresses,
    Ask,
    AskingTerms,
    Case,
    Correct,
    Detail,
    InformationRequest,
    News,
    Reply,
    TakeBack,
)

Said = InformationAnswered | InformationCorrected | InformationWithdrawn
"""What an agency says to a request, as an event."""

_HAS_CONTENT: Final = frozenset({Answer.SUPPLIED, Answer.PARTIAL})


def request_information(
    case: Case, command: Ask, *, by: Acting, terms: AskingTerms, detail: Detail
) -> InformationRequested:
    """Ask an agency. Raises ``NotAsked`` or ``BasisNotAllowed`` when the pack does not provide for it."""
    must_be_open(case)
    if command.agency not in terms.agencies:
        raise NotAsked(errors=(FieldError("/agency", "Choose an agency that the pack lists as asked."),))
    if command.lawful_basis not in terms.lawful_bases:
        raise BasisNotAllowed(errors=(FieldError("/lawful_basis", "Choose a basis that the pack lists."),))
    must_be_children(case, command.child_ids)
    return InformationRequested(
        **of_case(case),
        request_id=detail.id,
        agency=command.agency,
        lawful_basis=command.lawful_basis,
        requested_by=by.actor.subject,
        requested_at=by.now,
        due_at=terms.timing.due_at,
        policy_version=terms.timing.policy_version,
        detail_url=detail.url,
    )


def answer_request(
    case: Case, request_id: UUID, *, reply: Reply, by: Acting, addresses: Addresses
) -> InformationAnswered:
    """The asked agency's answer, even late and even after the case is closed: knowledge is never turned away.

    One answer stands: to change it raises ``AlreadyAnswered``. Raises ``NoSuchRequest`` for another agency's request.
    """
    request = _get_own(case, request_id, by)
    if request.answer is not None:
        raise AlreadyAnswered
    _must_fit(reply)
    when = _moment(case, request)
    return InformationAnswered(
        **of_case(case),
        request_id=request_id,
        agency=request.agency,
        answer=reply.answer,
        refusal_ground=reply.refusal_ground,
        answered_by=by.actor.subject,
        answered_at=by.now,
        when=when,
        urgent=when is AnswerMoment.BEFORE_DECISION or _is_new(reply),
        revision=len(request.revisions) + 1,
        detail_url=addresses.request(request_id),
    )


def correct_answer(
    case: Case, request_id: UUID, command: Correct, *, by: Acting, addresses: Addresses
) -> InformationCorrected:
    """The agency puts its answer right. The earlier one is kept; those who decided with it did not have this one.

    Raises ``NotAnswered``, or ``AnswerChanged`` when another revision stands than the one that it names.
    """
    request = _get_own(case, request_id, by)
    _must_stand(request, command.revision)
    _must_fit(command.reply)
    return InformationCorrected(
        **of_case(case),
        request_id=request_id,
        agency=request.agency,
        answer=command.reply.answer,
        refusal_ground=command.reply.refusal_ground,
        corrected_by=by.actor.subject,
        corrected_at=by.now,
        when=_moment(case, request),
        urgent=True,
        revision=command.revision + 1,
        detail_url=addresses.request(request_id),
    )


def withdraw_answer(
    case: Case, request_id: UUID, command: TakeBack, *, by: Acting, addresses: Addresses
) -> InformationWithdrawn:
    """The agency takes its answer back: what was decided with it rests on what the agency no longer says.

    Raises as ``correct_answer`` does.
    """
    request = _get_own(case, request_id, by)
    _must_stand(request, command.revision)
    return InformationWithdrawn(
        **of_case(case),
        request_id=request_id,
        agency=request.agency,
        withdrawn_by=by.actor.subject,
        withdrawn_at=by.now,
        when=_moment(case, request),
        urgent=True,
        revision=command.revision + 1,
        detail_url=addresses.request(request_id),
    )


def news_of(case: Case, said: Said) -> News | None:
    """What is new by what an agency said. None for "nothing held" where nothing was held before: nobody knows more."""
    request = find_request(case, said.request_id)
    if request is None or (isinstance(said, InformationAnswered) and said.answer is Answer.NOTHING_HELD):
        return None
    match said:
        case InformationAnswered():
            what, at = CaseNews.AGENCY_ANSWER, said.answered_at
        case InformationCorrected():
            what, at = CaseNews.AGENCY_CORRECTION, said.corrected_at
        case InformationWithdrawn():
            what, at = CaseNews.AGENCY_WITHDRAWAL, said.withdrawn_at
    return News(what, at, about=request.child_ids, request_id=said.request_id, revision=said.revision)


def find_request(case: Case, request_id: UUID) -> InformationRequest | None:
    """The case's request of that number."""
    return next((request for request in case.requests if request.request_id == request_id), None)


def _get_own(case: Case, request_id: UUID, by: Acting) -> InformationRequest:
    request = find_request(case, request_id)
    if request is None or request.agency != by.actor.agency:
        raise NoSuchRequest
    return request


def _must_stand(request: InformationRequest, revision: int) -> None:
    """Interleaving prevented: two people of the agency correct the same answer, and the second undoes the first."""
    if request.standing is None:
        raise NotAnswered
    if request.standing.revision != revision:
        raise AnswerChanged


def _moment(case: Case, request: InformationRequest) -> AnswerMoment:
    """When it is said, seen from the decisions for the children that the agency was asked about."""
    if case.closed_at is not None:
        return AnswerMoment.AFTER_CLOSURE
    waiting = (case.undecided | case.deciding_again) & set(request.child_ids)
    return AnswerMoment.BEFORE_DECISION if waiting else AnswerMoment.AFTER_DECISION


def _is_new(reply: Reply) -> bool:
    return reply.answer is not Answer.NOTHING_HELD


def _must_fit(reply: Reply) -> None:
    """Raises ``AnswerIncomplete``."""
    refused = tuple(_unfitting(reply))
    if refused:
        raise AnswerIncomplete(errors=refused)


def _unfitting(reply: Reply) -> Iterable[FieldError]:
    """Supplied and partial need content; refused needs a ground and a reason, and only refused has them."""
    if reply.answer in _HAS_CONTENT and not says(reply.content):
        yield FieldError("/content", "Write what your agency knows.")
    if reply.answer not in _HAS_CONTENT and says(reply.content):
        yield FieldError("/content", "Leave this out, or say that information is supplied.")
    if reply.answer is Answer.REFUSED:
        if reply.refusal_ground is None:
            yield FieldError("/refusal_ground", "Say on what ground your agency does not share.")
        if not says(reply.refusal_reason):
            yield FieldError("/refusal_reason", "Say in your own words why your agency does not share.")
    elif reply.refusal_ground is not None or says(reply.refusal_reason):
        yield FieldError("/refusal_ground", "Leave ground and reason out unless your agency refuses.")
