"""What is said of a log whose first entries are deleted. Nobody calls what cannot be seen whole. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from compliance.page.seen import moment
from compliance.verifying.report import Beginning, Report
from i18n.message import Arg, Message, msg, msgn


def left(report: Report, begins: int) -> Message:
    """The verdict on what is left."""
    told: dict[str, Arg] = {"number": str(begins)}
    if report.only_demands:
        return msg("NOT VERIFIED: less than your trust policy demands; nothing is missing from entry {number} on", **told)
    if report.by_card:
        return msgn("Nothing is missing from entry {number} on; the first entry agrees with your earlier card or head",
                    "Nothing is missing from entry {number} on; the first {n} entries agree with your earlier card or head",
                    report.anchored, **told)  # fmt: skip
    if report.anchored == report.size:
        return msg("Nothing is missing from entry {number} on, and all of it is anchored", **told)
    if report.anchored:
        return msgn("Nothing is missing from entry {number} on; the first entry is anchored",
                    "Nothing is missing from entry {number} on; the first {n} entries are anchored",
                    report.anchored, **told)  # fmt: skip
    return msg("Nothing is missing from entry {number} on, not anchored", **told)


def deleted(one: Beginning, zone: str) -> Iterator[Message]:
    """What became of the others, and which of those that are left were not judged."""
    yield msg(
        "Entries 0–{last} were deleted after thirteen months, and the log says so. What is proved of them: that they were"
        " there.",
        last=str(one.begins - 1),
    )  # fmt: skip
    yield msg(
        "Entries {first}–{last} ({start} – {end}) are all there, but were not judged: what they go on from is deleted.",
        first=str(one.begins), last=str(one.judged - 1), start=moment(one.at, zone), end=moment(one.judged_at, zone),
    )  # fmt: skip


def unknown() -> Message:
    return msg(
        "What the deleted entries said, and which of them went when. Of what goes on (place, packs, seats, games, pauses) the"
        " log kept some; that nothing else went on is the owner's word."
    )
