"""The days that a form tells of, and between which days each of them can have been."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from referral_intake.form.agreement import Consent
from referral_intake.form.child import Child
from referral_intake.form.concern import Concern
from referral_intake.form.facts.addresses import days_of_addresses
from referral_intake.form.facts.periods import periods_of
from referral_intake.form.facts.relatives import days_of_relatives
from referral_intake.form.facts.written_days import NoSuchDay, written_day
from referral_intake.form.referral import ReferralForm
from referral_intake.form.voice import ChildVoice
from referral_intake.model import PREGNANCY, TOO_FAR_ALONG, Bound, Day

_TERM_WEEKS: Final = 40
_SCAN_WEEKS: Final = 3
"""By so much a date from a scan and one from the last period may differ."""

_Days = Iterator[tuple[str, date | None]]


def days_of(form: ReferralForm) -> tuple[Day, ...]:
    """Every day that can contradict another one or today, by JSON pointer."""
    born, begun = _first_birth(form), _first_pregnancy(form)
    days = [Day(pointer, day, past=True) for pointer, day in _past(form) if day]
    days += [Day(pointer, day, past=True, earliest=born) for pointer, day in _of_children(form) if day]
    days += [
        Day(pointer, day, past=True, earliest=begun, bound=Bound.PREGNANCY)
        for pointer, day in _since_pregnancy(form)
        if day
    ]
    for place, child in enumerate(form.children):
        days += _of_child(child, f"/children/{place}")
    days += days_of_relatives(form)
    days += _in_words(form, begun)
    days += _gestation(form)
    days += periods_of(form, born)
    return tuple(days)


def _first_birth(form: ReferralForm) -> date | None:
    """The first birth, when the form has all of them: a day may tell of any of the children."""
    births = [child.date_of_birth for child in form.children if child.date_of_birth]
    return min(births, default=None) if len(births) == len(form.children) else None


def _first_pregnancy(form: ReferralForm) -> date | None:
    """The day before which none of the children can have begun to be."""
    dates = [day for child in form.children if (day := child.date_of_birth or child.expected_date_of_birth)]
    if not dates or len(dates) < len(form.children):
        return None
    return date.fromordinal(max(min(dates).toordinal() - PREGNANCY.days, date.min.toordinal()))


def _of_child(child: Child, pointer: str) -> list[Day]:
    """What a child lived through was not before its birth."""
    born = child.date_of_birth
    days = list(days_of_addresses(child.addresses, f"{pointer}/addresses", born=born))
    heard = _heard(child.voice, f"{pointer}/voice") if child.voice is not None else ()
    return days + [Day(place, day, past=True, earliest=born) for place, day in heard if day]


def _past(form: ReferralForm) -> _Days:
    """What was done, said or written by now, about a child who may not have been born then."""
    for place, helped in enumerate(form.help_offered):
        yield f"/help_offered/{place}/started_on", helped.started_on
    if form.early_help is not None:
        yield "/early_help/assessed_on", form.early_help.assessed_on
    for place, paper in enumerate(form.attachments):
        yield f"/attachments/{place}/dated", paper.dated
    for place, risk in enumerate(() if isinstance(form.risks_to_staff, str) else form.risks_to_staff or ()):
        yield f"/risks_to_staff/{place}/recorded_on", risk.recorded_on


def _since_pregnancy(form: ReferralForm) -> _Days:
    """What can be said, done or agreed about a child from the pregnancy on."""
    yield from _consent(form.consent)
    if form.concern.pre_birth is not None:
        yield "/concern/pre_birth/first_booked_on", form.concern.pre_birth.first_booked_on


def _of_children(form: ReferralForm) -> _Days:
    """What happened by now to one of the children, though the form does not say which."""
    yield from _heard(form.child_voice, "/child_voice")
    yield from _concern(form.concern)


def _concern(concern: Concern) -> _Days:
    if concern.fgm is not None:
        yield "/concern/fgm/police_reported_on", concern.fgm.police_reported_on
    for place, episode in enumerate(concern.missing_episodes):
        yield f"/concern/missing_episodes/{place}/from_day", episode.from_day
        yield f"/concern/missing_episodes/{place}/until_day", episode.until_day
    if concern.staff_allegation is not None:
        told_on = concern.staff_allegation.designated_officer_told_on
        yield "/concern/staff_allegation/designated_officer_told_on", told_on


def _consent(consent: Consent) -> _Days:
    for name in ("to_referral", "to_checks", "to_help"):
        agreement = getattr(consent, name)
        if agreement is not None:
            yield f"/consent/{name}/given_on", agreement.given_on
    if consent.lawful_basis is not None:
        yield "/consent/lawful_basis/decided_on", consent.lawful_basis.decided_on
    for place, person in enumerate(consent.told):
        yield f"/consent/told/{place}/told_on", person.told_on


def _heard(voice: ChildVoice, pointer: str) -> _Days:
    yield f"{pointer}/gathered_on", voice.gathered_on


def _in_words(form: ReferralForm, begun: date | None) -> Iterator[Day]:
    """The days of fields that take words as well."""
    concern, safety = form.concern, form.immediate_safety
    for place, event in enumerate(concern.incidents):
        yield from _written(Day(f"/concern/incidents/{place}/when", date.min, past=True), event.when)
    if concern.disclosure is not None:
        yield from _written(Day("/concern/disclosure/told_at", date.min, past=True), concern.disclosure.told_at)
    for place, disclosure in enumerate(concern.disclosures):
        yield from _written(Day(f"/concern/disclosures/{place}/told_at", date.min, past=True), disclosure.told_at)
    for place, person in enumerate(form.professionals):
        pointer = f"/professionals/{place}/last_contact"
        seen = Day(pointer, date.min, past=True, earliest=begun, bound=Bound.PREGNANCY)
        yield from _written(seen, person.last_contact)
    if safety is not None:
        meeting = Day("/immediate_safety/next_contact_with_abuser", date.min, to_come=True)
        yield from _written(meeting, safety.next_contact_with_abuser)


def _gestation(form: ReferralForm) -> Iterator[Day]:
    """The first day on which a pregnancy can be as far along as is said, by the first date that a child is expected.

    An earlier account may say less than would be true today.
    """
    weeks = form.concern.pre_birth.gestation_weeks if form.concern.pre_birth is not None else None
    expected = [child.expected_date_of_birth for child in form.children if child.expected_date_of_birth]
    if weeks is None or not expected:
        return
    weeks_left = _TERM_WEEKS - weeks + _SCAN_WEEKS
    first = max(min(expected).toordinal() - 7 * weeks_left, date.min.toordinal())
    yield Day("/concern/pre_birth/gestation_weeks", date.fromordinal(first), past=True, later=TOO_FAR_ALONG)


def _written(day: Day, text: str | None) -> Iterator[Day]:
    try:
        found = written_day(text)
    except NoSuchDay:
        yield day._replace(is_none=True)
        return
    if found is not None:
        yield day._replace(day=found)
