"""What guardians are shown of a request, and whoever asked of the answer."""

from __future__ import annotations

from typing import Any

from daemon import events
from daemon.api.asked_words import answered, wish, withdrawn
from daemon.api.asking import Answer


def said(event: events.Asked | events.Answered) -> tuple[frozenset[str], dict[str, Any]]:
    """The accounts besides guardians', and the fields of the signal."""
    part, asked = event.part, event.event
    about = {"player": part.player, "game": part.game or "", "title": part.title or "", "program": part.program}
    if isinstance(event, events.Asked) or part.answer is None:
        fields = {"request": asked.id, "left": part.ms, "text": wish(part), "reason": part.reason}
        return frozenset(), {"kind": "asked", **about, **fields}
    answer: Answer = part.answer
    how = "withdrawn" if answer.withdrawn else "approved" if answer.approved else "denied"
    text = withdrawn(part) if answer.withdrawn else answered(part, answer)
    fields = {"request": asked.id, "left": answer.ms, "who": answer.who, "how": how, "text": text}
    return frozenset((asked.account,)), {"kind": "answered", **about, **fields}
