"""Compare two things in one interleaved run: machines drift, the ratio of neighbours does not."""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


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
    pairs = []
    for number in range(rounds + 1):
        first, second = (ours, theirs) if number % 2 else (theirs, ours)
        one, other = _per_call(first, calls, clock), _per_call(second, calls, clock)
        if number:
            pairs.append((one, other) if first is ours else (other, one))
    return pairs


def _per_call(function: Callable[[], object], calls: int, clock: Callable[[], float]) -> float:
    start = clock()
    for _ in range(calls):
        function()
    return (clock() - start) / calls


def report(name: str, what: tuple[str, str], pairs: list[tuple[float, float]], bar: float) -> bool:
    """Print the table; return whether the median ratio is within the bar."""
    ratios = [ours / theirs for ours, theirs in pairs]
    ratio = statistics.median(ratios)
    print(f"\n{name}")
    print(f"  {'':44}{'min':>10}{'median':>10}{'max':>10}")
    for label, values in zip(what, zip(*pairs, strict=True), strict=True):
        row = [value * 1000 for value in (min(values), statistics.median(values), max(values))]
        print(f"  {label + ' [ms]':44}" + "".join(f"{value:10.3f}" for value in row))
    print(f"  {'ratio of neighbours':44}{min(ratios):10.3f}{ratio:10.3f}{max(ratios):10.3f}")
    print(f"  bar <= {bar}: {'holds' if ratio <= bar else 'MISSED'}")
    return ratio <= bar
