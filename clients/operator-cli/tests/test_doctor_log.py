"""What the doctor finds of the log, its witnesses and the keys that sign: a wrong signature is an incident."""

from pathlib import Path
from typing import Final

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from doctor_town import URLS, Town, bad, checkpoint, encoded, one_bad, verifier_key

from frontdoor.doctor import of_keys

OTHER: Final = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))


@pytest.mark.parametrize(
    ("served", "note", "says"),
    [
        (verifier_key(OTHER), checkpoint(), "is not signed by the key that is served"),
        (verifier_key(), checkpoint(signed=b"other"), "is not valid"),
        (verifier_key()[:-4], checkpoint(), "is not one"),
        (verifier_key(), "nothing of the kind", "is not signed by the key"),
        (verifier_key(), checkpoint().replace("1042", "1043"), "is not valid"),
    ],
)
async def test_a_log_that_its_key_did_not_sign_is_an_incident(
    town: Town, tmp_path: Path, served: str, note: str, says: str
) -> None:
    town.writes("http://audit.example.org/key", served)
    town.writes("http://audit.example.org/checkpoint", note)

    finding = await one_bad(town, tmp_path)

    assert says in finding.says
    assert finding.advice.startswith("An incident")


async def test_webhooks_that_are_signed_with_another_key_are_seen_where_the_file_can_be_read(
    town: Town, tmp_path: Path
) -> None:
    served = [f"whpk_{encoded(OTHER.public_key().public_bytes_raw())}"]
    town.says("http://agency-notify.example.org/v1/webhook-keys", {"keys": served})

    with_file = await one_bad(town, tmp_path)
    without = await of_keys.check_webhook_keys(town.asker, URLS["agency-notify"], None)

    assert "not the one of the key file" in with_file.says
    assert bad(without) == []


@pytest.mark.parametrize(
    ("outcome", "says"), [("ahead", "has seen more entries"), ("refused", "extend"), ("unprovable", "lacks")]
)
async def test_a_witness_that_does_not_accept_the_history_is_an_incident(
    town: Town, tmp_path: Path, outcome: str, says: str
) -> None:
    town.says("http://audit.example.org/v1/witnesses", {"witnesses": [{"name": "one", "outcome": outcome}]})

    finding = await one_bad(town, tmp_path)

    assert finding.check == "witness one"
    assert says in finding.says
    assert "incident" in finding.advice


@pytest.mark.parametrize(("status", "says"), [(404, "nothing is signed yet"), (503, "audit answers 503")])
async def test_a_log_that_cannot_be_read_is_not_taken_for_one_that_was_never_signed(
    town: Town, tmp_path: Path, status: int, says: str
) -> None:
    town.says("http://audit.example.org/checkpoint", {}, status=status)

    finding = await one_bad(town, tmp_path)

    assert (finding.check, finding.says) == ("log key", says)


async def test_a_witness_that_cosigned_is_well_and_one_that_was_never_asked_is_not(town: Town, tmp_path: Path) -> None:
    witnesses = [{"name": "one", "outcome": "cosigned"}, {"name": "two", "outcome": None}]
    town.says("http://audit.example.org/v1/witnesses", {"witnesses": witnesses})

    finding = await one_bad(town, tmp_path)

    assert (finding.check, finding.says) == ("witness two", "was never asked")
