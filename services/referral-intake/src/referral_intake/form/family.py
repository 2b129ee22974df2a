"""Who matters in a child's life, in the household or not."""

from typing import Annotated

from pydantic import Field

from contracts.codes import Ethnicity, FamilyRole, Sex
from referral_intake.form.child import Addresses, Names
from referral_intake.form.part import MOST_CHILDREN, ChildNumber, Day, FormPart, Line, Narrative, Yes


class TowardsChild(FormPart):
    """What somebody is to one child of the referral, where that differs from child to child."""

    child: ChildNumber = Field(description="Which child: 1 is the first.")
    role: FamilyRole | None = Field(None, description="Who they are to this child.")
    parental_responsibility: Yes | None = Field(None, description="Whether they have it for this child.")
    lives_with_child: Yes | None = Field(None, description="Whether they live with this child.")


class HouseholdMember(FormPart):
    """Someone who matters in the child's life, in the household or not: parents who live elsewhere, too."""

    name: Line | None = Field(None, description="Their name, or who they are when you do not know it.")
    aliases: Names = Field((), description="Other names and spellings.")
    relationship: Line | None = Field(None, description="Who they are to the child, in words.")
    role: FamilyRole | None = Field(None, description="Who they are to the child, as a code.")
    towards_children: Annotated[tuple[TowardsChild, ...], Field(max_length=MOST_CHILDREN)] = Field(
        (), description="Where it differs from child to child."
    )
    date_of_birth: Day | None = Field(None, description="For a person who is born.")
    expected_date_of_birth: Day | None = Field(None, description="For an unborn child. Never both dates.")
    estimated_date: Yes = Field(False, description="True when the date is a guess.")
    sex: Sex | None = Field(None, description="DfE code.")
    ethnicity: Ethnicity | None = Field(None, description="DfE code.")
    first_language: Line | None = Field(None, description="The language they are most at home in.")
    interpreter_needed: Yes | None = Field(None, description="Whether an interpreter is needed to talk with them.")
    parental_responsibility: Yes | None = Field(None, description="Whether they have it.")
    lives_with_child: Yes | None = Field(None, description="False for a parent who lives elsewhere.")
    subject_of_referral: Yes | None = Field(None, description="True when they are one of the children referred.")
    alleged_perpetrator: Yes | None = Field(None, description="True when they may have harmed a child.")
    addresses: Addresses = Field((), description="Where they live, when not with the child.")
    phone: Line | None = Field(None, description="Their phone number.")
    email: Line | None = Field(None, description="Their e-mail address.")
    safe_to_contact: Yes | None = Field(
        None, description="False when a call, message or letter to them could put somebody at risk."
    )
    contact_advice: Narrative | None = Field(None, description="How to reach them safely.")
    knows_of_referral: Yes | None = Field(None, description="Whether they know about this referral.")
    notes: Narrative | None = Field(None, description="Anything else about them.")


class Family(FormPart):
    """The family as a whole."""

    who_lives_where: Narrative | None = Field(None, description="Homes and arrangements, when that is not simple.")
    other_parent_reason: Narrative | None = Field(
        None, description="When fewer than two parents are named: why, such as not known or has died."
    )
    network: Narrative | None = Field(None, description="Relatives and friends who help, or could.")
    pressures: Narrative | None = Field(None, description="Money, housing, health and other pressures.")
