"""Where the play lay of an end that stands for several, as far as that is not told. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from rules.spans import Spans

MOST_AWAY_MS = 120_000  # an end is held back for a minute

Span = tuple[int, int]


def placed(ms: int, within: Span, *others: Sequence[Span]) -> Iterator[Span]:
    """`ms` of play `within`, in spans: over other play as far as it can be, of the first of `others` before that of the next,
    else as late as may be. So what comes out was no more than what was played, at no moment sooner than it was.
    """
    unions = [Spans() for _ in others]
    for union, spans in zip(unions, others, strict=True):
        for begin, stop in spans:
            union.add(max(begin, within[0]), min(stop, within[1]))
    edges = {*within, *(edge for union in unions for span in union.all for edge in span)}

    def order(span: Span) -> tuple[int, int]:
        return next((at for at, union in enumerate(unions) if union.ms(*span)), len(unions)), -span[0]

    for begin, stop in sorted(pairwise(sorted(edges)), key=order):
        if ms <= 0:
            return
        start = max(begin, stop - ms)
        ms -= stop - start
        yield start, stop
