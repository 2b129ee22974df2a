"""How routes reach what the service stands on, and what they ask of every visitor."""

import re
from typing import Annotated, Final

from fastapi import Depends, Header, Request, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from chassis.web.access import access_purpose
from chassis.web.auth import Principal, SignedIn, signed_in_as
from chassis.web.description import needed, trimmed
from contracts.codes import Purpose
from triage.entitlement import AGENCY_ROLES, STAFF
from triage.errors import VersionMissing, VersionUnreadable
from triage.handlers import Dependencies, Visit

_VERSION: Final = re.compile(r'"([1-9][0-9]{0,8})"')


class View(BaseModel):
    """What we show."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)


class Form(BaseModel):
    """What is sent to us: a field that we do not know is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


def _not_blank(words: str) -> str:
    if not words.strip():
        raise ValueError("write something")
    return words


Words = Annotated[str, Field(min_length=1, max_length=20_000, json_schema_extra=trimmed(1)), AfterValidator(_not_blank)]
Code = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[a-z0-9-]+$")]


async def _dependencies(request: Request) -> Dependencies:
    dependencies: Dependencies = request.app.state.dependencies
    return dependencies


Injected = Annotated[Dependencies, Depends(_dependencies)]
Staff = Annotated[Principal, Depends(signed_in_as(*STAFF))]
Agency = Annotated[Principal, Depends(signed_in_as(*AGENCY_ROLES))]
_SEEN: Final = Header(
    description="The ETag of the case you have seen.",
    json_schema_extra=needed({"type": "string", "pattern": f"^{_VERSION.pattern}$"}),
)
PurposeHeader = Annotated[str | None, Header(alias="Access-Purpose")]


async def _seen_version(
    if_match: Annotated[str | None, _SEEN] = None,
) -> int:
    """Raises ``VersionMissing`` or ``VersionUnreadable``."""
    if if_match is None:
        raise VersionMissing
    match = _VERSION.fullmatch(if_match.strip())
    if match is None:
        raise VersionUnreadable
    return int(match[1])


async def _writer(
    dependencies: Injected, principal: SignedIn, seen_version: Annotated[int, Depends(_seen_version)]
) -> Visit:
    return Visit(principal, dependencies.clock.now(), seen_version=seen_version)


async def _authoriser(dependencies: Injected, visit: Annotated[Visit, Depends(_writer)]) -> Visit:
    dependencies.authorising.check(visit.principal, now=visit.now)
    return visit


async def _reader(
    dependencies: Injected, principal: SignedIn, purpose: Annotated[Purpose, Depends(access_purpose)]
) -> Visit:
    return Visit(principal, dependencies.clock.now(), purpose=purpose)


async def _staff_or_agency(dependencies: Injected, principal: SignedIn, said: PurposeHeader = None) -> Visit:
    """Agencies come to answer; staff say what they come for."""
    purpose = await _purpose(principal, said, of_agencies=Purpose.ANSWER_REQUEST)
    return Visit(principal, dependencies.clock.now(), purpose=purpose)


async def _staff_or_sender(dependencies: Injected, principal: SignedIn, said: PurposeHeader = None) -> Visit:
    """Agencies follow what they have sent; staff say what they come for."""
    purpose = await _purpose(principal, said, of_agencies=Purpose.OWN_REFERRAL)
    return Visit(principal, dependencies.clock.now(), purpose=purpose)


async def _purpose(principal: Principal, said: str | None, *, of_agencies: Purpose) -> Purpose:
    only_agency = principal.has_role(*AGENCY_ROLES) and said is None
    return of_agencies if only_agency else await access_purpose(said)


async def _other_party(dependencies: Injected, principal: SignedIn) -> Visit:
    return Visit(principal, dependencies.clock.now())


Writer = Annotated[Visit, Depends(_writer)]
"""Staff who change a case they have seen."""
Reader = Annotated[Visit, Depends(_reader)]
"""Somebody who opens a record and says what for."""
StaffOrAgency = Annotated[Visit, Depends(_staff_or_agency)]
"""Staff who say what for, or an agency that comes to answer."""
StaffOrSender = Annotated[Visit, Depends(_staff_or_sender)]
"""Staff who say what for, or an agency that follows a referral of its own."""
OtherParty = Annotated[Visit, Depends(_other_party)]
"""An agency or a team, which cannot know the case's version."""


Authoriser = Annotated[Visit, Depends(_authoriser)]
"""A writer who signed in lately: raises ``SignInAgain`` for anyone else, whatever the case."""


def tag(response: Response, version: int) -> None:
    """Name the version of the case, to be sent back in ``If-Match``."""
    response.headers.update(tagged(version))


def tagged(version: int, *, location: str | None = None) -> dict[str, str]:
    """The headers that name the version of the case, and where a new record of it is read."""
    tag = {"ETag": f'"{version}"'}
    return {**tag, "Location": location} if location is not None else tag
