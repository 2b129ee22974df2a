"""What is left open about the worry, and about the kinds of concern that ask for more."""

from collections.abc import Iterable
from datetime import date
from typing import Final

from contracts.codes import ConcernType, FgmKnowledge, MissingItem, Sex
from referral_intake.decide import dates
from referral_intake.model import Missing, ReferralFacts

_KNOWN: Final = frozenset({FgmKnowledge.TOLD_BY_GIRL, FgmKnowledge.SIGNS_SEEN})

_ASKS_FOR_MORE: Final = frozenset(
    {
        ConcernType.DOMESTIC_ABUSE,
        ConcernType.FGM,
        ConcernType.RADICALISATION,
        ConcernType.PRIVATE_FOSTERING,
        ConcernType.MISSING,
        ConcernType.ALLEGATION_AGAINST_STAFF,
        ConcernType.HARM_OUTSIDE_HOME,
    }
)

_Rules = Iterable[tuple[bool, MissingItem, str]]


def missing_of_concern(facts: ReferralFacts, *, today: date) -> list[Missing]:
    """Everything about the worry, and what the child said of it."""
    concern = facts.concern
    rules = (
        (not facts.concern_types, MissingItem.CONCERN_TYPE, "types"),
        (not concern.has_source, MissingItem.SOURCE_OF_FACTS, "source"),
        (not concern.has_impact, MissingItem.IMPACT, "impact"),
        (not concern.has_change, MissingItem.WHAT_CHANGED, "what_changed"),
        (concern.has_incomplete_disclosure, MissingItem.DISCLOSURE_DETAILS, "disclosure"),
        (ConcernType.CHILD_DEATH in facts.concern_types, MissingItem.CIRCUMSTANCES_OF_DEATH, "facts"),
        *(() if _is_simple(facts) else _of_types(facts)),
        (knows_of_fgm(facts, today) and not facts.circumstances.has_fgm_report, MissingItem.FGM_POLICE_REPORT, "fgm"),
    )
    found = [Missing(item, f"/concern/{field}") for is_open, item, field in rules if is_open]
    return found if _is_heard(facts) else [*found, Missing(MissingItem.CHILD_VOICE, "/child_voice")]


def knows_of_fgm(facts: ReferralFacts, today: date) -> bool:
    """Whether it was done to a girl under 18, by her own words or by signs seen (FGM Act 2003, section 5B)."""
    if facts.circumstances.fgm not in _KNOWN:
        return False
    girls = [child for child in facts.children if not child.unborn and child.sex is not Sex.MALE]
    return any(not dates.is_adult(dates.age(girl, today)) for girl in girls)


def _is_simple(facts: ReferralFacts) -> bool:
    """Most referrals are: no kind of concern in them asks for more."""
    return _ASKS_FOR_MORE.isdisjoint(facts.concern_types) and not facts.circumstances.has_allegation


def _of_types(facts: ReferralFacts) -> _Rules:
    said, about = facts.circumstances, facts.concern_types
    if ConcernType.DOMESTIC_ABUSE in about:
        yield not said.has_safe_contact, MissingItem.SAFE_CONTACT, "domestic_abuse/safe_contact"
    if ConcernType.FGM in about:
        yield said.fgm is None, MissingItem.FGM_KNOWLEDGE, "fgm/knowledge"
    if ConcernType.RADICALISATION in about:
        yield not said.has_radicalisation_details, MissingItem.RADICALISATION_DETAILS, "radicalisation"
    if ConcernType.PRIVATE_FOSTERING in about:
        yield not said.has_fostering_start, MissingItem.PRIVATE_FOSTERING_DATES, "private_fostering/started_on"
        yield not said.has_fostering_carers, MissingItem.PRIVATE_FOSTERING_CARERS, "private_fostering/carers"
    if ConcernType.MISSING in about:
        yield not said.has_missing_episode, MissingItem.MISSING_EPISODES, "missing_episodes"
        yield not said.has_missing_report, MissingItem.MISSING_POLICE_REPORT, "missing_episodes"
    if said.has_allegation or ConcernType.ALLEGATION_AGAINST_STAFF in about:
        yield not said.designated_officer_told, MissingItem.DESIGNATED_OFFICER, "staff_allegation"
    if ConcernType.HARM_OUTSIDE_HOME in about:
        yield not said.has_place_or_peers, MissingItem.PLACE_OR_PEERS, "place_or_peers"


def _is_heard(facts: ReferralFacts) -> bool:
    """Together, or each who is born."""
    return facts.has_child_voice or all(child.unborn or child.has_voice for child in facts.children)
