"""``python -m bench.accept.profiled calls|samples|flame``: our server under a profiler, which SIGUSR1 turns on and off.

``calls`` counts every call (cProfile): right about how often, wrong about how long, because small functions pay most
for being watched. ``samples`` looks where the server is at every tick of its processor time (4 ms on most kernels)
and hardly disturbs it. ``flame`` draws the samples as one SVG. Each is printed when the server ends.
"""

import cProfile
import pstats
import runpy
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from types import CodeType, FrameType
from typing import Final

from bench.flame import flame

_SHOWN: Final = 40
_OF_THE_LOOP: Final = 14
"""So many calls are between the program's start and what its loop runs; every stack begins with them."""
_SAMPLE_SECONDS: Final = 0.001
"""The kernel rounds it up to its own tick."""


class Calls:
    """Counts calls."""

    def __init__(self) -> None:
        self._profile = cProfile.Profile()
        self._on = False

    def toggle(self, number: int, frame: FrameType | None) -> None:
        """Begin or stop counting."""
        self._on = not self._on
        if self._on:
            self._profile.enable()
        else:
            self._profile.disable()

    def report(self) -> None:
        """The functions that took longest by themselves."""
        if self._profile.getstats():
            pstats.Stats(self._profile, stream=sys.stdout).sort_stats("tottime").print_stats(_SHOWN)


class Samples:
    """Looks at the stack at intervals of processor time."""

    def __init__(self) -> None:
        self._on = False
        self._taken = 0
        self._alone: Counter[CodeType] = Counter()
        self._within: Counter[CodeType] = Counter()
        signal.signal(signal.SIGPROF, self._look)

    def toggle(self, number: int, frame: FrameType | None) -> None:
        """Begin or stop looking."""
        self._on = not self._on
        signal.setitimer(signal.ITIMER_PROF, *((_SAMPLE_SECONDS, _SAMPLE_SECONDS) if self._on else (0.0, 0.0)))

    def report(self) -> None:
        """Where the server was, and within what; time in C counts for the function that called it."""
        if not self._taken:
            return
        print(f"{self._taken} samples; percent of them in the function itself, and in what it called")
        for title, counter in (("itself", self._alone), ("with what it called", self._within)):
            print(f"\n{title}")
            for code, count in counter.most_common(_SHOWN):
                place = "/".join(code.co_filename.rsplit("/", 3)[1:])
                print(f"  {100 * count / self._taken:5.1f} %  {place}:{code.co_firstlineno} {code.co_qualname}")

    def _look(self, number: int, frame: FrameType | None) -> None:
        self._taken += 1
        if frame is not None:
            self._alone[frame.f_code] += 1
        self._within.update({at.f_code for at in _callers(frame)})


class Flame(Samples):
    """Looks at the stack in the same way, and draws what calls what."""

    def __init__(self) -> None:
        super().__init__()
        self._stacks: Counter[tuple[str, ...]] = Counter()

    def report(self) -> None:
        """The drawing."""
        print(flame(self._stacks, "accepting"))

    def _look(self, number: int, frame: FrameType | None) -> None:
        stack = [_name(at.f_code) for at in _callers(frame)]
        self._stacks[tuple(reversed(stack[:-_OF_THE_LOOP]))] += 1


def _name(code: CodeType) -> str:
    folder, file = code.co_filename.rsplit("/", 2)[-2:] if "/" in code.co_filename else ("", code.co_filename)
    return f"{folder}/{file.removesuffix('.py')} {code.co_qualname}"


def _callers(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back


PROFILERS: Final[dict[str, Callable[[], Calls | Samples]]] = {"calls": Calls, "samples": Samples, "flame": Flame}


def main(kind: str) -> None:
    """Serve until asked to end, then report."""
    profiler = PROFILERS[kind]()
    signal.signal(signal.SIGUSR1, profiler.toggle)
    sys.argv = ["referral_intake", "api"]
    try:
        runpy.run_module("referral_intake", run_name="__main__", alter_sys=True)
    except SystemExit:
        pass
    finally:
        print("PROFILE", flush=True)
        profiler.report()


if __name__ == "__main__":
    main(sys.argv[1])
