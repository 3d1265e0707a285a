"""What a signal becomes on a display: louder the nearer the end is, and nothing where it is none of the viewer's business.

A player is told of their own play. A guardian is told what waits for an answer, what other guardians did, and what is not
enforced; how a child's time runs down is on the child's display, in `status` and in the log. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from daemon.api.messages import Signal, SignalKind
from i18n.message import Arg, Length, Message, Moment, msg
from tray.showing import parts, signs
from tray.showing.notice import LISTED, Action, Gone, Notice, Urgency, Viewer
from words.players import by_whom, hotlines

_MINUTE: Final = 60_000
_SOON: Final = 5 * _MINUTE + 30_000  # warnings come a little early or late
_LONGEST_SAVING: Final = 2 * _MINUTE  # a countdown that stands longer is in the way of saving
_TOLD_AGAIN: Final = 75_000  # twice the time between two signals, and some
_READ: Final = 15_000  # how long a sentence of the law does

APP: Final = "Giờ Chơi"
MORE: Final = msg("Ask for more")
_OFF: Final = "enforcement-off"

Rung = Callable[[Signal, Viewer], Notice | Gone | None]


def decide(signal: Signal, viewer: Viewer) -> Notice | Gone | None:
    """What this viewer is shown of it, if anything, whatever is in front."""
    table = _PLAYER if _mine(signal, viewer) else _GUARDIAN
    rung = table.get(signal.kind)
    return rung(signal, viewer) if rung else None


def _mine(signal: Signal, viewer: Viewer) -> bool:
    """A display that is no guardian's gets only what is meant for it."""
    if not viewer.guardian:
        return True
    return signal.player != "" and signal.player == viewer.player


# --- what a player is told ------------------------------------------------------------------------------------------------


def _started(signal: Signal, viewer: Viewer) -> Notice | None:
    """Without a tray the standing notification says the same."""
    if not viewer.tray or (signal.until is None and signal.left is None):
        return None
    return Notice(parts.of_game(signal), parts.game(signal), parts.ends(signal), urgency="low", lasts=LISTED)


def _warning(signal: Signal, viewer: Viewer) -> Notice:
    left = parts.whole(signal.left or 0)
    soon, now = left <= _SOON, left <= parts.NOW
    todo: tuple[Arg, ...] = ()
    if now:
        todo = (msg("Save your game now."), hotlines(viewer.hotline))
    elif soon:
        todo = (msg("Find a good place to stop."),)
    return Notice(
        parts.of_game(signal), msg("{left} left", left=Length(left)), (_line(signal), *todo), signs.of_minutes(left),
        "critical" if soon else "normal", banner=soon, sound=now, actions=(_ask(signal),), lasts=None if soon else LISTED,
    )  # fmt: skip


def _line(signal: Signal) -> Arg:
    """Which game, and until when."""
    if signal.until is None:
        return parts.game(signal)
    return msg("{game}: until {until}", game=parts.game(signal), until=Moment(signal.until, signal.zone))


def _notice(signal: Signal, _: Viewer) -> Notice:
    """In the exact words of the law, and nothing beside them."""
    key = f"notice:{signal.player}:{signal.rule}"
    return Notice(key, msg("The law's reminder"), parts.words(signal), signs.WRONG, banner=True, enough=True, lasts=_READ)


def _due(signal: Signal, _: Viewer) -> Notice:
    left = signal.left or 0
    closes = msg("{game} closes in {left}.", game=parts.game(signal), left=Length(left))
    if signal.how == "asked":
        closes = msg("{game} is asked to close, and over in {left} at the latest.", game=parts.game(signal), left=Length(left))
    return Notice(
        parts.of_game(signal), msg("Save now!"), (closes, *parts.why(signal)), signs.of_minutes(left), "critical", banner=True,
        sound=True, lasts=None, saving=min(left, _LONGEST_SAVING),
    )  # fmt: skip


def _ended(signal: Signal, _: Viewer) -> Notice:
    """In place of "save now", also where that was a banner and this is none."""
    played = (msg("You played for {left}.", left=Length(signal.left)),) if signal.left is not None else ()
    return Notice(
        parts.of_game(signal), msg("{game} is over", game=parts.game(signal)), (*played, *parts.again(signal)), signs.OVER,
        "low", lasts=LISTED, over=parts.of_game(signal),
    )  # fmt: skip


