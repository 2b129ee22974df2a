"""``/referrals/{id}/add`` and ``…/add-child``: what is new about one's own referral."""

from collections.abc import Sequence
from typing import Any, ClassVar, Final

from triage_ui.acts.act import Ids, Mistakes, Row, Seen
from triage_ui.drafts.model import Draft
from triage_ui.pages.own_referrals.on_own import OnOwnReferral, danger_of, danger_row, said_by
from triage_ui.shell.visitor import Visitor

_BIRTH: Final = ("birth-day", "birth-month", "birth-year")


class Add(OnOwnReferral):
    """New information."""

    name: ClassVar[str] = "add-to-referral"
    path: ClassVar[str] = "/referrals/{referral_id}/add"
    title: ClassVar[str] = "Add to your referral"
    template: ClassVar[str] = "pages/own_referrals/add.html"
    fields: ClassVar[tuple[str, ...]] = ("immediate_danger", "words", "child_words")
    send_label: ClassVar[str] = "Add this to the referral"

    def mistakes(self, seen: Seen, draft: Draft) -> Mistakes:
        """Something new."""
        written = draft.get("words").strip() or draft.get("child_words").strip()
        return {} if written else {"words": "Write what is new"}

    def rows(self, visitor: Visitor, seen: Seen, draft: Draft) -> Sequence[Row]:
        """What will be added."""
        return [
            *danger_row(draft),
            Row("What is new", draft.get("words").strip(), "words"),
            Row("What a child said or showed since", draft.get("child_words").strip(), "child_words"),
            Row("Said by", visitor.person.name),
        ]

    async def send(self, visitor: Visitor, ids: Ids, draft: Draft) -> None:
        """Add."""
        words, child_words = draft.get("words").strip(), draft.get("child_words").strip()
        news: dict[str, Any] = {"kind": "new-information", **said_by(visitor), **danger_of(draft)}
        news |= {"words": words} if words else {}
        news |= {"child_voice": {"words": child_words}} if child_words else {}
        await visitor.services.own.add(ids["referral_id"], news, key=str(draft.form_key))


class AddChild(OnOwnReferral):
    """Another child of the same worry."""

    name: ClassVar[str] = "add-child"
    path: ClassVar[str] = "/referrals/{referral_id}/add-child"
    title: ClassVar[str] = "Add a child to your referral"
    template: ClassVar[str] = "pages/own_referrals/add_child.html"
    fields: ClassVar[tuple[str, ...]] = (
        "immediate_danger",
        "first_name",
        "last_name",
        "description",
        *_BIRTH,
        "address",
        "postcode",
        "school",
        "words",
    )
    send_label: ClassVar[str] = "Add this child to the referral"

    def mistakes(self, seen: Seen, draft: Draft) -> Mistakes:
        """Who it is; by what the child is found, intake judges."""
        who = draft.get("first_name").strip() or draft.get("last_name").strip() or draft.get("description").strip()
        return {} if who else {"first_name": "Write the child's name, or describe the child"}

    def rows(self, visitor: Visitor, seen: Seen, draft: Draft) -> Sequence[Row]:
        """What will be added."""
        named = {
            "first_name": "First name",
            "last_name": "Last name",
            "description": "Who this child is",
            "address": "Address",
            "postcode": "Postcode",
            "school": "School or nursery",
            "words": "What else you want to say",
        }
        rows = [Row(label, draft.get(field).strip(), field) for field, label in named.items()]
        born = Row("Date of birth", " ".join(draft.get(field).strip() for field in _BIRTH).strip(), _BIRTH[0])
        return [*danger_row(draft), *rows[:3], born, *rows[3:], Row("Said by", visitor.person.name)]

    async def send(self, visitor: Visitor, ids: Ids, draft: Draft) -> None:
        """Add."""
        words = draft.get("words").strip()
        more = {"kind": "new-child", **said_by(visitor), **danger_of(draft), "children": [_child(draft)]}
        more |= {"words": words} if words else {}
        await visitor.services.own.add(ids["referral_id"], more, key=str(draft.form_key))


def _child(draft: Draft) -> dict[str, Any]:
    """What was written of the child, and nothing else."""
    said: dict[str, Any] = {field: draft.get(field).strip() for field in ("first_name", "last_name", "description")}
    day, month, year = (draft.get(field).strip() for field in _BIRTH)
    if day or month or year:
        said["date_of_birth"] = f"{year}-{month:0>2}-{day:0>2}"
    lines = [line for line in draft.get("address").split("\n") if line.strip()]
    address = {"lines": lines, "postcode": draft.get("postcode").strip()}
    said["addresses"] = [{name: value for name, value in address.items() if value}] if any(address.values()) else ()
    said["school"] = draft.get("school").strip()
    return {name: value for name, value in said.items() if value}
