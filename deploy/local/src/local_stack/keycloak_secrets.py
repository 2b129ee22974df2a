"""What one Keycloak has for itself: keys of its realms, passwords of its people, its clients' secrets and addresses.

They are written into its copy of the prepared database before it starts, because Keycloak would take longer to make
them than for all the rest of its start. What the prepared database holds of that kind is thrown away.
"""

import base64
import secrets
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from string import Template
from typing import Any, Final
from uuid import uuid4

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from chassis.clock import SystemClock
from local_stack.errors import StackError
from local_stack.jvm import java
from local_stack.keycloak_program import ADMINISTRATOR, built
from local_stack.keys import Keys, write_private
from local_stack.realm import hashed

_HEAP_MEGABYTES: Final = 64
_RSA_BITS: Final = 2048
_HMAC_BYTES: Final = 128
_AES_BYTES: Final = 32
_CERTIFICATE_LIFE: Final = timedelta(days=3650)
_FORGOTTEN: Final = (
    "DELETE FROM CREDENTIAL",
    "DELETE FROM COMPONENT_CONFIG"
    " WHERE COMPONENT_ID IN (SELECT ID FROM COMPONENT WHERE PROVIDER_TYPE = 'org.keycloak.keys.KeyProvider')",
    "DELETE FROM COMPONENT WHERE PROVIDER_TYPE = 'org.keycloak.keys.KeyProvider'",
    "UPDATE CLIENT SET SECRET = RANDOM_UUID() WHERE SECRET IS NOT NULL",
)
_PASSWORD: Final = Template(
    "INSERT INTO CREDENTIAL (ID, TYPE, USER_ID, CREATED_DATE, SECRET_DATA, CREDENTIAL_DATA, PRIORITY, VERSION)"
    " SELECT RANDOM_UUID(), 'password', PERSON.ID, EXTRACT(EPOCH FROM CURRENT_TIMESTAMP) * 1000, $secret, $data, 10, 0"
    " FROM USER_ENTITY PERSON JOIN REALM ON REALM.ID = PERSON.REALM_ID"
    " WHERE REALM.NAME = $realm AND PERSON.USERNAME = $username"
)
_KEY_PROVIDER: Final = Template(
    "INSERT INTO COMPONENT (ID, NAME, PARENT_ID, REALM_ID, PROVIDER_ID, PROVIDER_TYPE)"
    " SELECT $id, $provider, ID, ID, $provider, 'org.keycloak.keys.KeyProvider' FROM REALM WHERE NAME = $realm"
)
_KEY_SETTING: Final = Template(
    """INSERT INTO COMPONENT_CONFIG (ID, COMPONENT_ID, NAME, "VALUE") VALUES (RANDOM_UUID(), $id, $name, $value)"""
)
_MOVED: Final = (
    Template("""UPDATE CLIENT_ATTRIBUTES SET "VALUE" = REPLACE("VALUE", $prepared, $own)"""),
    Template("""UPDATE REDIRECT_URIS SET "VALUE" = REPLACE("VALUE", $prepared, $own)"""),
)


@dataclass(frozen=True)
class Addresses:
    """Where the realm finds clients' public keys (``jwks/<client>``), and the web client."""

    jwks: str
    web_client: str


PREPARED_ADDRESSES: Final = Addresses("http://keys.invalid/jwks", "http://web-client.invalid")
"""Those in the prepared database: nobody's."""


def give_secrets(database: Path, realm: Mapping[str, Any], keys: Keys, addresses: Addresses) -> None:
    """Write into ``database``, which no Keycloak has open, what is this stack's alone."""
    script = database.with_name("secrets.sql")
    write_private(script, ";\n".join(_statements(realm, keys, addresses)).encode())
    url = f"jdbc:h2:file:{database.with_name(database.name.removesuffix('.mv.db'))};IFEXISTS=TRUE"
    (h2,) = (built() / "lib" / "lib" / "main").glob("com.h2database.h2-*.jar")
    tool = [*java("-XX:TieredStopAtLevel=1", heap_megabytes=_HEAP_MEGABYTES), "-cp", h2, "org.h2.tools.RunScript"]
    done = subprocess.run([*map(str, tool), "-url", url, "-script", script], capture_output=True, text=True)
    script.unlink()
    if done.returncode:
        raise StackError(f"Keycloak's database could not be given its secrets: {done.stderr.strip()[:300]}")


def _statements(realm: Mapping[str, Any], keys: Keys, addresses: Addresses) -> Iterator[str]:
    yield from _FORGOTTEN
    for name in ("master", realm["realm"]):
        for provider, settings in _key_providers(name):
            yield from _key_provider(name, provider, settings)
    yield _password("master", ADMINISTRATOR, keys.password("keycloak-console"))
    for user in realm["users"]:
        if "serviceAccountClientId" not in user:
            yield _password(realm["realm"], user["username"], keys.password(user["username"]))
    for moved in _MOVED:
        yield _filled(moved, prepared=PREPARED_ADDRESSES.jwks, own=addresses.jwks)
        yield _filled(moved, prepared=PREPARED_ADDRESSES.web_client, own=addresses.web_client)


def _password(realm: str, username: str, password: str) -> str:
    credential = hashed(password)
    secret, data = credential["secretData"], credential["credentialData"]
    return _filled(_PASSWORD, realm=realm, username=username, secret=secret, data=data)


def _key_providers(realm: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    """The four that Keycloak makes for every new realm, with what it keeps of each."""
    yield "rsa-generated", {"keyUse": "SIG", **_rsa(realm)}
    yield "rsa-enc-generated", {"keyUse": "ENC", "algorithm": "RSA-OAEP", **_rsa(realm)}
    yield "hmac-generated", {"algorithm": "HS512", **_random(_HMAC_BYTES)}
    yield "aes-generated", _random(_AES_BYTES)


def _key_provider(realm: str, provider: str, settings: Mapping[str, str]) -> Iterator[str]:
    component = str(uuid4())
    yield _filled(_KEY_PROVIDER, id=component, provider=provider, realm=realm)
    for name, value in {"priority": "100", **settings}.items():
        yield _filled(_KEY_SETTING, id=component, name=name, value=value)


def _rsa(realm: str) -> dict[str, str]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=_RSA_BITS)
    form = serialization.PrivateFormat.TraditionalOpenSSL
    private = key.private_bytes(serialization.Encoding.DER, form, serialization.NoEncryption())
    certificate = _certificate(realm, key).public_bytes(serialization.Encoding.DER)
    return {"privateKey": base64.b64encode(private).decode(), "certificate": base64.b64encode(certificate).decode()}


def _certificate(realm: str, key: rsa.RSAPrivateKey) -> x509.Certificate:
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, realm)]), SystemClock().now()
    draft = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    return draft.not_valid_before(now).not_valid_after(now + _CERTIFICATE_LIFE).sign(key, hashes.SHA256())


def _random(length: int) -> dict[str, str]:
    return {"kid": str(uuid4()), "secret": secrets.token_urlsafe(length)}


def _filled(statement: Template, **texts: str) -> str:
    """The statement with each text as SQL writes one."""
    return statement.substitute({name: "'" + text.replace("'", "''") + "'" for name, text in texts.items()})
