"""Machine tokens: OAuth 2.0 client credentials with ``private_key_jwt``. They carry no person's rights."""

from datetime import timedelta
from pathlib import Path
from typing import Any, Final, Self

from joserfc import jwt
from joserfc.errors import InvalidKeyTypeError
from joserfc.jwk import ECKey, RSAKey

from chassis.clock import Clock
from chassis.http_client import HttpClient, NoAnswer
from chassis.ids import Ids
from chassis.settings import ServiceSettings
from contracts.problems import Unavailable

ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_LIFE: Final = timedelta(minutes=1)
RENEW_BEFORE: Final = timedelta(seconds=30)


class MachineTokens:
    """Access tokens of one client, renewed shortly before they expire."""

    def __init__(
        self, http: HttpClient, *, issuer: str, client_id: str, key_file: Path, clock: Clock, ids: Ids
    ) -> None:
        self._http = http
        self._issuer = issuer
        self._client_id = client_id
        self._algorithm, self._key = _read_key(key_file)
        self._clock = clock
        self._ids = ids
        self._token = ""
        self._expires_at = clock.now()

    @classmethod
    def of(cls, settings: ServiceSettings, http: HttpClient, *, clock: Clock, ids: Ids) -> Self:
        """The tokens of the client that the settings name. Raises ``Unavailable`` when they name no key."""
        if settings.client_key_file is None:
            raise Unavailable("FRONTDOOR_CLIENT_KEY_FILE is not set: other services cannot be asked")
        return cls(
            http,
            issuer=settings.oidc_issuer,
            client_id=settings.client_id,
            key_file=settings.client_key_file,
            clock=clock,
            ids=ids,
        )

    async def bearer(self) -> dict[str, str]:
        """The Authorization header. Raises ``NoAnswer`` when the issuer gives no token."""
        if not self._token or self._clock.now() >= self._expires_at - RENEW_BEFORE:
            await self._renew()
        return {"Authorization": f"Bearer {self._token}"}

    async def _renew(self) -> None:
        discovery = await self._http.get_json(f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
        try:
            given = await self._exchange(discovery["token_endpoint"], audience=discovery["issuer"])
            token, life = str(given["access_token"]), timedelta(seconds=int(given["expires_in"]))
        except (KeyError, TypeError, ValueError, OverflowError, RecursionError) as error:
            raise NoAnswer from error  # a maintenance page, for one
        self._token, self._expires_at = token, self._clock.now() + life

    async def _exchange(self, endpoint: str, *, audience: str) -> Any:
        """A signed statement of ours for what the issuer gives. Raises ``NoAnswer``, and ``ValueError`` for no JSON."""
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": self._assertion(audience),
        }
        answer = await self._http.request("POST", endpoint, data=form)
        if answer.status_code != 200:
            raise NoAnswer
        return answer.json()

    def _assertion(self, audience: str) -> str:
        """A signed statement of who we are, good for a minute and for once."""
        now = self._clock.now()
        claims = {
            "iss": self._client_id,
            "sub": self._client_id,
            "aud": audience,
            "jti": str(self._ids.new()),
            "iat": int(now.timestamp()),
            "exp": int((now + ASSERTION_LIFE).timestamp()),
        }
        return jwt.encode({"alg": self._algorithm}, claims, self._key)


def _read_key(file: Path) -> tuple[str, ECKey | RSAKey]:
    """A P-256 or RSA private key as PEM, and the algorithm it signs with."""
    pem = file.read_bytes()
    try:
        return "ES256", ECKey.import_key(pem)
    except InvalidKeyTypeError:
        return "RS256", RSAKey.import_key(pem)
