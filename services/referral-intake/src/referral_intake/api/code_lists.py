"""``GET /v1/code-lists``: what each code means and when it may be used, open to anyone and kept in caches."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from hashlib import sha256
from typing import Annotated, Any, Final

from fastapi import Header, Path, Response
from pydantic import BaseModel, ConfigDict, Field

from chassis.web.app import problem_responses
from chassis.web.service_router import ServiceRouter
from contracts.codes import CODE_LISTS, Code, CodeList
from referral_intake.api.dependencies import Injected
from referral_intake.errors import NoSuchCodeList

PATH: Final = "/v1/code-lists"
CACHE_CONTROL: Final = "public, max-age=3600"
_HEADERS: Final = {
    "ETag": {"description": "Names this content; send it as If-None-Match.", "schema": {"type": "string"}},
    "Cache-Control": {"description": "How long it may be kept.", "schema": {"type": "string"}},
}
_UNCHANGED: Final = {"description": "What you have is still right.", "headers": _HEADERS}

_EXAMPLE: Final[dict[str, Any]] = {
    "name": "supplement-kind",
    "edition": "1",
    "description": "What a sender adds to a referral.",
    "source": {"name": "Frontdoor", "address": None},
    "note": None,
    "codes": [
        {"code": "new-child", "label": "Another child", "valid_from": None, "valid_until": None, "deprecated": False}
    ],
}


class ListedCode(BaseModel):
    """One code: what is sent, what a person reads, and when it may be used for new information."""

    code: str
    label: str
    valid_from: date | None = Field(description="First day; null where no first day is known.")
    valid_until: date | None = Field(description="Last day; null while there is none.")
    deprecated: bool = Field(description="Its last day has passed. It is still accepted, and read as it was said.")


class ListSource(BaseModel):
    """Who keeps the list, and where it was read."""

    name: str
    address: str | None


class ListedCodes(BaseModel):
    """One list. Keep the edition beside a code: another edition may word the same code otherwise."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    name: str
    edition: str
    description: str
    source: ListSource
    note: str | None = Field(description="What is known to be missing from the list.")
    codes: list[ListedCode]


class AllCodeLists(BaseModel):
    """Every list."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"code_lists": [_EXAMPLE]}]})

    code_lists: list[ListedCodes]


@dataclass(frozen=True)
class _Page:
    """An answer made once, and the tag that names it."""

    body: bytes
    tag: str


router = ServiceRouter(prefix=PATH, tags=["code lists"])

IfNoneMatch = Annotated[str | None, Header(description="The ETag of what you have.")]
Name = Annotated[str, Path(description="As in the form, such as local-authority.", pattern=r"^[a-z0-9-]{1,64}$")]


@router.get(
    "",
    summary="Read every code list",
    response_model=AllCodeLists,
    responses={200: {"headers": _HEADERS}, 304: _UNCHANGED},
)
async def read_code_lists(dependencies: Injected, if_none_match: IfNoneMatch = None) -> Response:
    """Which codes a referral may hold, with labels for people and the days between which each code may be used.

    No token is needed. A code that may no longer be used is marked and still accepted: it never stops a referral.
    """
    return _answer(_all(dependencies.clock.now().date()), if_none_match)


@router.get(
    "/{name}",
    summary="Read one code list",
    response_model=ListedCodes,
    responses={200: {"headers": _HEADERS}, 304: _UNCHANGED, **problem_responses(404)},
)
async def read_code_list(name: Name, dependencies: Injected, if_none_match: IfNoneMatch = None) -> Response:
    """The same as in the answer with every list, for one of them. No token is needed."""
    page = _each(dependencies.clock.now().date()).get(name)
    if page is None:
        raise NoSuchCodeList
    return _answer(page, if_none_match)


def _answer(page: _Page, known: str | None) -> Response:
    headers = {"Cache-Control": CACHE_CONTROL, "ETag": page.tag}
    if known is not None and _names(known, page.tag):
        return Response(status_code=304, headers=headers)
    return Response(page.body, media_type="application/json", headers=headers)


def _names(known: str, tag: str) -> bool:
    """Whether one of the tags in ``If-None-Match`` is ``tag``, weak or strong, or any will do (RFC 9110, 13.1.2)."""
    return any(candidate.strip().removeprefix("W/") in (tag, "*") for candidate in known.split(","))


# Anyone may ask as often as they like, so each answer is made once a day: ``deprecated`` changes with the date alone.


@lru_cache(maxsize=1)
def _all(today: date) -> _Page:
    return _page(AllCodeLists(code_lists=[_listed(name, codes, today) for name, codes in CODE_LISTS.items()]))


@lru_cache(maxsize=1)
def _each(today: date) -> Mapping[str, _Page]:
    return {name: _page(_listed(name, codes, today)) for name, codes in CODE_LISTS.items()}


def _page(content: BaseModel) -> _Page:
    body = content.model_dump_json().encode()
    return _Page(body, f'"{sha256(body).hexdigest()[:32]}"')


def _listed(name: str, published: CodeList, today: date) -> ListedCodes:
    return ListedCodes(
        name=name,
        edition=published.edition,
        description=published.description,
        source=ListSource(name=published.source.name, address=published.source.address),
        note=published.note or None,
        codes=[_code(code, today) for code in published.codes],
    )


def _code(code: Code, today: date) -> ListedCode:
    begins, ends = code.validity.valid_from, code.validity.valid_until
    deprecated = ends is not None and ends < today
    return ListedCode(code=code.value, label=code.label, valid_from=begins, valid_until=ends, deprecated=deprecated)
