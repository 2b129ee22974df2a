"""What the client reads of agency-notify."""

from datetime import datetime
from uuid import UUID

from triage_ui.services.caller import Caller, Read

SERVICE = "agency-notify"


class NoticeItem(Read):
    """One line of an inbox: codes and times."""

    notice_id: UUID
    kind: str
    title: str
    reference: str
    urgent: bool
    queued_at: datetime
    opened_at: datetime | None
    acknowledged_at: datetime | None
    due_at: datetime | None
    done_at: datetime | None
    superseded_by: UUID | None


class Inbox(Read):
    """A page of an agency's notices."""

    notices: tuple[NoticeItem, ...]
    next: int | None


class NoticeView(NoticeItem):
    """A notice that was opened, and what it is about."""

    referral_id: UUID
    about_id: UUID
    about_url: str | None
    text: str


class Notify:
    """Agency-notify, as one person asks it."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def inbox(self, query: dict[str, str]) -> Inbox:
        """The notices of one's own agency."""
        return (await self._caller.get(SERVICE, "/v1/notices", Inbox, query=query)).body

    async def open(self, notice_id: UUID) -> NoticeView:
        """Open a notice, which is recorded."""
        return (await self._caller.get(SERVICE, f"/v1/notices/{notice_id}", NoticeView)).body

    async def acknowledge(self, notice_id: UUID) -> None:
        """Say that a notice is dealt with; the notice itself is the key under which that happens once."""
        path = f"/v1/notices/{notice_id}/acknowledgement"
        await self._caller.post(SERVICE, path, NoticeView, key=str(notice_id))
