"""One person's requests to the services, under that person's own token; refusals come back as what they are."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

import httpx2
from pydantic import BaseModel, ConfigDict, ValidationError

from chassis.http_client import HttpClient, NoAnswer
from chassis.web.principal import ACTING_FOR

T = TypeVar("T", bound=BaseModel)

_STEP_UP: Final = "insufficient_user_authentication"
_UNKNOWN: Final = 404


class Read(BaseModel):
    """What the client reads of an answer: fields that it shows, and no others. More may come."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


@dataclass(frozen=True)
class FieldProblem:
    """A field that a service refused, and what to do about it."""

    pointer: str
    detail: str

    @property
    def name(self) -> str:
        """The field, without its place."""
        return self.pointer.strip("/").partition("/")[0]


class Refused(Exception):
    """A service understood and refused: problem details, in words that may be shown."""

    def __init__(self, status: int, *, slug: str, title: str, detail: str, errors: tuple[FieldProblem, ...]) -> None:
        super().__init__(f"{status} {slug}")
        self.status = status
        self.slug = slug
        self.title = title
        self.detail = detail
        self.errors = errors


class FreshSignInNeeded(Exception):
    """The act needs a sign-in that is no older than ``max_age_seconds``; the service checks that."""

    def __init__(self, max_age_seconds: int) -> None:
        super().__init__()
        self.max_age_seconds = max_age_seconds


class TokenEnded(Exception):
    """The service does not believe the token any more."""


@dataclass(frozen=True)
class Answer(Generic[T]):
    """What a service answered, with its headers."""

    body: T
    headers: Mapping[str, str]

    @property
    def version(self) -> str:
        """Of what was read or changed, as the service names it; empty where it names none."""
        return self.headers.get("etag", "")


@dataclass(frozen=True)
class Printable:
    """A page as a service made it; ``policy`` says what may run and load in it."""

    text: str = field(repr=False)
    policy: str


@dataclass(frozen=True)
class Caller:
    """Asks services as one person. ``token`` gives an access token that holds.

    ``acting_for`` names one of several memberships; whether the token has it, each service says.
    """

    http: HttpClient
    urls: Mapping[str, str]
    token: Callable[[], Awaitable[str]] = field(repr=False)
    acting_for: str = ""

    async def get(
        self,
        service: str,
        path: str,
        reads: type[T],
        *,
        purpose: str | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Answer[T]:
        """Read. Raises ``Refused``, ``FreshSignInNeeded``, ``TokenEnded`` and ``NoAnswer``."""
        headers = {} if purpose is None else {"Access-Purpose": purpose}
        return await self._ask("GET", service, path, reads, headers=headers, params=dict(query or {}))

    async def find(self, service: str, path: str, reads: type[T]) -> T | None:
        """Read what may not be there; None when it is not. Raises as ``get`` does."""
        try:
            return (await self.get(service, path, reads)).body
        except Refused as refused:
            if refused.status != _UNKNOWN:
                raise
            return None

    async def post(
        self, service: str, path: str, reads: type[T], *, body: Any = None, version: str = "", key: str = ""
    ) -> Answer[T]:
        """Act, once for each ``key``, on what was seen at ``version``. Raises as ``get`` does."""
        named = {"If-Match": version, "Idempotency-Key": key}
        headers = {name: value for name, value in named.items() if value}
        content = {} if body is None else {"json": body}
        return await self._ask("POST", service, path, reads, headers=headers, **content)

    async def page(self, service: str, path: str) -> Printable:
        """A page that a service made, with the policy that it made for it. Raises as ``get`` does."""
        headers = {"Authorization": f"Bearer {await self.token()}", "Accept": "text/html"}
        answer = await self.http.request("GET", self.urls[service] + path, headers=headers)
        policy = answer.headers.get("content-security-policy", "")
        if not answer.is_success:
            raise _refusal(answer)
        if not policy or not answer.headers.get("content-type", "").startswith("text/html"):
            raise NoAnswer
        return Printable(answer.text, policy)

    async def lines(self, service: str, path: str) -> AsyncIterator[str]:
        """The lines of an answer that goes on. Raises as ``get`` does, and ``NoAnswer`` when it breaks off."""
        proof = {**await self._proof(), "Accept": "text/event-stream"}
        async for line in self.http.lines(self.urls[service] + path, headers=proof):
            yield line

    async def _proof(self) -> dict[str, str]:
        """Who asks, and in which membership."""
        place = {ACTING_FOR: self.acting_for} if self.acting_for else {}
        return {"Authorization": f"Bearer {await self.token()}", **place}

    async def _ask(
        self, method: str, service: str, path: str, reads: type[T], *, headers: Mapping[str, str], **content: Any
    ) -> Answer[T]:
        said = {**await self._proof(), **headers}
        answer = await self.http.request(method, self.urls[service] + path, headers=said, **content)
        if not answer.is_success:
            raise _refusal(answer)
        try:
            return Answer(reads.model_validate_json(answer.content), answer.headers)
        except ValidationError as error:
            raise NoAnswer from error


def _refusal(answer: httpx2.Response) -> Exception:
    """The exception that an answer stands for."""
    if answer.status_code == httpx2.codes.UNAUTHORIZED:
        challenge = answer.headers.get("www-authenticate", "")
        return FreshSignInNeeded(_max_age(challenge)) if _STEP_UP in challenge else TokenEnded()
    try:
        problem = answer.json()
    except ValueError:
        problem = None
    if answer.status_code >= httpx2.codes.INTERNAL_SERVER_ERROR or not isinstance(problem, dict):
        return NoAnswer()
    errors = [one for one in problem.get("errors", ()) if isinstance(one, dict)]
    return Refused(
        answer.status_code,
        slug=str(problem.get("type", "")).rpartition("/")[2],
        title=str(problem.get("title", "")),
        detail=str(problem.get("detail", "")),
        errors=tuple(FieldProblem(str(one.get("pointer", "")), str(one.get("detail", ""))) for one in errors),
    )


def _max_age(challenge: str) -> int:
    _, _, rest = challenge.partition("max_age=")
    digits = rest.strip('"').partition('"')[0].partition(",")[0]
    return int(digits) if digits.isdigit() else 0
