"""Fixtures of the operator's command: services that answer as told, and the command itself."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # so that the tests here can share their fakes

from fake_services import Command, FakeServices


@pytest.fixture
def services() -> FakeServices:
    return FakeServices()


@pytest.fixture
def command(services: FakeServices) -> Command:
    return Command(services)
