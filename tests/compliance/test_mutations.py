"""One lie about an honest log of real seats, sealed again with all keys: how much of it shows.

The logs are those of real_days.py, the lies those of log_mutations.py. A lie shows if the report has a failure, a finding or a
gap that the honest one has not, by kind and text, or more of what it counts. Half of an honest log are the agent's ticks: of
twenty lies one is about these.
"""

from __future__ import annotations

import re
from collections import Counter
from random import Random
from typing import Final

import pytest

from compliance import bundle, entry
from compliance.audit import Auditor
from compliance.page.advice import unknown
from compliance.page.model import page
from compliance.verify import verify
from i18n.message import plain
from tests.compliance import real_days
from tests.compliance.log_mutations import Mutations, numbered, sealed
from tests.compliance.test_verify import forge

UNCOUNTED: Final = {
    "*.secret": "commits to a text beside the log, which has no part in any duty",
    "play.started.pid": "a number of the system's, gone with the program",
    "play.started.started": "a moment of the system's own count, gone with the program",
    "play.started.match": "by which of its signs the game was known",
    "seat.start.version": "which version wrote the log",
    "drop zone.changed": "the PC's own zone, which no rule asks",
    "play.due.until": "from when on the player was told that play goes on: each start is decided anew, whatever it says",
    "launch.refused.until": "the same",
}
"""What is not counted, each with its reason: it says nothing of play, rules, time, presence or overrides."""

ON_THE_PAGE: Final = {
    "a refused start": {
        "drop launch.refused": "a start that was not let begin is no play, and leaves nothing else",
        "twice launch.refused": "a game may be begun twice in one moment",
        "launch.refused.guardian": "whether a guardian was registered is the place's word; no play of that day says otherwise",
        "launch.refused.grants": "time that was given under the pseudonym of the day before",
        "usage.day.games": "refused starts beyond those that have an entry: most of a loop's are only counted",
    },
    "a wrong PIN or a code": {
        "drop pin.failed": "that somebody guessed", "pin.failed.how": "what was guessed", "pin.failed.who": "whoever it was",
        "drop code.used": "what it gave stands in an entry of its own", "pin.failed.tries": "how often somebody guessed",
        "code.used.ms": "how much it might give",
    },
    "who was logged on": {
        "session.opened.who": "nobody need play who is logged on",
        "session.opened.guest": "of somebody who was found logged on once that day, and did not play",
    },
    "is kept at the place and is not in this file": {
        "drop erasure": "what was deleted lay beside the log", "erasure.who": "pseudonyms change by the day",
        "erasure.payloads": "fewer than there were", "seat.retired.heard": "its last entry and the ticks say the same",
    },
    "a request and its answer": {
        "drop answer": "that a guardian was asked: what was given or let through stands in entries of its own",
    },
    "whom a pause, a permission or rules were for": {
        "policy.changed.target": "of whom: pseudonyms change by the day, and join nothing",
        "approval.who": "pseudonyms change by the day", "drop approval.ended": "the play of that day was let through otherwise",
        "approval.game": "the same", "resume.who": "pseudonyms change by the day",
        "pause.who": "nobody else tried to play meanwhile",
        "drop policy.changed": "of guests who never played, or of a player whose plays name the same packs",
        "twice policy.changed": "the same", "policy.changed.packs": "of guests who never played",
    },
    "what came after a seat's last entry": {
        "drop seat.stop": "a log that is cut at its end, which only somebody who saw more can tell",
        "drop play.ended": "the same", "drop presence": "the same", "drop agent.tick": "the same, of a run of the agent",
    },
    "extra time that was not used": {
        "drop grant.given": "taken back by a log that says so of nobody",
        "drop grant.revoked": "time that was taken back and never used", "grant.given.game": "time that was never used",
        "grant.given.ms": "the same", "grant.given.id": "the same",
        "play.due.grants": "of another game's: it moves no limit of this one",
    },
    "rules, labels and guardians that changed while nobody played by them": {
        "policy.changed.house": "whether somebody had limits of the house besides: these are in no entry",
        "play.started.bound": "the same", "drop game.changed": "of a game that nobody played",
        "game.changed.game": "of a game that nobody played",
        "game.changed.before": "what the house had said before its first entry",
        "game.changed.after": "of a game nobody played", "drop guardian.changed": "how many there are, nothing decides by",
        "guardian.changed.registered": "the same", "enforcement.off.until": "until when, if it was taken back before",
    },
    "how a play closed in the last seconds that it had": {
        "play.ended.how": "in the last ten of them: at its own player's hand, or as its window was asked to",
        "play.due.grace": "how long it had to save: another of the player's rules may leave more",
    },
    "trouble, a clock that was set ahead": {
        "drop clock.jump": "it looks like sleep; only the Issue says more",
        "drop issue.raised + drop issue.cleared": "what was wrong, and for how long",
        "drop issue.cleared + drop issue.raised": "the same",
    },
    "a warning": {
        "drop warned + play.ended": "which is said in two places",
        "warned.left": "how much was left: changes of rules and grants move it, and the play's end is decided again",
    },
    "before the first entry there is nothing": {
        "seat.enrolled.wall": "the first moment of the log", "seat.start.wall": "the first moment of a chain",
        "seat.enrolled.boot": "the first start of the agent's PC",
    },
}
"""What no log can show of one lie, and why; by the words in which the page says so."""
UNKNOWABLE: Final = {what: why for reasons in ON_THE_PAGE.values() for what, why in reasons.items()}

