"""The form a partner system sends: the multi-agency referral form.

Almost everything may be left out: what is missing becomes a task for triage. Lists and texts have generous limits,
and nothing is ever cut short: what is too long is refused with its place in the form.
"""

from typing import Annotated

from pydantic import ConfigDict, Field

from contracts.codes import RequestedResponse, ThresholdLevel
from referral_intake.form.agreement import Consent
from referral_intake.form.child import Child
from referral_intake.form.concern import Concern
from referral_intake.form.example import EXAMPLE
from referral_intake.form.family import Family, HouseholdMember
from referral_intake.form.help import Attachment, EarlyHelp, HelpOffered
from referral_intake.form.part import MOST_CHILDREN, Narrative, WholeForm, Yes
from referral_intake.form.referrer import ImmediateSafety, Referrer
from referral_intake.form.services import Professional, RisksToStaff
from referral_intake.form.voice import ChildVoice


class ReferralForm(WholeForm):
    """A referral about one or more children. Needed: ``referrer``, ``children`` and ``concern``."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    immediate_danger: Yes = Field(False, description="True when a child is in danger now. Call 999 first.")
    immediate_safety: ImmediateSafety | None = Field(None, description="What is happening at this moment.")
    referrer: Referrer = Field(Referrer(), description="Who is worried, and how to reach them.")
    children: Annotated[tuple[Child, ...], Field(max_length=MOST_CHILDREN)] = Field(
        (), description="The children you are worried about, born or unborn. At least one is needed."
    )
    household: Annotated[tuple[HouseholdMember, ...], Field(max_length=60)] = Field(
        (), description="Who matters in the children's lives, in the household or not."
    )
    family: Family | None = Field(None, description="The family as a whole.")
    concern: Concern = Field(Concern(), description="What you are worried about.")
    strengths: Narrative | None = Field(None, description="What goes well.")
    protective_factors: Narrative | None = Field(None, description="What keeps the children safe.")
    help_offered: Annotated[tuple[HelpOffered, ...], Field(max_length=60)] = Field(
        (), description="What was tried, and what became of it."
    )
    early_help: EarlyHelp | None = Field(None, description="Early help before this referral.")
    child_voice: ChildVoice = Field(ChildVoice(), description="What the child said or showed.")
    consent: Consent = Field(Consent(), description="What the family knows of this and agreed to.")
    requested_response: RequestedResponse | None = Field(None, description="What you hope for.")
    believed_level: ThresholdLevel | None = Field(None, description="The level of need you believe applies.")
    professionals: Annotated[tuple[Professional, ...], Field(max_length=60)] = Field(
        (), description="Who else works with the family."
    )
    risks_to_staff: RisksToStaff | None = Field(
        None, description="What could hurt a worker who visits: in words, or one by one."
    )
    attachments: Annotated[tuple[Attachment, ...], Field(max_length=60)] = Field(
        (), description="Papers that go with this, and where they are. Do not send their content."
    )
