"""How far outsiders have seen the log, and when what they saw was written. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from compliance.page.blocks import Block, Said
from compliance.page.model import Page, Span
from compliance.page.shortened import few
from compliance.verifying.report import NO_MOMENT, Report
from compliance.verifying.watched import MINUTE_MS
from i18n.message import Arg, Moment, msg, msgn

_SHOWN = 6
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
        last = msgn("the last entry", "the last {n} entries", rest)
        which = last if report.anchored else msgn("{n} entry, all there is", "all {n} entries", rest)
        unseen = msg("{which}: seen by no outsider yet", which=which)
        if report.strangers:
            unseen = msg("{which}: seen by no outsider whose key you named", which=which)
        yield Said(_range(unseen, page.open, report.zone), (), "note")
    yield from _strangers(report)
    for name, time in report.witnesses:
        yield Said(msg("Witness: {name}, {at}", name=name, at=moment(time * 1000, report.zone)))


def _strangers(report: Report) -> Iterator[Block]:
    """Anybody can write such a line: what it is worth, only the key of whoever is said to have signed shows."""
    if not report.strangers:
        return
    signed = msgn(
        "There is {n} cosignature by a key that you did not name as trusted, so it was not checked and counts for nothing.",
        "There are cosignatures by {n} keys that you did not name as trusted, so they were not checked and count for nothing.",
        len(report.strangers),
    )  # fmt: skip
    told = [msgn("{name}, of the first entry", "{name}, of the first {n} entries", size, name=name)
            for name, size in report.strangers]  # fmt: skip
    how = msg("To have them count, get the key from the witness itself, write it into a file in two lines like these, and"
              " verify with {option}:", option="--trust trust.txt")  # fmt: skip
    yield Said(signed, (*few(told, _SHOWN), how, "witness w KEY", "quorum w"), "note")


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
