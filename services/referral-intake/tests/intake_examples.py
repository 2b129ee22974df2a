"""Builders that the tests of this service share. Every name in them is invented."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from contracts.codes import ConcernType, ContactSource
from contracts.events import ReferralReceived
from referral_intake import decide, document
from referral_intake.model import (
    Acceptance,
    ChildFacts,
    Minted,
    ReferralFacts,
    Sender,
    Terms,
)

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
TODAY = date(2026, 11, 23)
SENDER = Sender("wandsworth", "ashcroft-primary", "wandsworth-school")
TERMS = Terms(ContactSource.SCHOOLS, datetime(2026, 11, 24, 17, tzinfo=UTC), "wandsworth-0123456789ab")
REFERRAL_ID = UUID(int=1)
NHS_NUMBER = "9990000018"

CHILD = ChildFacts(
    has_name=True,
    has_description=False,
    born_on=date(2016, 2, 11),
    expected_on=None,
    has_home=True,
    has_school=True,
    has_place=True,
    nhs_number=NHS_NUMBER,
    has_upn=False,
    has_sex=True,
    has_ethnicity=True,
)
NOTHING_KNOWN = ChildFacts(
    has_name=False,
    has_description=False,
    born_on=None,
    expected_on=None,
    has_home=False,
    has_school=False,
    has_place=False,
    nhs_number=None,
    has_upn=False,
    has_sex=False,
    has_ethnicity=False,
)
UNBORN = replace(NOTHING_KNOWN, has_name=True, expected_on=date(2027, 2, 26), has_home=True, has_place=True)
FACTS = ReferralFacts(
    immediate_danger=False,
    has_referrer_name=True,
    has_referrer_phone=True,
    has_referrer_email=True,
    children=(CHILD,),
    concern_types=(ConcernType.NEGLECT,),
    has_concern=True,
    has_child_voice=True,
    says_parents_informed=True,
    says_agreement=True,
    has_household=True,
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
    return decide.receive(facts, SENDER, terms=TERMS, minted=ids, now=NOW)


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
                "nhs_number": NHS_NUMBER,
                "addresses": [{"lines": ["12 Invented Street"], "postcode": "ZZ99 3AB"}],
                "school": "Ashcroft Primary School",
            }
        ],
        "household": [{"name": "Jo Testerley", "relationship": "mother", "parental_responsibility": True}],
        "concern": {"types": ["neglect"], "facts": "No coat, and asleep in class twice this week."},
        "child_voice": {"words": "I get myself up.", "how_gathered": "At breakfast club"},
        "consent": {"parents_informed": True, "agreed_to_checks": True},
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
