"""The page in sentences: what stands in which section, bad news first. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from compliance.format.chain import AGENT
from compliance.page import advice, explain, names
from compliance.page.blocks import Block, Chart, Fact, Said, Section
from compliance.page.groups import FIRST, GapGroup, Group, SeatGaps
from compliance.page.kinds import in_words
from compliance.page.model import Page
from compliance.page.refused import refused
from compliance.page.seen import from_to, moment, seen
from compliance.page.shortened import few
from compliance.page.ungated import ungated
from compliance.page.verdict import concluded
from compliance.verifying.in_force.changes import GUEST
from compliance.verifying.in_force.described import hours
from compliance.verifying.overview import GUARDIAN, STAFF, Claimed, Override, PlaceAt
from compliance.verifying.report import Report
from i18n.message import Arg, Day, Length, comma, msg, msgn, semicolon

SEATS = 6
_LEGEND: Final[tuple[tuple[str, Arg], ...]] = (
    ("whole", msg("watched")), ("part", msg("in part")), ("none", msg("not watched")), ("off", msg("off, as it said")),
    ("closed", msg("closed, or before its first start")),
)  # fmt: skip


def sections(page: Page) -> tuple[Section, ...]:
    """All sections in their order; those without anything to say are left out."""
    made = (
        Section("place", msg("Place"), tuple(_place(page))),
        Section("verdict", msg("Verdict"), tuple(concluded(page))),
        Section("explain", msg("What needs an explanation"), tuple(explain.explained(page)) if page.read else ()),
        Section("record", msg("For the record"), tuple(explain.recorded(page)) if page.read else ()),
        Section("hours", msg("Who was watched when"), tuple(_hours(page))),
        Section("findings", msg("Not kept, entry by entry"), tuple(_articles(page))),
        Section("gaps", msg("Gaps"), tuple(_gaps(page))),
        Section("ask", msg("To be explained, entry by entry"), tuple(_notes(page, odd=True))),
        Section("coverage", msg("Who was watched on which day"), tuple(_coverage(page))),
        Section("overridden", msg("What was overridden, and by whom"), tuple(_overridden(page))),
        Section("refused", msg("What was refused, and by which rule"), tuple(refused(page))),
        Section("notes", msg("Routine"), tuple(_notes(page, odd=False))),
        Section("seen", msg("Compared with what is held outside"), tuple(seen(page))),
        Section("unknown", msg("What cannot be known from this"), tuple(map(Said, advice.unknown(page)))),
        Section("next", msg("What to do next"), tuple(map(Said, advice.steps(page)))),
        Section("checked", msg("What was checked"), tuple(_checked(page.report))),
    )
    return tuple(one for one in made if one.blocks)


def told(sections: Sequence[Section]) -> dict[str, Arg | list[Arg]]:
    """Its sentences that a program has nothing else for."""
    said = {one.id: [block.text for block in one.blocks if isinstance(block, Said)] for one in sections}
    return {"verdict": said["verdict"][0], "unknown": said["unknown"], "next": said["next"]}


# --- place, period -------------------------------------------------------------------------------------------------------


def _place(page: Page) -> Iterator[Block]:
    place, report = page.place, page.report
    yield from _called(page)
    if report.claimed is not None:
        yield from _claims(report.claimed)
    if report.audit.seats:
        yield Fact(msg("Place"), msg("no entry says what this place is; as after a first start, a home") if place is None else (
            names.PLACES.get(place.place, place.place)
        ))  # fmt: skip
        if place is not None:
            yield from _certified(place, page)
            if place.place != "home":
                yield Fact(msg("Hours"), hours(place.hours) or msg("none of its own"))
                yield from _rules(report)
        if page.changes:
            yield Fact("", msg("this was changed; see “{section}”", section=msg("Routine")))
    if page.period is not None:
        start, end = (moment(at, report.zone) for at in page.period)
        yield Fact(msg("Period"), msg("{start} – {end}, times of {zone}", start=start, end=end, zone=report.zone))
        audit = report.audit
        told: dict[str, Arg] = {"days": audit.days, "plays": audit.plays, "time": Length(audit.played_ms)}
        yield Fact(msg("Played"), msg("Days with play: {days}; plays: {plays}; time played: {time}", **told))
        if audit.running:
            yield Fact("", msgn("{n} of these plays has no end in the log, so its time is not in this",
                                "{n} of these plays have no end in the log, so their time is not in this", audit.running))
        yield Fact(msg("Refused"), msgn("{n} start of a game", "{n} starts of games", audit.overview.refused))


def _called(page: Page) -> Iterator[Block]:
    """No log says it: by the card of an earlier visit, or to be written in."""
    for word, value in page.report.card:
        yield Fact(names.CARD[word], msg("{name}, as the earlier card calls it", name=value))
    if page.public and not page.report.card:
        for name in names.CARD.values():
            yield Fact(name, explain.DOTS)


def _rules(report: Report) -> Iterator[Block]:
    for number, (target, rules) in enumerate(report.audit.rules):
        told = {"rules": semicolon(rules) if rules else msg("no rules")}
        yield Fact("" if number else msg("Rules in force"), msg("for guests: {rules}", **told) if target == GUEST else (
            msg("for the whole place: {rules}", **told)
        ), "" if rules or target == GUEST else "bad")  # fmt: skip


def _claims(claimed: Claimed) -> Iterator[Block]:
    """Of a file that does not hold: whose it is meant to be."""
    yield Fact(msg("Claimed"), msg("what follows here is what the file says of itself; none of it is verified"), "bad")
    if (place := claimed.place) is not None:
        yield Fact(msg("Place"), names.PLACES.get(place.place, place.place))
        if place.certificate:
            yield Fact(msg("Certificate"), place.certificate)
        if place.hours:
            yield Fact(msg("Hours"), hours(place.hours))
    if claimed.period is not None:
        start, end = (moment(at, claimed.zone) for at in claimed.period)
        yield Fact(msg("Period"), msg("{start} – {end}, times of {zone}", start=start, end=end, zone=claimed.zone))


def _certified(place: PlaceAt, page: Page) -> Iterator[Block]:
    name, expires = msg("Certificate"), page.expires
    if not place.certificate:
        if place.place != "home":
            yield Fact(name, msg("none is named in the log: ask for it") if place.certificate == "" else (
                msg("the log does not say: ask for it")
            ))  # fmt: skip
        return
    if expires is None:
        yield Fact(name, place.certificate)
        return
    told: dict[str, Arg] = {"number": place.certificate, "day": Day(expires)}
    if page.expired:
        yield Fact(name, msg("{number}, EXPIRED on {day}, and the log goes on", **told), "bad")
    else:
        yield Fact(name, msg("{number}, valid to {day}", **told))


# --- what was found -------------------------------------------------------------------------------------------------------


def _articles(page: Page) -> Iterator[Block]:
    for one in page.articles:
        for group in one.groups:
            said = explain.against(one, explain.counted(group, page.report.zone))
            yield Said(said, _examples(group), "bad" if one.violation else "note")


def _notes(page: Page, *, odd: bool) -> Iterator[Block]:
    """In the order of names.FINDINGS."""
    rank = {kind: number for number, kind in enumerate(names.FINDINGS)}
    groups = [one for one in page.notes if (one.kind in page.odd_kinds) is odd]
    for group in sorted(groups, key=lambda one: rank.get(one.kind, -1)):
        text = _example(group, 0) if group.count == 1 else explain.counted(group, page.report.zone)
        yield Said(text, () if group.count == 1 else _examples(group), "note" if odd else "")


def _some(seats: Sequence[Arg]) -> Arg:
    return comma(few(seats, SEATS))


def _examples(group: Group) -> tuple[Arg, ...]:
    return few([_example(group, at) for at in range(len(group.shown))], FIRST, group.count)


def _example(group: Group, at: int) -> Arg:
    return msg("{where}: {what}", where=in_words(group.shown[at].where), what=group.shown[at].what)


# --- gaps, overrides, coverage --------------------------------------------------------------------------------------------


def _gaps(page: Page) -> Iterator[Block]:
    zone = page.report.zone
    for one in page.gaps:
        (seat, *others) = one.seats
        lines = [_seat_gaps(seat, zone) for seat in one.seats] if others else _from_to(seat, zone)
        could = [msg("who was recording then: {who}", who=_some(tuple(map(names.recorder, one.could))))] if one.could else []
        yield Said(_gap(one), (*few(lines, FIRST, len(one.seats) if others else one.count), *could), "bad")
    count, ms = page.pauses
    if count:
        yield Said(msgn(
            "explained: stopped {n} time in an orderly way, for {length}",
            "explained: stopped {n} times in an orderly way, for {length} in all", count, length=Length(ms),
        ))  # fmt: skip


def _gap(one: GapGroup) -> Arg:
    seats: Arg = msgn("seat {seats}", "seats {seats}", len(one.seats), seats=_some([seat.seat for seat in one.seats]))
    if [seat.seat for seat in one.seats] == [AGENT]:
        seats = names.recorder(AGENT)
    return msgn(
        "UNEXPLAINED: {what}; {n} time, {length}, {seats}", "UNEXPLAINED: {what}; {n} times, {length} in all, {seats}",
        one.count, what=names.GAPS.get(one.kind, one.kind), length=Length(one.ms), seats=seats,
    )  # fmt: skip


def _seat_gaps(seat: SeatGaps, zone: str) -> Arg:
    first, *more = _from_to(seat, zone)
    told: dict[str, Arg] = {"seat": seat.seat, "length": Length(seat.ms), "first": first}
    return msg("{seat}: {n} times, {length} in all, first {first}", n=seat.count, **told) if more else (
        msg("{seat}: {first}", **told)
    )  # fmt: skip


def _from_to(seat: SeatGaps, zone: str) -> list[Arg]:
    return [msg("{start} – {end}", start=moment(gap.start, zone), end=moment(gap.end, zone)) for gap in seat.shown]


def _overridden(page: Page) -> Iterator[Block]:
    for one in _by_person(page):
        what, who = names.OVERRIDES.get(one.kind, one.kind), names.ROLES.get(one.by, one.by)
        when = from_to(one.first, one.last, page.report.zone)
        said = msgn(
            "{what}, by {who}: {n} time, {when}", "{what}, by {who}: {n} times, {when}", one.times,
            what=what, who=who, when=when,
        )  # fmt: skip
        yield Said(msg("{what}; {length} in all", what=said, length=Length(one.ms)) if one.ms > 0 else said)


def _by_person(page: Page) -> tuple[Override, ...]:
    """At a public place no minor's parent is meant: who does what a guardian can is its staff, whatever an entry calls them."""
    if page.place is None or page.place.place == "home":
        return page.overridden
    found: dict[tuple[str, str], Override] = {}
    for one in page.overridden:
        new = replace(one, by=STAFF if one.by == GUARDIAN else one.by)
        old = found.get((new.kind, new.by))
        found[new.kind, new.by] = new if old is None else old.with_(new)
    return tuple(found.values())


