"""How far outsiders have seen the log, and when what they saw was written. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from compliance.page.blocks import Block, Said
from compliance.page.model import Page, Span
from compliance.verifying.alive import MINUTE_MS
from compliance.verifying.report import NO_MOMENT
from i18n.message import Arg, Moment, msg, msgn

_WORTH = msg(
    "It shows as much as this card or head does: whose is it, and since when? One that you took along yourself on an earlier"
    " visit shows that nothing of then was changed since; one that came with the file shows nothing."
)  # fmt: skip


def seen(page: Page) -> Iterator[Block]:
    report = page.report
    if not report.size or (report.failures and not report.only_demands):
        return
    if report.witnessed:
        known = msgn(
            "the first entry: seen by an outsider, and unchanged since",
            "the first {n} entries: seen by an outsider, and unchanged since", report.witnessed,
        )  # fmt: skip
        yield Said(_range(known, report.audit.overview.clock.before(report.witnessed), report.zone), (), "good")
    if report.by_card:
        known = msgn(
            "the first entry: as it is on the card, or in the head, that you verified with",
            "the first {n} entries: as they are on the card, or in the head, that you verified with", report.anchored,
        )  # fmt: skip
        yield Said(_range(known, page.anchored, report.zone), (_WORTH,), "good")
    if rest := report.size - report.anchored:
        unseen = msgn(
            "the last entry: seen by no outsider yet", "the last {n} entries: seen by no outsider yet", rest,
        ) if report.anchored else msgn(
            "{n} entry, all there is: seen by no outsider yet", "all {n} entries: seen by no outsider yet", rest,
        )  # fmt: skip
        yield Said(_range(unseen, page.open, report.zone), (), "note")
    for name, time in report.witnesses:
        yield Said(msg("Witness: {name}, {at}", name=name, at=moment(time * 1000, report.zone)))


def _range(what: Arg, span: Span | None, zone: str) -> Arg:
    """By the agent's clock: of the others nobody knows when they reached the log."""
    if span is None:
        return what
    ends: dict[str, Arg] = {"start": moment(span[0], zone), "end": moment(span[1], zone)}
    return msg("{what} ({start} – {end} by the agent's clock)", what=what, **ends)


def moment(at: int, zone: str) -> Arg:
    return Moment(at, zone) if 0 <= at < NO_MOMENT else f"{at} ms"


def from_to(first: int, last: int, zone: str) -> Arg:
    """When something was; within a minute it is one moment."""
    told = moment(first, zone)
    if first // MINUTE_MS == last // MINUTE_MS:
        return msg("at {first}", first=told)
    return msg("from {first} to {last}", first=told, last=moment(last, zone))
