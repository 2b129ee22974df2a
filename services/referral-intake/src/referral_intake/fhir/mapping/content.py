"""What the referral says: worries, findings, warnings, agreements, papers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from referral_intake.fhir import systems
from referral_intake.fhir.draft import Part, Pointer, Tree
from referral_intake.fhir.issues import IssueCode, MessageRefused, error
from referral_intake.fhir.mapping.extras import extras, field_of, field_said
from referral_intake.fhir.mapping.words import day_of
from referral_intake.fhir.message import Message
from referral_intake.fhir.r4.content import Condition, DocumentReference, Flag, Observation, ServiceRequest
from referral_intake.fhir.r4.datatypes import Annotation, CodeableConcept, joined, labelled
from referral_intake.fhir.r4.element import Said
from referral_intake.fhir.r4.people import Patient
from referral_intake.form.help import Attachment
from referral_intake.form.services import StaffRisk

CONCERN_TYPES: Final = systems.code_system("concern-type")
FLAG_KINDS: Final = systems.code_system("flag-category")

_NOT_MEANT: Final = frozenset({"entered-in-error", "cancelled", "refuted"})
_FACTS: Final[Pointer] = ("concern", "facts")
_TYPES: Final[Pointer] = ("concern", "types")
_SAFEGUARDING: Final = "SG"
_SCENE_SAFETY: Final = "SS"
_RISK_TO_STAFF: Final = "risk-to-staff"

Saying = tuple[Pointer, Tree]


@dataclass(frozen=True)
class Told:
    """A message, and the children it is about."""

    message: Message
    children: Sequence[Patient]

    def about(self, resource: Condition | Observation | Flag) -> Said[str] | None:
        """Which child a finding is about, by name; None when there is only one child."""
        child = self.message.find(resource.subject, Patient)
        name = child.name[0].whole() if child and child.name else None
        place = resource.subject.path if resource.subject else resource.path
        return Said(name.value, (place,)) if name and len(self.children) > 1 else None


def observations(told: Told) -> Iterator[Saying]:
    """Observations named after a field of the form fill it in; all others are facts."""
    for observation in told.message.all(Observation):
        if observation.status in _NOT_MEANT:
            continue
        found = field_of(observation)
        if found is None:
            yield _FACTS, _finding(told, observation)
            continue
        path, shape = found
        said = field_said(observation, shape)
        pointer = _of_child(told, observation, path)
        yield pointer, (said,) if shape.is_list and shape.part else said


def worries(told: Told, request: ServiceRequest) -> Iterator[Saying]:
    """The reasons of the request and the conditions: what it is about, as codes and as facts."""
    for concept in request.reason_code:
        yield from _worry(None, concept, ())
    for condition in told.message.all(Condition):
        if not _meant(condition.verification_status):
            continue
        yield from _worry(told.about(condition), condition.code, condition.note)
    for reference in request.reason_reference:
        told.message.find(reference, Condition)  # said above already: the reference has served its purpose
    for note in request.note:
        yield _FACTS, note.said("text")


def warnings(told: Told) -> Iterator[Saying]:
    """Flags: safeguarding concerns are facts, dangers to those who visit are risks to staff."""
    for flag in told.message.all(Flag):
        if flag.status in _NOT_MEANT:
            continue
        kinds = {code for each in flag.category if (code := each.code_of(systems.FLAG_CATEGORIES, FLAG_KINDS))}
        codes = {kind.value for kind in kinds}
        if codes & {_SCENE_SAFETY, _RISK_TO_STAFF}:
            yield ("risks_to_staff",), (_risk(flag),)
        elif _SAFEGUARDING in codes:
            yield _FACTS, labelled(told.about(flag), flag.code.words() if flag.code else None)


def papers(message: Message) -> Iterator[Saying]:
    """Documents, without what is in them. Raises ``MessageRefused`` when their content was sent."""
    for document in message.all(DocumentReference):
        if document.status not in _NOT_MEANT:
            yield ("attachments",), (_paper(document),)


def _worry(about: Said[str] | None, concept: CodeableConcept | None, notes: Sequence[Annotation]) -> Iterator[Saying]:
    if concept is not None:
        types = [coding for coding in concept.coding if coding.system == CONCERN_TYPES]
        yield _TYPES, tuple(Said(coding.code, (coding.path,)) for coding in types if coding.code)
        words = concept.said("text") if types else concept.words()
        yield _FACTS, labelled(about, words) if words else None
    for note in notes:
        yield _FACTS, labelled(about, note.said("text"))


def _finding(told: Told, observation: Observation) -> Said[str] | None:
    """``what: value, when``, and the notes below it. Without a value the finding is its name."""
    value = observation.words()
    notes = tuple(text for note in observation.note if (text := note.said("text")))
    if observation.data_absent_reason and not notes:
        return None
    label = observation.code.words() if observation.code else None
    when = observation.said("effective_date_time")
    said = tuple(part for part in (labelled(label, value), when) if part)
    line = joined(said, ", ")
    return labelled(told.about(observation), joined(tuple(part for part in (line, *notes) if part)))


def _of_child(told: Told, observation: Observation, path: tuple[str, ...]) -> Pointer:
    """What one of several children said stands with that child."""
    child = told.message.find(observation.subject, Patient)
    if path[0] == "child_voice" and child in told.children and len(told.children) > 1:
        return ("children", told.children.index(child), "voice", *path[1:])
    return path


def _risk(flag: Flag) -> Part:
    start = flag.period.said("start") if flag.period else None
    end = flag.period.said("end") if flag.period else None
    fields: dict[str, Tree] = {
        **extras(StaffRisk, "staff-risk", flag),
        "reason": flag.code.words() if flag.code else None,
        "recorded_on": day_of(start),
        "review_on": day_of(end),
    }
    return Part(flag.path, {name: tree for name, tree in fields.items() if tree is not None})


def _paper(document: DocumentReference) -> Part:
    attachments = [content.attachment for content in document.content if content.attachment]
    for attachment in attachments:
        if attachment.data is not None:
            advice = "Say where the document is and whom to ask for it. Its content cannot be sent here."
            raise MessageRefused([error(IssueCode.NOT_SUPPORTED, advice, f"{attachment.path}.data")])
    first = attachments[0] if attachments else None
    identifier = document.identifier[0] if document.identifier else None
    title = document.said("description") or (first.said("title") if first else None)
    kind = document.type.code_of(systems.code_system("attachment-kind")) if document.type else None
    fields: dict[str, Tree] = {
        **extras(Attachment, "attachment", document),
        "title": title or (document.type.words() if document.type and not kind else None),
        "kind": kind,
        "held_at": first.said("url") if first else None,
        "dated": day_of(document.said("date") or (first.said("creation") if first else None)),
        "reference": identifier.said("value") if identifier else None,
    }
    return Part(document.path, {name: tree for name, tree in fields.items() if tree is not None})


def _meant(status: CodeableConcept | None) -> bool:
    return status is None or not any(coding.code in _NOT_MEANT for coding in status.coding)
