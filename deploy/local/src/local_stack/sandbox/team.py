"""The front door team of one partnership, signed in as the stack's own staff: it reads, and it makes its moves."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self

import httpx2

from contracts.codes import Purpose
from local_stack.errors import StackError
from local_stack.sandbox.moves import WORKER, Case, Move
from local_stack.tokens import TokenSource

_FOR_TRIAGE: Final = {"Access-Purpose": Purpose.TRIAGE.value}
_PAGE: Final = 100
_STALE: Final = 412

Stack = Mapping[str, Any]
"""What ``stack.json`` says."""


@dataclass
class Team:
    """Everybody of one partnership who works on cases. Reads as a social worker, each look written down as theirs."""

    partnership: str
    http: httpx2.Client
    triage_url: str
    intake_url: str
    members: Mapping[str, TokenSource]
    _seen: dict[str, str] = field(default_factory=dict)

    @classmethod
    def all_of(cls, stack: Stack, http: httpx2.Client) -> tuple[Self, ...]:
        """One team for each partnership that has staff in the stack."""
        staff = stack["sign_ins"]["staff"]
        partnerships = sorted({known["partnership"] for known in staff.values() if known["partnership"]})
        urls = {name: service["url"] for name, service in stack["services"].items()}
        return tuple(
            cls(partnership, http, urls["triage"], urls["referral-intake"], dict(_members(stack, partnership)))
            for partnership in partnerships
        )

    def queue(self) -> Iterator[Case]:
        """The lines of every open case. Raises ``httpx2.HTTPError`` and ``StackError``, as everything here does."""
        cursor: str | None = ""
        while cursor is not None:
            params = {"limit": str(_PAGE), **({"cursor": cursor} if cursor else {})}
            page = self._get(f"{self.triage_url}/v1/cases", params=params).json()
            yield from page["cases"]
            cursor = page["next"]

    def open_case(self, case_id: str) -> Case:
        """The case as it is now."""
        answer = self._get(f"{self.triage_url}/v1/cases/{case_id}", headers=_FOR_TRIAGE)
        self._seen[case_id] = answer.headers["ETag"]
        found: Case = answer.json()
        return found

    def own_reference(self, case: Case) -> str | None:
        """What the sender calls the referral, from its document.

        Not by the case's own link: one from before this start of the stack leads to a port of then.
        """
        url = f"{self.intake_url}/v1/referrals/{case['referral_id']}/document"
        found: str | None = self._get(url, headers=_FOR_TRIAGE).json().get("referrer", {}).get("own_reference")
        return found

    def make(self, move: Move, case: Case) -> bool:
        """Make a move; False when somebody else changed the case meanwhile, so that it has to be looked at again."""
        headers = {"If-Match": self._seen[case["case_id"]], **self._bearer(move.who)}
        answer = self.http.post(self.triage_url + move.path, json=dict(move.body), headers=headers)
        if answer.status_code == _STALE:
            return False
        answer.raise_for_status()
        return True

    def _get(
        self, url: str, *, headers: Mapping[str, str] | None = None, params: Mapping[str, str] | None = None
    ) -> httpx2.Response:
        proof = {**(headers or {}), **self._bearer(WORKER)}
        return self.http.get(url, headers=proof, params=params).raise_for_status()

    def _bearer(self, who: str) -> Mapping[str, str]:
        if who not in self.members:
            raise StackError(f"nobody in the stack can sign in as {who} of {self.partnership}")
        return {"Authorization": f"Bearer {self.members[who].token()}"}


def _members(stack: Stack, partnership: str) -> Iterator[tuple[str, TokenSource]]:
    """Who can sign in, by role and by team. Of several with one role the first named acts."""
    issuer = stack["addresses"]["oidc_issuer"]
    for name, known in reversed(stack["sign_ins"]["staff"].items()):
        if known["partnership"] == partnership:
            source = TokenSource.for_staff(issuer, name, known["password"])
            yield from ((who, source) for who in (*known["roles"], known["agency"]))
