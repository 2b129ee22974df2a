"""Asking an agency, and its answer."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from contracts.codes import Answer
from contracts.events import InformationAnswered, InformationRequested
from contracts.problems import FieldError
from triage.decide.shape import must_be_children, must_be_open, of_case, says
from triage.errors import AlreadyAnswered, AnswerIncomplete, BasisNotAllowed, NoSuchRequest, NotAsked
from triage.model import Acting, Ask, AskingTerms, Case, Detail, InformationRequest, Reply

_TELLS: Final = frozenset({Answer.SUPPLIED, Answer.PARTIAL})


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


def answer_request(case: Case, request_id: UUID, *, reply: Reply, by: Acting) -> InformationAnswered:
    """Take the asked agency's one answer, even late and even after the case is closed: knowledge is never turned away.

    Raises ``NoSuchRequest`` for another agency's request.
    """
    request = find_request(case, request_id)
    if request is None or request.agency != by.actor.agency:
        raise NoSuchRequest
    if request.answer is not None:
        raise AlreadyAnswered
    refused = tuple(_unfitting(reply))
    if refused:
        raise AnswerIncomplete(errors=refused)
    return InformationAnswered(
        **of_case(case),
        request_id=request_id,
        agency=request.agency,
        answer=reply.answer,
        refusal_ground=reply.refusal_ground,
        answered_by=by.actor.subject,
        answered_at=by.now,
    )


def find_request(case: Case, request_id: UUID) -> InformationRequest | None:
    """The case's request of that number."""
    return next((request for request in case.requests if request.request_id == request_id), None)


def _unfitting(reply: Reply) -> Iterable[FieldError]:
    """Supplied and partial need content; refused needs a ground and a reason, and only refused has them."""
    if reply.answer in _TELLS and not says(reply.content):
        yield FieldError("/content", "Write what your agency knows.")
    if reply.answer not in _TELLS and says(reply.content):
        yield FieldError("/content", "Leave this out, or say that information is supplied.")
    if reply.answer is Answer.REFUSED:
        if reply.refusal_ground is None:
            yield FieldError("/refusal_ground", "Say on what ground your agency does not share.")
        if not says(reply.refusal_reason):
            yield FieldError("/refusal_reason", "Say in your own words why your agency does not share.")
    elif reply.refusal_ground is not None or says(reply.refusal_reason):
        yield FieldError("/refusal_ground", "Leave ground and reason out unless your agency refuses.")
