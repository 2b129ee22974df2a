"""The campaign hurts and poisons a stack of its own, so that no other test has to live with what it leaves behind."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from local_stack.stack import Stack, running
from tests.conftest import NAMED_PARTS, register_endpoints


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """Every part and service, and the agencies' endpoints registered."""
    with TemporaryDirectory(prefix="frontdoor-") as folder, pytest.MonkeyPatch.context() as environment:
        for name in NAMED_PARTS:
            environment.delenv(name, raising=False)
        with running(Path(folder) / "stack") as stack:
            asyncio.run(register_endpoints(stack))
            yield stack
