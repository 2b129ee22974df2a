"""How a service and Kafka prove to each other who they are, and what is wrong when they do not."""

import asyncio
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final, Self

from aiokafka.conn import collect_hosts, create_conn
from aiokafka.errors import (
    AuthenticationFailedError,
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    IllegalSaslStateError,
    KafkaError,
    SaslAuthenticationFailed,
    TopicAuthorizationFailedError,
    UnsupportedSaslMechanismError,
)

from chassis.settings import KafkaSettings, SettingRefused
from chassis.tls import client_context, why_not_believed

ANSWER_SECONDS: Final = 10.0
_PROTOCOL: Final = "FRONTDOOR_KAFKA_SECURITY_PROTOCOL"


@dataclass(frozen=True)
class Security:
    """What a client shows to Kafka and believes of it."""

    protocol: str = "PLAINTEXT"
    context: ssl.SSLContext | None = None
    mechanism: str = "SCRAM-SHA-512"
    user: str = ""
    password: str = ""

    @classmethod
    def of(cls, settings: KafkaSettings) -> Self:
        """Read the files that the settings name. Raises ``SettingRefused``."""
        if settings.kafka_security_protocol == "PLAINTEXT":
            return cls()
        context = client_context(
            authority=settings.kafka_ca_file,
            certificate=settings.kafka_certificate_file,
            key=settings.kafka_key_file,
        )
        return cls(
            settings.kafka_security_protocol,
            context,
            settings.kafka_sasl_mechanism,
            settings.kafka_user,
            settings.kafka_password.get_secret_value(),
        )

    def options(self) -> Mapping[str, Any]:
        """The same, as the client library takes it."""
        known_user = {
            "sasl_mechanism": self.mechanism,
            "sasl_plain_username": self.user,
            "sasl_plain_password": self.password,
        }
        return {
            "security_protocol": self.protocol,
            "ssl_context": self.context,
            **(known_user if self.user else {}),
        }

    @property
    def whom(self) -> str:
        """How an operator knows us at the broker."""
        return f"user {self.user}" if self.user else "this client"


PLAIN: Final = Security()


@contextmanager
def naming_refusals(security: Security, *, doing: str) -> Iterator[None]:
    """Raises ``SettingRefused`` in place of each error by which Kafka says that we may not do what is being done."""
    try:
        yield
    except (TopicAuthorizationFailedError, GroupAuthorizationFailedError, ClusterAuthorizationFailedError) as error:
        raise SettingRefused(f"Kafka does not let {security.whom} {doing}: give it the ACLs that it lacks") from error


async def refuse_what_cannot_be_opened(bootstrap_servers: str, security: Security) -> None:
    """For a client that could not connect: raises ``SettingRefused`` when only an operator can mend the reason.

    Brokers that do not answer are passed over: they may come back.
    """
    for host, port, _ in collect_hosts(bootstrap_servers, randomize=False):
        reason = await _reason(host, port, security)
        if reason:
            raise SettingRefused(f"Kafka at {host}:{port}: {reason}")


async def _reason(host: str, port: int, security: Security) -> str:
    try:
        connection = await create_conn(host, port, request_timeout_ms=int(ANSWER_SECONDS * 1000), **security.options())
    except ssl.SSLCertVerificationError as error:
        return why_not_believed(error)
    except (AuthenticationFailedError, SaslAuthenticationFailed):
        return f"it does not accept the password of {security.whom}: correct FRONTDOOR_KAFKA_PASSWORD, or set it there"
    except (UnsupportedSaslMechanismError, IllegalSaslStateError):
        return f"it does not know users by {security.mechanism} here: name another listener, or set {_PROTOCOL}"
    except (OSError, KafkaError, TimeoutError):
        return await _reason_of_the_protocol(host, port, security)
    connection.close()
    return ""


async def _reason_of_the_protocol(host: str, port: int, security: Security) -> str:
    """Whether one side speaks TLS and the other does not."""
    try:
        _, writer = await asyncio.wait_for(asyncio.open_connection(host, port), ANSWER_SECONDS)
    except (OSError, TimeoutError):
        return ""
    writer.close()
    speaks_tls = await _speaks_tls(host, port)
    if speaks_tls and security.context is None:
        return f"it speaks TLS: set {_PROTOCOL} to SSL or SASL_SSL"
    if not speaks_tls and security.context is not None:
        return f"it speaks no TLS: name the listener that does; {_PROTOCOL} is {security.protocol}"
    if speaks_tls:
        asked = "it may ask for a certificate of ours, or for a user"
        return f"it ends the connection: {asked}; {_PROTOCOL} is {security.protocol}"
    return ""


async def _speaks_tls(host: str, port: int) -> bool:
    """A server whose certificate is not believed speaks it, too."""
    try:
        with suppress(ssl.SSLCertVerificationError):
            opening = asyncio.open_connection(host, port, ssl=ssl.create_default_context())
            _, writer = await asyncio.wait_for(opening, ANSWER_SECONDS)
            writer.close()
    except (OSError, TimeoutError):
        return False
    return True
