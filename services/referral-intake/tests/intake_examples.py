"""Builders that the tests of this service share. Every name in them is invented."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.db import Database
from contracts.codes import AgreementAnswer, ConcernType, ContactSource, Disability, FgmKnowledge, Sex
from contracts.events import ReferralReceived
from contracts.problems import Problem
from referral_intake import decide, document
from referral_intake.accepting.decide import receive
from referral_intake.accepting.handlers import accept
from referral_intake.accepting.model import Acceptance, Minted, Terms
from referral_intake.model import (
    AgreementFacts,
    Answer,
    ChildFacts,
    CircumstanceFacts,
    ConcernFacts,
    ConsentFacts,
    FamilyFacts,
    Given,
    Missing,
    ReferralFacts,
    ReferrerFacts,
    Sender,
)

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
TODAY = date(2026, 11, 23)
SENDER = Sender("wandsworth", "ashcroft-primary", "wandsworth-school")
TERMS = Terms(ContactSource.SCHOOLS, datetime(2026, 11, 24, 17, tzinfo=UTC), "wandsworth-0123456789ab")
REFERRAL_ID = UUID(int=1)
NHS_NUMBER = Given("9990000018", "9990000018")
UPN = Given("W212999917001", "W212999917001")

CHILD = ChildFacts(
    has_name=True,
    has_own_name=True,
    has_description=False,
    born_on=date(2016, 2, 11),
    expected_on=None,
    estimated=False,
    sex=Sex.MALE,
    has_ethnicity=True,
    disabilities=(Disability.NONE,),
    lacks_language_to_interpret=False,
    nhs_number=NHS_NUMBER,
    upn=UPN,
    has_upn_reason=False,
    la_child_id=None,
    has_la_code=False,
    home_until=date.max,
    has_withheld_home=False,
    has_school=True,
    has_place=True,
    postcodes=(Given("ZZ99 3AB", "ZZ99 3AB"),),
    has_gp=True,
    has_location_now=True,
    has_company_now=True,
    has_voice=False,
    plans=(),
)
NOTHING_KNOWN = ChildFacts(
    has_name=False,
    has_own_name=False,
    has_description=False,
    born_on=None,
    expected_on=None,
    estimated=False,
    sex=None,
    has_ethnicity=False,
    disabilities=None,
    lacks_language_to_interpret=False,
    nhs_number=None,
    upn=None,
    has_upn_reason=False,
    la_child_id=None,
    has_la_code=False,
    home_until=None,
    has_withheld_home=False,
    has_school=False,
    has_place=False,
    postcodes=(),
    has_gp=False,
    has_location_now=False,
    has_company_now=False,
    has_voice=False,
    plans=(),
)
UNBORN = replace(
    NOTHING_KNOWN,
    has_name=True,
    expected_on=date(2027, 2, 26),
    home_until=date.max,
    has_withheld_home=False,
    has_place=True,
    has_location_now=True,
)
REFERRER = ReferrerFacts(professional=True, wishes_anonymity=False, has_name=True, has_phone=True, reachable=True)
FAMILY = FamilyFacts(
    has_household=True,
    names_responsible=True,
    parents=2,
    has_other_parent_reason=False,
    names_alleged_perpetrator=False,
    twice_dated=(),
)
CONCERN = ConcernFacts(is_said=True, has_source=True, has_impact=True, has_change=True, has_incomplete_disclosure=False)
NO_CIRCUMSTANCES = CircumstanceFacts(
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
AGREED = AgreementFacts(answer=AgreementAnswer.AGREED, dated=True, reasoned=False)
NO_ANSWER = AgreementFacts(answer=None, dated=False, reasoned=False)
CONSENT = ConsentFacts(
    informed=True, reasoned=False, to_referral=AGREED, to_checks=AGREED, to_help=NO_ANSWER, has_lawful_basis=False
)
FACTS = ReferralFacts(
    immediate_danger=False,
    has_emergency_call=True,
    has_next_contact=True,
    referrer=REFERRER,
    children=(CHILD,),
    family=FAMILY,
    concern_types=(ConcernType.NEGLECT,),
    concern=CONCERN,
    circumstances=NO_CIRCUMSTANCES,
    has_child_voice=True,
    consent=CONSENT,
    wants_help=False,
    lacks_professional_agreement=False,
    has_staff_risks=True,
    lacks_staff_risk_review=False,
    lacks_attachment_place=False,
    days=(),
)


def minted(*, children: int = 1, number: int = 1) -> Minted:
    """Ids from a number, so that tests can tell referrals apart."""
    referral_id = UUID(int=number)
    child_ids = tuple(UUID(int=number * 1000 + place) for place in range(children))
    url = f"https://intake.example.org/v1/referrals/{referral_id}/document"
    return Minted(referral_id, f"WAN-{number:09}", child_ids, f"{number:064x}", url)


def received(facts: ReferralFacts = FACTS, *, number: int = 1) -> ReferralReceived:
    """The event of a referral that says ``facts``."""
    ids = minted(children=len(facts.children), number=number)
    return receive(facts, SENDER, terms=TERMS, minted=ids, now=NOW)[0]


def about(concern: ConcernType, **said: object) -> ReferralFacts:
    """A full referral with this one concern."""
    return replace(
        FACTS,
        concern_types=(concern,),
        circumstances=replace(NO_CIRCUMSTANCES, **said),  # type: ignore[arg-type]
    )


def about_a_girl(**changes: object) -> ReferralFacts:
    """Female genital mutilation that was done to a girl, known by what she said."""
    girl = replace(CHILD, sex=Sex.FEMALE, **changes)  # type: ignore[arg-type]
    return replace(about(ConcernType.FGM, fgm=FgmKnowledge.TOLD_BY_GIRL), children=(girl,))


def missing(facts: ReferralFacts) -> list[Missing]:
    """What a referral of today leaves open."""
    return list(decide.missing_items(facts, today=TODAY))


def acceptance(number: int, *, key: str | None = None, words: str = "one") -> Acceptance:
    """Everything to be written for referral ``number``; equal ``words`` are equal requests."""
    return Acceptance(
        sender=SENDER,
        key=key or f"key-{number}",
        fingerprint=document.fingerprint({"words": words}),
        received=received(number=number),
        document=b'{"words":"%d"}' % number,
        salt=bytes(document.SALT_BYTES),
        answer=b'{"number":%d}' % number,
        traceparent=None,
    )


async def accepted(db: Database, *acceptances: Acceptance) -> Sequence[Answer | Problem]:
    """What each was told once all were committed together."""
    async with db.driver_transaction() as tx:
        return await accept(tx, acceptances)


def agreement(**changes: Any) -> dict[str, Any]:
    """One of the four facts about agreement, as somebody would give it."""
    return {"answer": "agreed", "given_by": "Jo Testerley", "given_on": "2026-11-20", **changes}


def form(**changes: Any) -> dict[str, Any]:
    """A referral as a school would send it."""
    return {
        "immediate_danger": False,
        "referrer": {"name": "Morgan Adeyemi-Clarke", "role": "Safeguarding lead", "phone": "020 7946 0199"},
        "children": [
            {
                "first_name": "Rowan",
                "last_name": "Testerley",
                "date_of_birth": "2017-05-04",
                "sex": "M",
                "ethnicity": "NOBT",
                "disabilities": ["NONE"],
                "nhs_number": NHS_NUMBER.sent,
                "upn": UPN.sent,
                "addresses": [{"lines": ["12 Invented Street"], "postcode": "ZZ99 3AB"}],
                "school": "Ashcroft Primary School",
                "gp": "Mulberry Rise Surgery",
            }
        ],
        "household": [{"name": "Jo Testerley", "relationship": "mother", "parental_responsibility": True}],
        "family": {"other_parent_reason": "His father died in 2019."},
        "concern": {
            "types": ["neglect"],
            "facts": "No coat, and asleep in class twice this week.",
            "source": "seen",
            "impact": "He is cold, and too tired to learn.",
            "what_changed": "His grandmother is in hospital.",
        },
        "child_voice": {"words": "I get myself up.", "how_gathered": "At breakfast club"},
        "consent": {"parents_informed": True, "to_referral": agreement(), "to_checks": agreement()},
        "risks_to_staff": "None known.",
        **changes,
    }


@asynccontextmanager
async def planted(owner: AsyncEngine, table: str, constraint: str) -> AsyncIterator[None]:
    """Makes the database refuse certain rows, as a fault of its own would."""
    async with owner.begin() as tx:
        await tx.execute(text(f"ALTER TABLE {table} ADD CONSTRAINT planted {constraint} NOT VALID"))
    try:
        yield
    finally:
        async with owner.begin() as tx:
            await tx.execute(text(f"ALTER TABLE {table} DROP CONSTRAINT planted"))
