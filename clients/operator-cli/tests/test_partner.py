"""``frontdoor partner``: one step for the operator, every place told, and a clear state after a half-way end."""

import json
from collections.abc import Sequence
from pathlib import Path

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from fake_places import CLIENT, Places
from fake_services import Command, FakeServices, problem
from joserfc.jwk import ECKey

REGISTER = "POST referral-intake/operator/partners"
MAKE = "POST identity-provider/clients"
SET = f"PUT agency-notify/v1/endpoints/{CLIENT}"


@pytest.fixture
def places(services: FakeServices) -> Places:
    return Places(services).open()


@pytest.fixture
def key(tmp_path: Path) -> Path:
    public = generate_private_key(SECP256R1()).public_key()
    file = tmp_path / "lantern.pem"
    file.write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return file


def adding(*more: str) -> Sequence[str]:
    whose = ("--partnership", "wandsworth", "--agency", CLIENT, "--source", "8")
    return "partner", "add", CLIENT, *whose, *more


# -- adding ---------------------------------------------------------------------------------------------------------


def test_a_partner_is_made_known_to_every_place_and_each_is_told(command: Command, places: Places, key: Path) -> None:
    result = command(*adding("--key", str(key), "--webhook", "https://lantern.example.org/hook"), "--json")

    told = json.loads(result.stdout)
    assert result.exit_code == 0
    assert [(step["place"], step["state"]) for step in told["steps"]] == [
        ("registry", "registered"),
        ("identity provider", "made"),
        ("endpoints", "set"),
    ]
    assert [endpoint["address"] for endpoint in places.endpoints] == ["https://lantern.example.org/hook"]


def test_the_client_signs_in_by_key_alone_and_says_whose_it_is(
    command: Command, places: Places, services: FakeServices, key: Path
) -> None:
    command(*adding("--key", str(key)))

    [client] = services.sent(MAKE)
    claims = {mapper["name"]: mapper["config"] for mapper in client["protocolMappers"]}
    assert client["clientAuthenticatorType"] == "client-jwt"
    assert not any(client[flow] for flow in ("publicClient", "standardFlowEnabled", "directAccessGrantsEnabled"))
    assert not client["fullScopeAllowed"]
    assert client["attributes"]["jwks.url"] == f"http://referral-intake.example.org/partners/{CLIENT}/jwks.json"
    assert claims["role"] == {"role": "partner"}
    assert (claims["agency"]["claim.value"], claims["partnership"]["claim.value"]) == (CLIENT, "wandsworth")


def test_run_again_it_changes_nothing(command: Command, places: Places, services: FakeServices, key: Path) -> None:
    arguments = adding("--key", str(key), "--email", "club@lantern.example.org")
    command(*arguments)

    result = command(*arguments, "--json")

    assert result.exit_code == 0
    assert {step["state"] for step in json.loads(result.stdout)["steps"]} == {"as before"}
    assert len(services.sent(MAKE)) == len(services.sent(SET)) == 1


def test_an_agency_that_the_pack_does_not_name_is_registered_and_pointed_out(
    command: Command, places: Places, key: Path
) -> None:
    arguments = [word if word != CLIENT else "misspelt" for word in adding("--key", str(key))]

    result = command(*arguments, "--json")

    [registry, _] = json.loads(result.stdout)["steps"]
    assert result.exit_code == 0
    assert registry["state"].startswith("registered. The pack of wandsworth names no agency misspelt")


def test_an_identity_provider_that_forgot_the_client_is_told_again(command: Command, places: Places, key: Path) -> None:
    command(*adding("--key", str(key)))
    places.client = None

    result = command(*adding("--key", str(key)), "--json")

    assert [step["state"] for step in json.loads(result.stdout)["steps"]] == ["as before", "made"]
    assert places.client is not None


def test_what_failed_on_the_way_is_named_and_the_rest_is_done_later(
    command: Command, places: Places, services: FakeServices, key: Path
) -> None:
    services.on(MAKE, httpx2.ConnectError("refused"))
    arguments = adding("--key", str(key), "--webhook", "https://lantern.example.org/hook")

    halfway = command(*arguments)
    places.open()
    later = command(*arguments, "--json")

    assert halfway.exit_code == 3
    assert "registered" in halfway.stdout
    assert "not done: identity-provider does not answer" in halfway.stdout
    assert "run the same command again" in halfway.stdout
    assert [step["state"] for step in json.loads(later.stdout)["steps"]] == ["as before", "made", "set"]


