"""What the doctor finds: everything that is good once, and each thing that can be wrong with what to do about it."""

import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from doctor_town import ISSUER, NOW, URLS, Badge, Town, around, bad, one_bad, token
from typer.testing import CliRunner

from chassis.clock import SystemClock
from chassis.run.provision import DatabaseUrls
from chassis.settings import KafkaSettings
from chassis.testing.clock import SettableClock
from frontdoor.client import SERVICES
from frontdoor.doctor import doctor, of_issuer, of_places, of_services
from frontdoor.main import app
from frontdoor.settings import Settings


async def test_where_all_is_well_every_line_is_ok_and_the_command_ends_with_0(town: Town, tmp_path: Path) -> None:
    found = await doctor.examine(around(tmp_path), town.asker)
    answer = doctor.answer(found)

    assert bad(found) == []
    assert answer.exit_code == 0
    assert answer.data["ok"] is True
    checks = {finding.check for finding in found}
    assert {"settings", "issuer", "token", "role", "release", "clocks", "log key", "webhook key", "packs"} <= checks
    assert {f"service {name}" for name in SERVICES} <= checks


async def test_a_service_that_is_away_is_named_with_what_to_do(town: Town, tmp_path: Path) -> None:
    for path in ("health/ready", "operator/about"):
        town.replies[f"{URLS['triage']}/{path}"] = httpx2.ConnectError("away")

    found = bad(await doctor.examine(around(tmp_path), town.asker))

    assert [(one.check, one.says) for one in found] == [
        ("service triage", "does not answer"),
        ("release", "triage did not tell"),
    ]
    assert doctor.answer(found).exit_code == 1


@pytest.mark.parametrize(
    ("failing", "advice"),
    [("database", "FRONTDOOR_DATABASE_URL"), ("issuer", "FRONTDOOR_OIDC_ISSUER"), ("halted", "consumer status")],
)
async def test_a_service_that_is_not_ready_says_why(town: Town, tmp_path: Path, failing: str, advice: str) -> None:
    town.says(f"{URLS['audit']}/health/ready", {"status": "not ready", "failing": [failing]}, status=503)

    finding = await one_bad(town, tmp_path)

    assert (finding.check, failing in finding.says, advice in finding.advice) == ("service audit", True, True)


async def test_a_pack_that_ends_soon_is_said_by_the_service_that_warns(town: Town, tmp_path: Path) -> None:
    advice = "The pack of wandsworth ends on 2026-12-20: add a version"
    town.says(f"{URLS['triage']}/health/ready", {"status": "ready", "failing": [], "warnings": [advice]})

    assert (await one_bad(town, tmp_path)).advice == advice


async def test_another_thing_at_the_address_of_a_service_is_not_taken_for_it(town: Town, tmp_path: Path) -> None:
    town.writes(f"{URLS['triage']}/health/ready", "<html>Welcome</html>")

    assert "not as a service of ours" in (await one_bad(town, tmp_path)).says


async def test_services_of_two_releases_are_told_apart(town: Town, tmp_path: Path) -> None:
    town.says(f"{URLS['triage']}/operator/about", {"version": "1.2.0", "contracts": "ffffffffffff"})

    finding = await one_bad(town, tmp_path)

    assert finding.check == "release"
    assert "triage 1.2.0 (ffffffffffff)" in finding.says


@pytest.mark.parametrize(
    ("seconds", "says"), [(600, "is 600 s ahead of this machine's"), (-600, "is 599 s behind this machine's")]
)
async def test_a_clock_that_is_minutes_off_is_seen_at_everybody(
    town: Town, tmp_path: Path, seconds: int, says: str
) -> None:
    town.date = NOW + timedelta(seconds=seconds)

    found = bad(await doctor.examine(around(tmp_path), town.asker))

    assert {one.check for one in found} == {"clock of issuer", *(f"clock of service {name}" for name in SERVICES)}
    assert {one.says for one in found} == {says}


async def test_a_date_is_cut_to_seconds_and_that_is_no_difference() -> None:
    assert [finding.good for finding in of_services.check_clocks({"issuer": 0.0, "triage": -0.6})] == [True]


@pytest.mark.parametrize(
    ("badge", "check", "says"),
    [
        (Badge(""), "token", "the issuer gives frontdoor-operator none"),
        (Badge(token(roles=["partner"])), "role", "the token has no role operator"),
        (Badge(token(iss="https://else.example.org")), "token", "it is from another issuer"),
        (Badge("no-token"), "token", "it is from another issuer"),
    ],
)
async def test_a_token_that_does_not_do_is_said(town: Town, badge: Badge, check: str, says: str) -> None:
    town.badge = badge

    (finding,) = bad(await of_issuer.check_token(town.asker, Settings(URLS, ISSUER, Path("key.pem"))))

    assert (finding.check, finding.says) == (check, says)


@pytest.mark.parametrize(
    ("document", "keys", "says"),
    [
        (None, {}, "does not answer with its discovery document"),
        ({"issuer": f"{ISSUER}2"}, {}, "calls itself by another name than the settings"),
        ({"issuer": ISSUER, "jwks_uri": f"{ISSUER}/certs"}, {"keys": []}, "there are none"),
    ],
)
async def test_an_issuer_that_does_not_do_is_said(town: Town, document: Any, keys: Any, says: str) -> None:
    town.says(f"{ISSUER}/.well-known/openid-configuration", document)
    town.says(f"{ISSUER}/certs", keys)

    (finding,) = bad(await of_issuer.check_issuer(town.asker, ISSUER))

    assert finding.says == says


async def test_packs_are_read_and_a_mistake_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "packs"
    folder.mkdir()
    (folder / "nowhere.yaml").write_text("partnership: 1\n")

    (finding,) = of_places.check_packs(folder, now=NOW)

    assert not finding.good
    assert "nowhere.yaml" in finding.advice


async def test_a_kafka_that_is_away_is_said_within_seconds() -> None:
    (finding,) = await of_places.check_kafka(KafkaSettings(kafka_bootstrap_servers="127.0.0.1:1"))

    assert (finding.check, finding.good) == ("kafka", False)


async def test_a_database_that_is_away_is_said_without_its_address() -> None:
    secret = "a-password-of-nobody"

    urls = {"triage": f"postgresql://app:{secret}@127.0.0.1:1/triage"}
    (finding,) = await of_places.check_databases(Town().asker, urls)

    assert not finding.good
    assert secret not in finding.line


async def test_the_clock_of_a_database_is_compared_like_everybody_elses(
    migrated_database: Callable[[str], Awaitable[DatabaseUrls]],
) -> None:
    asker = Town().asker
    asker.clock = SettableClock(SystemClock().now() - timedelta(minutes=10))

    (finding,) = await of_places.check_databases(asker, {"triage": (await migrated_database("triage")).app_url})

    (clock,) = of_services.check_clocks(asker.clocks)
    assert finding.good
    assert (clock.check, clock.good) == ("clock of database of triage", False)
    assert "ahead of this machine's" in clock.says


def test_settings_that_name_nothing_are_the_one_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FRONTDOOR_SERVICE_URLS", raising=False)
    result = CliRunner().invoke(app, ["doctor", "--json"])

    assert result.exit_code == 1
    (finding,) = json.loads(result.stdout)["findings"]
    assert (finding["check"], finding["ok"]) == ("settings", False)
