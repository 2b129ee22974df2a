"""What the comparison leaves behind: goals for people, a file to keep, one line of JSON for programs."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from bench import report
from bench.accept.goals import goals
from bench.accept.loads import BRISK, BRISK_SHARE, GENTLE, GENTLE_SHARE, OWN, OWN_SHARE, THROUGHPUT, Load
from bench.accept.options import Options
from bench.accept.request import body
from bench.accept.sides import SAME_WORK, SIDES, TWO_INSERTS
from bench.accept.tuning import Tried, best

_NAMES: Final = {GENTLE: "p99_ms", BRISK: "p99_ms_brisk", OWN: "p99_ms_own"}
_TITLES: Final = {
    "per_second": "per s",
    "per_server_cpu_second": "per cpu s",
    "p99_ms": "p99 gentle",
    "p99_ms_brisk": "p99 brisk",
    "p99_ms_own": "p99 own",
}

Line = dict[str, dict[str, dict[str, float]]]


def publish(loads: Sequence[Load], tried: Sequence[Tried], options: Options, facts: Mapping[str, Any]) -> None:
    """Print the table and the goals, keep everything, and end with one line of JSON."""
    line = line_of(loads)
    _print_table(line, {(load.side, str(load.connections)): load for load in loads if load.name == THROUGHPUT})
    reached = list(goals(line))
    print(*reached, *_peers(tried), sep="\n")
    late = max(each.figures["sent_late_p99_ms"] for load in loads for each in load.rounds)
    print(f"the generator itself was up to {late} ms late (99th percentile of its worst round)")
    results = {
        "line": line,
        "goals": [{**asdict(goal)} for goal in reached],
        "tuning": [{"side": each.side, "variant": str(each.variant), **each.per_second} for each in tried],
        "loads": [_kept(load) for load in loads],
    }
    if options.is_whole:
        report.keep("accept" if options.pinned else "accept-unpinned", {**_method(tried, options), **facts}, results)
    else:
        print("not kept: only a run with the usual rounds, seconds and connections is\n")
    print(json.dumps(line), flush=True)


def line_of(loads: Sequence[Load]) -> Line:
    """For each side and number of connections: requests in a second, and 99th percentiles by offered rate.

    ``p99_ms`` is at the gentle rate, ``p99_ms_brisk`` at the one that ours and the two inserts
    were, ``p99_ms_own`` at seven tenths of what the side itself can do.
    """
    line: Line = {side: {} for side in SIDES}
    for load in loads:
        figures = line[load.side].setdefault(str(load.connections), {})
        if load.name == THROUGHPUT:
            figures["per_second"] = load.figures["per_second"]
        else:
            figures[_NAMES[load.name]] = load.figures["p99_ms"]
    for figures in line[TWO_INSERTS].values():
        figures[_NAMES[OWN]] = figures[_NAMES[BRISK]]  # the same rate, measured once
    return line


def _peers(tried: Sequence[Tried]) -> Iterator[str]:
    for each in tried:
        chosen = "chosen" if each.variant == best(tried, each.side) else ""
        reached = ", ".join(f"{rate:,.0f}/s at {count}" for count, rate in each.per_second.items())
        yield f"{chosen:<8} {each.side}, {each.variant}: {reached}"


def _kept(load: Load) -> dict[str, Any]:
    return {
        "side": load.side,
        "connections": load.connections,
        "load": load.name,
        "offered_per_second": load.rate and round(load.rate, 1),
        "figures": load.figures,
        "rounds": [each.figures for each in load.rounds],
    }


def _method(tried: Sequence[Tried], options: Options) -> dict[str, Any]:
    return {
        "request": f"one referral of {len(body())} bytes with two children; each request has its own key, surname and "
        "pupil numbers; one token for all",
        "generator": "one process on uvloop, kept-open connections on 127.0.0.1, request bytes made beforehand",
        "processors": "generator and PostgreSQL on one, the measured server on the other"
        if options.pinned
        else "left to the system",
        "rounds": f"{options.rounds} of {options.seconds:g} s for each side and load, taking turns, who begins changes",
        "throughput": "closed loop: each connection sends its next request when it has its answer",
        "rates": {
            GENTLE: f"{GENTLE_SHARE} of what the slowest side but {SAME_WORK} can do, offered to all that can do it",
            BRISK: f"{BRISK_SHARE} of what the two inserts can do, offered to them and to ours",
            OWN: f"{OWN_SHARE} of what the side itself can do; the two inserts' brisk rate is their own",
        },
        "latency": "open loop: requests are due at fixed instants and latency counts from then to the answer; one that "
        "finds every connection busy waits in line and is counted as queued",
        "figures": "medians over the rounds; p999_ms and max_ms are of all answers",
        "refusals": "none: any would have ended the run; afterwards each database held a row for every answer",
        "peers": {side: str(best(tried, side)) for side in dict.fromkeys(each.side for each in tried)},
    }


def _print_table(line: Line, throughput: Mapping[tuple[str, str], Load]) -> None:
    print(f"\n  {'':<12}{'connections':>12}" + "".join(f"{title:>14}" for title in _TITLES.values()))
    for side, counts in line.items():
        for count, figures in counts.items():
            known = {**throughput[side, count].figures, **figures}
            shown = (f"{known[name]:>14,.1f}" if name in known else " " * 14 for name in _TITLES)
            print(f"  {side:<12}{count:>12}" + "".join(shown))
    print()
