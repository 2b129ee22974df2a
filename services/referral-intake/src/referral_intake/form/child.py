"""A child, born or unborn, and the places they live."""

from typing import Annotated

from pydantic import Field

from contracts.codes import AddressKind, CurrentPlan, Disability, Ethnicity, LocalAuthority, Sex, UpnUnknownReason
from referral_intake.form.part import Day, FormPart, Identifier, Line, Narrative, Yes
from referral_intake.form.services import PracticeOrName, SchoolOrName
from referral_intake.form.voice import ChildVoice


class Address(FormPart):
    """Where somebody lives, stays or lived. ``do_not_contact``: a letter or visit there would put someone at risk."""

    lines: Annotated[tuple[Line, ...], Field(max_length=10)] = Field((), description="The address, line by line.")
    postcode: Identifier | None = Field(None, description="The postcode.", examples=["ZZ99 3AB"])
    uprn: Identifier | None = Field(None, description="Unique property reference number, if you know it.")
    kind: AddressKind = Field(AddressKind.HOME, description="Whether they live there, stay there or lived there.")
    lived_from: Day | None = Field(None, description="Since when.")
    lived_until: Day | None = Field(None, description="Until when.")
    do_not_contact: Yes = Field(False, description="True when nobody may write to or visit this address.")
    do_not_contact_reason: Narrative | None = Field(None, description="Why not.")


Addresses = Annotated[tuple[Address, ...], Field(max_length=20)]
Names = Annotated[tuple[Line, ...], Field(max_length=20)]


class Child(FormPart):
    """One child, born or unborn. Needed: a name or a description, and something to find the child by."""

    first_name: Line | None = Field(None, description="Given names. A name or a description is needed.")
    last_name: Line | None = Field(None, description="Family name.")
    aliases: Names = Field((), description="Other names and spellings.")
    description: Narrative | None = Field(None, description="When you do not know the name: who this child is.")

    date_of_birth: Day | None = Field(None, description="For a child who is born.", examples=["2017-05-04"])
    expected_date_of_birth: Day | None = Field(
        None, description="For an unborn child. Send one of the two dates, never both.", examples=["2027-02-26"]
    )
    estimated_date: Yes = Field(False, description="True when the date is a guess.")
    sex: Sex | None = Field(None, description="DfE code; U for an unborn child.")
    gender: Line | None = Field(None, description="In the child's own words, if they have said.")
    ethnicity: Ethnicity | None = Field(None, description="DfE code; NOBT when you do not know.")
    religion: Line | None = Field(None, description="Religion or belief.")

    first_language: Line | None = Field(None, description="The language the child is most at home in.")
    interpreter_needed: Yes | None = Field(None, description="Whether an interpreter is needed to talk with the child.")
    preferred_communication: Line | None = Field(
        None, description="How the child communicates best.", examples=["British Sign Language"]
    )
    disabilities: Annotated[tuple[Disability, ...], Field(max_length=len(Disability))] | None = Field(
        None, description="DfE codes; NONE, alone, when the child is not disabled.", examples=[["HEAR", "LD"]]
    )
    disability_details: Narrative | None = Field(None, description="What the child needs because of them.")

    nhs_number: Identifier | None = Field(None, description="Ten digits.", examples=["999 000 0018"])
    upn: Identifier | None = Field(None, description="Unique pupil number.")
    upn_unknown_reason: UpnUnknownReason | None = Field(None, description="DfE code: why there is no number.")
    la_child_id: Identifier | None = Field(None, description="The number a local authority knows the child by.")
    la_code: LocalAuthority | None = Field(None, description="DfE code of that authority.")

    addresses: Addresses = Field((), description="Where the child lives, stays and lived.")
    phone: Line | None = Field(None, description="The child's own phone number.")
    email: Line | None = Field(None, description="The child's own e-mail address.")
    safe_to_contact: Yes | None = Field(
        None, description="False when a call or message to the child could put somebody at risk."
    )
    contact_advice: Narrative | None = Field(None, description="How to reach the child safely.")
    location_now: Line | None = Field(None, description="Where the child is at this moment.")
    with_now: Line | None = Field(None, description="Who is with the child at this moment.")

    school: SchoolOrName | None = Field(None, description="School or nursery: its name, or more in detail.")
    gp: PracticeOrName | None = Field(None, description="GP: the practice's name, or more in detail.")
    plans: Annotated[tuple[CurrentPlan, ...], Field(max_length=len(CurrentPlan))] | None = Field(
        None,
        description="Plans and status of the child now, and a child protection plan that has ended; none, alone, when "
        "there are none.",
    )
    legal_status: Line | None = Field(None, description="Orders about the child.", examples=["Interim care order"])
    allocated_worker: Line | None = Field(None, description="The child's social worker or lead practitioner, if any.")
    voice: ChildVoice | None = Field(None, description="What this child said, when there are several children.")
