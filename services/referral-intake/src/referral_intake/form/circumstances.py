"""What else has to be known about some kinds of concern."""

from typing import Annotated

from pydantic import Field

from contracts.codes import AllegationTest, FgmKnowledge
from referral_intake.form.child import Address
from referral_intake.form.part import Day, FormPart, Line, Narrative, Yes


class DomesticAbuse(FormPart):
    """Children who see, hear or live with it are victims themselves (Domestic Abuse Act 2021, section 3)."""

    safe_contact: Narrative | None = Field(None, description="How to reach the family unseen by the abuser.")
    children_present: Yes | None = Field(None, description="Whether a child was there, or heard it.")
    risk_checklist_score: Line | None = Field(None, description="The score of a checklist such as DASH.")
    referred_to_marac: Yes | None = Field(None, description="Whether a risk assessment conference was asked for.")
    strangulation: Yes | None = Field(None, description="Whether somebody was strangled or could not breathe.")
    abuser_lives_there: Yes | None = Field(None, description="Whether the abuser lives with the family.")
    orders: Narrative | None = Field(None, description="Bail conditions and court orders, and until when.")
    police_reference: Line | None = Field(None, description="The police's number for it.")


class Fgm(FormPart):
    """Female genital mutilation, done or feared."""

    knowledge: FgmKnowledge | None = Field(None, description="What is known.")
    police_report_reference: Line | None = Field(
        None, description="The number of the report that the professional who knows of it made to the police in person."
    )
    police_reported_on: Day | None = Field(None, description="When that report was made.")
    travel_plans: Narrative | None = Field(None, description="A journey that is planned: where, when, with whom.")
    relatives_affected: Narrative | None = Field(None, description="Women and girls of the family it was done to.")


class Radicalisation(FormPart):
    """What a Prevent referral asks for."""

    ideology: Narrative | None = Field(None, description="What the child is drawn to.")
    contacts: Narrative | None = Field(None, description="Who draws them in.")
    online_activity: Narrative | None = Field(None, description="Where, and what, online.")
    threats: Narrative | None = Field(None, description="What was threatened or planned.")
    needs: Narrative | None = Field(None, description="What makes the child open to it.")
    what_parents_know: Narrative | None = Field(None, description="What the parents know.")
    prevent_reference: Line | None = Field(None, description="The number of a Prevent referral, if one was made.")


class PrivateFostering(FormPart):
    """A child under 16, or 18 if disabled, who lives for 28 days or more with somebody who is not a close relative."""

    started_on: Day | None = Field(None, description="When it began, or will begin.")
    ends_on: Day | None = Field(None, description="When it will end.")
    purpose: Narrative | None = Field(None, description="What for.")
    arranged_by: Line | None = Field(None, description="Who arranged it.")
    carers: Narrative | None = Field(None, description="Who the carers are.")
    carers_addresses: Annotated[tuple[Address, ...], Field(max_length=20)] = Field(
        (), description="Where the carers lived in the last five years."
    )
    parents_addresses: Annotated[tuple[Address, ...], Field(max_length=20)] = Field(
        (), description="Where the parents lived in the last five years."
    )
    siblings: Narrative | None = Field(None, description="Brothers and sisters, and who cares for them.")


class PreBirth(FormPart):
    """An unborn child."""

    gestation_weeks: Annotated[int, Field(strict=True, ge=0, le=45)] | None = Field(
        None, description="How many weeks the pregnancy is along."
    )
    booked_at: Line | None = Field(None, description="The hospital or midwifery team.")
    first_booked_on: Day | None = Field(None, description="When the mother first came to antenatal care.")
    appointments_missed: Narrative | None = Field(None, description="Antenatal care that was missed.")
    other_parent_account: Narrative | None = Field(None, description="What the other parent says for themselves.")
    earlier_children: Narrative | None = Field(None, description="Earlier children, and where they live.")
    birth_plan: Narrative | None = Field(None, description="What is planned for the birth and after it.")


class MissingEpisode(FormPart):
    """One time that a child was missing."""

    from_day: Day | None = Field(None, description="The day the child went missing.")
    until_day: Day | None = Field(None, description="The day the child was found or came back.")
    from_where: Line | None = Field(None, description="Where from.")
    found_where: Line | None = Field(None, description="Where the child was.")
    police_reference: Line | None = Field(None, description="The police's number for it.")
    return_interview: Narrative | None = Field(None, description="What the child said after coming back, and to whom.")


class Exploitation(FormPart):
    """Sexual or criminal exploitation, or trafficking."""

    signs: Narrative | None = Field(None, description="What points to it: gifts, journeys, injuries, new phones.")
    people: Narrative | None = Field(None, description="Who may be exploiting the child.")
    places: Narrative | None = Field(None, description="Where.")
    vehicles: Narrative | None = Field(None, description="Vehicles and their number plates.")
    referral_mechanism_reference: Line | None = Field(None, description="The National Referral Mechanism's number.")
    screening_score: Line | None = Field(None, description="The score of a screening tool, and which.")


class OnlineHarm(FormPart):
    """Harm online. Never copy, send or attach an indecent image of a child: say that it exists and where it is."""

    platforms: Narrative | None = Field(None, description="Apps, games and sites.")
    account_names: Narrative | None = Field(None, description="Accounts of anyone who may be harming the child.")
    images_involved: Yes | None = Field(None, description="Whether there are indecent images. Do not send them.")
    devices_held_by: Line | None = Field(None, description="Where the devices are now, switched off.")
    meeting_planned: Narrative | None = Field(None, description="A meeting that is planned: when and where.")


class StaffAllegation(FormPart):
    """An allegation against somebody who works or volunteers with children."""

    tests: Annotated[tuple[AllegationTest, ...], Field(max_length=len(AllegationTest))] = Field(
        (), description="Which of the four tests it meets."
    )
    person: Line | None = Field(None, description="Who it is about.")
    role: Line | None = Field(None, description="What they do.")
    employer: Line | None = Field(None, description="Whom they work or volunteer for.")
    employer_informed: Yes | None = Field(None, description="Whether the employer knows.")
    designated_officer_told: Yes | None = Field(
        None, description="Whether the local authority designated officer (LADO) has been told."
    )
    designated_officer_told_on: Day | None = Field(None, description="When.")
    has_own_children: Yes | None = Field(None, description="Whether they live with children or care for any.")


class PlaceOrPeers(FormPart):
    """Harm outside the home, in a place or a group of young people."""

    place: Narrative | None = Field(None, description="Where.")
    times: Narrative | None = Field(None, description="Days and times.")
    peer_group: Narrative | None = Field(None, description="The young people involved, with what you know of each.")
    adults: Narrative | None = Field(None, description="Adults who were seen there.")
