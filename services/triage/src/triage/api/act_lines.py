"""What a reader may do to a case, act by act."""

from typing import Self
from uuid import UUID

from pydantic import Field

from triage.api.dependencies import View
from triage.entitlement import Act
from triage.model import Offered


class ActLine(View):
    """One act: offered to this reader, or why not and who can."""

    act: Act
    about: UUID | None = Field(description="The recommendation to authorise, or the handover to take back.")
    offered: bool = Field(description="You may do it now, as far as is known before its form is filled in.")
    reason: str | None = Field(description="Why it is not offered: the type of the problem you would be answered.")
    words: str | None = Field(description="The same in plain English.")
    roles: tuple[str, ...] = Field(description="The roles that can do it, where nothing else stands against it.")
    sign_in_again: bool = Field(description="It needs a more recent sign-in than yours.")

    @classmethod
    def of(cls, offered: Offered, *, signed_in_freshly: bool) -> Self:
        """The same, as shown."""
        act = Act(offered.act)
        return cls(
            act=act,
            about=offered.about,
            offered=offered.reason is None,
            reason=offered.reason,
            words=offered.words,
            roles=tuple(sorted(offered.roles)),
            sign_in_again=act is Act.AUTHORISE and not signed_in_freshly,
        )