def _refused(signal: Signal, _: Viewer) -> Notice:
    """A signal that names neither game nor program leaves nothing to ask for. A banner, as notifications may be held back."""
    what = signal.game or signal.program
    actions = (_ask(signal, msg("Ask a guardian")),) if what else ()
    if signal.game:
        title, body = msg("{game} may not start now", game=parts.game(signal)), (*parts.why(signal), *parts.again(signal))
    else:
        title, body = msg("{program} may not run", program=signal.title or msg("This program")), parts.words(signal)
    return Notice(f"refused:{signal.player}:{what}", title, body, signs.OVER, banner=True, actions=actions, lasts=LISTED)


def _granted(signal: Signal, _: Viewer) -> Notice:
    by = (msg("Given by {who}", who=by_whom(signal.who)),) if signal.who else ()
    if signal.left is not None and signal.left <= 0:
        return _of_time(signal, msg("The extra time was taken back"), (*by, *parts.until(signal)), signs.OVER)
    if signal.left is None:
        return _of_time(signal, msg("{game} is let through", game=parts.game(signal)), by)
    title: Arg = msg("{left} more to play", left=Length(signal.left))
    if signal.game:
        title = msg("{game}: {left} more to play", game=parts.game(signal), left=Length(signal.left))
    return _of_time(signal, title, (*by, *parts.until(signal)))


def _answered(signal: Signal, _: Viewer) -> Notice | None:
    """More time makes what warned before untrue; a no, or a yes that lets something through, leaves it as it was; who took it
    back knows.
    """
    if signal.how == "withdrawn":
        return None
    title, body = _answer(signal)
    body = (*body, *parts.until(signal))
    if signal.how == "approved" and signal.left is not None:
        return _of_time(signal, title, body)
    return Notice(f"news:{signal.player}", title, body, signs.of_answer(signal.how), lasts=LISTED)


def _paused(signal: Signal, _: Viewer) -> Notice:
    title = msg("Pause: no playing for now")
    if signal.until is not None:
        title = msg("Pause: no playing until {until}", until=Moment(signal.until, signal.zone))
    return _of_time(signal, title, (*parts.reason(signal), *_set_by(signal)), signs.PAUSED, "critical")


def _resumed(signal: Signal, _: Viewer) -> Notice:
    """Whether play may go on now is for the rules to say."""
    return _of_time(signal, msg("The pause is over"), ())


def _off(signal: Signal, _: Viewer) -> Notice:
    title = msg("No limits for now")
    if signal.until is not None:
        title = msg("No limits until {until}", until=Moment(signal.until, signal.zone))
    return Notice("off", title, (*parts.reason(signal), *_set_by(signal)), signs.WRONG, lasts=LISTED)


def _on(signal: Signal, _: Viewer) -> Notice:
    return Notice("off", msg("Limits hold again"), _set_by(signal), lasts=LISTED)


def _limits(signal: Signal, _: Viewer) -> Notice:
    """Before the first game closes: what holds here, and how to ask."""
    actions = (_ask(signal), Action("rules", msg("All rules")))
    return Notice("limits", msg("Limits are set for your games here"), parts.words(signal), actions=actions, lasts=_READ)


def _closing(signal: Signal, _: Viewer) -> Notice:
    """To whoever is logged on at a public place, whether they play or not."""
    title = msg("We close at {until}", until=Moment(signal.until or signal.at, signal.zone))
    body = (msg("Games end then, and this PC locks. Save your work."),)
    return Notice("place:closing", title, body, signs.OVER, "critical", banner=True, lasts=LISTED)


def _closed(signal: Signal, _: Viewer) -> Notice:
    """Beneath the system's lock, or where there is none in its place; told again before it goes by itself."""
    opens = () if signal.until is None else (msg("We open again at {until}.", until=Moment(signal.until, signal.zone)),)
    staff = msg("Staff: log on with your own account.")
    return Notice(
        "place:closed", msg("We are closed"), (*opens, staff), signs.OVER, "critical", banner=True, enough=True, full=True,
        lasts=_TOLD_AGAIN, over="place:closing",
    )  # fmt: skip