def test_other_details_stop_at_the_registry_and_nothing_else_is_touched(
    command: Command, places: Places, services: FakeServices, key: Path
) -> None:
    command(*adding("--key", str(key)))
    services.requests.clear()

    result = command("partner", "add", CLIENT, "--partnership", "wandsworth", "--agency", CLIENT, "--source", "6",
                     "--key", str(key))  # fmt: skip

    assert result.exit_code == 1
    assert "registered with other details" in result.stdout
    assert [request.method for request in services.requests] == ["POST"]


def test_a_client_that_is_set_up_otherwise_is_replaced_only_when_told_to(
    command: Command, places: Places, key: Path
) -> None:
    command(*adding("--key", str(key)))
    assert places.client is not None
    places.client["attributes"]["jwks.url"] = "http://elsewhere.example.org/jwks"
    places.client["standardFlowEnabled"] = True

    refused = command(*adding("--key", str(key)))
    changed = command(*adding("--key", str(key), "--change"), "--json")

    assert refused.exit_code == 1
    assert "standardFlowEnabled, attributes jwks.url" in refused.stdout
    assert json.loads(changed.stdout)["steps"][1]["state"] == "changed"
    assert places.client["attributes"]["jwks.url"].startswith("http://referral-intake.example.org/")
    assert places.client["id"] == "id-1"


def test_endpoints_that_an_agency_has_are_not_replaced_unasked(command: Command, places: Places, key: Path) -> None:
    command(*adding("--key", str(key), "--email", "club@lantern.example.org"))

    result = command(*adding("--key", str(key), "--webhook", "https://lantern.example.org/hook"))

    assert result.exit_code == 1
    assert [endpoint["channel"] for endpoint in places.endpoints] == ["e-mail"]


def test_a_suspended_partner_gets_a_client_that_cannot_sign_in(command: Command, places: Places, key: Path) -> None:
    command(*adding("--key", str(key)))
    command("partner", "suspend", CLIENT, "--reason", "faulty")
    places.client = None

    command(*adding("--key", str(key)))

    assert places.client is not None
    assert places.client["enabled"] is False


# -- keys -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["pem", "jwk", "set"])
def test_a_private_key_stays_where_it_is(command: Command, services: FakeServices, tmp_path: Path, form: str) -> None:
    made, file = generate_private_key(SECP256R1()), tmp_path / "lantern"
    pem = made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    jwk = ECKey.import_key(pem).as_dict(private=True)
    contents = {"pem": pem.decode(), "jwk": json.dumps(jwk), "set": json.dumps({"keys": [jwk]})}
    file.write_text(contents[form])

    result = command(*adding("--jwks", str(file)))

    assert result.exit_code == 2
    assert "Nothing was sent" in result.stderr
    assert services.requests == []


@pytest.mark.parametrize("content", ["", "{}", "[]", "7", "hello", "-----BEGIN CERTIFICATE-----\nAA\n", '{"keys": 7}'])
def test_a_file_without_a_public_key_is_a_wrong_call(
    command: Command, services: FakeServices, tmp_path: Path, content: str
) -> None:
    file = tmp_path / "lantern"
    file.write_text(content)
    services.on(REGISTER, problem(422, "This key cannot be used"))

    result = command(*adding("--key", str(file)))

    assert result.exit_code in (1, 2)
    assert "mistake of this command" not in result.stderr


@pytest.mark.parametrize("more", [(), ("--key", "a.pem", "--jwks-url", "https://lantern.example.org/jwks.json")])
def test_keys_come_from_one_place(command: Command, services: FakeServices, more: Sequence[str]) -> None:
    result = command(*adding(*more))

    assert result.exit_code == 2
    assert services.requests == []


