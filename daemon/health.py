"""Issues: what is not enforced or not sure, loud in status, log and display until it is over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from daemon.trusted import Reading
from i18n.message import Arg, Message, Words, msg

_TEXTS = {
    "clock-jump": msg(
        "the PC's clock was set; the stricter of both times holds until a guardian runs {command}",
        command="giochoi doctor --repair",
    ),
    "agent-away": msg("the agent does not answer; play goes on by its last list"),
    "log-replaced": msg(
        "the agent has another key or another log; limits hold and records are kept; a guardian compares the key that {card} "
        "shows, then runs {command}",
        card="giochoi log card",
        command="giochoi doctor --repair --agent-key …",
    ),
    "agent-refuses": msg("the agent does not take this PC's records; limits hold and records are kept"),
    "journal-unwritable": msg("the journal cannot be written: is the disk full? limits hold, it is written once it can be"),
    "record-lost": msg("some events could not be recorded; see the system's log"),
    "no-roster": msg("no list of players came from the agent yet; nothing is limited"),
    "not-ended": msg("a game could not be ended; is it another account's?"),
}  # fmt: skip


def _text(id_: str, details: Arg | None) -> Words:
    known = _TEXTS.get(id_)
    if known is None:
        return details if isinstance(details, Message) else Message(id_)
    return msg("{what} ({details})", what=known, details=details) if details else known


@dataclass(frozen=True, slots=True)
class OpenIssue:
    """One open Issue: `since` is trusted wall time."""

    id: str
    since: int
    text: Words


class Health:
    """Open Issues by id. `changed` is called with (issue, raised, now) at each change, once."""

    def __init__(self, read: Callable[[], Reading], changed: Callable[[OpenIssue, bool, Reading], None]) -> None:
        self._open: dict[str, OpenIssue] = {}
        self._read = read
        self._changed = changed

    def report(self, id_: str, *, trouble: bool, details: Arg | None = None) -> None:
        """Raises or clears the Issue `id_`; nothing if it stands so already. `details` are added to its text, or are its text
        where this file has none for it.
        """
        if trouble and id_ not in self._open:
            now = self._read()
            self._open[id_] = problem = OpenIssue(id_, now.wall, _text(id_, details))
            self._changed(problem, True, now)
        elif not trouble and id_ in self._open:
            self._changed(self._open.pop(id_), False, self._read())

    def open(self) -> tuple[OpenIssue, ...]:
        return tuple(self._open.values())

    def has(self, id_: str) -> bool:
        return id_ in self._open
