"""What the acts of an agency on a request have in common."""

from collections.abc import Mapping, Sequence
from typing import Final, cast

from triage_ui.acts.act import Act, Ids, Mistakes, Row, Seen
from triage_ui.drafts.model import Draft
from triage_ui.services.triage import RequestView
from triage_ui.shell.formats import label, moment
from triage_ui.shell.visitor import Visitor

_PARTS: Final[Mapping[str, tuple[str, ...]]] = {
    "supplied": ("content",),
    "partial": ("content",),
    "refused": ("refusal_ground", "refusal_reason"),
}
"""The fields that belong to each kind of answer."""
_ADVICE: Final = {
    "content": "Write what you know",
    "refusal_ground": "Choose the ground",
    "refusal_reason": "Write why sharing is not right",
}


class OnRequest(Act):
    """The base of answering, correcting and withdrawing."""

    async def look(self, visitor: Visitor, ids: Ids) -> Seen:
        """The request; its revision stands for the version, since an agency knows no other."""
        asked = await visitor.services.triage.request(ids["request_id"])
        return Seen(asked.reference, f'"{asked.revision}"' if asked.revision else "", asked)

    def standing(self, visitor: Visitor, seen: Seen, draft: Draft) -> Sequence[Row]:
        """What the agency said last."""
        said = asked_of(seen).statements
        return [Row(moment(one.said_at), one.content or label(one.answer, "answer")) for one in said[-1:]]

    def back(self, ids: Ids) -> str:
        """To the request."""
        return f"/requests/{ids['request_id']}"


def asked_of(seen: Seen) -> RequestView:
    """What ``OnRequest.look`` read."""
    return cast(RequestView, seen.view)


def revision_of(draft: Draft) -> int | None:
    """The revision that the writer saw."""
    digits = draft.seen_version.strip('"')
    return int(digits) if digits else None


def missing(draft: Draft) -> Mistakes:
    """What an answer of its kind lacks."""
    answer = draft.get("answer")
    if not answer:
        return {"answer": "Choose what you answer"}
    return {field: _ADVICE[field] for field in _PARTS.get(answer, ()) if not draft.get(field).strip()}


def reply(draft: Draft) -> dict[str, str]:
    """The answer as the service is sent it: only what belongs to its kind."""
    answer = draft.get("answer")
    return {"answer": answer, **{name: draft.get(name).strip() for name in _PARTS.get(answer, ())}}


def reply_rows(draft: Draft) -> list[Row]:
    """The answer, to be checked."""
    said = reply(draft)
    rows = [Row("Your answer", label(said["answer"], "answer"), "answer")]
    if "content" in said:
        rows.append(Row("What you know", said["content"], "content"))
    if "refusal_ground" in said:
        rows.append(Row("Ground", label(said["refusal_ground"], "refusal-ground"), "refusal_ground"))
        rows.append(Row("Why", said["refusal_reason"], "refusal_reason"))
    return rows
