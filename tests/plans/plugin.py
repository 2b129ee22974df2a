"""With ``--plans`` listens while tests run, judges what was heard once the last has ended, and fails the run for it."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import asyncpg
import pytest
from sqlalchemy.engine import make_url

from chassis.run.provision import dsn
from chassis.testing import postgres
from tests.plans.filling import fill
from tests.plans.heard import Heard
from tests.plans.judging import Finding, judge
from tests.plans.small import EXCEPTIONS, SMALL

_OUTPUT: Final = "statements"
_heard: Final = Heard()
_findings: Final[list[Finding]] = []


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--plans", action="store_true", help="plan each statement over large tables; none may read one whole"
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--plans"):
        _heard.listen()
        config.add_cleanup(_heard.stop)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """A process of its own has run its share of the tests."""
    _heard.add(getattr(node, "workeroutput", {}).get(_OUTPUT, {}))


def pytest_sessionfinish(session: pytest.Session) -> None:
    if not session.config.getoption("--plans"):
        return
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output[_OUTPUT] = _heard.as_lists()
        return
    _findings.extend(asyncio.run(_judge(_heard.statements)))
    if _findings:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if config.getoption("--plans"):
        planned = sum(len(statements) for statements in _heard.statements.values())
        terminalreporter.section(f"{planned} statements planned, {len(_findings)} read a large table whole", sep="-")
        for finding in _findings:
            terminalreporter.write_line(str(finding))


async def _judge(heard: Mapping[str, set[str]]) -> Sequence[Finding]:
    with TemporaryDirectory(prefix="frontdoor-") as folder, postgres.server(Path(folder)) as admin_url:
        databases = {package: await _database(admin_url, package) for package in heard}  # migrations take turns
        together = (_judge_one(databases[package], package, statements) for package, statements in heard.items())
        found = [finding for of_one in await asyncio.gather(*together) for finding in of_one]
    return [finding for finding in found if not any(excepted in finding.statement for excepted in EXCEPTIONS)]


async def _database(admin_url: str, package: str) -> str:
    """The administrator's address of a database of its own."""
    urls = await postgres.migrated(admin_url, package)
    return dsn(make_url(admin_url).set(database=make_url(urls.owner_url).database))


async def _judge_one(address: str, package: str, statements: set[str]) -> Sequence[Finding]:
    connection = await asyncpg.connect(address)
    try:
        tables = await fill(connection, SMALL)
        return await judge(connection, package, statements, {table.name for table in tables if table.is_large})
    finally:
        await connection.close()
