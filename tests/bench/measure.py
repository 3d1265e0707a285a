"""What a benchmark hands back: samples, and the bound that they are held against."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

RUNS = 5  # fewer samples than this are no benchmark


quick = False  # a look at whether it works at all: fewer runs than a benchmark has


def runs(count: int) -> int:
    """So many runs, or a tenth of them for a quick look."""
    return max(RUNS, count // 10) if quick else count


class NotHere(Exception):
    """This machine cannot run the benchmark; the text says what is missing."""


@dataclass(frozen=True)
class Row:
    """One line of the table. `samples`: at least `least` measurements in `unit`; without a `bound` the number is only shown.

    `better`: whether more or less of it is wanted. `of`: how to read the samples into one number.
    """

    name: str
    samples: Sequence[float]
    unit: str
    bound: float | None = None
    better: Literal["more", "less"] = "less"
    of: Callable[[Sequence[float]], float] = statistics.median
    least: int = RUNS

    def value(self) -> float:
        return self.of(self.samples)

    def ratio(self) -> float | None:
        """How many times over the bound is kept: 1 or more is well. Ratios carry over to other machines, numbers do not."""
        if self.bound is None:
            return None
        good, bad = (self.value(), self.bound) if self.better == "more" else (self.bound, self.value())
        return good / bad if bad else float("inf")


def rate(work: Callable[[], object], count: int, times: int = RUNS) -> list[float]:
    """Calls of `work` per second, `times` times over `count` calls, after one unmeasured round."""
    samples = []
    for _ in range(times + 1):
        begun = time.perf_counter()
        for _ in range(count):
            work()
        samples.append(count / (time.perf_counter() - begun))
    return samples[1:]


def p99(samples: Sequence[float]) -> float:
    """The 99th percentile: the largest but one in a hundred."""
    return sorted(samples)[max(0, -(-len(samples) * 99 // 100) - 1)]
