"""Which things a form says about some kinds of concern."""

from referral_intake.form.circumstances import DomesticAbuse, Fgm, PlaceOrPeers, PrivateFostering, Radicalisation
from referral_intake.form.facts.said import said
from referral_intake.form.referral import ReferralForm
from referral_intake.model import CircumstanceFacts


def circumstances_of(form: ReferralForm) -> CircumstanceFacts:
    """The blocks that belong to one kind of concern, together."""
    concern, episodes = form.concern, form.concern.missing_episodes
    fgm, fostering, allegation = concern.fgm, concern.private_fostering, concern.staff_allegation
    return CircumstanceFacts(
        has_safe_contact=_has_safe_contact(form, concern.domestic_abuse),
        fgm=fgm.knowledge if fgm else None,
        has_fgm_report=_has_report(fgm),
        has_radicalisation_details=_is_described(concern.radicalisation),
        has_fostering_start=fostering is not None and fostering.started_on is not None,
        has_fostering_carers=_has_carers(fostering),
        has_missing_episode=any(each.from_day is not None for each in episodes),
        has_missing_report=any(said(each.police_reference) for each in episodes),
        has_allegation=allegation is not None,
        designated_officer_told=allegation is not None and allegation.designated_officer_told is True,
        has_place_or_peers=_is_placed(concern.place_or_peers),
        has_images=concern.online_harm is not None and concern.online_harm.images_involved is True,
    )


def _has_safe_contact(form: ReferralForm, abuse: DomesticAbuse | None) -> bool:
    """Said with the abuse, or with whoever may be reached or must not be."""
    if abuse is not None and said(abuse.safe_contact):
        return True
    return any(member.safe_to_contact is not None or said(member.contact_advice) for member in form.household)


def _has_report(fgm: Fgm | None) -> bool:
    return fgm is not None and said(fgm.police_report_reference)


def _is_described(radicalisation: Radicalisation | None) -> bool:
    if radicalisation is None:
        return False
    return said(radicalisation.ideology) or said(radicalisation.contacts) or said(radicalisation.online_activity)


def _has_carers(fostering: PrivateFostering | None) -> bool:
    return fostering is not None and (said(fostering.carers) or bool(fostering.carers_addresses))


def _is_placed(place: PlaceOrPeers | None) -> bool:
    return place is not None and (said(place.place) or said(place.peer_group))
