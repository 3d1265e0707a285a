"""Shows signals by what the system offers, and says truly what somebody could see or hear of each."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import wait
from dataclasses import dataclass
from typing import Any, Final

from daemon.api.asking import RequestApprove, RequestDeny
from daemon.api.messages import Signal
from host.wire import Request
from i18n.catalogue import Catalogue
from i18n.message import Arg, msg
from tray.showing.api import Bell, Card, Display, How, Outcome
from tray.showing.ladder import APP, decide
from tray.showing.notice import Action, Gone, Notice, Screen, Viewer, seen_over
from tray.showing.pace import Pace
from tray.showing.signs import FREE
from tray.showing.texts import clean

PATIENCE_S: Final = 0.2  # for all of it: the link waits meanwhile
_LEAST_S: Final = 0.03  # for what is tried last
_STANDING: Final = "standing"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Means:
    """What the system offers. `prepare` has done beforehand what only the first banner would have to wait for."""

    notifications: Display
    banner: Display
    bell: Bell
    screen: Callable[[], Screen]
    prepare: Callable[[], None] = lambda: None


@dataclass(frozen=True, slots=True)
class Doing:
    """What buttons do, called from any thread: open a dialog (name, words), send a request to the daemon, open the menu."""

    dialog: Callable[[str, tuple[str, ...]], None]
    send: Callable[[Request[Any]], None]
    menu: Callable[[], None]


class Shower:
    """`words`: a catalogue of the moment, in the language of whoever sits here."""

    def __init__(self, means: Means, words: Callable[[], Catalogue], mono: Callable[[], int]) -> None:
        self._means = means
        self._words = words
        self._mono = mono
        self._viewer = Viewer()
        self._pace = Pace()
        self._standing: str | None = ""  # None: what was to stand does not
        self._end = 0  # until when what is shown now is waited for

    def know(self, *, guardian: bool, player: str | None, tray: bool, hotline: str = "") -> None:
        """Who sits here, whether an icon says how long is left, and the local hotline."""
        self._viewer = Viewer(guardian, player, tray, hotline)
        self._means.prepare()

    def show(self, signal: Signal) -> How | None:
        """What somebody could see or hear of it; None: nothing. Takes a quarter of a second at most, and never raises."""
        try:
            return self._show(signal)
        except Exception:  # noqa: BLE001 - a warning that cannot be shown must not end the tray
            _log.exception("showing %s", signal.kind)
            return None

    def _show(self, signal: Signal) -> How | None:
        found = decide(signal, self._viewer)
        if isinstance(found, Gone):
            self._drop(found.key)
        if not isinstance(found, Notice):
            return None  # and the system is not asked what is in front
        screen = self._means.screen()
        found = seen_over(found, screen)
        worth = self._pace.worth(found, self._mono())
        if found.over:  # also where nothing comes in its place
            self._means.banner.drop(found.over)
            if not worth or found.over != found.key:
                self._means.notifications.drop(found.over)
        return self._put(found, screen) if worth else None

    def _put(self, notice: Notice, screen: Screen) -> How | None:
        """Where nothing of ours is drawn, the notification is only for later: somebody can but hear it."""
        card = self._card(notice)
        self._end = self._mono() + int(PATIENCE_S * 1000)
        if notice.enough and screen != "exclusive" and self._came(self._means.banner.show(card)):
            return "banner"
        noted = self._means.notifications.show(card)
        if screen == "exclusive":
            loud = notice.banner or notice.sound
            return "sound" if loud and self._came(self._means.bell.ring()) else None
        drawn = self._means.banner.show(card) if notice.banner and not notice.enough else None
        rung = self._means.bell.ring() if notice.sound else None
        if drawn is not None and self._came(drawn):
            return "banner"
        if self._came(noted):
            return "notification"
        if not notice.banner and notice.urgency != "low" and self._came(self._means.banner.show(card)):
            return "banner"
        if rung is None and notice.banner:
            rung = self._means.bell.ring()
        return "sound" if rung is not None and self._came(rung) else None

    def _came(self, outcome: Outcome) -> bool:
        """Waits for what is left of our patience."""
        wait([outcome], max(_LEAST_S, (self._end - self._mono()) / 1000))
        return outcome.done() and outcome.exception() is None and outcome.result()

    def resident(self, text: Arg | None, sign: str = FREE) -> bool:
        """What stands where there is no tray, as long as it is not closed by hand; whether it does."""
        try:
            said = "" if text is None else clean(self._words()(text))
            if said == self._standing:
                return bool(said)
            self._standing = said
            if not said:
                self._means.notifications.drop(_STANDING)
                return False
            self._end = self._mono() + int(PATIENCE_S * 1000)
            stands = self._came(self._means.notifications.show(self._resident(said, sign)))
            self._standing = said if stands else None
            return stands
        except Exception:  # noqa: BLE001 - as above
            _log.exception("the standing notification")
            return False

    def _resident(self, said: str, sign: str) -> Card:
        words = self._words()
        actions = [Action("menu", msg("Menu"))]
        if not self._viewer.guardian:
            actions.insert(0, Action("ask", msg("Ask for more")))
        pressed = tuple((one, words(one.label)) for one in actions)
        return Card(_STANDING, said, sign=sign, urgency="low", actions=pressed, standing=True)

    def close(self) -> None:
        """Whatever still stands goes with us: nobody would answer its buttons."""
        self._means.notifications.close()
        self._means.banner.close()

    def _drop(self, begins: str) -> None:
        self._means.notifications.drop(begins)
        self._means.banner.drop(begins)

    def _card(self, notice: Notice) -> Card:
        words = self._words()
        return Card(
            notice.key, clean(words(notice.title)) or APP, tuple(clean(words(line)) for line in notice.body), notice.sign,
            notice.urgency, tuple((one, words(one.label)) for one in notice.actions), notice.lasts, notice.saving,
            full=notice.full,
        )  # fmt: skip


def press(action: Action, doing: Doing) -> None:
    """What a pressed button does."""
    match action.kind:
        case "ask":
            doing.dialog("ask", action.words)
        case "approve":
            doing.send(RequestApprove(id=action.words[0]))
        case "deny":
            doing.send(RequestDeny(id=action.words[0]))
        case "rules":
            doing.dialog("rules", ())
        case "menu":
            doing.menu()
