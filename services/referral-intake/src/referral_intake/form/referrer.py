"""Who is worried, how to reach them, and what is happening at this moment."""

from pydantic import Field

from contracts.codes import ReferrerKind
from referral_intake.form.part import FormPart, Line, Narrative, Yes


class LineManager(FormPart):
    """Whom to ask when the referrer cannot be reached."""

    name: Line | None = Field(None, description="The line manager's name.")
    phone: Line | None = Field(None, description="The line manager's phone number.")
    email: Line | None = Field(None, description="The line manager's e-mail address.")


class Referrer(FormPart):
    """The person who is worried, and how to reach them."""

    kind: ReferrerKind | None = Field(
        None, description="In which capacity you refer. Taken to be a professional when it is left out."
    )
    wishes_anonymity: Yes | None = Field(
        None, description="True when a member of the public does not want the family to learn who referred."
    )
    name: Line | None = Field(None, description="Your name. A member of the public may leave it out.")
    role: Line | None = Field(None, description="What you are.", examples=["Designated safeguarding lead"])
    organisation: Line | None = Field(None, description="The agency or organisation you work for.")
    phone: Line | None = Field(
        None,
        description="A professional needs to give a phone number or an e-mail address.",
        examples=["020 7946 0199"],
    )
    email: Line | None = Field(None, description="Your e-mail address.")
    address: Line | None = Field(None, description="Where to write to you.")
    safe_to_call_back: Yes | None = Field(None, description="False when a call from us could put somebody at risk.")
    best_time_to_call: Line | None = Field(None, description="When to ring you.", examples=["After 15:30"])
    relationship_to_child: Line | None = Field(None, description="How you know the child.")
    own_reference: Line | None = Field(None, description="Your own number for this, for your records.")
    line_manager: LineManager | None = Field(None, description="Whom to ask when you cannot be reached.")


class ImmediateSafety(FormPart):
    """What is happening now. Where each child is, and with whom, is said with the child."""

    called_999: Yes | None = Field(None, description="True when somebody has called 999.")
    emergency_reference: Line | None = Field(None, description="The number that the emergency service gave.")
    next_contact_with_abuser: Line | None = Field(
        None,
        description="When a child will next meet anyone who may have harmed them: a date, a time, or in words.",
        examples=["Collects them from school at 15:30 on Friday"],
    )
    present: Line | None = Field(None, description="Who is at the scene.")
    details: Narrative | None = Field(None, description="Anything else that those who go there must know.")
