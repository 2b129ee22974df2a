"""Fixtures of the operator's command: services that answer as told, and the command itself."""

import sys
from datetime import datetime
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # so that the tests here can share their fakes

from doctor_town import Town
from fake_services import Command, FakeServices

from frontdoor.doctor import of_certificates
from frontdoor.doctor.finding import Finding


@pytest.fixture
def services() -> FakeServices:
    return FakeServices()


@pytest.fixture
def command(services: FakeServices) -> Command:
    return Command(services)


@pytest.fixture
def town(monkeypatch: pytest.MonkeyPatch) -> Town:
    """All whom the doctor asks. The issuer's HTTPS address leads nowhere, so certificates are tried by themselves."""

    async def none(urls: object, *, now: datetime) -> list[Finding]:
        return []

    monkeypatch.setattr(of_certificates, "check_certificates", none)
    return Town()
