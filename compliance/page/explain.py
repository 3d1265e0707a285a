"""What needs an explanation, one line each: where, when, what, of which article, and whom to ask. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from compliance.format.chain import AGENT
from compliance.page import names
from compliance.page.blocks import Fact, Said, Tone
from compliance.page.groups import Article, GapGroup, Group
from compliance.page.kinds import in_words
from compliance.page.model import Page
from compliance.page.seen import from_to
from compliance.page.shortened import few
from compliance.page.verdict import comes_to
from i18n.message import Arg, Length, Message, comma, msg, msgn

MOST: Final = 12  # on the first page
SEATS: Final = 6
DOTS: Final = "." * 60

_OWNER: Final = msg("Ask the owner, who alone can change that.")
_STAFF: Final = msg("Ask who was on duty, and look at the game and the player's papers.")
_TECHNICAL: Final = msg("Ask the owner who was at this PC then, and what was done to it.")
_FAMILY: Final = msg("Ask who looks after the children there.")
_BY_OWNER: Final = frozenset({
    "looser", "no-law", "label", "own-pack", "pack", "pack-text", "age", "age-raised", "learning", "learning-on", "erased",
    "erased-lately", "gate-off", "restored", "retired-running", "place-zone", "enforcement-off", "no-zone", "pruned",
})  # fmt: skip
_OF_PLAY: Final = frozenset({
    "unended", "overrun", "paused", "not-asked", "label-above-age", "no-guardian", "no-break", "after-hours", "over-cap",
    "logged-on",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to explain. `entry`: the first that tells of it, in words."""

    what: Arg
    ask: Arg
    entry: Arg = ""
    tone: Tone = "note"


def items(page: Page) -> Iterator[Item]:
    """The gravest first: what the law or a rule asks, what was made laxer, what nobody watched."""
    for article in page.articles:
        for group in article.groups:
            yield _item(page, group, against(article, counted(group, page.report.zone)),
                        "bad" if article.violation else "note")  # fmt: skip
    rank = {kind: number for number, kind in enumerate(names.FINDINGS)}
    odd = [group for group in page.notes if group.kind in page.odd_kinds]
    for group in sorted(odd, key=lambda one: (one.kind not in _BY_OWNER, rank.get(one.kind, -1))):
        yield _item(page, group, _odd(group, page.report.zone))
    for gap in page.gaps:
        could = comma(few(tuple(map(names.recorder, gap.could)), SEATS))
        ask = msg("Ask the owner; {who} could tell, too.", who=could) if gap.could else _TECHNICAL
        yield Item(_gap(gap, page.report.zone), ask if page.public else _FAMILY)


def explained(page: Page) -> Iterator[Said]:
    """Numbered, so that a record can refer to them."""
    found = list(items(page))
    for number, one in enumerate(found[:MOST], 1):
        ask = msg("{ask} See {entry}.", ask=one.ask, entry=one.entry) if one.entry else one.ask
        yield Said(msg("{n}. {what}", n=str(number), what=one.what), (ask,), one.tone)
    if (more := len(found) - MOST) > 0:
        yield Said(msgn("… and {n} more thing, below", "… and {n} more things, below", more), (), "note")


def recorded(page: Page) -> Iterator[Fact | Said]:
    """What goes into an official's record, to be copied; and what no log can show."""
    report, n = page.report, min(MOST, sum(1 for _ in items(page)))
    told: dict[str, Arg] = {"log": report.origin, "n": str(report.size), "key": report.fingerprint}
    yield Said(msg("“The compliance log {log} of {n} entries (key {key}) was checked with giochoi-verify. {verdict}.”",
                   verdict=comes_to(page), **told))  # fmt: skip
    if n:
        yield Said(msgn("“Point 1 above was put to the owner, who answered: {dots}”",
                        "“Points 1 to {n} above were put to the owner, who answered: {dots}”", n, dots=DOTS))
    yield Fact(msg("PCs in the log"), str(len(page.coverage.seats)))
    yield Fact(msg("PCs counted"), DOTS)


def _item(page: Page, group: Group, what: Arg, tone: Tone = "note") -> Item:
    ask = _FAMILY if not page.public else _OWNER if group.kind in _BY_OWNER else _STAFF if group.kind in _OF_PLAY else (
        _TECHNICAL
    )  # fmt: skip
    where = group.shown[0].where if group.shown else ""
    first = in_words(where) if isinstance(where, Message) else ""  # else a file's name, or none
    return Item(what, ask, first, tone)


def against(one: Article, what: Arg) -> Message:
    if one.violation:
        return msg("{what} – sign of a violation by the owner of this place ({cite})", what=what, cite=one.cite)
    if one.addressee is None:
        return msg("{what} – not kept ({cite})", what=what, cite=one.cite)
    who = names.DUTIES.get(one.addressee, one.addressee)
    return msg("{what} – a duty of {who}, not kept ({cite})", what=what, who=who, cite=one.cite)


def _odd(group: Group, zone: str) -> Arg:
    """One is told as it is, several are counted."""
    if group.count > 1 or not group.shown:
        return counted(group, zone)
    (one,) = group.shown
    at = from_to(one.at, one.at, zone) if one.at is not None and one.at >= 0 else ""
    who = one.seat if one.seat and one.seat != AGENT else ""
    said: dict[str, Arg] = {"seat": who, "when": at, "what": one.what}
    if who and at:
        return msg("{seat}, {when}: {what}", **said)
    return msg("{when}: {what}", **said) if at else one.what


def counted(group: Group, zone: str) -> Arg:
    """What, how often, when and where, as far as it is told."""
    title = names.FINDINGS.get(group.kind, group.kind)
    parts: list[Arg] = [msgn("{what}, {n} time", "{what}, {n} times", group.count, what=title)]
    if group.first is not None and group.last is not None:
        parts.append(from_to(group.first, group.last, zone))
    if seats := [seat for seat in group.seats if seat != AGENT]:
        parts.append(msgn("seat {seats}", "seats {seats}", len(seats), seats=comma(few(seats, SEATS))))
    return comma(parts)


def _gap(one: GapGroup, zone: str) -> Arg:
    """The longest first; of one gap from when to when."""
    which = [seat.seat for seat in one.seats]
    seats: Arg = msgn("seat {seats}", "seats {seats}", len(which), seats=comma(few(which, SEATS)))
    if which == [AGENT]:
        seats = names.recorder(AGENT)
    told: dict[str, Arg] = {"what": names.GAPS.get(one.kind, one.kind), "length": Length(one.ms), "seats": seats}
    if one.count == 1:
        gap = one.seats[0].shown[0]
        return msg("{seats}, {when}: {what}, {length}", when=from_to(gap.start, gap.end, zone), **told)
    return msg("{seats}: {what}; {n} times, {length} in all", n=one.count, **told)
