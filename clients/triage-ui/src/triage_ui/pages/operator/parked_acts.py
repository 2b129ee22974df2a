"""Releasing and discarding what is parked, one message or all with one error; each shows first what would happen."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, cast

from triage_ui.acts.act import Act, Ids, Mistakes, Row, Seen
from triage_ui.drafts.model import Draft
from triage_ui.pages.operator.flow import STATES
from triage_ui.pages.operator.reasons import reason_mistakes, reason_row
from triage_ui.services.caller import Refused
from triage_ui.services.operator import Asked, MessageInFull
from triage_ui.shell.formats import count, short_moment
from triage_ui.shell.visitor import Visitor

RELEASE, DISCARD = "release", "discard"
_ASKS_WHAT: Final = "What would happen, asked before anything is done"
"""Why a dry run is asked for; nothing is kept of it."""
_NAMED: Final = 10
_FOR_GOOD: Final = (
    "You are about to give this up for good. What it should have changed stays unchanged, and has to be put right by "
    "other means. Agree it with the owner of the service first."
)
WITH_EARLIER: Final = "with_earlier"


@dataclass(frozen=True)
class OneMessage:
    """A message, and what the act would be about; ``refusal`` says why it would be refused."""

    message: MessageInFull
    would: Asked | None
    refusal: str

    @property
    def has_earlier(self) -> bool:
        """Whether earlier versions of the same record are parked too."""
        return self.would is not None and any(one.earlier for one in self.would.messages)


class OnMessage(Act, ABC):
    """The base of what is done to one message."""

    fields: ClassVar[tuple[str, ...]] = ("reason",)
    does: ClassVar[str]

    async def look(self, visitor: Visitor, ids: Ids) -> Seen:
        """The message as it stands, and a dry run."""
        service, parked_id = ids["service"], ids["parked_id"]
        message = await visitor.services.operator.message(service, parked_id)
        body = {"reason": _ASKS_WHAT, "dry_run": True, **self.asked_with()}
        try:
            would = await visitor.services.operator.act(service, self.does, body, parked_id=parked_id)
        except Refused as refused:
            return Seen("", "", OneMessage(message, None, refused.detail or refused.title))
        return Seen("", "", OneMessage(message, would, ""))

    def asked_with(self) -> dict[str, bool]:
        """What else is asked in the dry run."""
        return {}

    def mistakes(self, seen: Seen, draft: Draft) -> Mistakes:
        """A reason, and a message to which it can still be done."""
        view = one_of(seen)
        return {"reason": view.refusal} if view.refusal else reason_mistakes(draft)

    def rows(self, visitor: Visitor, seen: Seen, draft: Draft) -> Sequence[Row]:
        """The message, what would happen, and why."""
        view = one_of(seen)
        return [*_message_rows(view.message), Row("What would happen", self.outcome(view)), reason_row(draft)]

    @abstractmethod
    def outcome(self, view: OneMessage) -> str:
        """What the dry run found, in sentences."""

    def standing(self, visitor: Visitor, seen: Seen, draft: Draft) -> Sequence[Row]:
        """The message as it is now."""
        return _message_rows(one_of(seen).message)

    async def send(self, visitor: Visitor, ids: Ids, draft: Draft) -> None:
        """Ask the service; a message that somebody asked about before is refused."""
        body = {"reason": draft.get("reason").strip(), **self.sent_with(draft)}
        await visitor.services.operator.act(ids["service"], self.does, body, parked_id=ids["parked_id"])

    def sent_with(self, draft: Draft) -> dict[str, bool]:
        """What else is sent."""
        return {}

    def back(self, ids: Ids) -> str:
        """To the message."""
        return f"/operator/parked/{ids['service']}/{ids['parked_id']}"


class ReleaseMessage(OnMessage):
    """Having one message tried again."""

    name: ClassVar[str] = "release-message"
    path: ClassVar[str] = "/operator/parked/{service}/{parked_id}/release"
    title: ClassVar[str] = "Release this message"
    template: ClassVar[str] = "pages/operator/release.html"
    send_label: ClassVar[str] = "Release the message"
    does: ClassVar[str] = RELEASE

    def outcome(self, view: OneMessage) -> str:
        """It is tried again, and everything is checked again."""
        return (
            "The message, and whatever waits before it in its key, is tried again. Everything is checked again. If it "
            "fails again it stays parked, and nothing is lost."
        )


class DiscardMessage(OnMessage):
    """Giving one message up."""

    name: ClassVar[str] = "discard-message"
    path: ClassVar[str] = "/operator/parked/{service}/{parked_id}/discard"
    title: ClassVar[str] = "Discard this message"
    template: ClassVar[str] = "pages/operator/discard.html"
    fields: ClassVar[tuple[str, ...]] = ("reason", WITH_EARLIER)
    send_label: ClassVar[str] = "Discard it for good"
    does: ClassVar[str] = DISCARD

    def asked_with(self) -> dict[str, bool]:
        """Earlier versions are named, so that it can be decided about them."""
        return {WITH_EARLIER: True}

    def mistakes(self, seen: Seen, draft: Draft) -> Mistakes:
        """The same, and earlier versions are not given up unsaid."""
        mistakes = super().mistakes(seen, draft)
        if one_of(seen).has_earlier and not draft.get(WITH_EARLIER):
            return {**mistakes, WITH_EARLIER: "Discard the earlier versions too, or resolve them first"}
        return mistakes

    def outcome(self, view: OneMessage) -> str:
        """What is given up."""
        return f"These are given up for good: {named(view.would)}"

    def pause(self, seen: Seen, draft: Draft) -> str:
        """Always."""
        return _FOR_GOOD

    def sent_with(self, draft: Draft) -> dict[str, bool]:
        """Whether earlier versions are given up too."""
        return {WITH_EARLIER: bool(draft.get(WITH_EARLIER))}


@dataclass(frozen=True)
class OfErrors:
    """What the act would be about, by error class; a class for which it would be refused has none."""

    service: str
    would: dict[str, Asked]
    refusals: dict[str, str]


class OnMany(Act):
    """The base of what is done to every message of a service with one error."""

    fields: ClassVar[tuple[str, ...]] = ("error_class", "reason")
    does: ClassVar[str]

    async def look(self, visitor: Visitor, ids: Ids) -> Seen:
        """A dry run for each error among the oldest messages."""
        service, would, refusals = ids["service"], {}, {}
        page = await visitor.services.operator.parked(service)
        for error_class in sorted({one.error_class for one in page.parked}):
            body = {"reason": _ASKS_WHAT, "all_of_reason": error_class, "dry_run": True, **self.sent_with()}
            try:
                would[error_class] = await visitor.services.operator.act(service, self.does, body)
            except Refused as refused:
                refusals[error_class] = refused.detail or refused.title
        return Seen("", "", OfErrors(service, would, refusals))

    def sent_with(self) -> dict[str, bool]:
        """What else is sent."""
        return {}

    def mistakes(self, seen: Seen, draft: Draft) -> Mistakes:
        """An error that is still there, and a reason."""
        chosen, view = draft.get("error_class"), many_of(seen)
        mistakes = reason_mistakes(draft)
        if chosen in view.refusals:
            return {"error_class": view.refusals[chosen], **mistakes}
        if not chosen:
            return {"error_class": "Choose which messages", **mistakes}
        if chosen not in view.would:
            return {"error_class": "No message with this error is parked any more", **mistakes}
        return mistakes

    def rows(self, visitor: Visitor, seen: Seen, draft: Draft) -> Sequence[Row]:
        """Which, what would happen, and why."""
        chosen, view = draft.get("error_class"), many_of(seen)
        would = f"{self.said} {named(view.would.get(chosen))}"
        return [
            Row("Service", view.service),
            Row("Error", chosen, "error_class"),
            Row("What would happen", would),
            reason_row(draft),
        ]

    said: ClassVar[str]

    def standing(self, visitor: Visitor, seen: Seen, draft: Draft) -> Sequence[Row]:
        """Which are parked now."""
        return [Row(error, count(asked.count, "message")) for error, asked in many_of(seen).would.items()]

    async def send(self, visitor: Visitor, ids: Ids, draft: Draft) -> str:
        """Ask the service; what somebody asked about before is left alone, and counted out."""
        body = {
            "reason": draft.get("reason").strip(),
            "all_of_reason": draft.get("error_class"),
            **self.sent_with(),
        }
        return f"&count={(await visitor.services.operator.act(ids['service'], self.does, body)).count}"

    def back(self, ids: Ids) -> str:
        """To the services."""
        return "/operator"


class ReleaseMany(OnMany):
    """Having every message with one error tried again."""

    name: ClassVar[str] = "release-many"
    path: ClassVar[str] = "/operator/all-parked/{service}/release"
    title: ClassVar[str] = "Release every message with one error"
    template: ClassVar[str] = "pages/operator/many.html"
    send_label: ClassVar[str] = "Release them"
    does: ClassVar[str] = RELEASE
    said: ClassVar[str] = "These are tried again, and everything is checked again:"


class DiscardMany(OnMany):
    """Giving every message with one error up; refused while earlier versions are parked beside them."""

    name: ClassVar[str] = "discard-many"
    path: ClassVar[str] = "/operator/all-parked/{service}/discard"
    title: ClassVar[str] = "Discard every message with one error"
    template: ClassVar[str] = "pages/operator/many.html"
    send_label: ClassVar[str] = "Discard them for good"
    does: ClassVar[str] = DISCARD
    said: ClassVar[str] = "These are given up for good:"

    def pause(self, seen: Seen, draft: Draft) -> str:
        """Always."""
        return _FOR_GOOD


def one_of(seen: Seen) -> OneMessage:
    """What ``OnMessage.look`` read."""
    return cast(OneMessage, seen.view)


def many_of(seen: Seen) -> OfErrors:
    """What ``OnMany.look`` read."""
    return cast(OfErrors, seen.view)


def named(asked: Asked | None) -> str:
    """The messages by number, with what is special about each."""
    if asked is None or not asked.count:
        return "no message"
    lines = [_line(one.id, earlier=one.earlier, waits_for=one.waits_for) for one in asked.messages[:_NAMED]]
    left = asked.count - len(lines)
    return "; ".join([*lines, *([f"and {count(left, 'more message')}"] if left else [])])


def _line(number: int, *, earlier: bool, waits_for: int | None) -> str:
    notes = [", an earlier version"] if earlier else []
    notes += [f", after which version {waits_for} is still waited for"] if waits_for else []
    return f"message {number}{''.join(notes)}"


def _message_rows(message: MessageInFull) -> list[Row]:
    of = message.aggregate or "no known record"
    version = f", version {message.version}" if message.version is not None else ""
    return [
        Row("Message", f"{message.id}, of {of}{version}"),
        Row("State", STATES.get(message.state, message.state)),
        Row("Error", f"{message.error_class}{f' at {message.place}' if message.place else ''}"),
        Row("Parked", short_moment(message.parked_at)),
    ]


ACTS: Final[tuple[Act, ...]] = (ReleaseMessage(), DiscardMessage(), ReleaseMany(), DiscardMany())
