"""Letting a service read on that has halted, and sending a test notice to one endpoint."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, cast

from starlette.exceptions import HTTPException

from triage_ui.acts.act import Act, Ids, Mistakes, NothingToFillIn, Row, Seen
from triage_ui.drafts.model import Draft
from triage_ui.pages.operator.flow import halted_because
from triage_ui.pages.operator.reasons import reason_mistakes, reason_row
from triage_ui.pages.operator.wording import channel
from triage_ui.services.endpoints import EndpointHealthView
from triage_ui.services.operator import ConsumerState
from triage_ui.shell.formats import moment
from triage_ui.shell.visitor import Visitor

_MOST_TOLERATED: Final = 1_000_000


@dataclass(frozen=True)
class Halted:
    """A service, and whether it has halted."""

    service: str
    consumer: ConsumerState


class Resume(Act):
    """Letting a service read on."""

    name: ClassVar[str] = "resume-reading"
    path: ClassVar[str] = "/operator/reading/{service}/resume"
    title: ClassVar[str] = "Let this service read on"
    template: ClassVar[str] = "pages/operator/resume.html"
    fields: ClassVar[tuple[str, ...]] = ("reason", "tolerate")
    send_label: ClassVar[str] = "Let it read on"

    async def look(self, visitor: Visitor, ids: Ids) -> Seen:
        """Whether it has halted, since when and why."""
        service = ids["service"]
        return Seen("", "", Halted(service, await visitor.services.operator.consumer(service)))

    def mistakes(self, seen: Seen, draft: Draft) -> Mistakes:
        """It has halted, there is a reason, and a number is one."""
        if not halted_of(seen).consumer.halted:
            return {"reason": "This service reads on already. There is nothing to resume"}
        mistakes = dict(reason_mistakes(draft))
        if _tolerated(draft) is None:
            mistakes["tolerate"] = f"Enter a whole number from 0 to {_MOST_TOLERATED:,}, or leave it empty"
        return mistakes

    def rows(self, visitor: Visitor, seen: Seen, draft: Draft) -> Sequence[Row]:
        """Why it halted, what would happen, and why it may go on."""
        more = _tolerated(draft) or 0
        after = f" {more} wrong messages more than usual" if more else " as many wrong messages in a row as before"
        return [
            *self.standing(visitor, seen, draft),
            Row(
                "What would happen", f"It reads on at once, in every process. It halts again after{after}.", "tolerate"
            ),
            reason_row(draft),
        ]

    def standing(self, visitor: Visitor, seen: Seen, draft: Draft) -> Sequence[Row]:
        """Since when it has halted, and why."""
        view = halted_of(seen)
        if not view.consumer.halted:
            return [Row("Service", view.service), Row("Reading", "Goes on")]
        return [
            Row("Service", view.service),
            Row("Halted since", moment(view.consumer.halted_at)),
            Row("Because of", halted_because(view.consumer)),
        ]

    async def send(self, visitor: Visitor, ids: Ids, draft: Draft) -> None:
        """Resume."""
        body = {"reason": draft.get("reason").strip(), "tolerate": _tolerated(draft) or 0}
        await visitor.services.operator.resume(ids["service"], body)

    def back(self, ids: Ids) -> str:
        """To the services."""
        return "/operator"


class SendTest(NothingToFillIn, Act):
    """Sending a test notice to one endpoint."""

    name: ClassVar[str] = "send-test"
    path: ClassVar[str] = "/operator/endpoints/{endpoint_id}/test"
    title: ClassVar[str] = "Send a test notice"
    template: ClassVar[str] = "pages/operator/send_test.html"
    send_label: ClassVar[str] = "Send the test notice"

    async def look(self, visitor: Visitor, ids: Ids) -> Seen:
        """The endpoint and how it does."""
        found = (await visitor.services.endpoints.health()).endpoints
        endpoint = next((one for one in found if one.endpoint_id == ids["endpoint_id"]), None)
        if endpoint is None:
            raise HTTPException(404)
        return Seen("", "", endpoint)

    def rows(self, visitor: Visitor, seen: Seen, draft: Draft) -> Sequence[Row]:
        """Where it goes, and what it says."""
        endpoint = endpoint_of(seen)
        return [
            Row("To", endpoint.agency + (f", role {endpoint.role}" if endpoint.role else "")),
            Row("By", f"{channel(endpoint.channel)}, {endpoint.address}"),
            Row("What would happen", "One message is sent that says it is a test. It is about no child."),
        ]

    def standing(self, visitor: Visitor, seen: Seen, draft: Draft) -> Sequence[Row]:
        """Nothing can stand against it."""
        return []

    async def send(self, visitor: Visitor, ids: Ids, draft: Draft) -> None:
        """Have it sent, once for this form."""
        await visitor.services.endpoints.test(ids["endpoint_id"], key=str(draft.form_key))

    def back(self, ids: Ids) -> str:
        """To the endpoints."""
        return "/operator/endpoints"


def halted_of(seen: Seen) -> Halted:
    """What ``Resume.look`` read."""
    return cast(Halted, seen.view)


def endpoint_of(seen: Seen) -> EndpointHealthView:
    """What ``SendTest.look`` read."""
    return cast(EndpointHealthView, seen.view)


def _tolerated(draft: Draft) -> int | None:
    """0 for an empty box; None for what is no number."""
    written = draft.get("tolerate").strip().replace(",", "")
    if not written:
        return 0
    is_number = written.isascii() and written.isdigit() and len(written) < 8
    return int(written) if is_number and int(written) <= _MOST_TOLERATED else None


ACTS: Final[tuple[Act, ...]] = (Resume(), SendTest())
