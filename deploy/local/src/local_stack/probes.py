"""Asks a part whether it serves; every answer but the right one means: not yet."""

import logging
import smtplib
from typing import Final

import asyncpg
import httpx2
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError

from chassis.http_client import authorities
from local_stack import off_the_loop

_ASK_SECONDS: Final = 2.0


def postgres_answers(url: str) -> bool:
    """Whether the server takes this sign-in and answers a query."""
    return off_the_loop.run(lambda: _postgres_answers(url))


async def _postgres_answers(url: str) -> bool:
    try:
        connection = await asyncpg.connect(url, timeout=_ASK_SECONDS)
    except (OSError, asyncpg.PostgresError, TimeoutError):
        return False
    try:
        return bool(await connection.fetchval("SELECT true", timeout=_ASK_SECONDS))
    finally:
        await connection.close(timeout=_ASK_SECONDS)


def kafka_answers(bootstrap_servers: str) -> bool:
    """Whether the broker answers with its own metadata."""
    return off_the_loop.run(lambda: _kafka_answers(bootstrap_servers))


async def _kafka_answers(bootstrap_servers: str) -> bool:
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # "not yet" is not news
    client = AIOKafkaClient(bootstrap_servers=bootstrap_servers, request_timeout_ms=int(_ASK_SECONDS * 1000))
    try:
        await client.bootstrap()
        return bool(client.cluster.brokers())
    except (KafkaError, OSError):
        return False
    finally:
        await client.close()


def http_answers(url: str) -> bool:
    """Whether the address answers 200."""
    try:
        answer = httpx2.get(url, timeout=_ASK_SECONDS, trust_env=False, verify=authorities())
        return answer.status_code == httpx2.codes.OK
    except httpx2.HTTPError:
        return False


def smtp_answers(host: str, port: int) -> bool:
    """Whether a mail server greets and answers NOOP."""
    try:
        with smtplib.SMTP(host, port, timeout=_ASK_SECONDS) as connection:
            return connection.noop()[0] == 250
    except (OSError, smtplib.SMTPException):
        return False
