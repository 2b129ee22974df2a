"""Reads the realm file: who may sign in, with which roles, for which agency and partnership."""

import base64
import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from local_stack.keys import Keys

_HASH_ROUNDS: Final = 1000
HASHING: Final = f"hashAlgorithm(pbkdf2-sha256) and hashIterations({_HASH_ROUNDS})"
"""The password policy under which Keycloak keeps what ``hashed`` makes as it is."""
_OURS: Final = "frontdoor-"


@dataclass(frozen=True)
class Person:
    """A user or a client's service account, as the realm file has it."""

    name: str
    client_id: str | None
    roles: tuple[str, ...]
    agency: str
    partnership: str | None


def people(realm: Mapping[str, Any]) -> Iterator[Person]:
    """Everyone in the realm, clients among them."""
    for user in realm["users"]:
        attributes = user["attributes"]
        yield Person(
            name=user["username"],
            client_id=user.get("serviceAccountClientId"),
            roles=tuple(user["realmRoles"]),
            agency=attributes["agency"][0],
            partnership=attributes.get("partnership", [None])[0],
        )


def with_passwords(realm: Mapping[str, Any], keys: Keys) -> dict[str, Any]:
    """The realm with a password for every member of staff; the committed file holds none."""
    users = [user if "serviceAccountClientId" in user else _with_password(user, keys) for user in realm["users"]]
    return {**realm, "users": users}


def with_public_keys(realm: Mapping[str, Any], keys: Keys) -> dict[str, Any]:
    """The realm with each client's public key in it, for where no address serves the keys of clients."""
    return {**realm, "clients": [_with_public_key(client, keys) for client in realm["clients"]]}


def without_invented(realm: Mapping[str, Any]) -> dict[str, Any]:
    """The realm of a real deployment: our own clients and their accounts, and nobody who is invented."""
    clients = [client for client in realm["clients"] if client["clientId"].startswith(_OURS)]
    users = [user for user in realm["users"] if user.get("serviceAccountClientId", "").startswith(_OURS)]
    return {**realm, "clients": clients, "users": users}


def sign_ins(realm: Mapping[str, Any], keys: Keys) -> dict[str, Any]:
    """How to sign in as anyone: ``staff`` by password, ``clients`` by private key."""
    found: dict[str, Any] = {"staff": {}, "clients": {}}
    for person in people(realm):
        known = {"roles": list(person.roles), "agency": person.agency, "partnership": person.partnership}
        if person.client_id is None:
            found["staff"][person.name] = {"password": keys.password(person.name), **known}
        else:
            key_file = str(keys.client_key_file(person.client_id))
            found["clients"][person.client_id] = {"private_key_file": key_file, **known}
    return found


def _with_public_key(client: Mapping[str, Any], keys: Keys) -> Mapping[str, Any]:
    attributes = dict(client.get("attributes", {}))
    if attributes.pop("use.jwks.url", None) is None:
        return client
    del attributes["jwks.url"]
    keys.client_key_file(client["clientId"])
    public = (keys.folder / f"{client['clientId']}.jwks.json").read_text()
    return {**client, "attributes": {**attributes, "use.jwks.string": "true", "jwks.string": public}}


def _with_password(user: Mapping[str, Any], keys: Keys) -> dict[str, Any]:
    return {**user, "credentials": [hashed(keys.password(user["username"]))]}


def hashed(password: str) -> dict[str, str]:
    """Hashed here, because Keycloak takes seconds for a dozen; few rounds do for a password that is random."""
    salt = secrets.token_bytes(16)
    value = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, _HASH_ROUNDS)
    secret = {"value": base64.b64encode(value).decode(), "salt": base64.b64encode(salt).decode()}
    how = {"hashIterations": _HASH_ROUNDS, "algorithm": "pbkdf2-sha256"}
    return {"type": "password", "secretData": json.dumps(secret), "credentialData": json.dumps(how)}