def test_a_partner_may_publish_its_keys_itself(command: Command, places: Places, services: FakeServices) -> None:
    command(*adding("--jwks-url", "https://lantern.example.org/jwks.json"))

    [client] = services.sent(MAKE)
    assert client["attributes"]["jwks.url"] == "https://lantern.example.org/jwks.json"


def test_a_rotation_says_until_when_the_old_key_is_believed_and_has_keys_fetched_again(
    command: Command, places: Places, services: FakeServices, key: Path
) -> None:
    command(*adding("--key", str(key)))

    result = command("partner", "rotate", CLIENT, "--key", str(key), "--overlap", "36h", "--json")

    [sent] = services.sent(f"POST referral-intake/operator/partners/{CLIENT}/rotation")
    assert sent["overlap_seconds"] == 36 * 3600
    assert [step["state"] for step in json.loads(result.stdout)["steps"]] == [
        "kid second is believed, the old key until 2026-11-30T09:30:00Z",
        "keys will be fetched again",
    ]


@pytest.mark.parametrize("overlap", ["7", "d", "-1d", "1w", "99999d"])
def test_an_overlap_is_written_with_its_unit(command: Command, services: FakeServices, key: Path, overlap: str) -> None:
    result = command("partner", "rotate", CLIENT, "--key", str(key), f"--overlap={overlap}")

    assert result.exit_code == 2
    assert services.requests == []


# -- standing -------------------------------------------------------------------------------------------------------


def test_a_suspended_partner_can_no_longer_sign_in_until_it_is_restored(
    command: Command, places: Places, key: Path
) -> None:
    command(*adding("--key", str(key)))

    suspended = command("partner", "suspend", CLIENT, "--reason", "key-compromised")
    assert places.client is not None
    disabled = places.client["enabled"]
    restored = command("partner", "restore", CLIENT)

    assert (suspended.exit_code, restored.exit_code) == (0, 0)
    assert "Its key may be in the wrong hands" in suspended.stdout
    assert (disabled, places.client["enabled"]) == (False, True)


def test_a_suspension_holds_in_intake_also_while_the_identity_provider_is_away(
    command: Command, places: Places, services: FakeServices, key: Path
) -> None:
    command(*adding("--key", str(key)))
    services.on("GET identity-provider/clients", httpx2.ConnectError("refused"))

    result = command("partner", "suspend", CLIENT, "--reason", "misuse")

    assert result.exit_code == 3
    assert places.partner is not None
    assert places.partner["suspended_for"] == "misuse"
    assert "not done: identity-provider does not answer" in result.stdout


def test_a_reason_is_a_code(command: Command, services: FakeServices) -> None:
    result = command("partner", "suspend", CLIENT, "--reason", "because")

    assert result.exit_code == 2
    assert services.requests == []


# -- looking --------------------------------------------------------------------------------------------------------


def test_partners_are_listed_with_their_standing_and_who_was_limited(
    command: Command, places: Places, key: Path
) -> None:
    command(*adding("--key", str(key)))
    limited = {"agency": CLIENT, "scope": "referrals:send", "times": 7, "last_at": "2026-11-23T09:30:00Z"}
    places.limited = [{"client_id": CLIENT, **limited}, {"client_id": "somebody-else", **limited}]

    shown, told = command("partner", "list"), json.loads(command("partner", "list", "--json").stdout)

    assert "Limited within a day" in shown.stdout
    assert "somebody-else" in shown.stdout
    assert [partner["client_id"] for partner in told["partners"]] == [CLIENT]


def test_without_partners_the_list_says_so(command: Command, places: Places) -> None:
    assert "No partners are registered." in command("partner", "list").stdout


def test_one_partner_is_shown_everywhere(command: Command, places: Places, key: Path) -> None:
    command(*adding("--key", str(key), "--email", "club@lantern.example.org"))

    shown, told = command("partner", "show", CLIENT), json.loads(command("partner", "show", CLIENT, "--json").stdout)

    assert "e-mail club@lantern.example.org" in shown.stdout
    assert (told["client"], told["keys"][0]["kid"]) == ("enabled", "first")


def test_a_partner_that_nobody_registered_ends_with_1(command: Command) -> None:
    assert command("partner", "show", "nobody").exit_code == 1
