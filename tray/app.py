"""The tray itself: what was seen goes to the icon, what was clicked goes to the daemon or opens a dialog."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from daemon.api.messages import RulesInForce, Signal
from host.clock import Clock
from host.files import write_atomic
from i18n.message import Message, Words, msg, semicolon
from tray.api import Face, How, Shower
from tray.context import Context
from tray.headline import headline
from tray.link import Link
from tray.menus import Act, Ask, Dialog, Leave, Run
from tray.opening import Opener
from tray.seen import Proof, Seen
from tray.view import View, next_change, view

_NAMED: Final = 3  # of the rules that a player is told of


class Tray:
    """What the daemon tells is shown by the `shower`; without one, by somebody else in this session. `installed`: our own
    program is still there.
    """

    def __init__(self, context: Context, clock: Clock, opener: Opener, installed: Callable[[], bool] = lambda: True) -> None:
        self._context = context
        self._clock = clock
        self._shower: Shower | None = None
        self._who: tuple[bool, str | None, bool, str] | None = None
        self._limits: RulesInForce | None = None  # of which nothing more is to be told
        self._opener = opener
        self._face: Face | None = None
        self._shown: View | None = None
        self._tray: bool | None = None
        self._installed = installed
        self.link = Link(lambda: context.home.daemon_address, clock.mono, clock.elapsed, self._told, self._show)

    def first(self) -> View:
        """What is shown before anything is known."""
        self._shown = view(Seen(self._clock.mono()), self._clock.mono(), self._context.words())
        return self._shown

    def run(self, face: Face, shower: Shower | None) -> None:
        """In the main thread, until the face is stopped."""
        self._face, self._shower = face, shower
        self.link.start()
        try:
            face.run()
        finally:
            self.link.stop()
            self._opener.close()
            if shower is not None:
                shower.close()

    def act(self, act: Act) -> None:
        """From any thread."""
        match act:
            case Ask(request):
                self.link.send(request)
            case Run(words):
                self._opener.run(words, self.link.ran)
            case Leave():
                self.link.proved(Proof("", "", 0))
            case Dialog(name, words):
                self._opener.open(name, words, self.link.token, self._closed)

    def tray(self, *, there: bool) -> None:
        """From any thread: whether anybody shows icons. Where nobody does, a notification stands instead."""
        self._tray = there
        self.link.look()

    def _closed(self, proof: Proof | None) -> None:
        """A dialog was closed, and had proved this."""
        if proof is None:
            self.link.look()
        else:
            self.link.proved(proof)

    def _told(self, seen: Seen) -> int | None:
        """In the link's thread. Where nobody answers any more because all of it was removed, nothing is left to be shown."""
        if seen.status is None and self._face is not None and not self._installed():
            self._face.stop()
            return None
        mono = self._clock.mono()
        shows = view(seen, mono, self._context.words())
        if shows != self._shown and self._face is not None:
            self._shown = shows
            self._face.show(shows)
        if self._shower is not None:
            self._stand(self._shower, seen, headline(seen, mono, unenforced=shows.state == "unenforced"), shows.sprite)
        return next_change(seen, mono)

    def _stand(self, shower: Shower, seen: Seen, said: Message, sign: str) -> None:
        """Where there is no tray, the same stands elsewhere; until that is known, nothing does."""
        me = seen.me
        who = (seen.guardian, me.player if me else None, self._tray is not False, me.hotline if me else "")
        if who != self._who:
            self._who = who
            shower.know(guardian=who[0], player=who[1], tray=who[2], hotline=who[3])
        if seen.rules is not None and seen.rules != self._limits and _tell(seen.rules, _told_file(), shower.show):
            self._limits = seen.rules
        if self._tray is not None:
            shower.resident(None if self._tray else said, sign)

    def _show(self, signal: Signal) -> How | None:
        """In the link's thread."""
        return None if self._shower is None else self._shower.show(signal)


def _told_file() -> Path:
    """Of the account that calls: where Windows says, else where the XDG Base Directory Specification does."""
    given = os.environ.get("LOCALAPPDATA") or os.environ.get("XDG_STATE_HOME")
    return (Path(given) if given else Path.home() / ".local" / "state") / "giochoi" / "limits-told"


def _tell(rules: RulesInForce, file: Path, show: Callable[[Signal], How | None]) -> bool:
    """Tells a player once of the limits that hold, and again when they are others: nobody should meet them first when a game
    closes. Whether no more is to be told of these: they were, or are now, or there are none.
    """
    binding = [rule for pack in rules.packs for rule in pack.rules if not rule.advisory]
    digest = hashlib.sha256(msgspec.json.encode([(rule.rule, rule.text) for rule in binding])).hexdigest()
    with suppress(OSError, ValueError):
        if not binding or file.read_text("ascii").strip() == digest:
            return True
    signal = Signal(number=0, kind="limits", player=rules.player, text=_summary([rule.text for rule in binding]))
    if show(signal) is None:
        return False
    with suppress(OSError):  # a home that takes no file: once in each session, then
        file.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(file, f"{digest}\n".encode())
    return True


def _summary(texts: list[Words]) -> Words:
    """The first of them, and how many more."""
    named, more = semicolon(texts[:_NAMED]), len(texts) - _NAMED
    if more <= 0:
        return msg("{rules}", rules=named)
    return msg("{rules}; and {n} more", rules=named, n=more)
