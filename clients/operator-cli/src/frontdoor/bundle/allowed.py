"""What may stand in a support file: names on a list, with values that cannot be anybody's words or a secret; pure."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from chassis.settings import origin_of
from contracts.topics import TOPICS

LEFT_OUT: Final = "(left out)"
SET: Final = "(set)"

_UUID: Final = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_CODE: Final = re.compile(r"[a-z][a-z0-9]*(?:[._:/-][a-z0-9{}_]+)*")
_PLACE: Final = re.compile(r"[a-z_][a-z0-9_.<>]*(?::[a-z_<>][A-Za-z0-9_<>]*)?:[0-9]+", re.ASCII)
_CLASS: Final = re.compile(
    "[A-Z][A-Za-z]*(?:Error|Exception|Unavailable|Answer|Invalid|Silent|Fenced|Timeout|Damaged)|Invalid|gap|behind"
)
"""Exceptions by how they are called, so that a name of somebody is none."""
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)")
_AGGREGATE: Final = re.compile(rf"(?:[a-z]+/)?{_UUID}|consumer/[a-z-]+")
_HEX: Final = re.compile(r"[0-9a-f]{8,64}|[0-9a-f]{16}|" + _UUID)
_TOPICS: Final = frozenset(topic.name for topic in TOPICS)
_LONG_NUMBER: Final = 10**9

_BY_NAME: Final[Mapping[str, re.Pattern[str]]] = {
    "aggregate": _AGGREGATE, "error": _CLASS, "error_class": _CLASS, "error_at": _PLACE, "place": _PLACE,
    "timestamp": _TIME, "parked_at": _TIME, "next_try_at": _TIME, "trace_id": _HEX, "event_id": _HEX,
    "referral_id": _HEX, "notice_id": _HEX, "request_id": _HEX, "time": _TIME, "since": _TIME, "at": _TIME,
    "halted_at": _TIME, "waiting_since": _TIME, "disabled_at": _TIME, "held_until": _TIME,
    "reason": re.compile(f"{_CODE.pattern}|{_CLASS.pattern}"), "http_method": re.compile("[A-Z]{3,7}"),
    "python": re.compile(r"\d+\.\d+\.\d+"),
    "version": re.compile(r"\d+(\.\d+)*"), "contracts": _HEX, "topic": re.compile("|".join(map(re.escape, _TOPICS))),
}  # fmt: skip
"""What the value of a name looks like; of every other name, a code in small letters."""


def value(name: str, found: object) -> object:
    """A value as it may be said under a name; numbers that are long enough to be somebody's are left out too."""
    if found is None or isinstance(found, bool):
        return found
    if isinstance(found, int | float):
        return found if abs(found) < _LONG_NUMBER or name in ("offset", "kafka_offset", "bytes", "size") else LEFT_OUT
    text = str(found)
    return text if _BY_NAME.get(name, _CODE).fullmatch(text) and len(text) <= 200 else LEFT_OUT


def picked(found: Mapping[str, Any], names: Iterable[str]) -> dict[str, object]:
    """These fields alone, each as it may be said."""
    return {name: value(name, found[name]) for name in names if name in found}


def settings(variables: Mapping[str, str]) -> dict[str, str]:
    """Our variables: the values of those on the list, of all others only that they are set."""
    ours = {name: text for name, text in sorted(variables.items()) if name.startswith(("FRONTDOOR_", "OTEL_"))}
    return {name: _setting(name, text) for name, text in ours.items() if re.fullmatch("[A-Z0-9_]{1,80}", name)}


_ADDRESSES: Final = frozenset({"FRONTDOOR_OIDC_ISSUER", "FRONTDOOR_PUBLIC_URL"})
_PLAIN: Final = frozenset(
    {
        "FRONTDOOR_CLIENT_ID",
        "FRONTDOOR_HTTP_PORT",
        "FRONTDOOR_OIDC_AUDIENCE",
        "OTEL_SERVICE_NAME",
        "OTEL_TRACES_EXPORTER",
    }
)


def _setting(name: str, text: str) -> str:
    if name in _PLAIN:
        return text if re.fullmatch(r"[a-z0-9.-]{1,60}", text) else SET
    return (origin_of(text) or LEFT_OUT) if name in _ADDRESSES else SET


_OF_A_SERVICE: Final = re.compile(
    r"\(set\)|\(not set\)|[0-9]{1,15}|PLAINTEXT|SSL|SASL_SSL|SCRAM-SHA-512|[a-z0-9][a-z0-9./-]{0,79}"
    r"|(?:[a-z-]{1,40}: )?https?://[a-z0-9.-]+(?::[0-9]+)?(?:, [a-z-]{1,40}: https?://[a-z0-9.-]+(?::[0-9]+)?)*"
)


def settings_of_a_service(told: Mapping[str, object]) -> dict[str, str]:
    """What a service said of its settings. It has masked them; what looks like nothing that it may say is left out."""
    named = {name: str(text) for name, text in sorted(told.items()) if re.fullmatch("FRONTDOOR_[A-Z0-9_]{1,80}", name)}
    return {name: text if _OF_A_SERVICE.fullmatch(text) else LEFT_OUT for name, text in named.items()}


_SAMPLE: Final = re.compile(r"[a-z_:][a-z0-9_:]*(?:\{(?P<labels>.*)\})? (?:[0-9eE.+-]+|NaN|\+Inf|-Inf)")
_LABEL: Final = re.compile(r'([a-z_]+)="([^"\\]*)"')
_KEPT_METRICS: Final = ("frontdoor_", "process_", "python_")


def metrics(text: str) -> str:
    """The samples of our own metrics whose labels are codes; no help, no comments, nobody else's."""
    lines = (line for line in text.splitlines() if line.startswith(_KEPT_METRICS))
    return "".join(f"{line}\n" for line in lines if _is_plain_sample(line))


def _is_plain_sample(line: str) -> bool:
    sample = _SAMPLE.fullmatch(line)
    if sample is None:
        return False
    labels = sample["labels"] or ""
    found = _LABEL.findall(labels)
    whole = ",".join(f'{name}="{text}"' for name, text in found)
    return whole == labels.rstrip(",") and all(_is_label(name, text) for name, text in found)


def _is_label(name: str, text: str) -> bool:
    if name in ("le", "quantile"):
        return re.fullmatch(r"[0-9.e+-]+|\+Inf", text) is not None
    is_value = value("http_method" if name == "method" else name, text) == text
    return is_value or re.fullmatch("[0-9]{1,3}", text) is not None
