"""What must agree across a pack: names that point at other rules, rules that must exist, rules given twice."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from contracts.codes import Code, Outcome, Rating, ThresholdLevel
from policy.clocks import Clock
from policy.document import Fault, Path, walk
from policy.escalation import EscalationPace, RoleChannels
from policy.rules import (
    Agency,
    EscalationStage,
    OutcomeRule,
    PurposeRule,
    RatingRule,
    RetentionRule,
    Rule,
    Team,
    ThresholdRule,
)

_POINTS_AT: Mapping[str, tuple[str, ...]] = {
    "source": ("sources",),
    "role": ("roles",),
    "escalation_role": ("roles",),
    "recommended_by": ("roles",),
    "authorised_by": ("roles",),
    "tell": ("roles", "agencies", "teams"),
    "team": ("teams",),
    "accept_clock": ("clocks",),
}
_SINGULAR = {"sources": "source", "roles": "role", "agencies": "agency", "teams": "team", "clocks": "clock"}
_LISTS: Mapping[str, type[Rule]] = {
    "clocks": Clock,
    "agencies": Agency,
    "teams": Team,
    "thresholds": ThresholdRule,
    "ratings": RatingRule,
    "outcomes": OutcomeRule,
    "purposes": PurposeRule,
    "escalation": EscalationStage,
    "escalation_pace": EscalationPace,
    "role_channels": RoleChannels,
    "retention": RetentionRule,
}
_COMPLETE: tuple[tuple[str, str, type[Code]], ...] = (
    ("outcomes", "outcome", Outcome),
    ("ratings", "rating", Rating),
    ("thresholds", "level", ThresholdLevel),
)
_NEEDED_CLOCKS = ("decision", "information-request", "question", "handover-offer", "notice-open")


def faults(data: object) -> Iterator[Fault]:
    """Every disagreement in a pack's plain data; values of the wrong shape are left to the models."""
    if not isinstance(data, Mapping):
        return
    yield from _dangling(data)
    yield from _repeated(data)
    yield from _missing_rules(data)
    yield from _handovers_that_disagree(data)
    yield from _outcomes_without_retention(data)


def _dangling(data: Mapping[str, object]) -> Iterator[Fault]:
    names = {"sources": _keys(data, "sources"), "roles": _keys(data, "roles")}
    names |= {"agencies": _codes(data, "agencies", "code"), "teams": _codes(data, "teams", "code")}
    names["clocks"] = _codes(data, "clocks", "name")
    for path, value in walk(data):
        key = _pointing_key(path)
        if key is None or not isinstance(value, str):
            continue
        kinds = _POINTS_AT[key]
        known = sorted(set().union(*(names[kind] for kind in kinds)))
        if value not in known:
            yield Fault(path, _unknown(value, kinds, known))


def _pointing_key(path: Path) -> str | None:
    """The key whose value, or whose list's item, stands at a path, when that key points at another rule."""
    if len(path) < 2 or path[0] in ("sources", "roles"):
        return None
    key = path[-1] if isinstance(path[-1], str) else path[-2]
    return str(key) if key in _POINTS_AT else None


def _unknown(value: str, kinds: tuple[str, ...], known: list[str]) -> str:
    close = get_close_matches(value, known, n=1)
    hint = f'; did you mean "{close[0]}"?' if close else ""
    return f'no {" or ".join(_SINGULAR[kind] for kind in kinds)} is called "{value}" in this pack{hint}'


def _repeated(data: Mapping[str, object]) -> Iterator[Fault]:
    for section, model in _LISTS.items():
        seen: set[tuple[str, ...]] = set()
        for path, rule in _rows(data, section):
            identity = tuple(str(rule.get(field)) for field in (*model.IDENTITY, "effective_from"))
            if identity in seen:
                yield Fault(path, "is given twice from the same date: keep one, or date one with effective_from")
            seen.add(identity)