def _hours(page: Page) -> Iterator[Block]:
    if page.coverage.days:
        yield Chart(page.coverage, None, msg("by opening hour, all days together: % of the opening hours") if page.public else (
            msg("by hour of the day, all days together")
        ), _LEGEND)  # fmt: skip
    yield from ungated(page)


def _coverage(page: Page) -> Iterator[Block]:
    if page.coverage.days:
        yield Chart(page.coverage, msg("by day"), None, _LEGEND)


def _checked(report: Report) -> Iterator[Block]:
    if report.key:
        yield Fact(msg("Fingerprint of its key"), report.fingerprint)
        yield Fact("", msg("the trust policy names this key") if report.trusted else (
            msg("it is the key of the card, or of the head, that you verified with") if report.by_card or report.card
            else msg("compare the fingerprint with that on the card of the log")
        ))  # fmt: skip
    if report.origin:
        yield Fact(msg("Log"), report.origin)
    if report.root:
        yield Fact(msg("Entries"), report.size)
        yield Fact(msg("Root"), report.root)
        yield Fact(msg("Decisions made again with the same result"), report.audit.decisions)
        for one in report.audit.seats:
            ends: dict[str, Arg] = {"first": moment(one.first, report.zone), "last": moment(one.last, report.zone)}
            said = msgn("{n} entry, {first} – {last}", "{n} entries, {first} – {last}", one.entries, **ends)
            if one.coverage is not None:
                percent = int(one.coverage * 1000) / 10
                said = msg("{seat}, watched for {percent}% of the time that it ran", seat=said, percent=percent)
            yield Fact(names.recorder(one.seat), said)
