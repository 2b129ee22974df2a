"""The message: a Bundle whose first entry says what it is about, and how its resources find one another."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Final, TypeVar

from referral_intake.fhir import systems
from referral_intake.fhir.issues import IssueCode, MessageRefused, error
from referral_intake.fhir.r4.content import List, MessageHeader, ServiceRequest
from referral_intake.fhir.r4.element import Said
from referral_intake.fhir.r4.people import (
    Location,
    Organization,
    Patient,
    Practitioner,
    PractitionerRole,
    RelatedPerson,
)
from referral_intake.fhir.r4.resource import Identified, Resource
from referral_intake.fhir.r4.values import Identifier, Reference
from referral_intake.identifiers import nhs_number

R = TypeVar("R", bound=Resource)

_CONTAINER: Final = re.compile(r"Bundle\.entry\[\d+\]\.resource")
_VERSION: Final = re.compile(r"/_history/[^/]+$")
_RESTFUL: Final = re.compile(r"https?://.+/([A-Za-z]+/[A-Za-z0-9.-]{1,64})")


@dataclass(frozen=True)
class Entry:
    """One resource of the message, with the address it is referred to by."""

    url: str | None
    resource: Resource


@dataclass(frozen=True)
class Contained:
    """A resource that stands in another, with the name by which that one refers to it."""

    container: Resource
    name: str
    resource: Resource


class Message:
    """A message that was read. Remembers which references were followed: they have served their purpose.

    ``as_of``: the day on which what it says is judged to be current or ended.
    """

    def __init__(
        self, raw: Mapping[str, Any], entries: Sequence[Entry], contained: Sequence[Contained], *, as_of: date
    ) -> None:
        self.raw = raw
        self.as_of = as_of
        self.resources = tuple(entry.resource for entry in entries)
        self._contained = tuple(contained)
        self.followed: set[str] = set()
        self._url = entries[0].url or ""
        self._bases = {entry.resource.path: _base(entry.url) for entry in entries}
        self._known: dict[str, list[Resource]] = defaultdict(list)
        self._known_inside: dict[str, list[Resource]] = defaultdict(list)
        self._one_person: dict[int, Resource] = {}
        for entry in entries:
            for name in {*_names(entry), f"{entry.resource.path}#"}:
                self._known[name].append(entry.resource)
        for each in contained:
            self._known[each.name].append(each.resource)
            for name in _numbers(each.resource):
                self._known_inside[name].append(each.resource)

    @property
    def header(self) -> MessageHeader:
        """What the message is about."""
        header = self.resources[0]
        assert isinstance(header, MessageHeader)  # the reader refuses a message that begins otherwise
        return header

    @property
    def header_id(self) -> str | None:
        """The id that the answer names: of the header or, when it has none, of its entry."""
        return self.header.id or _uuid(self._url)

    def all(self, kind: type[R]) -> tuple[R, ...]:
        """The resources of one kind, in order.

        What the request or a Patient contains says as much as what has an entry of its own. All else that is contained
        is reached by reference only: what holds it may not be so. So are people, who may be anybody.
        """
        by_reference_only = issubclass(kind, Patient | Practitioner | PractitionerRole)
        contained = () if by_reference_only else self._said_by_request()
        return tuple(resource for resource in (*self.resources, *contained) if isinstance(resource, kind))

    def _said_by_request(self) -> Iterator[Resource]:
        focus = self.header.focus[0] if self.header.focus else None
        request = self.look_up(focus, ServiceRequest)
        for each in self._contained:
            if each.container is request or isinstance(each.container, Patient):
                yield each.resource

    @cached_property
    def taken_off(self) -> Mapping[int, Said[str]]:
        """What the sender has deleted from a list that is in use, by identity, in words."""
        lists = [each for each in self.all(List) if each.status in (None, "current")]
        deleted = [entry for each in lists for entry in each.entry if entry.deleted]
        found = ((self.find(entry.item, Resource), entry.at("deleted")) for entry in deleted)
        return {id(item): Said("deleted from the sender's list", (place,)) for item, place in found if item}

    def find(self, reference: Reference | None, kind: type[R]) -> R | None:
        """The resource of this kind that is meant; None when the message does not have exactly one such."""
        found = self.look_up(reference, kind)
        if reference is not None and found is not None:
            self.followed.update(reference.followed(is_of_it=_is_number_of(reference.identifier, found)))
            if _says_no_more(reference.display, found):
                self.followed.add(reference.at("display"))
        return found

    def look_up(self, reference: Reference | None, kind: type[R]) -> R | None:
        """The same, of a reference that nothing is read through: it has not served its purpose."""
        if reference is None:
            return None
        named = (self._one_person.get(id(resource), resource) for resource in self._named(reference))
        found = {id(resource): resource for resource in named if isinstance(resource, kind)}
        return next(iter(found.values())) if len(found) == 1 else None

    def get(self, reference: Reference | None, kind: type[R], place: str) -> R:
        """The resource of this kind that is meant. Raises ``MessageRefused`` when the message does not have it."""
        found = self.find(reference, kind)
        if found is None:
            advice = f"Put the {kind.__name__} that this refers to into the Bundle, and refer to it by its fullUrl."
            if self.look_up(reference, Resource) is not None:
                advice = f"Refer to a {kind.__name__}: what this leads to is something else."
            raise MessageRefused([error(IssueCode.NOT_FOUND, advice, reference.path if reference else place)])
        return found

    def has_at(self, address: str | None, place: str) -> bool:
        """Whether an address that stands at a place leads to a resource of the message."""
        return bool(address and self._at(address.strip(), place))

    def know_as_one(self, main: Resource, further: Sequence[Resource]) -> None:
        """These are records of one person: whatever refers to one of them means the person, by the main record."""
        self._one_person.update({id(each): main for each in further})

    def _named(self, reference: Reference) -> Sequence[Resource]:
        """By address or, where that leads nowhere in the message, by identifier: of what is contained, last of all."""
        address = (reference.reference or "").strip()
        found = self._at(address, reference.path) if address else ()
        if found or reference.identifier is None:
            return found
        number = _logical(reference.identifier)
        return self._known.get(number, ()) or self._known_inside.get(number, ())

    def _at(self, address: str, place: str) -> Sequence[Resource]:
        """What an address means at a place of the message: R4 reads a relative one by the base of what holds it."""
        found = _CONTAINER.match(place)
        container = found.group() if found else ""
        if address.startswith("#"):
            return self._known.get(f"{container}{address}", ())
        nearer = self._known.get(_normal(self._bases.get(container, "") + address), ())
        return nearer or self._known.get(_normal(address), ())


def _names(entry: Entry) -> set[str]:
    """Everything an entry's resource may be called in a reference."""
    resource, kind = entry.resource, type(entry.resource).__name__
    names = {f"{kind}/{resource.id}"} if resource.id else set()
    if entry.url:
        names.add(_normal(entry.url))
        restful = _RESTFUL.fullmatch(_normal(entry.url))
        names |= {restful.group(1)} if restful else set()
    return names | _numbers(resource)


