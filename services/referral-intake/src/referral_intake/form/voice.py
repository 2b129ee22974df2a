"""What a child said or showed."""

from pydantic import Field

from contracts.codes import ReviewParticipation
from referral_intake.form.part import Day, FormPart, Line, Narrative, Yes


class ChildVoice(FormPart):
    """What the child said or showed, and how you know; or why that is not here."""

    words: Narrative | None = Field(None, description="What the child said or showed, in their own words.")
    wishes: Narrative | None = Field(None, description="What the child wants to happen.")
    how_gathered: Narrative | None = Field(None, description="How you came to know it.")
    gathered_by: Line | None = Field(None, description="Who talked with the child.")
    gathered_on: Day | None = Field(None, description="When.")
    participation: ReviewParticipation | None = Field(None, description="DfE code: how the child took part.")
    told_of_referral: Yes | None = Field(None, description="Whether the child knows about this referral.")
    response_to_referral: Narrative | None = Field(None, description="What the child said to being told of it.")
    able_to_agree: Yes | None = Field(None, description="Whether the child is able to agree for themselves.")
    able_to_agree_reason: Narrative | None = Field(None, description="Why you think so.")
    reason_absent: Narrative | None = Field(None, description="Why the child's view is not here.")
