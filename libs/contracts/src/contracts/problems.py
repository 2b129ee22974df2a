"""Problems: every way a request or a message can be wrong, as one small exception tree.

``Problem``                  base; RFC 9457 problem details
├── ``Invalid``       400/422  what was sent cannot be understood or breaks a rule; says what to do
├── ``Unauthenticated``  401   who is asking is not proven
├── ``Forbidden``        403   proven, but not entitled
├── ``NotFound``         404   not there, or its existence is itself secret
├── ``Conflict``         409   true when asked, impossible in the present state
├── ``Stale``            412   somebody else changed it first
├── ``Unavailable``      503   ours to mend; nothing was accepted
On Kafka a ``Problem`` means the message is wrong (it is parked); any other exception means we are.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

PROBLEM_TYPE_ROOT = "https://frontdoor.example.org/problems/"
PHONE_ADVICE: Final = "phone the front door team of your partnership"
"""Part of a sentence: whom to phone about a child, where no number is published."""


@dataclass(frozen=True)
class FieldError:
    """One refused field: where (JSON pointer into the body) and what to do; never the value."""

    pointer: str
    detail: str


class Problem(Exception):
    """An error with a stable ``slug``, a plain title and an HTTP status; ``detail`` MUST NOT echo input."""

    slug: ClassVar[str] = "problem"
    title: ClassVar[str] = "Something is wrong"
    status: ClassVar[int] = 500

    def __init__(
        self,
        detail: str = "",
        *,
        errors: tuple[FieldError, ...] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail
        self.errors = errors
        self.headers = dict(headers or {})

    @property
    def type(self) -> str:
        """The problem type's address, the same for every occurrence."""
        return PROBLEM_TYPE_ROOT + self.slug

    def body(self) -> dict[str, object]:
        """The RFC 9457 members, without the empty ones."""
        body: dict[str, object] = {"type": self.type, "title": self.title, "status": self.status}
        if self.detail:
            body["detail"] = self.detail
        if self.errors:
            body["errors"] = [{"pointer": e.pointer, "detail": e.detail} for e in self.errors]
        return body


class Invalid(Problem):
    """What was sent cannot be understood or breaks a rule."""

    slug, title, status = "invalid", "Some of what you sent needs to change", 422


class Unauthenticated(Problem):
    """Who is asking is not proven."""

    slug, title, status = "unauthenticated", "Sign in or send a valid access token", 401


class Forbidden(Problem):
    """Proven, but not entitled."""

    slug, title, status = "forbidden", "You are not allowed to do this", 403


class Suspended(Forbidden):
    """Proven, but the system is suspended; ``phone_advice`` says whom to phone about a child."""

    slug, title = "partner-suspended", "Your system is suspended, so we did not take this"

    def __init__(self, phone_advice: str = PHONE_ADVICE) -> None:
        super().__init__(
            f"If a child is in danger now, call 999. To tell us about a child, {phone_advice}. "
            "To have your system restored, contact the people who gave you access."
        )


class NotFound(Problem):
    """Not there, or its existence is itself secret."""

    slug, title, status = "not-found", "There is nothing here", 404


class Conflict(Problem):
    """Impossible in the present state."""

    slug, title, status = "conflict", "This cannot be done now", 409


class Stale(Problem):
    """Somebody else changed it first."""

    slug, title, status = "stale", "Somebody else changed this first", 412


class Unavailable(Problem):
    """Ours to mend; nothing was accepted, and the same request may be sent again."""

    slug, title, status = "unavailable", "We cannot do this now. Try again", 503
