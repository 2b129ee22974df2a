"""Where a form says that something ended before it began."""

from collections.abc import Iterator
from datetime import date

from referral_intake.form.referral import ReferralForm


def contradictory(form: ReferralForm) -> tuple[str, ...]:
    """JSON pointers to the ends that come before their beginnings."""
    return tuple([pointer for pointer, began, ended in _periods(form) if began and ended and ended < began])


def _periods(form: ReferralForm) -> Iterator[tuple[str, date | None, date | None]]:
    for number, child in enumerate(form.children):
        for place, address in enumerate(child.addresses):
            yield f"/children/{number}/addresses/{place}/lived_until", address.lived_from, address.lived_until
    fostering = form.concern.private_fostering
    if fostering is not None:
        yield "/concern/private_fostering/ends_on", fostering.started_on, fostering.ends_on
    for number, episode in enumerate(form.concern.missing_episodes):
        yield f"/concern/missing_episodes/{number}/until_day", episode.from_day, episode.until_day
    for number, helped in enumerate(form.help_offered):
        yield f"/help_offered/{number}/ended_on", helped.started_on, helped.ended_on
