"""What no log can show, and this one cannot, and what an inspector does next. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from compliance.bundle import KEY
from compliance.page import begins, names
from compliance.page.model import Page
from compliance.verifying.report import Report
from i18n.message import Arg, comma, msg, msgn

UNDECIDED = "not-decidable"
OLD = "old-cosignatures"
RESTORED = "restored"
LACKING = frozenset({"pack", "brought"})
SOME = 6


def unknown(page: Page) -> Iterator[Arg]:
    """The first three always: whoever holds a seat's key signs what they like there."""
    yield msg(
        "Play that was never written down, or that was longer than is written. While the owner holds a seat's key, an omitted"
        " play leaves no trace but a gap in its presence, if any, and of a longer one it may say that the PC slept. Nor"
        " whether a PC was watched in each minute in which it says so."
    )
    yield msg(
        "Whether two pseudonyms are one person. They change each day, and a second name in the registry gives a second one:"
        " time over several days, or under two names, does not add up here."
    )
    yield msg("Whether an age is true. It is what was registered; look at the papers of whoever plays.")
    yield msg("What was played on PCs without Giờ Chơi, or before the first entry.")
    yield msg("Who overrode something by name, and why: that is kept at the place and is not in this file. Nor whether it was a"
              " guardian at all: whoever holds a seat's key can write that one allowed it. Ask the guardian.")
    yield msg(
        "What leaves no second trace: a refused start, a warning, a wrong PIN or a code, a request and its answer, who was"
        " logged on, trouble, a clock that was set ahead, whether a seat could refuse games before they ran, whom a pause, a"
        " permission or rules were for, and what came after a seat's last entry."
    )
    yield msg(
        "What nothing followed from: extra time that was not used, rules, labels and guardians that changed while nobody"
        " played by them, and how a play closed in the last seconds that it had."
    )
    yield msg("Moments to the minute: clocks may be wrong by five minutes, and before the first entry there is nothing. Of what"
              " no witness dated, only the place's own clocks say when it was: whoever holds all keys can move a whole"
              " evening.")
    yield from _of_this(page)


def _of_this(page: Page) -> Iterator[Arg]:
    report = page.report
    if report.beginning is not None:
        yield begins.unknown()
    if (rest := report.size - report.anchored) and (report.ok or report.only_demands):
        yield msgn(
            "Whether the {n} entry that nobody outside vouches for was written anew: whoever holds all keys can.",
            "Whether the {n} entries that nobody outside vouches for were written anew: whoever holds all keys can.", rest,
        )  # fmt: skip
    if n := sum(group.count for group in page.notes if group.kind in {UNDECIDED, "unchecked"}):
        yield msgn(
            "Whether what {n} finding above names was right: it could not be decided or added up again.",
            "Whether what {n} findings above name was right: it could not be decided or added up again.", n,
        )  # fmt: skip
    if page.gaps:
        yield msg("What happened in the gaps above.")


def steps(page: Page) -> Iterator[Arg]:
    report = page.report
    yield from _demands(report)
    if report.failures and not report.only_demands:
        yield msg(
            "Keep this file unchanged. Have a new one made while you look on ({command}) and verify it: if that one holds, this"
            " one was changed on its way; if not, the log itself does not hold.", command="giochoi log export FILE",
        )  # fmt: skip
    if any(group.kind in LACKING for group in page.notes):
        yield msg("Texts of rules are missing from this file, or some are in it that no entry names: {command} writes them all."
                  " Have it exported anew while you look on; if one is missing then, have the text itself shown.",
                  command="giochoi log export FILE")  # fmt: skip
    if any(group.kind == OLD for group in page.notes):
        yield msg("Have the witnesses asked again ({command}) and the log exported anew: what came since they signed may be"
                  " kept back. If they refuse, ask them why.", command="giochoi log witness ask")  # fmt: skip
    if page.articles or page.odd:
        yield msg(
            "Have the entries named above shown on the spot ({command}) and hear whoever is responsible. This page says what"
            " the log says; what follows from it, the law says.", command="giochoi log show",
        )  # fmt: skip
    if page.gaps:
        could = tuple(dict.fromkeys(who for one in page.gaps for who in one.could))
        yield msg(
            "Ask the owner what happened in the gaps, and look at what was recorded then by: {who}.",
            who=comma(map(names.recorder, could[:SOME])),
        ) if could else msg("Ask the owner what happened in the gaps; nobody else in this log could tell.")
    if not report.anchored and not report.failures:
        yield msg("Compare the fingerprint below with that on the card from an earlier visit, and verify with {option}.",
                  option="--card card.txt")  # fmt: skip
    yield msg("Take along today's card for the next visit: {command}", command="giochoi log card card-2.txt")
    if page.read:
        yield msg("Walk through the place: each PC on which games run has to be among the seats named here.")
    if any(group.kind == RESTORED for group in page.notes):
        yield msg("Something was put back from a backup: after that a PC goes on as a new seat, and two seats may be one PC.")


def _demands(report: Report) -> Iterator[Arg]:
    """Where less is there than whoever verifies demands, which nobody at the place need have done."""
    for one in report.failures:
        if one.demand and one.where == KEY:
            yield msg(
                "The log has another key than those in your trust policy. Compare the fingerprint below with the card, and ask"
                " since when it has this one, and why: an agent that was set up anew begins a new log."
            )
        elif one.demand:
            yield msg(
                "The witnesses that you demand have not signed this file. Ask whether they know this log and since when, have"
                " them asked ({command}), and have it exported again.", command="giochoi log witness ask",
            )  # fmt: skip
