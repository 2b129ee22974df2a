"""Who the children are and how to be safe with the family, as the sender's document says it; pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from triage_ui.services.intake import ReferralDocument
from triage_ui.shell.formats import age, day

Json = Mapping[str, Any]

_OF_DANGER: Final = (
    ("details", "What the sender says"),
    ("present", "Who is there"),
    ("emergency_reference", "999 reference"),
)


@dataclass(frozen=True)
class Child:
    """One child: ``name`` and ``age`` are empty where the sender did not say them."""

    child_id: str
    number: int
    name: str
    age: str
    born: str
    description: str

    @property
    def called(self) -> str:
        """The name, or what stands for it."""
        return self.name or f"Child {self.number}"

    @property
    def title(self) -> str:
        """Name and age in one."""
        return f"{self.called}, {self.age}" if self.age else self.called


@dataclass(frozen=True)
class Caution:
    """What somebody must know before they do anything: ``about`` is a person or a place."""

    about: str
    advice: str


class Children:
    """The children of a case by their ids; without a document, by their numbers."""

    def __init__(self, child_ids: Sequence[UUID], document: Json | None, *, today: date) -> None:
        said = {str(child.get("child_id", "")): child for child in items_of(document, "children")}
        self.all = [
            _child(str(child_id), number, said.get(str(child_id), {}), today)
            for number, child_id in enumerate(child_ids, 1)
        ]
        self._by_id = {child.child_id: child for child in self.all}

    def called(self, child_id: UUID | str) -> str:
        """What a child is called."""
        found = self._by_id.get(str(child_id))
        return found.called if found else "A child"

    def listed(self, child_ids: Sequence[UUID]) -> str:
        """Several children, or every child when none is named."""
        return ", ".join(self.called(child_id) for child_id in child_ids) or "Every child"

    def choices(self) -> list[tuple[str, str, str]]:
        """For radios and checkboxes."""
        return [(child.child_id, child.title, "") for child in self.all]


def _child(child_id: str, number: int, said: Json, today: date) -> Child:
    names = " ".join(part for part in (said.get("first_name"), said.get("last_name")) if part)
    born = said.get("date_of_birth")
    expected = said.get("expected_date_of_birth")
    shown = f"not born yet, expected {day(expected)}" if expected and not born else age(born, today=today)
    return Child(child_id, number, names, shown, day(born), str(said.get("description") or ""))


def safe_contact(referral: ReferralDocument | None) -> list[Caution]:
    """Where, whom and how not to contact, in the order in which it could do harm."""
    if referral is None:
        return []
    said = referral.said
    of_staff = _of_staff(said) if referral.states_staff_risk else ()
    return _gathered([*_of_domestic_abuse(said), *_of_people(said), *_not_to_be_told(said), *of_staff])


def immediate_safety(document: Json | None) -> list[Caution]:
    """What the sender says about immediate safety; whether 999 was called, only where there is more to say."""
    document = document or {}
    said = document.get("immediate_safety") or {}
    rows = [Caution(name, str(said[field])) for field, name in _OF_DANGER if said.get(field)]
    called = said.get("called_999")
    if called is None or not (rows or says_danger(document)):
        return rows
    return [*rows, Caution("999 was called", "Yes" if called else "No")]


def says_danger(document: Json | None) -> bool:
    """Whether the sender says that a child is in danger now."""
    return (document or {}).get("immediate_danger") is True


def _gathered(cautions: Sequence[Caution]) -> list[Caution]:
    """One for each person, place and matter, with everything that is said about it, each thing once."""
    advice: dict[str, dict[str, None]] = {}
    for one in cautions:
        advice.setdefault(one.about, {})[one.advice] = None
    return [Caution(about, "\n".join(said)) for about, said in advice.items()]


def _of_domestic_abuse(document: Json) -> Iterator[Caution]:
    advice = ((document.get("concern") or {}).get("domestic_abuse") or {}).get("safe_contact")
    if advice:
        yield Caution("Domestic abuse", str(advice))


def _of_people(document: Json) -> Iterator[Caution]:
    people = [*items_of(document, "children"), *items_of(document, "household")]
    for person in people:
        name = _name(person)
        if person.get("safe_to_contact") is False:
            yield Caution(name, "Not safe to contact.")
        if person.get("contact_advice"):
            yield Caution(name, str(person["contact_advice"]))
        for address in items_of(person, "addresses"):
            if address.get("do_not_contact"):
                reason = address.get("do_not_contact_reason")
                where = ", ".join([*address.get("lines", ()), address.get("postcode") or ""]).strip(", ")
                yield Caution(f"Do not contact here: {where}", str(reason or "The sender gave no reason."))


def _not_to_be_told(document: Json) -> Iterator[Caution]:
    for person in items_of(document.get("consent") or {}, "told"):
        if person.get("must_not_be_told"):
            reason = person.get("reason_details") or "The sender says so."
            yield Caution(f"{person.get('person') or 'Somebody'} must not be told", str(reason))


def _of_staff(document: Json) -> Iterator[Caution]:
    said = document.get("risks_to_staff") or ()
    for risk in [said] if isinstance(said, str) else said:  # one text, in referrals from before risks had parts
        fields = risk if isinstance(risk, dict) else {"reason": risk}
        words = " ".join(str(fields[name]) for name in ("reason", "advice") if fields.get(name))
        yield Caution("Risk to staff", words or "The sender does not say what it is.")


def items_of(document: Json | None, field: str) -> list[Json]:
    """The entries of one of a document's lists; nothing where it has no such list."""
    found = (document or {}).get(field)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _name(person: Json) -> str:
    names = [person.get("name"), person.get("first_name"), person.get("last_name")]
    return " ".join(str(name) for name in names if name) or "Somebody in the referral"
