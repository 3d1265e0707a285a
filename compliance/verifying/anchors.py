"""What outsiders vouch for: whether a trust policy is met, and how far the log was seen. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from compliance.bundle import CHECKPOINT, KEY
from compliance.note import Checkpoint, VerifierKey
from compliance.verifying.earlier import Earlier
from compliance.verifying.heads import Heads
from compliance.verifying.report import Failure, Report
from compliance.verifying.trust import Trust
from i18n.message import msg


def trusted(heads: Heads, key: VerifierKey, trust: Trust | None) -> Iterator[Failure]:
    if trust is None:
        return
    if trust.logs and key not in trust.logs:
        yield Failure(KEY, msg("it is not one of the log keys that the trust policy names"))
    if trust.quorum is not None and heads.anchor is None:
        yield Failure(CHECKPOINT, msg("its witnesses do not make the quorum of the trust policy"))


def anchors(report: Report, checkpoint: Checkpoint, trust: Trust | None, earlier: Earlier | None, heads: Heads) -> Report:
    """How far outsiders have seen the log, once all else holds."""
    anchored, signatures = 0 if earlier is None else earlier.size, checkpoint.signatures
    if heads.anchor is not None:
        anchored, signatures = max(anchored, heads.anchor.size), heads.anchor.signatures
    witnesses = tuple((one.key.name, one.time) for one in signatures if one.time is not None)
    return replace(report, anchored=anchored, witnesses=witnesses, trusted=trust is not None and bool(trust.logs))
