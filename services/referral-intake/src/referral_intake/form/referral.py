"""The form a partner system sends: the multi-agency referral form, in its thin first edition.

Almost everything may be left out: what is missing becomes a task for triage. Lists and texts have generous limits,
and nothing is ever cut short: what is too long is refused with its place in the form.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field

from contracts.codes import ConcernType, Ethnicity, Sex, ThresholdLevel

NARRATIVE_CHARACTERS: Final = 20_000


Line = Annotated[str, Field(max_length=300)]
Identifier = Annotated[str, Field(max_length=40)]
Narrative = Annotated[str, Field(max_length=NARRATIVE_CHARACTERS)]


class FormPart(BaseModel):
    """A field that is not part of the form is refused, so that no information is lost without a word."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class AddressKind(StrEnum):
    """What a child does at an address."""

    HOME = "home"
    TEMPORARY = "temporary"
    PREVIOUS = "previous"
    OTHER = "other"


class RequestedResponse(StrEnum):
    """What the sender hopes for."""

    SAFEGUARDING = "safeguarding"
    EARLY_HELP = "early-help"
    TARGETED_YOUTH = "targeted-youth"
    CONSULTATION = "consultation"


class Referrer(FormPart):
    """The person who is worried, and how to reach them."""

    name: Line | None = Field(None, description="Needed.")
    role: Line | None = None
    phone: Line | None = Field(None, description="A phone number or an e-mail address is needed.")
    email: Line | None = None
    safe_to_call_back: bool | None = None
    relationship_to_child: Line | None = None
    own_reference: Line | None = Field(None, description="Your own number for this, for your records.")


class Address(FormPart):
    """Where a child lives, stays or lived. ``do_not_contact``: a letter or visit there would put someone at risk."""

    lines: Annotated[tuple[Line, ...], Field(max_length=10)] = ()
    postcode: Identifier | None = None
    kind: AddressKind = AddressKind.HOME
    do_not_contact: bool = False


class Child(FormPart):
    """One child, born or unborn. Needed: a name or a description, and something to find the child by."""

    first_name: Line | None = None
    last_name: Line | None = None
    aliases: Annotated[tuple[Line, ...], Field(max_length=20)] = ()
    description: Narrative | None = Field(None, description="When you do not know the name: who this child is.")
    date_of_birth: date | None = None
    expected_date_of_birth: date | None = Field(None, description="For an unborn child.")
    estimated_date: bool = Field(False, description="True when the date is a guess.")
    sex: Sex | None = Field(None, description="DfE code; U for an unborn child.")
    ethnicity: Ethnicity | None = Field(None, description="DfE code; NOBT when you do not know.")
    first_language: Line | None = None
    interpreter_needed: bool | None = None
    nhs_number: Identifier | None = None
    upn: Identifier | None = Field(None, description="Unique pupil number.")
    addresses: Annotated[tuple[Address, ...], Field(max_length=20)] = ()
    school: Line | None = Field(None, description="School or nursery.")
    gp: Line | None = None
    location_now: Line | None = Field(None, description="Where the child is at this moment.")


class HouseholdMember(FormPart):
    """Someone who matters in the child's life, in the household or not."""

    name: Line | None = None
    relationship: Line | None = None
    date_of_birth: date | None = None
    parental_responsibility: bool | None = None
    lives_with_child: bool | None = None
    alleged_perpetrator: bool | None = None
    notes: Narrative | None = None


class Disclosure(FormPart):
    """What a child or adult said, in their own words."""

    words: Narrative | None = None
    told_to: Line | None = None
    told_at: Line | None = Field(None, description="When: a date, a date and time, or in words.")


class Concern(FormPart):
    """What the worry is. Facts and opinion are kept apart. Needed: facts, an opinion or a disclosure."""

    types: Annotated[tuple[ConcernType, ...], Field(max_length=len(ConcernType))] = ()
    facts: Narrative | None = Field(None, description="What was seen or heard, when, where and by whom.")
    opinion: Narrative | None = Field(None, description="What you think it means.")
    impact: Narrative | None = Field(None, description="What it does to the child.")
    what_changed: Narrative | None = Field(None, description="Why now.")
    disclosure: Disclosure | None = None
    history: Narrative | None = None


class ChildVoice(FormPart):
    """What the child said or showed, and how you know; or why that is not here."""

    words: Narrative | None = None
    how_gathered: Narrative | None = None
    reason_absent: Narrative | None = None


class Consent(FormPart):
    """What the parents or carers know and agreed to. Agreement is not needed where a child may be at risk."""

    parents_informed: bool | None = None
    parents_informed_reason: Narrative | None = None
    agreed_to_referral: bool | None = None
    agreed_to_checks: bool | None = None
    reason_not_asked: Narrative | None = None


class Professional(FormPart):
    """Someone who works with the child or family."""

    name: Line | None = None
    role: Line | None = None
    organisation: Line | None = None
    contact: Line | None = None


EXAMPLE: Final[dict[str, Any]] = {
    "immediate_danger": False,
    "referrer": {"name": "Morgan Adeyemi-Clarke", "role": "Designated safeguarding lead", "phone": "020 7946 0199"},
    "children": [
        {
            "first_name": "Rowan",
            "last_name": "Testerley",
            "date_of_birth": "2017-05-04",
            "sex": "M",
            "addresses": [{"lines": ["12 Invented Street"], "postcode": "ZZ99 3AB"}],
            "school": "Ashcroft Primary School",
        }
    ],
    "concern": {
        "types": ["neglect"],
        "facts": "Rowan has come to school without a coat every day this week and fell asleep in class twice.",
        "opinion": "We think nobody is at home in the mornings.",
    },
    "child_voice": {"words": "I get myself up.", "how_gathered": "Talking at breakfast club"},
    "consent": {"parents_informed": True, "agreed_to_referral": True, "agreed_to_checks": True},
}


class ReferralForm(FormPart):
    """A referral about one or more children. Needed: ``referrer``, ``children`` and ``concern``."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    immediate_danger: bool = Field(False, description="True when a child is in danger now. Call 999 first.")
    referrer: Referrer = Referrer()
    children: Annotated[tuple[Child, ...], Field(max_length=30)] = ()
    household: Annotated[tuple[HouseholdMember, ...], Field(max_length=60)] = ()
    concern: Concern = Concern()
    strengths: Narrative | None = None
    child_voice: ChildVoice = ChildVoice()
    consent: Consent = Consent()
    requested_response: RequestedResponse | None = None
    believed_level: ThresholdLevel | None = Field(None, description="The level of need you believe applies.")
    professionals: Annotated[tuple[Professional, ...], Field(max_length=60)] = ()
    risks_to_staff: Narrative | None = None
