"""Help that was given or offered before, and papers that go with a referral."""

from pydantic import Field

from contracts.codes import AttachmentKind, HelpResult
from referral_intake.form.part import Day, FormPart, Line, Narrative, Yes


class HelpOffered(FormPart):
    """One thing that was tried."""

    what: Narrative | None = Field(None, description="What was offered.")
    by: Line | None = Field(None, description="By whom.")
    started_on: Day | None = Field(None, description="When it began or was offered.")
    ended_on: Day | None = Field(None, description="When it ended.")
    result: HelpResult | None = Field(None, description="What became of it.")
    result_details: Narrative | None = Field(None, description="The same, in words.")


class EarlyHelp(FormPart):
    """Early help before this referral. An early help assessment is not a referral by itself."""

    assessed: Yes | None = Field(None, description="Whether there is an early help assessment.")
    assessed_on: Day | None = Field(None, description="When it was made.")
    lead_practitioner: Line | None = Field(None, description="Who leads it, and how to reach them.")
    reference: Line | None = Field(None, description="Its number.")
    history: Narrative | None = Field(None, description="What was done, and what it changed.")


class Attachment(FormPart):
    """A paper that goes with this referral. Its content is not sent here; never send indecent images."""

    kind: AttachmentKind | None = Field(None, description="What it is.")
    title: Line | None = Field(None, description="Its title.")
    held_at: Line | None = Field(None, description="Where it is kept and whom to ask for it.")
    dated: Day | None = Field(None, description="Its date.")
    reference: Line | None = Field(None, description="Its number.")
