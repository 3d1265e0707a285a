"""What a verification comes to: one sentence, and of what does not hold what that means and exactly where it is. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from compliance.bundle import CHECKPOINT, KEY
from compliance.page import advice, begins
from compliance.page.blocks import Block, Said, Tone
from compliance.page.groups import FIRST
from compliance.page.kinds import in_words
from compliance.page.model import Page
from compliance.page.shortened import few
from compliance.verifying.bundle.earlier import EARLIER
from compliance.verifying.report import Failure, Report, Stage
from i18n.message import Arg, Message, comma, msg, msgn

SHOWN = 20
MEANS: Final[Mapping[Stage, Arg]] = {
    "file": msg("The file is not as it was exported: parts of it were changed, damaged, left out or added."),
    "root": msg("The entries are not those that the log signed: some were changed, left out or added."),
    "head": msg("The log's signature on this file does not hold: who made the file cannot be told."),
    "heads": msg("What outsiders are said to have signed does not go with this log."),
    "earlier": msg("The log does not go on from what you hold of an earlier visit: it was written anew or cut off, or is"
                   " another one; or this file is older than what you hold."),
    "entries": msg("Entries contradict each other, themselves or the rules, though the log signed them: no damage on its way"
                   " makes that."),
}  # fmt: skip
"""What failures mean to whoever knows nothing of hashes. What an empty log is, and what is only demanded, says so itself."""


def concluded(page: Page) -> Iterator[Block]:
    """The verdict, what does not hold, and what is therefore not said."""
    report = page.report
    yield verdict(page)
    yield from _failed(page.failures)
    if report.failures and not report.only_demands and not page.read:
        yield Said(msg("Nothing that its entries say was judged: neither plays, nor rules, nor gaps, nor what people allowed."
                       " That this page names nothing of it does not mean that all was in order."), (), "note")  # fmt: skip
    if report.beginning is not None and not page.failures:
        yield from map(Said, begins.deleted(report.beginning, report.zone))
    if report.repacked and report.ok:
        lacks = any(group.kind in advice.LACKING for group in page.notes)
        yield Said(
            msg("the archive was packed anew by another tool, and not with the texts of rules that the log names") if lacks
            else msg("the archive was packed anew by another tool; its contents are whole"), (), "note" if lacks else "",
        )  # fmt: skip


def _failed(failures: Iterable[Failure]) -> Iterator[Said]:
    """By what they mean; below that exactly where, many that say the same in a few lines."""
    stages: dict[Stage, dict[str, list[Failure]]] = {}
    for one in failures:
        stages.setdefault("demand" if one.demand else one.stage, {}).setdefault(one.what.id, []).append(one)
    for stage, alike in stages.items():
        told: list[Arg] = []
        for some in list(alike.values())[:SHOWN]:
            told += few([_where(one) for one in some[:FIRST]], FIRST, sum(1 + one.others for one in some))
        if more := sum(1 + one.others for some in list(alike.values())[SHOWN:] for one in some):
            told.append(msgn("… and {n} more failure", "… and {n} more failures", more))
        yield Said(MEANS[stage], tuple(told), "bad") if stage in MEANS else Said(told[0], tuple(told[1:]), "bad")


_PARTS: Final[dict[str, Arg]] = {
    EARLIER: msg("the earlier head or card"), CHECKPOINT: msg("the log's signed head"), KEY: msg("the log's key"),
}  # fmt: skip


def _where(one: Failure) -> Message:
    where = _PARTS.get(one.where, one.where) if isinstance(one.where, str) else in_words(one.where)
    return msg("{where}: {why}", where=where, why=one.what)


def verdict(page: Page) -> Said:
    """One sentence: what is bad of it, then whether the log is whole, and what makes it worth less."""
    bad, doubts = [*_bad(page)], [*_doubts(page)]
    unseen = page.public and not page.report.anchored
    tone: Tone = "bad" if page.failures or page.violations else "note" if bad or doubts or unseen else "good"
    return Said(_sentence(page, bad, doubts), (), tone)


def comes_to(page: Page) -> Arg:
    """The same, to be copied."""
    return _sentence(page, [*_bad(page)], [*_doubts(page)])


def _sentence(page: Page, bad: list[Arg], doubts: list[Arg]) -> Arg:
    whole: Arg = _whole(page.report)
    if doubts:
        whole = msg("{whole}; {doubts}", whole=whole, doubts=comma(doubts))
    if not bad:
        return whole
    said: dict[str, Arg] = {"whole": whole, "found": comma(bad)}
    return msg("{whole}. Besides: {found}", **said) if page.failures else msg("{found}. {whole}", **said)


def _bad(page: Page) -> Iterator[Arg]:
    if page.violations:
        yield msgn("{n} sign of a violation by this place", "{n} signs of violations by this place", page.violations)
    if page.others:
        yield msgn("{n} time a rule was not kept", "{n} times a rule was not kept", page.others)
    if page.odd:
        yield msgn("{n} thing that needs an explanation", "{n} things that need an explanation", page.odd)
    if page.expired:
        yield msg("an expired certificate")
    if page.unexplained:
        yield msgn("{n} gap that nobody explains", "{n} gaps that nobody explains", page.unexplained)


def _doubts(page: Page) -> Iterator[Arg]:
    """What the log of a public place lacks to be worth something."""
    if page.failures:
        return
    if days := page.young:
        yield msgn("it goes back for {n} day only", "it goes back for {n} days only", days)
    if gone := page.gone:
        yield msgn("{n} PC of your earlier visit is missing: {seats}", "{n} PCs of your earlier visit are missing: {seats}",
                   len(gone), seats=comma(few(gone, FIRST)))  # fmt: skip


def _whole(report: Report) -> Message:
    if report.beginning is not None and (report.ok or report.only_demands):
        return begins.left(report, report.beginning.begins)
    if report.only_demands:
        return msg("NOT VERIFIED: less than your trust policy demands; the log itself is whole")
    if n := report.faults:
        return msgn("NOT VERIFIED: {n} thing in it does not hold", "NOT VERIFIED: {n} things in it do not hold", n)
    return _anchored(report)


def _anchored(report: Report) -> Message:
    if report.by_card:
        return msg("Whole, and all of it agrees with your earlier card or head") if report.anchored == report.size else (
            msgn("Whole; its first entry agrees with your earlier card or head",
                 "Whole; its first {n} entries agree with your earlier card or head", report.anchored)
        )  # fmt: skip
    if report.anchored == report.size and report.size:
        return msg("Whole and anchored")
    if report.anchored:
        return msgn("Whole; its first entry is anchored", "Whole; its first {n} entries are anchored", report.anchored)
    return msg("Whole, but no outsider has seen it yet")
