"""Who takes part in the demonstration, and where: callers for every client and person of the stack."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chassis.http_client import HttpClient
from frontdoor.client import Caller
from frontdoor.errors import Unreachable, Wrong
from frontdoor.settings import OPERATOR
from local_stack.errors import StackError
from local_stack.tokens import TokenSource


class SignedIn:
    """A token source of the local stack as a caller wants it; asking the issuer does not hold the loop up."""

    def __init__(self, source: TokenSource) -> None:
        self._source = source

    async def bearer(self) -> Mapping[str, str]:
        """The Authorization header. Raises ``Unreachable`` when the sign-in fails."""
        try:
            return {"Authorization": f"Bearer {await asyncio.to_thread(self._source.token)}"}
        except StackError as error:
            raise Unreachable(f"The identity provider refused: {error}") from error


@dataclass
class World:
    """The stack as its users see it. ``sign_ins`` holds ``staff`` and ``clients`` by name."""

    http: HttpClient
    service_urls: Mapping[str, str]
    oidc_issuer: str
    sign_ins: Mapping[str, Mapping[str, Any]]
    agencies_url: str
    mail_url: str
    witness_key: str
    _callers: dict[str, Caller] = field(default_factory=dict)

    def client(self, name: str) -> Caller:
        """A partner's system, or the operator's, signed in by its private key."""
        known = self.sign_ins["clients"][name]
        key = Path(known["private_key_file"])
        return self._caller(name, lambda: TokenSource.for_client(self.oidc_issuer, name, key))

    def staff(self, name: str) -> Caller:
        """A member of staff, signed in through the sign-in page."""
        password = self.sign_ins["staff"][name]["password"]
        return self._caller(name, lambda: TokenSource.for_staff(self.oidc_issuer, name, password))

    def operator(self) -> Caller:
        """The operators of the services."""
        return self.client(OPERATOR)

    def auditor(self, partnership: str) -> Caller:
        """Somebody who audits a partnership. Raises ``Wrong`` when nobody can sign in for that."""
        for name, known in self.sign_ins["staff"].items():
            if "auditor" in known["roles"] and known["partnership"] == partnership:
                return self.staff(name)
        raise Wrong(f"Nobody can sign in as an auditor of {partnership}")

    def of_agency(self, agency: str) -> Caller:
        """A system that may act for an agency or team, else a person who may."""
        for kind, sign_in in (("clients", self.client), ("staff", self.staff)):
            for name, known in self.sign_ins[kind].items():
                if known["agency"] == agency:
                    return sign_in(name)
        raise Wrong(f"Nobody can sign in for {agency}")

    def _caller(self, name: str, source: Callable[[], TokenSource]) -> Caller:
        if name not in self._callers:
            self._callers[name] = Caller(self.http, self.service_urls, SignedIn(source()))
        return self._callers[name]
