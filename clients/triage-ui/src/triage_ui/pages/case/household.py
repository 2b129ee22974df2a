"""Who matters in the children's lives, in the household or not, as the sender's document says it; pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from triage_ui.pages.case.children import items_of
from triage_ui.shell.formats import age, day, label, mid_sentence

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Relative:
    """One person. ``facts`` is what decides how to work with them; what the sender did not say is not among it."""

    name: str
    role: str
    age: str
    facts: tuple[str, ...]
    notes: str


def household_of(document: Json | None, *, today: date) -> list[Relative]:
    """Everybody whom the document names beside the children, in its order."""
    return [_relative(member, today) for member in items_of(document, "household")]


def _relative(member: Json, today: date) -> Relative:
    born, expected = member.get("date_of_birth"), member.get("expected_date_of_birth")
    role = label(member.get("role"), "family-role") or str(member.get("relationship") or "")
    return Relative(
        name=str(member.get("name") or "Name not known"),
        role=role,
        age=f"expected {day(expected)}" if expected and not born else age(born, today=today),
        facts=tuple(fact[:1].upper() + fact[1:] for fact in _facts(member)),
        notes=str(member.get("notes") or ""),
    )


def _facts(member: Json) -> Iterator[str]:
    """No is said as no, and what is not said is left out: three things, not two."""
    yield from _said(member, "lives_with_child", "lives with the child", "lives elsewhere")
    yield from _said(member, "parental_responsibility", "has parental responsibility", "has no parental responsibility")
    yield from _said(member, "alleged_perpetrator", "may have harmed a child", "is not alleged to have harmed a child")
    yield from _said(member, "knows_of_referral", "knows of this referral", "does not know of this referral")
    yield from _said(member, "interpreter_needed", f"needs an interpreter{_language(member)}", "needs no interpreter")
    yield from _said(
        member, "subject_of_referral", "is one of the children referred", "is none of the children referred"
    )
    for child in items_of(member, "towards_children"):
        yield from _towards(child)


def _said(member: Json, field: str, yes: str, no: str) -> Iterator[str]:
    words = {True: yes, False: no}.get(member[field], "") if isinstance(member.get(field), bool) else ""
    if words:
        yield words


def _language(member: Json) -> str:
    return f" ({member['first_language']})" if member.get("first_language") else ""


def _towards(child: Json) -> Iterator[str]:
    about = f"child {child.get('child')}"
    if child.get("role"):
        yield f"{mid_sentence(label(child['role'], 'family-role'))} of {about}"
    yield from _said(child, "lives_with_child", f"lives with {about}", f"does not live with {about}")
    with_, without = f"has parental responsibility for {about}", f"has none for {about}"
    yield from _said(child, "parental_responsibility", with_, without)
