"""What the log says of a request and of its answer."""

from __future__ import annotations

import msgspec

from compliance.entries.override import Answered, Requested
from compliance.journal import Journal
from daemon import events


def write(journal: Journal, event: events.Asked | events.Answered, who: str) -> None:
    """`who` is the player's pseudonym of the day."""
    asked, now, answer = event.event, event.now, event.event.answer
    program = asked.program
    beside = {"player": event.part.name}
    if program is not None:
        beside["name"] = program.name
    if isinstance(event, events.Asked) or answer is None:
        beside |= {"account": asked.account, "reason": asked.reason}
        journal.append(
            Requested, mono=now.mono, wall=now.wall, payload=msgspec.json.encode(beside, order="sorted"), id=asked.id,
            who=who, game=asked.game, program=None if program is None else program.sha256, ms=asked.ms,
        )  # fmt: skip
        return
    beside |= {"who": answer.who, "reason": answer.reason}
    if answer.how != "account":
        beside["how"] = answer.how
    journal.append(
        Answered, mono=now.mono, wall=now.wall, payload=msgspec.json.encode(beside, order="sorted"), id=asked.id,
        who=who, by=answer.by, approved=answer.approved, let=answer.let, ms=answer.ms, grant=answer.grant,
        game=asked.game, asked=asked.ms,
    )  # fmt: skip
