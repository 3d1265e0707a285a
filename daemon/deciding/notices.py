"""What law or advice wants shown while a play goes on: each notice once, when its moment has come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from rules.decision import NoticeAt

_SAME_MS = 500  # two clocks may disagree by a little on the moment of a notice that was shown


@dataclass(frozen=True, slots=True)
class Notices:
    """By rule: the one that is `coming`, and when the last one was `shown`. Moments are of the trusted wall clock."""

    coming: Mapping[str, NoticeAt] = field(default_factory=dict)
    shown: Mapping[str, int] = field(default_factory=dict)

    def step(self, named: Iterable[NoticeAt], now: int) -> tuple[Notices, tuple[NoticeAt, ...]]:
        """Takes the next notices, as the rules name them. Shows what was announced and is due, or is due within half a second
        and no longer named by the rules.
        """
        then = {one.rule: one for one in named}
        ripe = tuple(
            one
            for one in self.coming.values()
            if one.at <= now or (one.at <= now + _SAME_MS and not _same(one.at, then.get(one.rule)))
        )
        shown = {**self.shown, **{one.rule: one.at for one in ripe}}
        coming = {rule: one for rule, one in then.items() if not _same(shown.get(rule), one)}
        return Notices(coming, shown), ripe

    def next_moment(self, now: int) -> int | None:
        """In how many milliseconds the next one is to be shown."""
        return min((one.at - now for one in self.coming.values()), default=None)


def _same(at: int | None, notice: NoticeAt | None) -> bool:
    return at is not None and notice is not None and abs(notice.at - at) <= _SAME_MS
