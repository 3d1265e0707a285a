"""Who outside has signed the checkpoint, and whether that says anything of today. Pure.

A witness signs what it is shown. Whoever shows an inspector the head of last month, and keeps back what came since, has a
quorum for that, too: last month's. So cosignatures get old.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from compliance.note import Checkpoint, VerifierKey
from compliance.verifying.report import Failure, Finding
from compliance.verifying.trust import Trust
from i18n.message import msg, msgn
from rules.calendar import DAY_MS

MAX_AGE_DAYS = 8


@dataclass(frozen=True, slots=True)
class Cosigned:
    """`now` None: nobody asks how old they are."""

    checkpoint: Checkpoint
    key: VerifierKey
    trust: Trust | None
    now: int | None = None
    max_age_days: int = MAX_AGE_DAYS

    def failures(self) -> Iterator[Failure]:
        if self.trust is None:
            return
        if self.trust.logs and self.key not in self.trust.logs:
            yield Failure("key", msg("it is not one of the log keys that the trust policy names"))
        if not self.trust.satisfied(self._signers(None)):
            yield Failure("checkpoint", msg("its witnesses do not make the quorum of the trust policy"))

    @property
    def anchors(self) -> bool:
        """Whether a quorum has signed it, and lately."""
        if self.trust is None or self.trust.quorum is None:
            return False
        return self.trust.satisfied(self._signers(None if self.now is None else self.now - self.max_age_days * DAY_MS))

    def findings(self) -> Iterator[Finding]:
        if self.trust is not None and self.trust.quorum is not None and not self.anchors:
            told = msgn(
                "its witnesses signed it more than {n} day ago, so what came since may be kept back",
                "its witnesses signed it more than {n} days ago, so what came since may be kept back",
                self.max_age_days,
            )
            last = max((one.time * 1000 for one in self.checkpoint.signatures if one.time is not None), default=None)
            yield Finding("old-cosignatures", "checkpoint", told, at=last)

    def _signers(self, oldest: int | None) -> list[VerifierKey]:
        """Witnesses who signed it, since the moment `oldest` if there is one. The log itself is nobody outside."""
        return [
            one.key for one in self.checkpoint.signatures
            if one.time is not None and one.key.public != self.key.public and (oldest is None or one.time * 1000 >= oldest)
        ]  # fmt: skip
