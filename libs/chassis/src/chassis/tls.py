"""TLS to the database and to Kafka: what a client presents and believes, and why it does not believe a server."""

import ssl
from pathlib import Path
from typing import Final

from chassis.settings import SettingRefused

# X509_V_ERR_… of OpenSSL's x509_vfy.h.
NOT_YET_VALID: Final = 9
EXPIRED: Final = 10
_UNKNOWN_AUTHORITY: Final = frozenset({2, 18, 19, 20, 21})
_OTHER_NAME: Final = frozenset({62, 64})


def client_context(*, authority: Path | None, certificate: Path | None, key: Path | None) -> ssl.SSLContext:
    """Verifies the server's certificate and its name; shows ours where one is given.

    ``authority``: the PEM file of who may sign for the server; without one, the system's authorities.
    Raises ``SettingRefused``.
    """
    try:
        context = ssl.create_default_context(cafile=authority)
    except OSError:
        raise SettingRefused("FRONTDOOR_KAFKA_CA_FILE: holds no certificate; name a PEM file") from None
    if certificate is not None:
        try:
            context.load_cert_chain(certificate, key)
        except OSError:
            raise SettingRefused(
                "FRONTDOOR_KAFKA_CERTIFICATE_FILE and FRONTDOOR_KAFKA_KEY_FILE: are no pair; name the PEM file of a "
                "certificate, and that of its unencrypted key"
            ) from None
    return context


def why_not_believed(error: ssl.SSLCertVerificationError) -> str:
    """What is wrong with a server's certificate, and what to do about it."""
    if error.verify_code == EXPIRED:
        return "its certificate has expired: have it renewed"
    if error.verify_code == NOT_YET_VALID:
        return "its certificate is not valid yet: look at the clocks of both machines"
    if error.verify_code in _UNKNOWN_AUTHORITY:
        return "its certificate is not signed by the authority that is believed: name the file of the right one"
    if error.verify_code in _OTHER_NAME:
        return "its certificate is for another name: write the address as its certificate has it"
    return f"its certificate is not valid ({error.verify_message})"
