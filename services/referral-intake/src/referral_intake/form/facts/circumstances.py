"""Which things a form says about some kinds of concern."""

from dataclasses import replace
from typing import Final

from referral_intake.form.circumstances import PlaceOrPeers, PrivateFostering, Radicalisation
from referral_intake.form.facts.placeholders import is_written
from referral_intake.form.referral import ReferralForm
from referral_intake.model import CircumstanceFacts

_BLOCKS: Final = frozenset(
    {
        "fgm",
        "radicalisation",
        "private_fostering",
        "missing_episodes",
        "staff_allegation",
        "place_or_peers",
        "online_harm",
    }
)
_NOTHING: Final = CircumstanceFacts(
    has_safe_contact=False,
    fgm=None,
    has_fgm_report=False,
    has_radicalisation_details=False,
    has_fostering_start=False,
    has_fostering_carers=False,
    has_missing_episode=False,
    has_missing_report=False,
    has_allegation=False,
    designated_officer_told=False,
    has_place_or_peers=False,
    has_images=False,
)
_WITH_SAFE_CONTACT: Final = replace(_NOTHING, has_safe_contact=True)


def circumstances_of(form: ReferralForm) -> CircumstanceFacts:
    """The blocks that belong to one kind of concern, together. Most forms have none of them."""
    concern, has_safe_contact = form.concern, _has_safe_contact(form)
    if concern.model_fields_set.isdisjoint(_BLOCKS):
        return _WITH_SAFE_CONTACT if has_safe_contact else _NOTHING
    fgm, fostering, allegation = concern.fgm, concern.private_fostering, concern.staff_allegation
    episodes, online = concern.missing_episodes, concern.online_harm
    return CircumstanceFacts(
        has_safe_contact=has_safe_contact,
        fgm=fgm.knowledge if fgm else None,
        has_fgm_report=fgm is not None and is_written(fgm.police_report_reference),
        has_radicalisation_details=_is_described(concern.radicalisation),
        has_fostering_start=fostering is not None and fostering.started_on is not None,
        has_fostering_carers=fostering is not None and _has_carers(fostering),
        has_missing_episode=any(each.from_day is not None for each in episodes),
        has_missing_report=any(is_written(each.police_reference) for each in episodes),
        has_allegation=allegation is not None,
        designated_officer_told=allegation is not None and allegation.designated_officer_told is True,
        has_place_or_peers=_is_placed(concern.place_or_peers),
        has_images=online is not None and online.images_involved is True,
    )


def _has_safe_contact(form: ReferralForm) -> bool:
    """Said with the abuse, or with anyone who may be reached or must not be."""
    abuse = form.concern.domestic_abuse
    if abuse is not None and is_written(abuse.safe_contact):
        return True
    return any(member.safe_to_contact is not None or is_written(member.contact_advice) for member in form.household)


def _is_described(radicalisation: Radicalisation | None) -> bool:
    if radicalisation is None:
        return False
    return (
        is_written(radicalisation.ideology)
        or is_written(radicalisation.contacts)
        or is_written(radicalisation.online_activity)
    )


def _has_carers(fostering: PrivateFostering) -> bool:
    return is_written(fostering.carers) or bool(fostering.carers_addresses)


def _is_placed(place: PlaceOrPeers | None) -> bool:
    return place is not None and (is_written(place.place) or is_written(place.peer_group))
