"""What a message says and the referral does not: told to the sender, so that nothing is lost without a word."""

from collections.abc import Iterator, Set
from typing import Any, Final

from referral_intake.fhir.issues import Issue, IssueCode, Severity
from referral_intake.fhir.message import Message
from referral_intake.fhir.r4.element import step
from referral_intake.fhir.r4.names import NAMES
from referral_intake.fhir.r4.people import Patient

_BOOKKEEPING: Final = frozenset(
    {
        "authoredOn",
        "basedOn",
        "category",
        "encounter",
        "fullUrl",
        "id",
        "intent",
        "language",
        "meta",
        "partOf",
        "resourceType",
        "scope",
        "status",
        "supportingInfo",
    }
)
"""Elements that hold a message together and say nothing about a child."""

_WHOSE: Final = frozenset({"patient", "subject"})
"""In a referral about one child there is no doubt whom anything is about."""

_REPEATING: Final = frozenset({"generated", "extensions"})
_ADVICE: Final = (
    "This was not taken into the referral. If somebody needs to know it, send it again as an Observation of ours "
    "or as a supplement, or phone the front door team."
)


def leftovers(message: Message, covered: Set[str]) -> Iterator[Issue]:
    """One issue for each resource of which something was not taken. The header only carries the message."""
    taken = covered | message.followed
    silent = _BOOKKEEPING if len(message.all(Patient)) > 1 else _BOOKKEEPING | _WHOSE
    for position, entry in enumerate(message.raw["entry"]):
        if position and (
            places := _untaken(entry["resource"], f"Bundle.entry[{position}].resource", taken, silent=silent)[0]
        ):
            yield Issue(Severity.INFORMATION, IssueCode.INFORMATIONAL, _ADVICE, tuple(dict.fromkeys(places)))


def _untaken(node: Any, path: str, taken: Set[str], *, silent: Set[str]) -> tuple[list[str], bool]:
    """The places below ``path`` that were not taken, as high up as possible; and whether anything below was."""
    if path in taken:
        return [], True
    inner = [_untaken(value, place, taken, silent=silent) for value, place in _below(node, path, silent)]
    places, any_taken = [place for found, _ in inner for place in found], any(found for _, found in inner)
    if isinstance(node, dict | list):
        return ([path] if places and not any_taken else places), any_taken
    return [path], False


def _below(node: Any, path: str, silent: Set[str]) -> Iterator[tuple[Any, str]]:
    if isinstance(node, list):
        yield from ((value, f"{path}[{place}]") for place, value in enumerate(node))
    elif isinstance(node, dict):
        for name, value in node.items():
            if name not in silent and not _repeats(name, value):
                yield value, f"{path}.{step(name)}" if step(name) in NAMES else path


def _repeats(name: str, value: Any) -> bool:
    """A narrative that was generated says again what the elements say."""
    return name == "text" and isinstance(value, dict) and value.get("status") in _REPEATING