ENOUGH: Final = 0.93  # of whatever was changed
PAIRS: Final = 0.90  # of two at once that go with each other

_COUNT = re.compile(r"(?<![\w-])\d+(?= (?:more|ticks?|plays?|entry|entries|decisions?|times?|programs?)\b)")


class Judge:
    """Whether the report of a changed log has what that of the honest one has not."""

    def __init__(self, days: real_days.Days) -> None:
        told = b"".join(map(entry.encode, days.lines))
        self.signers = days.signers
        self.texts = {digest: text for digest, text in real_days.TEXTS.items() if digest.encode() in told}
        self.lines = [entry.decode(entry.encode(line)) for line in days.lines]
        self.mutations = Mutations(self.lines, frozenset(UNCOUNTED))
        self.audit = self._audited(numbered(self.lines))
        self.honest = _said(self.audit)

    def _audited(self, lines):
        auditor = Auditor(self.texts)
        for index, line in enumerate(lines):
            auditor.take(index, line)
        return auditor.finish()

    def verified(self, lines):
        entries = sealed(numbered(lines), self.signers)
        return verify(bundle.parse(forge(entries, self.signers["agent"], self.texts)))

    def seen(self, lines) -> bool:
        """The audit is part of what is verified; only what it does not see needs the rest."""
        if _said(self._audited(numbered(lines))) - self.honest:
            return True
        report = self.verified(lines)
        return not report.ok or bool(_said(report.audit) - self.honest)


def _said(audit):
    """By kind and text, without the numbers of entries. Of what is only counted, how often."""
    found = Counter({"failures": len(audit.failures)})
    for one in audit.findings:
        text = re.sub(r"seq \d+", "seq", plain(one.what))
        number = _COUNT.search(text)
        found[one.kind, one.seat or "", _COUNT.sub("#", text)] += int(number[0]) if number else 1
    found.update((gap.seat, gap.start, gap.end, gap.explained, gap.kind) for gap in audit.gaps)
    return found


@pytest.fixture(scope="module", params=["home", "point"])
def judge(request, tmp_path_factory, make_clock):
    make = {"home": real_days.home, "point": real_days.point}[request.param]
    return Judge(make(tmp_path_factory.mktemp("days"), make_clock))


def test_the_honest_log_is_whole(judge):
    """And nothing is found but what happened there."""
    report = judge.verified(judge.lines)
    assert [f"{plain(one.where)}: {plain(one.what)}" for one in report.failures] == []
    assert _said(report.audit) == judge.honest
    happened = {
        "issue", "not-decidable", "policy-changed", "pause", "enforcement-off", "silent", "late-play", "zone", "clock-jump",
        "erasure", "retired", "guessing", "untold",  # pc-3 does not say who is logged on
    }  # fmt: skip
    assert {one.kind for one in report.audit.findings} <= happened
    assert {gap.kind for gap in report.audit.gaps} <= {"stopped", "lost"}


def told(judge, change, most):
    """Of each class how many lies were told, how many did not show, and the same in words."""
    dice, tried, silent = Random(14), Counter(), Counter()
    while tried.total() < most:
        changed = change(dice)
        if changed is not None:
            what, lines = changed
            tried[what] += 1
            silent[what] += not judge.seen(lines)
    return tried, +silent, {what: f"{times} of {tried[what]}" for what, times in silent.most_common() if times}


def test_lies_show(judge, soak):
    """At least 93 of 100; what does not is of few kinds, each with its reason."""
    most = soak(75, 5_000)
    tried, silent, shares = told(judge, judge.mutations.one, most)
    could = [what for what in tried if what not in UNKNOWABLE]
    assert sum(silent[what] for what in could) <= (1 - ENOUGH) * sum(tried[what] for what in could), shares
    assert silent.total() <= (1 - ENOUGH) * most + soak(3, 0), shares
    often = {what for what, times in silent.items() if 2 * times > tried[what] >= soak(4, 10)}
    assert often <= UNKNOWABLE.keys(), shares


def test_two_lies_that_go_with_each_other_show(judge, soak):
    most = soak(10, 1_000)
    _, silent, shares = told(judge, judge.mutations.pair, most)
    assert silent.total() <= (1 - PAIRS) * most + soak(3, 0), shares


def test_the_page_names_what_no_log_can_show(judge):
    said = " ".join(map(plain, unknown(page(judge.verified(judge.lines)))))
    assert [words for words in ON_THE_PAGE if words not in said] == []
