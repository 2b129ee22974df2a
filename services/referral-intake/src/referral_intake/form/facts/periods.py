"""What begins and ends: the end is not before the beginning, nor either before there was a child."""

from collections.abc import Iterator
from datetime import date

from referral_intake.form.facts.addresses import days_of_addresses
from referral_intake.form.referral import ReferralForm
from referral_intake.model import Bound, Day


def periods_of(form: ReferralForm, born: date | None) -> Iterator[Day]:
    """The last day of each period, where its first is known. ``born``: when the first of the children was."""
    for pointer, began, end in _periods(form):
        if began and end:
            yield Day(pointer, end, earliest=began, bound=Bound.BEGINNING)
    for place, helped in enumerate(form.help_offered):
        if helped.ended_on:
            yield Day(f"/help_offered/{place}/ended_on", helped.ended_on, past=True)
    for place, risk in enumerate(() if isinstance(form.risks_to_staff, str) else form.risks_to_staff or ()):
        if risk.review_on:
            pointer = f"/risks_to_staff/{place}/review_on"
            yield Day(pointer, risk.review_on, earliest=risk.recorded_on, bound=Bound.BEGINNING)
    yield from _of_fostering(form, born)


def _periods(form: ReferralForm) -> Iterator[tuple[str, date | None, date | None]]:
    fostering = form.concern.private_fostering
    if fostering is not None:
        yield "/concern/private_fostering/ends_on", fostering.started_on, fostering.ends_on
    for number, episode in enumerate(form.concern.missing_episodes):
        yield f"/concern/missing_episodes/{number}/until_day", episode.from_day, episode.until_day
    for number, helped in enumerate(form.help_offered):
        yield f"/help_offered/{number}/ended_on", helped.started_on, helped.ended_on


def _of_fostering(form: ReferralForm, born: date | None) -> Iterator[Day]:
    """It may begin and end later than today, and never before the birth."""
    fostering, pointer = form.concern.private_fostering, "/concern/private_fostering"
    if fostering is None:
        return
    for name, day in (("started_on", fostering.started_on), ("ends_on", fostering.ends_on)):
        if day:
            yield Day(f"{pointer}/{name}", day, earliest=born)
    yield from days_of_addresses(fostering.carers_addresses, f"{pointer}/carers_addresses")
    yield from days_of_addresses(fostering.parents_addresses, f"{pointer}/parents_addresses")
