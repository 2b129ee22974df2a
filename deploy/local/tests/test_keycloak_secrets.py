"""A stack's Keycloak starts from a database that all stacks of a machine copy, and shares no secret with them."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local_stack import keycloak_prepared
from local_stack.checkout import REALM_FILE
from local_stack.errors import StackError
from local_stack.jvm import java
from local_stack.keycloak_prepared import prepared
from local_stack.keycloak_program import built
from local_stack.keycloak_secrets import PREPARED_ADDRESSES, Addresses, give_secrets
from local_stack.keys import Keys

REALM: dict[str, Any] = json.loads(REALM_FILE.read_text())
ADDRESSES = Addresses("http://127.0.0.1:7001/jwks", "http://127.0.0.1:7002")
SECRET = re.compile(r"""'(?:privateKey|certificate|secret|kid)', '([^']+)'|"(?:value|salt)": "([^"]+)\"""")
CLIENT_SECRET = re.compile(r"'(?:frontdoor-service|frontdoor-operator|frontdoor-ui)', 0, FALSE, '([^']+)'")
STAFF = [user["username"] for user in REALM["users"] if "serviceAccountClientId" not in user]


def copied(folder: Path) -> Path:
    folder.mkdir()
    return Path(shutil.copyfile(prepared().database, folder / "keycloakdb.mv.db"))


def own(folder: Path) -> str:
    """The whole database of a stack in ``folder``, as SQL."""
    database = copied(folder)
    give_secrets(database, REALM, Keys(folder), ADDRESSES)
    return dumped(database)


def dumped(database: Path) -> str:
    (h2,) = (built() / "lib" / "lib" / "main").glob("com.h2database.h2-*.jar")
    script, url = database.with_name("dump.sql"), f"jdbc:h2:file:{database.with_name('keycloakdb')};IFEXISTS=TRUE"
    tool = [
        *java("-XX:TieredStopAtLevel=1", heap_megabytes=64),
        "-cp",
        h2,
        "org.h2.tools.Script",
        "-url",
        url,
        "-script",
        script,
    ]
    subprocess.run([*map(str, tool)], check=True)
    return script.read_text()


def secrets_in(dump: str) -> set[str]:
    found = {value for match in SECRET.finditer(dump) for value in match.groups() if value}
    return found | set(CLIENT_SECRET.findall(dump))


@pytest.fixture(scope="module")
def dump(tmp_path_factory: pytest.TempPathFactory) -> str:
    return own(tmp_path_factory.mktemp("stacks") / "one")


def test_stacks_share_no_key_password_or_client_secret_with_each_other_or_the_prepared_database(
    dump: str, tmp_path: Path
) -> None:
    prepared_ones = secrets_in(dumped(copied(tmp_path / "prepared")))
    one, other = secrets_in(dump), secrets_in(own(tmp_path / "other"))

    keys_of_two_realms, clients = 2 * (2 * 2 + 2 * 2), 3
    assert len(prepared_ones) >= keys_of_two_realms - 4 + clients  # a new install gives its keys no id of their own
    assert len(one) == len(other) == keys_of_two_realms + clients + 2 * (len(STAFF) + 1)
    assert not one & other
    assert not (one | other) & prepared_ones


def test_no_address_of_the_prepared_database_is_left_and_each_client_has_the_stacks(dump: str) -> None:
    machines = [client["clientId"] for client in REALM["clients"] if not client["publicClient"]]
    assert PREPARED_ADDRESSES.jwks not in dump
    assert PREPARED_ADDRESSES.web_client not in dump
    assert all(f"'{ADDRESSES.jwks}/{name}'" in dump for name in machines)
    assert f"'{ADDRESSES.web_client}/sign-in/back'" in dump


def test_what_writes_the_secrets_keeps_no_copy_of_them(tmp_path: Path) -> None:
    database = copied(tmp_path / "stack")

    give_secrets(database, REALM, Keys(tmp_path), ADDRESSES)

    assert [file.name for file in database.parent.iterdir()] == ["keycloakdb.mv.db"]


def test_a_database_that_cannot_be_given_its_secrets_is_said_to_be_none(tmp_path: Path) -> None:
    database = tmp_path / "keycloakdb.mv.db"
    database.write_bytes(b"no database" * 1000)

    with pytest.raises(StackError, match="Keycloak's database could not be given its secrets"):
        give_secrets(database, REALM, Keys(tmp_path), ADDRESSES)


def test_the_realm_file_has_the_stacks_addresses_only_where_a_copy_is_given_its_own() -> None:
    places = {place for place, text in texts(REALM) if "${FRONTDOOR_" in text}

    assert places == {"clients/attributes", "clients/redirectUris"}


def texts(node: Any, *place: str) -> Iterator[tuple[str, str]]:
    if isinstance(node, dict):
        for name, value in node.items():
            yield from texts(value, *place, name)
    elif isinstance(node, list):
        for value in node:
            yield from texts(value, *place)
    elif isinstance(node, str):
        yield "/".join(place[:2]), node


def test_another_realm_file_is_another_prepared_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def database() -> str:
        return keycloak_prepared.database_name("keycloak-1")

    before, again = database(), database()
    changed = tmp_path / "realm.json"
    changed.write_text(json.dumps({**REALM, "accessTokenLifespan": 301}))
    monkeypatch.setattr(keycloak_prepared, "REALM_FILE", changed)

    assert before == again != database()
    assert database() != keycloak_prepared.database_name("keycloak-2")
