"""A referral's document in readable form: every field that was sent, in its own order, in words; pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from triage_ui.shell.formats import day, label, moment

_AS_SENT: Final = "received"
"""The kind of the first edition."""
_OF_THE_EDITION: Final = frozenset({"edition", "kind", "at", "agency"})
"""What the heading of a later edition says; all are of the agency that sent the first."""
_NOT_SHOWN: Final = frozenset({"child_id", "supplement_id", "answers"})
"""Numbers, which mean nothing to a reader."""
_SAID_ELSEWHERE: Final = frozenset(
    {"referral_id", "reference", "partnership", "agency", "source", "received_at", "edition", "history", "code_lists"}
)
"""What is put around a referral when it is kept; the page says what matters of it elsewhere."""
_ONE_OF: Final[Mapping[str, str]] = {
    "children": "Child",
    "household": "Household member",
    "addresses": "Address",
    "carers_addresses": "Carers' address",
    "parents_addresses": "Parents' address",
    "incidents": "Incident",
    "disclosures": "What somebody said",
    "professionals": "Professional",
    "told": "Person told",
    "help_offered": "Help offered",
    "risks_to_staff": "Risk to staff",
    "attachments": "Attachment",
    "missing_episodes": "Missing episode",
    "towards_children": "Towards a child",
    "put_right": "Fact put right",
}
"""What one entry of a list is called."""

_CODE_LISTS: Final[Mapping[str, str]] = {
    "sex": "sex",
    "ethnicity": "ethnicity",
    "disabilities": "disability",
    "la_code": "local-authority",
    "upn_unknown_reason": "upn-unknown-reason",
    "plans": "current-plan",
    "participation": "review-participation",
    "types": "concern-type",
    "frequency": "frequency",
    "knowledge": "fgm-knowledge",
    "tests": "allegation-test",
    "result": "help-result",
    "answer": "agreement-answer",
    "agreed_to_contact": "agreement-answer",
    "method": "agreement-method",
    "reasons": "dispensing-reason",
    "dispensing_reasons": "dispensing-reason",
    "bases": "sharing-basis",
    "gateways": "lawful-basis",
    "requested_response": "requested-response",
    "believed_level": "threshold-level",
}
_CODE_LISTS_WITHIN: Final[Mapping[tuple[str, str], str]] = {
    ("addresses", "kind"): "address-kind",
    ("carers_addresses", "kind"): "address-kind",
    ("parents_addresses", "kind"): "address-kind",
    ("referrer", "kind"): "referrer-kind",
    ("attachments", "kind"): "attachment-kind",
    ("household", "role"): "family-role",
    ("towards_children", "role"): "family-role",
    ("concern", "source"): "information-source",
    ("incidents", "source"): "information-source",
    ("history", "reason"): "withdrawal-reason",
}
_NAMES: Final[Mapping[str, str]] = {
    "nhs_number": "NHS number",
    "upn": "Unique pupil number",
    "uprn": "Unique property reference number",
    "urn": "School reference number",
    "gp": "GP",
    "la_code": "Local authority",
    "la_child_id": "Local authority's number for the child",
    "fgm": "Female genital mutilation",
    "put_right": "Put right",
    "called_999": "999 was called",
    "referred_to_marac": "Referred to a risk assessment conference (MARAC)",
    "own_reference": "Sender's own reference",
    "aliases": "Other names",
    "location_now": "Where the child is now",
    "with_now": "Who is with the child now",
    "alleged_perpetrator": "May have harmed a child",
    "source": "How the sender knows",
    "disclosure": "What somebody said",
    "opinion": "What the sender thinks it means",
    "impact": "What it does to the child",
    "severity": "How bad it is",
    "child_voice": "What the child says or shows",
    "to_referral": "Agreement to the referral",
    "to_checks": "Agreement to asking agencies",
    "to_help": "Agreement to help",
    "requested_response": "What the sender hopes for",
    "believed_level": "Level of need, as the sender sees it",
}

_TIMES: Final = ("_at", "_on", "_from", "_until", "_day", "_birth", "when", "dated", "last_contact")
"""How the names of fields end that hold a date or a time."""


@dataclass(frozen=True)
class Entry:
    """One field: a value in words, or entries of its own. ``warned`` is a place or a person not to be contacted."""

    name: str
    value: str = ""
    entries: tuple["Entry", ...] = field(default=())
    warned: bool = False


def entries_of(document: Mapping[str, Any]) -> tuple[Entry, ...]:
    """The whole document."""
    said = {key: value for key, value in document.items() if key not in _SAID_ELSEWHERE}
    return tuple(_entries(said, within=""))


def changes_of(document: Mapping[str, Any]) -> list[tuple[str, tuple[Entry, ...]]]:
    """What each edition added or put right: its heading and its entries, the newest first."""
    found = []
    for edition in document.get("history", ()):
        kind = str(edition.get("kind", ""))
        if kind == _AS_SENT:
            continue  # it changed nothing
        words = "Taken back by its sender" if kind == "withdrawal" else label(kind, "supplement-kind").capitalize()
        heading = f"Edition {edition.get('edition')}: {words}, {_written(edition.get('at'))}"
        rest = {key: value for key, value in edition.items() if key not in _OF_THE_EDITION}
        found.append((heading, tuple(_entries(rest, within="history"))))
    return found[::-1]


def _entries(fields: Mapping[str, Any], *, within: str) -> Iterator[Entry]:
    for key, value in fields.items():
        if key in _NOT_SHOWN or value is None or value == []:
            continue
        if isinstance(value, list) and any(isinstance(one, Mapping) for one in value):
            yield from _numbered(key, value)
        else:
            yield _entry(key, value, within=within)


def _entry(key: str, value: Any, *, within: str) -> Entry:
    name = _name(key)
    if isinstance(value, Mapping):
        return Entry(name, entries=tuple(_entries(value, within=key)), warned=_is_warned(value))
    values = value if isinstance(value, list) else [value]
    return Entry(name, "\n".join(_said(one, key, within) for one in values))


def _numbered(key: str, values: list[Any]) -> Iterator[Entry]:
    for number, one in enumerate(values, 1):
        name = f"{_ONE_OF.get(key, _name(key))} {number}"
        if isinstance(one, Mapping):
            name = f"{name}: {called}" if (called := _called(one)) else name
            yield Entry(name, entries=tuple(_entries(one, within=key)), warned=_is_warned(one))
        else:
            yield Entry(name, _said(one, key, ""))


def _called(fields: Mapping[str, Any]) -> str:
    """The name of a person; empty for what has none."""
    return " ".join(str(fields[part]) for part in ("name", "first_name", "last_name") if fields.get(part))


def _is_warned(fields: Mapping[str, Any]) -> bool:
    return fields.get("do_not_contact") is True or fields.get("safe_to_contact") is False


def _said(value: Any, key: str, within: str) -> str:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    text = str(value)
    code_list = _CODE_LISTS_WITHIN.get((within, key)) or _CODE_LISTS.get(key)
    if code_list:
        return label(text, code_list)
    return _written(text) if key.endswith(_TIMES) else text


def _written(text: Any) -> str:
    """A date or a time as people say it; anything else as it was written."""
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        return str(text)
    return moment(at) if "T" in str(text) and at.tzinfo else day(str(text)[:10]) if len(str(text)) == 10 else str(text)


def _name(key: str) -> str:
    return _NAMES.get(key) or key.replace("_", " ").capitalize()