def _numbers(resource: Resource) -> set[str]:
    identifiers = resource.identifier if isinstance(resource, Identified) else ()
    return {_logical(identifier) for identifier in identifiers if identifier.value}


def _is_number_of(identifier: Identifier | None, resource: Resource) -> bool:
    return identifier is not None and _logical(identifier) in _numbers(resource)


def _base(url: str | None) -> str:
    """The address of the server that an entry comes from; nothing when it has none."""
    restful = _RESTFUL.fullmatch(_normal(url)) if url else None
    return restful.string[: restful.start(1)] if restful else ""


def _says_no_more(display: str | None, resource: Resource) -> bool:
    """Whether the resource itself is called what a reference to it calls it."""
    names: list[str] = []
    if isinstance(resource, Organization | Location):
        names = [resource.name or ""]
    elif isinstance(resource, Patient | Practitioner | RelatedPerson):
        names = [whole.value for name in resource.name if (whole := name.whole())]
    return set((display or "").casefold().split()) <= set(" ".join(names).casefold().split())


def _normal(address: str) -> str:
    """Of whichever version: the message has but one of each."""
    unversioned = _VERSION.sub("", address)
    return unversioned.lower() if address[:4].lower() == "urn:" else unversioned


def _logical(identifier: Identifier) -> str:
    """A number as it is compared: an NHS number however its digits are grouped."""
    written = (identifier.value or "").strip()
    number = nhs_number.find(written) if identifier.register == systems.NHS_NUMBER else None
    return f"identifier {identifier.register}|{number or written}"


def _uuid(url: str) -> str | None:
    found = re.fullmatch(r"urn:uuid:([0-9a-f-]{36})", url.lower())
    return found.group(1) if found else None
