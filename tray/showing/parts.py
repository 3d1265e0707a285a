"""What a signal says, in the parts that notices are made of. Pure."""

from __future__ import annotations

from typing import Final

from daemon.api.messages import Signal, game_title
from i18n.message import Arg, Length, Moment, Words, msg

NOW: Final = 90_000  # of what is left, milliseconds


def of_game(signal: Signal) -> str:
    return f"time:{signal.player}:{signal.game}:"


def of_request(signal: Signal) -> str:
    return f"request:{signal.request}"


def game(signal: Signal) -> Arg:
    return game_title(signal.game, signal.title or signal.game)


def words(signal: Signal) -> tuple[Words, ...]:
    return () if signal.text is None else (signal.text,)


def why(signal: Signal) -> tuple[Arg, ...]:
    return () if signal.text is None else (msg("Why: {why}", why=signal.text),)


def reason(signal: Signal) -> tuple[Arg, ...]:
    """What somebody typed."""
    return (signal.reason,) if signal.reason else ()


def ends(signal: Signal) -> tuple[Arg, ...]:
    if signal.until is not None:
        return until(signal)
    return (msg("{left} left", left=Length(whole(signal.left or 0))),)


def until(signal: Signal) -> tuple[Arg, ...]:
    return () if signal.until is None else (msg("You can play until {until}.", until=Moment(signal.until, signal.zone)),)


def again(signal: Signal) -> tuple[Arg, ...]:
    return () if signal.until is None else (msg("You can play again from {until}.", until=Moment(signal.until, signal.zone)),)


def whole(ms: int) -> int:
    """To the nearest second, where there are minutes to five: a warning is no stopwatch."""
    unit = 5000 if ms >= NOW else 1000
    return (ms + unit // 2) // unit * unit
