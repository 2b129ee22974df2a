"""Looks at everything and says it in one line each."""

from collections.abc import Sequence
from typing import Any

from chassis.clock import SystemClock
from chassis.http_client import HttpClient
from chassis.ids import RandomIds
from chassis.machine import MachineTokens
from frontdoor.answer import Answer
from frontdoor.doctor import of_certificates, of_issuer, of_keys, of_places, of_services
from frontdoor.doctor.asking import Asker
from frontdoor.doctor.finding import Finding, ok, wrong
from frontdoor.doctor.surroundings import Surroundings
from frontdoor.errors import GOOD, CalledWrongly, Wrong


async def examine(around: Surroundings, asker: Asker) -> list[Finding]:
    """Every check, one after the other where one needs what the other found."""
    settings, urls = around.settings, around.settings.service_urls
    now = asker.clock.now()
    found = [ok("settings", f"name {len(urls)} services, an issuer and a key")]
    found += await of_issuer.check_issuer(asker, settings.oidc_issuer)
    found += await of_issuer.check_token(asker, settings)
    found += await of_services.check_services(asker, urls)
    found += await of_services.check_workers(asker, around.worker_urls)
    found += await of_services.check_release(asker, urls)
    if "audit" in urls:
        found += await of_keys.check_log_key(asker, urls["audit"])
        found += await of_keys.check_witnesses(asker, urls["audit"])
    if "agency-notify" in urls:
        found += await of_keys.check_webhook_keys(asker, urls["agency-notify"], around.webhook_key_file)
    found += await of_places.check_databases(asker, around.database_urls)
    found += of_services.check_clocks(asker.clocks)
    if around.kafka:
        found += await of_places.check_kafka(around.kafka)
    if around.partnerships is not None:
        found += of_places.check_packs(around.partnerships, now=now)
    found += await of_certificates.check_certificates(_certified(around), now=now)
    return found


def _certified(around: Surroundings) -> list[of_certificates.Place]:
    """Everything that is reached by TLS."""
    settings = around.settings
    return [
        *of_certificates.of_addresses([settings.oidc_issuer, *settings.service_urls.values()]),
        *of_certificates.of_kafka(around.kafka),
        *of_certificates.of_databases(around.database_urls),
    ]


async def doctor(around: Surroundings | None = None) -> Answer:
    """Examine what the settings name. Settings that cannot be used are one finding, and the only one."""
    try:
        around = around or Surroundings.read()
        http = HttpClient.connect()
        try:
            return answer(await examine(around, asker_of(around, http)))
        finally:
            await http.close()
    except CalledWrongly as error:
        return answer([wrong("settings", "cannot be used", str(error))])


def asker_of(around: Surroundings, http: HttpClient) -> Asker:
    """Asks as the operator. Raises ``CalledWrongly`` when there is no key to prove it with."""
    settings, clock = around.settings, SystemClock()
    try:
        tokens = MachineTokens(
            http,
            issuer=settings.oidc_issuer,
            client_id=settings.client_id,
            key_file=settings.client_key_file,
            clock=clock,
            ids=RandomIds(),
        )
    except (OSError, ValueError) as error:
        raise CalledWrongly(
            "FRONTDOOR_CLIENT_KEY_FILE: name a PEM file with a private key that you may read"
        ) from error
    return Asker(http, tokens, clock)


def answer(findings: Sequence[Finding]) -> Answer:
    """One line each, and 1 when anything is wrong."""
    bad = sum(not finding.good for finding in findings)
    data: dict[str, Any] = {"ok": not bad, "findings": [finding.data() for finding in findings]}
    last = f"{bad} of {len(findings)} checks found something wrong." if bad else f"All {len(findings)} checks are ok."
    return Answer(data, (*(finding.line for finding in findings), last), exit_code=Wrong.exit_code if bad else GOOD)
