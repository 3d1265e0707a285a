"""The page that an inspector acts on, as data: all that it says, in its order, from the report alone. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from compliance.page.calendar import Coverage, coverage
from compliance.page.groups import Article, GapGroup, Group, articles, by_kind, gap_groups, length
from compliance.page.names import ODD, ODD_OF_OTHERS
from compliance.verifying.overview import Claimed, Override, PlaceAt
from compliance.verifying.report import NO_MOMENT, Failure, Report, when
from compliance.verifying.watched import MINUTE_MS
from rules.calendar import DAY_MS, day_name

Span = tuple[int, int]
_MONTH = 31  # days
_HOURLY_MS = 2 * 60 * MINUTE_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """`place`: the last that the log says, after so many `changes`; `period`: from its first to its last moment. `pauses`:
    how many orderly ones, and for how long together. `anchored`, `open`: from when to when what outsiders have seen was
    written, and what they have not.
    """

    report: Report
    place: PlaceAt | None = None
    changes: int = 0
    period: Span | None = None
    articles: tuple[Article, ...] = ()
    notes: tuple[Group, ...] = ()
    gaps: tuple[GapGroup, ...] = ()
    pauses: tuple[int, int] = (0, 0)
    overridden: tuple[Override, ...] = ()
    coverage: Coverage = field(default_factory=Coverage)
    anchored: Span | None = None
    open: Span | None = None

    @property
    def failures(self) -> tuple[Failure, ...]:
        return self.report.failures

    @property
    def read(self) -> bool:
        """Whether its entries could be read at all."""
        return bool(self.report.root and self.report.audit.seats)

    @property
    def expires(self) -> date | None:
        """The last day of the place's certificate, if that is a date."""
        try:
            return date.fromisoformat((self.place and self.place.expires) or "")
        except ValueError:
            return None

    @property
    def expired(self) -> bool:
        """Whether the log goes on after that day."""
        if self.expires is None or self.period is None or not (self.place and self.place.certificate):
            return False
        return day_name(self.report.zone, self.period[1]) > self.expires

    @property
    def violations(self) -> int:
        return sum(one.count for one in self.articles if one.violation)

    @property
    def others(self) -> int:
        """Findings against articles that are somebody else's duty."""
        return sum(one.count for one in self.articles if not one.violation)

    @property
    def odd_kinds(self) -> frozenset[str]:
        """Of findings against no article, those that need a reason."""
        return ODD if self.place is None or self.place.place == "home" else ODD | ODD_OF_OTHERS

    @property
    def odd(self) -> int:
        return sum(group.count for group in self.notes if group.kind in self.odd_kinds)

    @property
    def public(self) -> bool:
        return self.place is not None and self.place.place != "home"

    @property
    def young(self) -> int:
        """How many days the log of a public place goes back, if that is less than a month; 0: further."""
        if not self.public or self.period is None or self.report.beginning is not None:
            return 0
        days = -(-(self.period[1] - self.period[0]) // DAY_MS)
        return days if days < _MONTH else 0

    @property
    def gone(self) -> tuple[str, ...]:
        """PCs that an earlier visit saw, of which nothing came since, and nobody said why."""
        if not self.report.by_card or self.anchored is None or self.open is None or self.open[1] - self.anchored[1] < DAY_MS:
            return ()
        return tuple(seat.seat for seat in self.report.audit.overview.seats
                     if not seat.over and seat.last * MINUTE_MS < self.anchored[1] - _HOURLY_MS)  # fmt: skip

    @property
    def unexplained(self) -> int:
        return sum(one.count for one in self.gaps)


def page(report: Report) -> Page:
    """What the report makes of the log, for the page."""
    audit, zone = report.audit, report.zone
    seen = audit.overview
    moments = [at for seat in audit.seats for at in (seat.first, seat.last) if 0 <= at < NO_MOMENT]
    period = (min(moments), max(moments)) if moments else None
    stopped = [gap for gap in audit.gaps if gap.explained and gap.kind == "stopped"]
    unexplained = [gap for gap in audit.gaps if not gap.explained]
    return Page(
        report=report,
        place=seen.places[-1] if seen.places else None,
        changes=max(0, len(seen.places) - 1),
        period=period,
        articles=articles(audit.findings, seen.places, zone),
        notes=by_kind((one for one in audit.findings if not one.cite), zone),
        gaps=gap_groups(unexplained),
        pauses=(len(stopped), length(stopped)),
        overridden=seen.overridden,
        coverage=Coverage() if period is None else coverage(seen.seats, seen.places, zone, period[1], unexplained),
        anchored=seen.clock.before(report.anchored),
        open=seen.clock.since(report.anchored),
    )


def data(page: Page, said: dict[str, Any]) -> dict[str, Any]:
    """What JSON has of it as `page`, its messages yet to be put into words; `said` are its sentences."""
    zone, place = page.report.zone, page.place
    return {
        "place": None if place is None else {**_place(place), "changes": page.changes},
        "claimed": _claimed(page.report.claimed),
        "period": _span(page.period, zone),
        "violations": page.violations,
        "odd": page.odd,
        "articles": [
            {
                "cite": one.cite, "addressee": one.addressee, "violation": one.violation,
                "kinds": [_group(group, zone) for group in one.groups],
            }
            for one in page.articles
        ],
        "notes": [_group(one, zone) for one in page.notes],
        "gaps": [
            {"seat": seat.seat, "kind": one.kind, "count": seat.count, "s": seat.ms / 1000, "could": one.could}
            for one in page.gaps for seat in one.seats
        ],
        "overridden": [
            {"kind": one.kind, "by": one.by, "times": one.times, "s": one.ms / 1000, **_ends(one.first, one.last, zone)}
            for one in page.overridden
        ],
        "refused": [
            {"cite": one.cite, "rule": one.rule, "game": one.game, "times": one.times, **_ends(one.first, one.last, zone)}
            for one in page.report.audit.overview.refusals
        ],
        "coverage": _coverage(page.coverage),
        "ungated": [
            {"seat": seat, "starts": without, "of": starts} for seat, without, starts in page.report.audit.overview.ungated
        ],
        "anchored": _span(page.anchored, zone),
        "unanchored": _span(page.open, zone),
        **said,
    }  # fmt: skip


def _claimed(one: Claimed | None) -> dict[str, Any] | None:
    """What a file whose entries cannot be believed says of itself."""
    if one is None:
        return None
    return {**({} if one.place is None else _place(one.place)), "period": _span(one.period, one.zone)}


def _place(one: PlaceAt) -> dict[str, Any]:
    return {"place": one.place, "hours": one.hours, "certificate": one.certificate, "expires": one.expires}


def _coverage(all_: Coverage) -> list[dict[str, Any]]:
    """Of each seat and day minutes, and of what was missed in which hour."""
    told = []
    for seat in all_.seats:
        days: dict[str, dict[str, int]] = {}
        for (day, hour), share in seat.hours.items():
            if share.missing:
                days.setdefault(day.isoformat(), {})[str(hour)] = share.missing
        whole = seat.whole
        told.append({
            "seat": seat.seat, "open_min": whole.open, "off_min": whole.off, "missing_min": whole.missing, "missing": days,
        })  # fmt: skip
    return told


def _group(one: Group, zone: str) -> dict[str, Any]:
    ends = {} if one.first is None or one.last is None else _ends(one.first, one.last, zone)
    return {
        "kind": one.kind, "count": one.count, "days": one.days, "seats": one.seats, **ends,
        "first": [{"where": finding.where, "what": finding.what} for finding in one.shown],
    }  # fmt: skip


def _span(span: Span | None, zone: str) -> dict[str, str] | None:
    return None if span is None else _ends(*span, zone)


def _ends(first: int, last: int, zone: str) -> dict[str, str]:
    return {"from": when(first, zone), "to": when(last, zone)}
