"""Seats by what their place calls the PCs, as whoever stands before one knows it. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from compliance.format.chain import AGENT
from compliance.verifying.report import Report


def called(report: Report) -> Report:
    """With the PCs' names in place of seats' ids; beside the id, where two are called the same and in the list of seats."""
    audit = report.audit
    names = {id: name for id, name in audit.overview.names.items() if name and AGENT not in {id, name}}
    often = Counter(names.values())

    def said(seat: str) -> str:
        name = names.get(seat, seat)
        return f"{name} ({seat})" if often[name] > 1 else name

    if not names:
        return report
    seen = audit.overview
    overview = replace(
        seen,
        seats=tuple(replace(one, seat=said(one.seat)) for one in seen.seats),
        ungated=tuple((said(seat), without, starts) for seat, without, starts in seen.ungated),
    )
    return replace(report, audit=replace(
        audit,
        findings=tuple(replace(one, seat=said(one.seat)) for one in audit.findings),
        gaps=tuple(replace(one, seat=said(one.seat), could=tuple(map(said, one.could))) for one in audit.gaps),
        seats=tuple(replace(one, seat=f"{names[one.seat]} ({one.seat})" if one.seat in names else one.seat)
                    for one in audit.seats),
        overview=overview,
    ))  # fmt: skip
