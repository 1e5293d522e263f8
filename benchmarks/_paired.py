"""Compare two things in one interleaved run: machines drift, the ratio of neighbours does not."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

#: What a script is started with to measure one of the two sides in a process of its own.
CHILD = "--child"


def paired(
    ours: Callable[[], object],
    theirs: Callable[[], object],
    *,
    rounds: int,
    calls: int,
    clock: Callable[[], float] = time.process_time,
) -> list[tuple[float, float]]:
    """Time ``calls`` calls of both, in turn, ``rounds`` times, after one round that is not counted.

    The clock counts this process's own work, so that others on the machine do not; pass another for child processes.

    Returns:
        Seconds per call of ours and of theirs, one pair a round.
    """
    return alternated(lambda: _per_call(ours, calls, clock), lambda: _per_call(theirs, calls, clock), rounds=rounds)


def alternated(ours: Callable[[], float], theirs: Callable[[], float], *, rounds: int) -> list[tuple[float, float]]:
    """Take figures of both, in turn, ``rounds`` times, after one round that is not counted."""
    pairs = []
    for number in range(rounds + 1):
        first, second = (ours, theirs) if number % 2 else (theirs, ours)
        one, other = first(), second()
        if number:
            pairs.append((one, other) if first is ours else (other, one))
    return pairs


class Child:
    """This very script in a process of its own, which measures when it is asked.

    Args:
        *arguments: what tells it what to measure.
    """

    def __init__(self, *arguments: str) -> None:
        command = [sys.executable, sys.argv[0], CHILD, *arguments]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def measure(self, what: str = "") -> float:
        """Return the seconds per call that the process has measured now."""
        process = self._process
        assert process.stdin, process.stdout  # noqa: S101  # both are pipes
        process.stdin.write(f"{what}\n")
        process.stdin.flush()
        assert process.stdout  # noqa: S101  # the same
        return float(process.stdout.readline())

    def stop(self) -> None:
        """End the process."""
        self._process.communicate()


def serve(functions: dict[str, Callable[[], object]], calls: int) -> None:
    """Measure the function that each line of the input names, and print seconds per call, until there is no more."""
    for line in sys.stdin:
        print(_per_call(functions[line.strip()], calls, time.process_time), flush=True)


def _per_call(function: Callable[[], object], calls: int, clock: Callable[[], float]) -> float:
    start = clock()
    for _ in range(calls):
        function()
    return (clock() - start) / calls


def report(
    name: str, what: tuple[str, str], pairs: list[tuple[float, float]], bar: float, aim: float | None = None
) -> bool:
    """Print the table; return whether the median ratio is within the bar."""
    ratios = [ours / theirs for ours, theirs in pairs]
    ratio = statistics.median(ratios)
    print(f"\n{name}")
    print(f"  {'':44}{'min':>10}{'median':>10}{'max':>10}")
    for label, values in zip(what, zip(*pairs, strict=True), strict=True):
        row = [value * 1000 for value in (min(values), statistics.median(values), max(values))]
        print(f"  {label + ' [ms]':44}" + "".join(f"{value:10.3f}" for value in row))
    print(f"  {'ratio of neighbours':44}{min(ratios):10.3f}{ratio:10.3f}{max(ratios):10.3f}")
    aimed = "" if aim is None else f"; aim <= {aim}: {'reached' if ratio <= aim else 'not reached'}"
    print(f"  bar <= {bar}: {'holds' if ratio <= bar else 'MISSED'}{aimed}")
    return ratio <= bar
