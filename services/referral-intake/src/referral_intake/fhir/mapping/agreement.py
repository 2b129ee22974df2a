"""Consents: agreement to the referral, to checks and to help, and the lawful basis; four facts, each on its own."""

from collections.abc import Iterator
from typing import Final

from contracts.codes import AgreementAnswer
from referral_intake.fhir import systems
from referral_intake.fhir.draft import Part, Tree
from referral_intake.fhir.mapping.content import Saying
from referral_intake.fhir.mapping.extras import extras
from referral_intake.fhir.mapping.words import day_of
from referral_intake.fhir.message import Message
from referral_intake.fhir.r4.content import Consent
from referral_intake.fhir.r4.element import Said
from referral_intake.fhir.r4.people import Patient, RelatedPerson
from referral_intake.form.agreement import Agreement, Basis

AGREEMENTS: Final = systems.code_system("agreement")
TO_AGREE: Final = frozenset({"to-referral", "to-checks", "to-help"})
LAWFUL_BASIS: Final = "lawful-basis"

_BASES: Final = systems.code_system("sharing-basis")
_GATEWAYS: Final = systems.code_system("lawful-basis")
_NOT_YET: Final = frozenset({"draft", "proposed"})
_NOT_MEANT: Final = frozenset({"entered-in-error", "inactive"})


def agreements(message: Message) -> Iterator[Saying]:
    """What the family agreed to, and the basis on which the sender shares. Other consents are not about this."""
    for consent in message.all(Consent):
        kinds = {code.value for each in consent.category if (code := each.code_of(AGREEMENTS))}
        if consent.status in _NOT_MEANT:
            continue
        for kind in sorted(kinds & TO_AGREE):
            yield ("consent", kind.replace("-", "_")), _agreement(message, consent)
        if LAWFUL_BASIS in kinds:
            yield ("consent", "lawful_basis"), _basis(consent)


def _agreement(message: Message, consent: Consent) -> Part:
    fields: dict[str, Tree] = {
        "given_by": _given_by(message, consent),
        **extras(Agreement, "agreement", consent),
        "answer": _answer(consent),
        "given_on": day_of(consent.said("date_time")),
    }
    return Part(consent.path, {name: tree for name, tree in fields.items() if tree is not None})


def _answer(consent: Consent) -> Said[str]:
    """Permitted is agreed and denied is refused; a consent that was rejected was refused, one proposed not asked."""
    provision = consent.provision
    if consent.status in _NOT_YET:
        return Said(AgreementAnswer.NOT_ASKED.value, (f"{consent.path}.status",))
    if consent.status == "rejected" or (provision and provision.type == "deny"):
        return Said(AgreementAnswer.REFUSED.value, (f"{consent.path}.provision.type",))
    return Said(AgreementAnswer.AGREED.value, (f"{consent.path}.provision.type",))


def _given_by(message: Message, consent: Consent) -> Said[str] | None:
    for reference in consent.performer:
        person = message.find(reference, RelatedPerson) or message.find(reference, Patient)
        name = person.name[0].whole() if person and person.name else reference.said("display")
        if name:
            return Said(name.value, (reference.path,))
    return None


def _basis(consent: Consent) -> Part:
    codings = consent.policy_rule.coding if consent.policy_rule else ()
    bases = [coding for coding in codings if coding.system == _BASES]
    gateways = [coding for coding in codings if coding.system == _GATEWAYS]
    text = consent.policy_rule.said("text") if consent.policy_rule else None
    fields: dict[str, Tree] = {
        "explanation": text,
        **extras(Basis, "lawful-basis", consent),
        "bases": tuple(Said(coding.code, (coding.path,)) for coding in bases if coding.code),
        "gateways": tuple(Said(coding.code, (coding.path,)) for coding in gateways if coding.code),
        "decided_on": day_of(consent.said("date_time")),
    }
    return Part(consent.path, {name: tree for name, tree in fields.items() if tree is not None})
