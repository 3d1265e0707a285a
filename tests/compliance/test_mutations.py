"""One lie about an honest log of real seats, sealed again with all keys: how much of it shows."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from random import Random
from typing import Final

import pytest

from compliance import bundle, entry
from compliance.audit import Auditor
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
}
"""What is not counted, each with its reason: it says nothing of play, rules, time, presence or overrides."""


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
        """The audit alone is part of what is verified; only what it does not see needs the rest."""
        if _more(_said(self._audited(numbered(lines))), self.honest):
            return True
        report = self.verified(lines)
        return not report.ok or _more(_said(report.audit), self.honest)


_COUNT = re.compile(r"(?<![\w-])\d+(?= (?:more|ticks?|plays?|entry|entries|decisions?|times?|programs?)\b)")


def _said(audit):
    """By kind and text, without the numbers of entries. Of what is only counted, how often."""
    found = Counter()
    found["failures"] = len(audit.failures)
    for one in audit.findings:
        text = re.sub(r"seq \d+", "seq", plain(one.what))
        number = _COUNT.search(text)
        found[one.kind, one.seat or "", _COUNT.sub("#", text)] += int(number[0]) if number else 1
    found.update((gap.seat, gap.start, gap.end, gap.explained, gap.kind) for gap in audit.gaps)
    return found


def _more(found, honest):
    return bool(found - honest)
