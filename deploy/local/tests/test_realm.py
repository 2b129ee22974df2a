"""The realm file: nobody's secret in it, everybody's role, agency and partnership."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from local_stack.checkout import CACHE_FILE, REALM_FILE
from local_stack.keys import Keys
from local_stack.realm import people, sign_ins, with_passwords

PARTNERSHIPS = ("wandsworth", "warwickshire")
BESIDE = "restricted-reader"
"""A role that only adds to another one."""
OUT_OF_HOURS = "out-of-hours-social-worker"
"""Works for both partnerships."""


@pytest.fixture(scope="module")
def realm() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(REALM_FILE.read_text())
    return found


def test_the_committed_file_holds_no_secret(realm: dict[str, Any]) -> None:
    text = REALM_FILE.read_text()

    assert not any(word in text for word in ('"credentials"', '"secret"', "privateKey", "BEGIN", '"password"'))
    assert all("secret" not in client for client in realm["clients"])


def test_every_machine_signs_in_by_private_key_alone(realm: dict[str, Any]) -> None:
    machines = [client for client in realm["clients"] if client["serviceAccountsEnabled"]]

    assert {client["clientAuthenticatorType"] for client in machines} == {"client-jwt"}
    assert not any(client["standardFlowEnabled"] or client["directAccessGrantsEnabled"] for client in machines)
    assert all(
        client["attributes"]["jwks.url"] == f"${{FRONTDOOR_PARTNER_JWKS_URL}}/{client['clientId']}"
        for client in machines
    )


def test_staff_can_sign_in_only_by_code_with_pkce(realm: dict[str, Any]) -> None:
    (staff,) = [client for client in realm["clients"] if client["clientId"] == "frontdoor-staff"]

    assert staff["attributes"]["pkce.code.challenge.method"] == "S256"
    assert not staff["directAccessGrantsEnabled"]
    assert not staff["implicitFlowEnabled"]


def test_the_web_client_signs_people_in_by_its_key_with_pkce_and_is_told_when_they_sign_out(
    realm: dict[str, Any],
) -> None:
    (client,) = [client for client in realm["clients"] if client["clientId"] == "frontdoor-ui"]

    assert not client["publicClient"]
    assert not client["directAccessGrantsEnabled"]
    assert client["clientAuthenticatorType"] == "client-jwt"
    assert client["attributes"]["pkce.code.challenge.method"] == "S256"
    assert client["redirectUris"] == ["${FRONTDOOR_WEB_CLIENT_URL}/sign-in/back"]
    assert client["attributes"]["backchannel.logout.url"].startswith("${FRONTDOOR_WEB_CLIENT_URL}/")


def test_everyone_has_one_known_role_and_all_but_operators_and_services_a_partnership(realm: dict[str, Any]) -> None:
    known = {role["name"] for role in realm["roles"]["realm"]}

    for person in people(realm):
        [role] = [role for role in person.roles if role != BESIDE]
        assert set(person.roles) <= known
        assert (person.partnership in PARTNERSHIPS) != (role in {"operator", "service"})


@pytest.mark.parametrize("partnership", PARTNERSHIPS)
def test_each_partnership_has_the_people_that_a_case_needs(realm: dict[str, Any], partnership: str) -> None:
    staff = [person for person in people(realm) if person.partnership == partnership and person.client_id is None]

    roles = sorted(role for person in staff for role in person.roles if person.name != OUT_OF_HOURS)

    assert roles == [
        "agency-representative",
        "agency-representative",
        "agency-representative",
        "auditor",
        "contact-officer",
        "data-protection-officer",
        "early-help-lead",
        "head-of-service",
        "macpt-member",
        "mash-manager",
        "records-officer",
        BESIDE,
        "social-worker",
        "social-worker",
    ]


def test_the_operator_may_manage_clients_at_the_issuer_and_nothing_else_there(realm: dict[str, Any]) -> None:
    rights = {user["username"]: user["clientRoles"] for user in realm["users"] if "clientRoles" in user}

    assert rights == {"service-account-frontdoor-operator": {"realm-management": ["manage-clients"]}}


def test_keys_of_clients_are_not_believed_for_ever() -> None:
    (keys,) = (cache for cache in ElementTree.parse(CACHE_FILE).iter() if cache.get("name") == "keys")

    (expiration,) = (each for each in keys if each.tag.endswith("expiration"))
    assert int(expiration.attrib["lifespan"]) <= 60_000


def test_nobody_may_change_their_own_agency_partnership_or_memberships(realm: dict[str, Any]) -> None:
    (provider,) = realm["components"]["org.keycloak.userprofile.UserProfileProvider"]
    profile = json.loads(provider["config"]["kc.user.profile.config"][0])

    edit = {attribute["name"]: attribute["permissions"]["edit"] for attribute in profile["attributes"]}

    assert edit["agency"] == edit["partnership"] == edit["memberships"] == ["admin"]


def test_somebody_works_for_two_partnerships_and_an_operator_signs_in_as_a_person(realm: dict[str, Any]) -> None:
    users = {user["username"]: user for user in realm["users"]}

    memberships = users[OUT_OF_HOURS]["attributes"]["memberships"]
    assert memberships == ["warwickshire/warwickshire-mash/mash-manager"]
    assert users["platform-operator"]["realmRoles"] == ["operator"]
    assert "partnership" not in users["platform-operator"]["attributes"]


def test_staff_get_passwords_that_the_imported_file_holds_only_as_hashes(realm: dict[str, Any], tmp_path: Path) -> None:
    keys = Keys(tmp_path)

    rendered = json.dumps(with_passwords(realm, keys))

    passwords = [staff["password"] for staff in sign_ins(realm, keys)["staff"].values()]
    assert len(set(passwords)) == len(passwords) == 28
    assert not any(password in rendered for password in passwords)


def test_keys_and_passwords_stay_the_same_and_are_their_owners_only(realm: dict[str, Any], tmp_path: Path) -> None:
    first = sign_ins(realm, Keys(tmp_path))

    second = sign_ins(realm, Keys(tmp_path))

    private = [path for path in (tmp_path / "keys").iterdir() if not path.name.endswith(".jwks.json")]
    assert first == second
    assert len(private) == 11
    assert {path.stat().st_mode & 0o777 for path in private} == {0o600}