def _opened(_: Signal, __: Viewer) -> Gone:
    return Gone("place:")


# --- what a guardian is told ----------------------------------------------------------------------------------------------


def _asked(signal: Signal, _: Viewer) -> Notice:
    """It stands until somebody answered."""
    title: Arg = signal.text or msg("Somebody asks for more time")
    actions: tuple[Action, ...] = ()
    if signal.request:
        actions = (Action("approve", msg("Yes"), (signal.request,)), Action("deny", msg("No"), (signal.request,)))
    return Notice(parts.of_request(signal), title, parts.reason(signal), signs.ASKS, actions=actions, lasts=None)


def _answered_by(signal: Signal, _: Viewer) -> Notice:
    """In place of the question, whoever answered it."""
    if not signal.request:  # what this display itself asked the daemon to do
        return Notice("said", *_answer(signal), lasts=LISTED)
    return Notice(parts.of_request(signal), *_answer(signal), signs.of_answer(signal.how), "low", lasts=LISTED)


def _paused_by(signal: Signal, viewer: Viewer) -> Notice:
    return _quiet(_paused(signal, viewer), signal)


def _resumed_by(signal: Signal, viewer: Viewer) -> Notice:
    return _quiet(_of_time(signal, msg("The pause is over"), _set_by(signal)), signal)


def _quiet(notice: Notice, signal: Signal) -> Notice:
    return replace(notice, key=f"pause:{signal.player}", urgency="low", over=None)


def _issue(signal: Signal, _: Viewer) -> Notice | Gone | None:
    """What is not enforced is loud; once it is over it no longer stands there. A clock's step comes without words: the issue
    that it raises, if it does, says what it means. What a guardian switched off comes as `off`.
    """
    key = f"issue:{signal.rule}"
    if signal.how == "cleared":
        return Gone(key)
    if signal.text is None or signal.rule == _OFF:
        return None
    return Notice(key, msg("Limits may not hold"), parts.words(signal), signs.WRONG, "critical", lasts=None)


_PLAYER: Final[Mapping[SignalKind, Rung]] = MappingProxyType({
    "started": _started, "warning": _warning, "notice": _notice, "due": _due, "ended": _ended, "refused": _refused,
    "granted": _granted, "answered": _answered, "paused": _paused, "resumed": _resumed, "off": _off, "on": _on,
    "limits": _limits, "closing": _closing, "closed": _closed, "opened": _opened,
})  # fmt: skip
_GUARDIAN: Final[Mapping[SignalKind, Rung]] = MappingProxyType({
    "asked": _asked, "answered": _answered_by, "paused": _paused_by, "resumed": _resumed_by, "off": _off, "on": _on,
    "issue": _issue, "closing": _closing, "opened": _opened,
})  # fmt: skip


# --- parts ----------------------------------------------------------------------------------------------------------------


def _of_time(signal: Signal, title: Arg, body: tuple[Arg, ...], sign: str = signs.FREE, urgency: Urgency = "normal") -> Notice:
    """News about somebody's time, which makes every warning from before untrue."""
    over = parts.of_game(signal) if signal.game else f"time:{signal.player}:" if signal.player else "time:"
    return Notice(f"news:{signal.player}", title, body, sign, urgency, lasts=LISTED, over=over)


def _set_by(signal: Signal) -> tuple[Arg, ...]:
    return (msg("Set by {who}", who=by_whom(signal.who)),) if signal.who else ()


def _answer(signal: Signal) -> tuple[Arg, tuple[Arg, ...]]:
    """Title and body."""
    if signal.how not in {"approved", "denied"}:
        return APP, parts.words(signal)
    title = signal.text or (msg("The answer is yes") if signal.how == "approved" else msg("The answer is no"))
    return title, (msg("Answered by {who}", who=by_whom(signal.who)),) if signal.who else ()


def _ask(signal: Signal, label: Message = MORE) -> Action:
    words: tuple[str, ...] = ()
    if signal.game:
        words = ("--game", signal.game)
    elif signal.program:
        words = ("--program", signal.program, "--title", signal.title)
    return Action("ask", label, words)
