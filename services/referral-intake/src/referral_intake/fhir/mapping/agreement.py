"""Consents: agreement to the referral, to checks and to help, and the lawful basis; four facts, each on its own."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from contracts.codes import AgreementAnswer
from referral_intake.fhir import systems
from referral_intake.fhir.draft import Part, Tree
from referral_intake.fhir.issues import IssueCode, MessageRefused, error
from referral_intake.fhir.mapping.extras import extras
from referral_intake.fhir.mapping.naming import name_in
from referral_intake.fhir.mapping.records import Records
from referral_intake.fhir.mapping.saying import FACTS, HISTORY, Saying
from referral_intake.fhir.mapping.words import day_of
from referral_intake.fhir.message import Message
from referral_intake.fhir.r4.content import Consent
from referral_intake.fhir.r4.element import Said
from referral_intake.fhir.r4.people import Patient
from referral_intake.fhir.r4.values import dated
from referral_intake.fhir.r4.words import labelled, listed, named
from referral_intake.form.agreement import Agreement, Basis

AGREEMENTS: Final = systems.code_system("agreement")
TO_AGREE: Final = frozenset({"to-referral", "to-checks", "to-help"})
LAWFUL_BASIS: Final = "lawful-basis"

_BASES: Final = systems.code_system("sharing-basis")
_GATEWAYS: Final = systems.code_system("lawful-basis")
_FORCE: Final[Mapping[str, str]] = {
    AgreementAnswer.AGREED.value: "permitted",
    AgreementAnswer.REFUSED.value: "refused",
    AgreementAnswer.NOT_ASKED.value: "not given yet",
}
_DIRECTIVES: Final = ("http://terminology.hl7.org/CodeSystem/v3-ActCode", "http://hl7.org/fhir/v3/ActCode")
_FORCE_OF_DIRECTIVE: Final[Mapping[str, str]] = {"OPTIN": "permit", "OPTOUT": "deny"}
"""HL7 v3 code system ActCode, ActConsentDirective, as FHIR 4.0.1 of 30 October 2019 has it."""
_UNKNOWN: Final = "unknown"
_STEP: Final = re.compile(r"\.([A-Za-z]+)(?:\[(\d+)\])?")
_NOT_YET: Final = frozenset({"draft", "proposed"})
_EXCEPTIONS: Final = frozenset(
    {"actor", "action", "securityLabel", "purpose", "class", "code", "dataPeriod", "data", "provision"}
)
"""What R4 lets narrow a permission or a refusal, down to its opposite."""

_SAY_IN_WORDS: Final = (
    "This narrows what was agreed or refused, and we do not read it. Say it in words in our extension "
    "agreement-limited-to, and send the Consent without it."
)


def agreements(records: Records) -> Iterator[Saying]:
    """What the family agreed to, and the basis on which the sender shares; any other consent is a fact in words."""
    given: dict[str, list[Consent]] = {}
    for consent in records.message.all(Consent):
        if consent.status == "entered-in-error":
            continue
        _check_exceptions(records.message, consent)
        kinds = {code.value for each in consent.category if (code := each.code_of(AGREEMENTS))}
        if _is_over(records.message, consent):
            yield HISTORY, _in_words(records, consent, "A consent that is over:")
        elif not kinds & {*TO_AGREE, LAWFUL_BASIS} or _is_of_another(records, consent):
            yield FACTS, _in_words(records, consent, "Another consent, not to this referral:")
        else:
            _check_rule(consent)
            for kind in sorted(kinds & TO_AGREE):
                _check_says(consent)
                given.setdefault(kind, []).append(consent)
            yield from _lawful_basis(records, consent, kinds)
    for kind, consents in given.items():
        yield from _agreed(records, kind, consents)


def _is_of_another(records: Records, consent: Consent) -> bool:
    """Whether it is the agreement of somebody who is neither a child nor the subject, who may be their mother."""
    subject = records.message.look_up(consent.patient, Patient)
    return records.is_of_another(consent.patient) and subject is not records.subject


def _agreed(records: Records, kind: str, consents: Sequence[Consent]) -> Iterator[Saying]:
    """The answer of everybody who was asked, each with who gave it; of answers that differ, none fills in the field."""
    first, *further = consents
    agree = len({_answer(consent).value for consent in consents}) == 1
    if agree:
        yield ("consent", kind.replace("-", "_")), _agreement(records, first)
    label = "Also asked about agreement:" if agree else "Answers about agreement differ, and this is one of them:"
    for consent in further if agree else consents:
        yield FACTS, _in_words(records, consent, label)


def _lawful_basis(records: Records, consent: Consent, kinds: set[str]) -> Iterator[Saying]:
    if LAWFUL_BASIS in kinds and _answer(consent).value == AgreementAnswer.AGREED.value:
        records.follow_only_child(consent.patient)
        yield ("consent", "lawful_basis"), _basis(consent)
    elif LAWFUL_BASIS in kinds:
        yield FACTS, _in_words(records, consent, "A lawful basis that was not relied on:")


def _is_over(message: Message, consent: Consent) -> bool:
    period = consent.provision.period if consent.provision else None
    return consent.status == "inactive" or (period is not None and period.has_ended(message.as_of))


def _check_exceptions(message: Message, consent: Consent) -> None:
    """Raises ``MessageRefused`` for a provision that is narrowed by more than its dates."""
    raw = _raw(message.raw, consent.path)
    provision = raw.get("provision")
    names = _EXCEPTIONS.intersection(name for name, value in provision.items() if value) if provision else ()
    if names:
        places = [f"{consent.path}.provision.{name}" for name in sorted(names)]
        raise MessageRefused([error(IssueCode.NOT_SUPPORTED, _SAY_IN_WORDS, *places)])


def _check_rule(consent: Consent) -> None:
    """Raises ``MessageRefused`` for a rule that we do not know, or that the provision contradicts."""
    rule, stated = _directive(consent), consent.provision.type if consent.provision else None
    if rule is not None and (rule.value == _UNKNOWN or stated not in (None, rule.value)):
        raise MessageRefused([error(IssueCode.NOT_SUPPORTED, _SAY_IN_WORDS, f"{consent.path}.policyRule")])


def _check_says(consent: Consent) -> None:
    """Raises ``MessageRefused`` for an agreement of which nobody says that it was given, refused or not asked for."""
    stated = consent.provision.type if consent.provision else None
    if consent.status is None and stated is None and _directive(consent) is None:
        advice = "Say in the status how this agreement stands, such as active, rejected or proposed."
        raise MessageRefused([error(IssueCode.REQUIRED, advice, consent.at("status"))])


def _raw(message: Any, path: str) -> dict[str, Any]:
    """A resource as it was sent, whether it has an entry of its own or is contained."""
    found: Any = message
    for name, position in _STEP.findall(path.removeprefix("Bundle")):
        found = found[name][int(position)] if position else found[name]
    resource: dict[str, Any] = found
    return resource


def _agreement(records: Records, consent: Consent) -> Part:
    period = consent.provision.period if consent.provision else None
    fields: dict[str, Tree] = {
        "given_by": _given_by(records.message, consent),
        **extras(Agreement, "agreement", consent),
        "answer": _answer(consent),
        "given_on": day_of(consent.said("date_time")),
    }
    if "limited_to" not in fields:
        fields["limited_to"] = listed((records.about(consent.patient), period.words() if period else None))
    fields = {name: tree for name, tree in fields.items() if tree is not None}
    records.follow_only_child(consent.patient)
    return Part(consent.path, fields, (consent.at("status"), *_category(consent)))


def _answer(consent: Consent) -> Said[str]:
    """Permitted is agreed and denied is refused; a consent that was rejected was refused, one proposed not asked."""
    provision = consent.provision
    type_place = (provision.at("type"),) if provision else ()
    if consent.status in _NOT_YET:
        return Said(AgreementAnswer.NOT_ASKED.value, (consent.at("status"),))
    rule = _directive(consent)
    places = (*(type_place or (consent.at("status"),)), *(rule.places if rule else ()))
    if consent.status == "rejected" or "deny" in (rule and rule.value, provision and provision.type):
        return Said(AgreementAnswer.REFUSED.value, places)
    return Said(AgreementAnswer.AGREED.value, places)


def _directive(consent: Consent) -> Said[str] | None:
    """What the rule that applies when no provision says otherwise does: permit, deny, or what we do not know."""
    code = consent.policy_rule.code_of(*_DIRECTIVES) if consent.policy_rule else None
    return Said(_FORCE_OF_DIRECTIVE.get(code.value, _UNKNOWN), code.places) if code else None


def _given_by(message: Message, consent: Consent) -> Said[str] | None:
    for reference in consent.performer:
        if name := name_in(message, reference) or reference.said("display"):
            return name
    return None


def _in_words(records: Records, consent: Consent, label: str) -> Said[str] | None:
    """A consent that no field is for, with its answer: nobody is to read a refusal as agreement."""
    scope = named("scope", consent.scope.words() if consent.scope else None)
    about = listed((*(concept.words() for concept in consent.category), scope))
    rule = consent.policy_rule.words() if consent.policy_rule else None
    period = consent.provision.period.words() if consent.provision and consent.provision.period else None
    given = named("by", _given_by(records.message, consent))
    text = listed((about, _force(consent), rule, given, dated(consent, "date_time"), period))
    return named(label, labelled(records.about(consent.patient), text))


def _force(consent: Consent) -> Said[str]:
    """Whether a consent permits or refuses, in a word, by its status and its provision."""
    answer = _answer(consent)
    places = (*answer.places, consent.at("status"))
    return Said(_FORCE[answer.value], tuple(dict.fromkeys(places)))


def _category(consent: Consent) -> tuple[str, ...]:
    codes = [code for each in consent.category if (code := each.code_of(AGREEMENTS))]
    return tuple(place for code in codes for place in code.places)


def _basis(consent: Consent) -> Part:
    codings = consent.policy_rule.coding if consent.policy_rule else ()
    bases = [coding for coding in codings if coding.is_of(_BASES)]
    gateways = [coding for coding in codings if coding.is_of(_GATEWAYS)]
    text = consent.policy_rule.said("text") if consent.policy_rule else None
    fields: dict[str, Tree] = {
        "explanation": text,
        **extras(Basis, "lawful-basis", consent),
        "bases": tuple(Said(coding.code, coding.mapped()) for coding in bases if coding.code),
        "gateways": tuple(Said(coding.code, coding.mapped()) for coding in gateways if coding.code),
        "decided_on": day_of(consent.said("date_time")),
    }
    status = (consent.at("status"),) if consent.status == "active" else ()
    fields = {name: tree for name, tree in fields.items() if tree is not None}
    return Part(consent.path, fields, (*status, *_category(consent)))
