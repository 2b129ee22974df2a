"""The days that a form tells of, and between which days each of them can have been."""

from collections.abc import Iterator
from datetime import date

from referral_intake.form.agreement import Consent
from referral_intake.form.child import Address, Child
from referral_intake.form.concern import Concern
from referral_intake.form.family import HouseholdMember
from referral_intake.form.referral import ReferralForm
from referral_intake.form.voice import ChildVoice
from referral_intake.model import Day

_Days = Iterator[tuple[str, date | None]]


def days_of(form: ReferralForm) -> tuple[Day, ...]:
    """Every day that can contradict another one or today, by JSON pointer."""
    births = [child.date_of_birth for child in form.children if child.date_of_birth]
    born = min(births, default=None) if len(births) == len(form.children) else None
    days = [Day(pointer, day, past=True) for pointer, day in _past(form) if day]
    days += [Day(pointer, day, past=True, earliest=born) for pointer, day in _of_children(form) if day]
    for place, child in enumerate(form.children):
        days += _of_child(child, f"/children/{place}")
    days += [Day(pointer, ended, earliest=began) for pointer, began, ended in _periods(form) if began and ended]
    return tuple(days)


def _of_child(child: Child, pointer: str) -> list[Day]:
    """What a child lived through was not before its birth."""
    born = child.date_of_birth
    days = [*_begun(child.addresses, f"{pointer}/addresses")]
    if child.voice is not None:
        days += _heard(child.voice, f"{pointer}/voice")
    return [Day(place, day, past=True, earliest=born) for place, day in days if day]


def _past(form: ReferralForm) -> _Days:
    """What was done, said or written by now, about a child who may not have been born then."""
    yield from _consent(form.consent)
    for place, member in enumerate(form.household):
        if member.date_of_birth:
            yield f"/household/{place}/date_of_birth", member.date_of_birth
        yield from _begun(member.addresses, f"/household/{place}/addresses")
    for place, helped in enumerate(form.help_offered):
        yield f"/help_offered/{place}/started_on", helped.started_on
    if form.early_help is not None:
        yield "/early_help/assessed_on", form.early_help.assessed_on
    if form.concern.pre_birth is not None:
        yield "/concern/pre_birth/first_booked_on", form.concern.pre_birth.first_booked_on
    for place, paper in enumerate(form.attachments):
        yield f"/attachments/{place}/dated", paper.dated
    for place, risk in enumerate(() if isinstance(form.risks_to_staff, str) else form.risks_to_staff or ()):
        yield f"/risks_to_staff/{place}/recorded_on", risk.recorded_on


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


def _begun(addresses: tuple[Address, ...], pointer: str) -> _Days:
    for place, address in enumerate(addresses):
        if address.lived_from:  # hardly ever said, and an address is in every form: no pointer is made for nothing
            yield f"{pointer}/{place}/lived_from", address.lived_from


def _periods(form: ReferralForm) -> Iterator[tuple[str, date | None, date | None]]:
    """What ended, or will end, not before it began; a beginning that is not said is the birth."""
    for number, child in enumerate(form.children):
        yield from _lived(child, f"/children/{number}/addresses")
    for number, member in enumerate(form.household):
        yield from _lived(member, f"/household/{number}/addresses")
    fostering = form.concern.private_fostering
    if fostering is not None:
        yield "/concern/private_fostering/ends_on", fostering.started_on, fostering.ends_on
    for number, episode in enumerate(form.concern.missing_episodes):
        yield f"/concern/missing_episodes/{number}/until_day", episode.from_day, episode.until_day
    for number, helped in enumerate(form.help_offered):
        yield f"/help_offered/{number}/ended_on", helped.started_on, helped.ended_on


def _lived(person: Child | HouseholdMember, pointer: str) -> Iterator[tuple[str, date | None, date | None]]:
    for place, address in enumerate(person.addresses):
        if address.lived_until:
            yield f"{pointer}/{place}/lived_until", address.lived_from or person.date_of_birth, address.lived_until
