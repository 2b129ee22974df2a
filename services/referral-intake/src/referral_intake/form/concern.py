"""What the worry is: facts apart from opinion, and where each fact comes from."""

from typing import Annotated

from pydantic import Field

from contracts.codes import ConcernType, Frequency, InformationSource
from referral_intake.form.circumstances import (
    DomesticAbuse,
    Exploitation,
    Fgm,
    MissingEpisode,
    OnlineHarm,
    PlaceOrPeers,
    PreBirth,
    PrivateFostering,
    Radicalisation,
    StaffAllegation,
)
from referral_intake.form.part import FormPart, Line, Narrative


class Disclosure(FormPart):
    """What a child or adult said, in their own words."""

    words: Narrative | None = Field(None, description="Exactly what was said.")
    said_by: Line | None = Field(None, description="Who said it.")
    told_to: Line | None = Field(None, description="To whom.")
    told_at: Line | None = Field(None, description="When: a date, a date and time, or in words.")
    language: Line | None = Field(None, description="In which language, and who interpreted.")
    asked: Narrative | None = Field(None, description="What was asked before it was said.")


class Incident(FormPart):
    """One thing that happened: a fact, and how you know it."""

    what: Narrative | None = Field(None, description="What happened.")
    when: Line | None = Field(None, description="When: a date, a date and time, or in words.")
    where: Line | None = Field(None, description="Where.")
    source: InformationSource | None = Field(None, description="How you know it.")
    told_by: Line | None = Field(None, description="Who told you, when you did not see it.")


class Concern(FormPart):
    """What the worry is. Facts and opinion are kept apart. Needed: facts, an opinion or a disclosure."""

    types: Annotated[tuple[ConcernType, ...], Field(max_length=len(ConcernType))] = Field(
        (), description="What it is about; several may apply."
    )
    facts: Narrative | None = Field(None, description="What was seen or heard, when, where and by whom.")
    source: InformationSource | None = Field(None, description="How you know the facts.")
    told_by: Line | None = Field(None, description="Who told you, when you did not see it.")
    opinion: Narrative | None = Field(None, description="What you think it means.")
    impact: Narrative | None = Field(None, description="What it does to the child.")
    severity: Narrative | None = Field(None, description="How bad it is, and by which tool, if you used one.")
    frequency: Frequency | None = Field(None, description="How often it happens.")
    what_changed: Narrative | None = Field(None, description="Why now.")
    incidents: Annotated[tuple[Incident, ...], Field(max_length=200)] = Field(
        (), description="What happened, one by one."
    )
    disclosure: Disclosure | None = Field(None, description="What a child or adult said, in their own words.")
    disclosures: Annotated[tuple[Disclosure, ...], Field(max_length=60)] = Field(
        (), description="When more than one person, or one person more than once, said something."
    )
    history: Narrative | None = Field(None, description="What happened before.")

    domestic_abuse: DomesticAbuse | None = Field(None, description="For domestic abuse.")
    fgm: Fgm | None = Field(None, description="For female genital mutilation.")
    radicalisation: Radicalisation | None = Field(None, description="For radicalisation.")
    private_fostering: PrivateFostering | None = Field(None, description="For private fostering.")
    pre_birth: PreBirth | None = Field(None, description="For an unborn child.")
    missing_episodes: Annotated[tuple[MissingEpisode, ...], Field(max_length=100)] = Field(
        (), description="For a child who goes missing."
    )
    exploitation: Exploitation | None = Field(None, description="For exploitation and trafficking.")
    online_harm: OnlineHarm | None = Field(None, description="For harm online.")
    staff_allegation: StaffAllegation | None = Field(
        None, description="For an allegation against somebody who works with children."
    )
    place_or_peers: PlaceOrPeers | None = Field(None, description="For harm outside the home.")
