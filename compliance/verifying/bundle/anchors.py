"""What outsiders vouch for: whether a trust policy is met, how far the log was seen, whether that tells of today. Pure.

A witness signs what it is shown. Whoever shows an inspector the head of last month, and keeps back what came since, has a
quorum for that, too: last month's. So cosignatures get old.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from compliance.bundle import CHECKPOINT, KEY
from compliance.note import Checkpoint, VerifierKey
from compliance.verifying.bundle.earlier import Earlier
from compliance.verifying.bundle.heads import Head, Heads
from compliance.verifying.bundle.trust import Trust
from compliance.verifying.report import Failure, Finding, Report
from i18n.message import msg, msgn
from rules.calendar import DAY_MS

MAX_AGE_DAYS = 8
AHEAD_MS = DAY_MS  # a verifier's own clock may be behind


@dataclass(frozen=True, slots=True)
class Anchors:
    """Of the log with this key. `now` (Unix ms) None: nobody asks how old cosignatures are."""

    key: VerifierKey
    heads: Heads
    trust: Trust | None = None
    now: int | None = None
    max_age_days: int = MAX_AGE_DAYS

    def failures(self) -> Iterator[Failure]:
        if self.trust is None:
            return
        if self.trust.logs and self.key not in self.trust.logs:
            yield Failure(KEY, msg("it is not one of the log keys that the trust policy names"), demand=True)
        if self.trust.quorum is not None and self.heads.anchor is None:
            yield Failure(CHECKPOINT, msg("its witnesses do not make the quorum of the trust policy"), demand=True)

    def findings(self) -> Iterator[Finding]:
        anchor = self.heads.anchor
        if anchor is not None and not self._recent(anchor):
            kind, told = "old-cosignatures", msgn(
                "its witnesses signed it more than {n} day ago, so what came since may be kept back",
                "its witnesses signed it more than {n} days ago, so what came since may be kept back",
                self.max_age_days,
            )  # fmt: skip
            if self._made(anchor, self._oldest()):
                kind, told = "early-cosignatures", msg(
                    "its witnesses signed it in the future: one of the clocks is wrong, theirs or this PC's"
                )  # fmt: skip
            last = max((one.time * 1000 for one in anchor.signatures if one.time is not None), default=None)
            yield Finding(kind, CHECKPOINT, told, at=last)

    def shown(self, report: Report, checkpoint: Checkpoint, earlier: Earlier | None) -> Report:
        """How far outsiders have seen the log, once all else holds."""
        anchor = self.heads.anchor
        witnessed = anchor.size if anchor is not None and self._recent(anchor) else 0
        anchored = max(0 if earlier is None else earlier.size, witnessed)
        signatures = checkpoint.signatures if anchor is None else anchor.signatures
        witnesses = tuple((one.key.name, one.time) for one in signatures if one.time is not None)
        trusted = self.trust is not None and bool(self.trust.logs)
        return replace(
            report, anchored=anchored, witnessed=witnessed, witnesses=witnesses, trusted=trusted, strangers=self.heads.strangers
        )  # fmt: skip

    def _recent(self, head: Head) -> bool:
        """Whether a quorum has signed it lately."""
        return self.now is None or self._made(head, self._oldest(), self.now + AHEAD_MS)

    def _oldest(self) -> int:
        return (self.now or 0) - self.max_age_days * DAY_MS

    def _made(self, head: Head, first: int, last: int | None = None) -> bool:
        """Whether a quorum signed it between these moments."""
        timed = [(one.key, one.time * 1000) for one in head.signatures if one.time is not None]
        signed = [key for key, at in timed if first <= at and (last is None or at <= last)]
        return self.trust is None or self.trust.satisfied(signed)
