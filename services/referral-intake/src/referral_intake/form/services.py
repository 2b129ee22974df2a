"""Who else works with the child: school, doctor, and other professionals; and whom they must be careful of."""

from typing import Annotated

from pydantic import Field

from contracts.codes import AgreementAnswer
from referral_intake.form.part import Day, Either, FormPart, Identifier, Line, Narrative, Yes


class School(FormPart):
    """A school, nursery, college or childminder."""

    name: Line | None = Field(None, description="Its name.")
    urn: Identifier | None = Field(
        None, description="Its unique reference number, if you know it.", examples=["100999"]
    )
    attending: Yes | None = Field(None, description="False when the child is on its roll and does not come.")
    year_group: Line | None = Field(None, description="Class or year.")
    contact: Line | None = Field(None, description="Whom to ask there, and how.")


class Practice(FormPart):
    """A GP practice."""

    name: Line | None = Field(None, description="The doctor's name.")
    practice: Line | None = Field(None, description="The practice's name.")
    code: Identifier | None = Field(None, description="The practice's code in the Organisation Data Service.")
    phone: Line | None = Field(None, description="The practice's phone number.")


SchoolOrName = Annotated[Line | School, Either(Line, School)]
PracticeOrName = Annotated[Line | Practice, Either(Line, Practice)]


class Professional(FormPart):
    """Someone who works with the child or family."""

    name: Line | None = Field(None, description="Their name.")
    role: Line | None = Field(None, description="What they are.", examples=["Health visitor"])
    organisation: Line | None = Field(None, description="Whom they work for.")
    contact: Line | None = Field(None, description="A phone number or an e-mail address.")
    last_contact: Line | None = Field(None, description="When they last saw the child: a date, or in words.")
    agreed_to_contact: AgreementAnswer | None = Field(
        None, description="Whether the family agreed that this person is asked."
    )
    works_with: Line | None = Field(None, description="With whom in the family they work.")
    notes: Narrative | None = Field(None, description="Anything else about their part in this.")


class StaffRisk(FormPart):
    """Something that could hurt a worker who visits."""

    reason: Narrative | None = Field(None, description="What the risk is.")
    advice: Narrative | None = Field(None, description="What to do about it.", examples=["Visit in pairs"])
    recorded_on: Day | None = Field(None, description="When it was written down.")
    review_on: Day | None = Field(None, description="When to look at it again.")
    shared_with: Annotated[tuple[Line, ...], Field(max_length=20)] = Field((), description="Who has been told.")
    person_knows: Yes | None = Field(None, description="Whether the person concerned knows that it is recorded.")


StaffRisks = Annotated[tuple[StaffRisk, ...], Field(max_length=20)]
RisksToStaff = Annotated[Narrative | StaffRisks, Either(Narrative, StaffRisks)]
