"""A partner's system of its own keys, and the operator's command that makes it known."""

import asyncio
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx2
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from joserfc import jwt
from joserfc.jwk import ECKey

from chassis.clock import SystemClock
from chassis.ids import RandomIds
from local_stack.stack import Stack

ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
COMMAND_SECONDS: Final = 60.0


@dataclass(frozen=True)
class KeyPair:
    """A key pair as a partner makes it; ``public_file`` is what it hands over."""

    private: EllipticCurvePrivateKey
    public_file: Path

    @classmethod
    def made_in(cls, folder: Path, name: str) -> "KeyPair":
        """A new one."""
        private, file = generate_private_key(SECP256R1()), folder / f"{name}.pem"
        file.write_bytes(private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
        return cls(private, file)

    def assertion(self, client_id: str, issuer: str, *, clock_off_by: int = 0) -> str:
        """Who signs, to whom, once; the key is named, so that two can stand side by side.

        ``clock_off_by`` seconds: as signed by a system whose clock is fast, or slow when it is below zero.
        """
        pem = self.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        key, now = ECKey.import_key(pem), int(SystemClock().now().timestamp()) + clock_off_by
        claims = {"iss": client_id, "sub": client_id, "aud": issuer, "jti": str(RandomIds().new()), "iat": now}
        return jwt.encode({"alg": "ES256", "kid": key.thumbprint()}, {**claims, "exp": now + 30}, key)


@dataclass(frozen=True)
class Newcomer:
    """A partner's system that the realm file does not know."""

    client_id: str
    stack: Stack
    http: httpx2.AsyncClient

    async def token(self, keys: KeyPair, *, clock_off_by: int = 0) -> str | None:
        """An access token for who signs with this key; None when the identity provider refuses it."""
        issuer = self.stack.addresses()["oidc_issuer"]
        signed = {
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": keys.assertion(self.client_id, issuer, clock_off_by=clock_off_by),
        }
        form = {"grant_type": "client_credentials", **signed}
        answer = await self.http.post(f"{issuer}/protocol/openid-connect/token", data=form)
        return str(answer.json()["access_token"]) if answer.is_success else None


async def frontdoor(stack: Stack, *arguments: str) -> tuple[int, dict[str, Any]]:
    """The operator's command as a process of its own: its exit code, and what it answers machines."""
    environment = {
        **os.environ,
        "FRONTDOOR_SERVICE_URLS": json.dumps({name: service.url for name, service in stack.services.items()}),
        "FRONTDOOR_OIDC_ISSUER": stack.addresses()["oidc_issuer"],
        "FRONTDOOR_CLIENT_KEY_FILE": stack.sign_ins["clients"]["frontdoor-operator"]["private_key_file"],
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "frontdoor", *arguments, "--json"), env=environment, stdout=asyncio.subprocess.PIPE
    )
    told, _ = await asyncio.wait_for(process.communicate(), COMMAND_SECONDS)
    assert process.returncode is not None
    return process.returncode, json.loads(told)
