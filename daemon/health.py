"""Issues: what is not enforced or not sure, loud in status, log and display until it is over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from daemon.api.issues import ISSUES
from daemon.trusted import Reading
from i18n.message import Arg, Message, Words, msg


def _text(id_: str, details: Arg | None) -> Words:
    what = ISSUES.get(id_, Message(id_))
    return msg("{what} ({details})", what=what, details=details) if details else what


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

    def report(self, id_: str, *, trouble: bool, details: Arg | None = None, text: Message | None = None) -> None:
        """Raises or clears the Issue `id_`; if it stands so already, its words alone are new. `details` are added to its text;
        `text` is one of its own.
        """
        if trouble:
            words, known = text or _text(id_, details), self._open.get(id_)
            if known is not None:
                if details or text:  # what is wrong with it may have become something else
                    self._open[id_] = replace(known, text=words)
                return
            now = self._read()
            self._open[id_] = problem = OpenIssue(id_, now.wall, words)
            self._changed(problem, True, now)
        elif id_ in self._open:
            self._changed(self._open.pop(id_), False, self._read())

    def open(self) -> tuple[OpenIssue, ...]:
        return tuple(self._open.values())

    def has(self, id_: str) -> bool:
        return id_ in self._open
