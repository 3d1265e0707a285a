"""The tray itself: what was seen goes to the icon, what was clicked goes to the daemon or opens a dialog."""

from __future__ import annotations

from collections.abc import Callable

from daemon.api.messages import RulesInForce, Signal
from host.clock import Clock
from i18n.message import Message
from tray.api import Face, How, Shower
from tray.context import Context
from tray.limits import tell, told_file
from tray.link import Link
from tray.menus import Act, Ask, Dialog, Leave, Run
from tray.opening import Opener
from tray.seen import Proof, Seen
from tray.view import View, next_change, view
from tray.words import headline


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
        if seen.rules is not None and seen.rules != self._limits and tell(seen.rules, told_file(), shower.show):
            self._limits = seen.rules
        if self._tray is not None:
            shower.resident(None if self._tray else said, sign)

    def _show(self, signal: Signal) -> How | None:
        """In the link's thread."""
        return None if self._shower is None else self._shower.show(signal)