def _missing_rules(data: Mapping[str, object]) -> Iterator[Fault]:
    for section, field, codes in _COMPLETE:
        present = {str(rule.get(field)) for _, rule in _rows(data, section) if _from_the_start(rule, data)}
        absent = [code.value for code in codes if code.value not in present]
        if absent:
            yield Fault((section,), "needs a rule for " + ", ".join(absent))
    clocks = [clock for _, clock in _rows(data, "clocks") if _from_the_start(clock, data)]
    always = {clock.get("name") for clock in clocks if clock.get("rating") is None}
    for name in _NEEDED_CLOCKS:
        if name not in always:
            yield Fault(("clocks",), f'needs a clock "{name}" that holds for any rating')
    yield from _missing_escalation(data)
    suggestions = [rule for _, rule in _rows(data, "suggestions") if _from_the_start(rule, data)]
    if not any(rule.get("when") == {} for rule in suggestions):
        yield Fault(("suggestions",), "needs a last rule with an empty condition (when: {})")


def _missing_escalation(data: Mapping[str, object]) -> Iterator[Fault]:
    """Without a stage or a pace on some day, a notice that nobody opens would reach nobody else."""
    stages = [rule for _, rule in _rows(data, "escalation")]
    if stages and not any(_from_the_start(stage, data) for stage in stages):
        yield Fault(("escalation",), "needs a stage that is in force from the start")
    paces = [rule for _, rule in _rows(data, "escalation_pace")]
    if paces and not any(pace.get("rating") is None and _from_the_start(pace, data) for pace in paces):
        yield Fault(("escalation_pace",), "needs a rule that holds for any rating")


def _handovers_that_disagree(data: Mapping[str, object]) -> Iterator[Fault]:
    receives = {team.get("code"): _items(team, "receives") for _, team in _rows(data, "teams")}
    handed_over = {(rule.get("team"), rule.get("outcome")) for _, rule in _rows(data, "outcomes")}
    for path, rule in _rows(data, "outcomes"):
        team, outcome = rule.get("team"), rule.get("outcome")
        if team in receives and outcome not in receives[team]:
            yield Fault((*path, "team"), f'team "{team}" does not receive "{outcome}": add it there')
    for path, team in _rows(data, "teams"):
        for place, outcome in enumerate(_items(team, "receives")):
            if (team.get("code"), outcome) not in handed_over:
                yield Fault((*path, "receives", place), f'no outcome "{outcome}" is handed to this team')


def _outcomes_without_retention(data: Mapping[str, object]) -> Iterator[Fault]:
    """On every day on which the rules change, each outcome must belong to exactly one class of records."""
    begin = str(data.get("effective_from"))
    days = {max(begin, str(rule.get("effective_from") or "")) for _, rule in _rows(data, "retention")}
    for day in sorted(days):
        kept = [outcome for rule in _retention_on(data, day) for outcome in _items(rule, "outcomes")]
        for outcome in Outcome:
            if kept.count(outcome.value) != 1:
                yield Fault(
                    ("retention",), f"must name the outcome {outcome.value} in exactly one class in force on {day}"
                )


def _retention_on(data: Mapping[str, object], day: str) -> list[Mapping[str, object]]:
    rules = [rule for _, rule in _rows(data, "retention") if str(rule.get("effective_from") or "") <= day]
    newest_last = sorted(rules, key=lambda rule: str(rule.get("effective_from") or ""))
    return list({str(rule.get("record_class")): rule for rule in newest_last}.values())


def _from_the_start(rule: Mapping[str, object], data: Mapping[str, object]) -> bool:
    """Whether a rule is in force for as long as its pack is; ISO dates sort as text."""
    return str(rule.get("effective_from") or "") <= str(data.get("effective_from"))


def _rows(data: Mapping[str, object], section: str) -> list[tuple[Path, Mapping[str, object]]]:
    rows = _items(data, section)
    return [((section, place), row) for place, row in enumerate(rows) if isinstance(row, Mapping)]


def _items(data: Mapping[str, object], key: str) -> list[object]:
    value = data.get(key)
    return value if isinstance(value, list) else []


def _keys(data: Mapping[str, object], section: str) -> set[str]:
    value = data.get(section)
    return {str(key) for key in value} if isinstance(value, Mapping) else set()


def _codes(data: Mapping[str, object], section: str, field: str) -> set[str]:
    return {str(row[field]) for _, row in _rows(data, section) if field in row}
