"""The referral as the peers take it: models of the same shape, declared the ordinary way, with no rules in them."""

from datetime import date

from pydantic import BaseModel


class Referrer(BaseModel):
    """The person who is worried."""

    name: str
    role: str | None = None
    phone: str | None = None
    email: str | None = None
    safe_to_call_back: bool | None = None
    relationship_to_child: str | None = None
    own_reference: str | None = None


class Address(BaseModel):
    """Where a child lives."""

    lines: list[str]
    postcode: str | None = None
    kind: str = "home"
    do_not_contact: bool = False


class Child(BaseModel):
    """One child."""

    first_name: str | None = None
    last_name: str | None = None
    aliases: list[str] = []
    date_of_birth: date | None = None
    sex: str | None = None
    ethnicity: str | None = None
    first_language: str | None = None
    disabilities: list[str] = []
    upn: str | None = None
    addresses: list[Address] = []
    school: str | None = None
    gp: str | None = None


class HouseholdMember(BaseModel):
    """Someone in the household."""

    name: str | None = None
    relationship: str | None = None
    date_of_birth: date | None = None
    parental_responsibility: bool | None = None
    lives_with_child: bool | None = None
    alleged_perpetrator: bool | None = None


class Disclosure(BaseModel):
    """What a child said."""

    words: str | None = None
    told_to: str | None = None
    told_at: str | None = None


class Concern(BaseModel):
    """What the worry is."""

    types: list[str]
    facts: str | None = None
    source: str | None = None
    opinion: str | None = None
    impact: str | None = None
    what_changed: str | None = None
    disclosure: Disclosure | None = None
    history: str | None = None


class ChildVoice(BaseModel):
    """What the child said or showed."""

    words: str | None = None
    how_gathered: str | None = None


class Agreement(BaseModel):
    """Whether somebody agreed to one thing."""

    answer: str
    given_by: str | None = None
    given_on: date | None = None
    method: str | None = None


class Basis(BaseModel):
    """On what lawful basis this is shared."""

    bases: list[str] = []
    decided_by: str | None = None
    decided_on: date | None = None


class Consent(BaseModel):
    """What the parents know and agreed to."""

    parents_informed: bool | None = None
    to_referral: Agreement | None = None
    to_checks: Agreement | None = None
    lawful_basis: Basis | None = None


class Professional(BaseModel):
    """Someone who works with the family."""

    name: str | None = None
    role: str | None = None
    organisation: str | None = None
    contact: str | None = None


class Referral(BaseModel):
    """The whole of it."""

    immediate_danger: bool = False
    referrer: Referrer
    children: list[Child]
    household: list[HouseholdMember] = []
    concern: Concern
    strengths: str | None = None
    child_voice: ChildVoice | None = None
    consent: Consent | None = None
    requested_response: str | None = None
    believed_level: str | None = None
    professionals: list[Professional] = []
    risks_to_staff: str | None = None
