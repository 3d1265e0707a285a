"""What the log says of a request and of its answer."""

from __future__ import annotations

from compliance.entries.override import Answered, Requested
from compliance.journal import Journal
from daemon import events
from daemon.recording.line import append, beside
from daemon.recording.override_lines import proved


def write(journal: Journal, event: events.Asked | events.Answered, who: str) -> None:
    """`who` is the player's pseudonym of the day."""
    asked, now, answer = event.event, event.now, event.event.answer
    program = asked.program
    persons = {"player": event.part.name}
    if program is not None:
        persons["name"] = program.name
    if isinstance(event, events.Asked) or answer is None:
        persons |= {"account": asked.account, "reason": asked.reason}
        append(
            journal, Requested, now, payload=beside(**persons), id=asked.id, who=who, game=asked.game,
            program=None if program is None else program.sha256, ms=asked.ms,
        )  # fmt: skip
        return
    persons |= {"who": answer.who, "reason": answer.reason} | proved(answer.how)
    append(
        journal, Answered, now, payload=beside(**persons), id=asked.id, who=who, by=answer.by, approved=answer.approved,
        let=answer.let, ms=answer.ms, grant=answer.grant, game=asked.game, asked=asked.ms,
    )  # fmt: skip
