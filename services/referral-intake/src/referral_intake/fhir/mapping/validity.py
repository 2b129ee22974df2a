"""What is so now, what was so, and what never was: by status, use and period."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Final

from referral_intake.fhir.issues import IssueCode, MessageRefused, error
from referral_intake.fhir.r4.coded import CodeableConcept
from referral_intake.fhir.r4.content import Condition, Flag, Observation
from referral_intake.fhir.r4.element import Said
from referral_intake.fhir.r4.times import is_after
from referral_intake.fhir.r4.values import Period
from referral_intake.fhir.r4.words import remarked


class Standing(StrEnum):
    """Whether something is a fact, is history, or is to be passed over: its sender says that it is not so."""

    NOW = "now"
    PAST = "past"
    NOT_SO = "not-so"


_CLINICAL: Final[Mapping[str, Standing]] = {
    "active": Standing.NOW,
    "recurrence": Standing.NOW,
    "relapse": Standing.NOW,
    "inactive": Standing.PAST,
    "remission": Standing.PAST,
    "resolved": Standing.PAST,
}
_VERIFICATION: Final[Mapping[str, Standing]] = {
    "confirmed": Standing.NOW,
    "unconfirmed": Standing.NOW,
    "provisional": Standing.NOW,
    "differential": Standing.NOW,
    "refuted": Standing.NOT_SO,
    "entered-in-error": Standing.NOT_SO,
}
_TAKEN_BACK: Final = frozenset({"cancelled", "entered-in-error"})
_WHOLE: Final = frozenset({"final", "amended", "corrected", "confirmed", "active"})
"""Statuses that need no mention: the thing is simply so."""

_ADVICE: Final = "Send one of the codes that R4 has for this: it decides whether what you say is so."
_ONE_ADVICE: Final = "Send one status: the codes that you sent say different things."


def standing_of(condition: Condition, day: date) -> Standing:
    """How a worry stands. Raises ``MessageRefused`` for a status that R4 does not have."""
    verified = _judged(condition.verification_status, _VERIFICATION)
    clinical = _judged(condition.clinical_status, _CLINICAL)
    if Standing.NOT_SO in (verified, clinical):
        return Standing.NOT_SO
    return Standing.PAST if clinical is Standing.PAST or _abated(condition, day) else Standing.NOW


def standing_of_flag(flag: Flag, day: date) -> Standing:
    """How a warning stands."""
    if flag.status == "entered-in-error":
        return Standing.NOT_SO
    ended = flag.period is not None and (flag.period.has_ended(day) or flag.period.is_to_come(day))
    return Standing.PAST if flag.status == "inactive" or ended else Standing.NOW


def is_so(observation: Observation) -> bool:
    """Whether a finding stands."""
    return observation.status not in _TAKEN_BACK


def qualified(text: Said[str] | None, status: Said[str] | None) -> Said[str] | None:
    """The text with a status that changes how it is to be read; any other status is understood."""
    if text is None or status is None or status.value not in _WHOLE:
        return remarked(text, status)
    return Said(text.value, (*text.places, *status.places))


def status_code(concept: CodeableConcept | None) -> Said[str] | None:
    """The code of a status that was judged, or its words where they say more than the code."""
    if concept is None:
        return None
    words = concept.said("text")
    code = next((coding for coding in concept.coding if coding.said("code")), None)
    if code is None:
        return words
    same = (code.display or "").casefold() == (code.code or "").casefold()
    said = Said(code.code or "", (*code.mapped(), *((code.at("display"),) if same else ())))
    return remarked(said, words) if words and words.value != code.code else said


def is_to_come(condition: Condition, day: date) -> bool:
    """Whether a worry begins later, so that it is none yet."""
    at, period = condition.onset_date_time, condition.onset_period
    return (at is not None and is_after(at, day)) or (period is not None and period.is_to_come(day))


def _judged(status: CodeableConcept | None, known: Mapping[str, Standing]) -> Standing:
    if status is None:
        return Standing.NOW
    found = [known[coding.code] for coding in status.coding if coding.code and coding.code in known]
    if not found:
        raise MessageRefused([error(IssueCode.VALUE, _ADVICE, status.path)])
    if len(set(found)) > 1:
        raise MessageRefused([error(IssueCode.VALUE, _ONE_ADVICE, status.path)])
    return found[0]


def _abated(condition: Condition, day: date) -> bool:
    """Whether it ended; an end that is still to come is none yet."""
    at, period = condition.abatement_date_time, condition.abatement_period
    if condition.abatement_boolean:
        return True
    if at is not None:
        return Period(end=at).has_ended(day) or not Period(start=at).is_to_come(day)
    if period is not None and period.start is not None:
        return not period.is_to_come(day)
    unknown = condition.abatement_date_time_beside
    others = (period, unknown, condition.abatement_age, condition.abatement_range, condition.abatement_string)
    return any(other is not None for other in others)
