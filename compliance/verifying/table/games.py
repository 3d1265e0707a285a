"""What entries say of a game and of the house: labels, what is let through, what does not count, how many guardians. Pure.

Each of them is constant until an entry says otherwise. The catalogue's labels are not in the log, and a seat goes by the last
list of games that it got, so what seats say is told, and no failure.
"""

from __future__ import annotations

from typing import Any, Final

from msgspec import UNSET

from compliance.entries.decision import LaunchRefused, PlayDue
from compliance.entries.override import Answered, Approval, Requested
from compliance.entries.place import GameChanged, GameFacts, GuardianChanged, PlaceChanged
from compliance.entries.play import PlayRuled, PlayStarted, UsageDay
from compliance.entries.program import ProgramRefused, ProgramsChanged
from compliance.entries.seat import SeatStart
from compliance.verifying.table.context import Context, Said
from compliance.verifying.table.invariant import Breach, Found, Invariant
from i18n.message import Arg, msg

_MOST: Final = 10_000
_OF_GAME: Final = (PlayStarted, PlayRuled, PlayDue, LaunchRefused)


def _game(context: Context, line: Any) -> str | None:
    if not isinstance(line, PlayRuled):
        game: str = line.game
        return game
    play = context.running.running(line.seat, line.play)
    return None if play is None else play.game


def _said(line: Any) -> Said:
    system = line.system if line.system is not UNSET else None if line.label is None else "VN"
    return line.label, system, line.publisher


# --- labels ---------------------------------------------------------------------------------------------------------------


def _other_label(context: Context, line: Any) -> Found:
    """Labels and publishers change with a new list of games, or with what the house says of one."""
    game = _game(context, line)
    if game is None or game in context.games.changed:
        return False
    said = _said(line)
    return context.ended or context.games.said.get((line.seat, game), said) != said


# --- what is let through, what does not count -----------------------------------------------------------------------------


def _unsaid(name: str, flag: str) -> Any:
    """Whether the entry counts on what nobody ever said of its game."""

    def check(context: Context, line: Any) -> Found:
        if getattr(line, flag) is not True or (game := _game(context, line)) is None:
            return False
        return game not in getattr(context.games, name)

    return check


def _nobody(context: Context, line: UsageDay) -> Found:
    """Extra time may be given at another place than a seat of this log."""
    return line.who not in context.games.who and not any(one.grants for one in line.games.values())


# --- what the agent says, each entry of which continues the one before ----------------------------------------------------


def _agree(told: GameFacts | None, known: GameFacts | None) -> bool:
    """Whose label it is may be read from its source better than an older version did; all else is as it was said."""
    if told is None or known is None:
        return told is known
    return (told.label, told.learning) == (known.label, known.learning) and (told.system == known.system or not known.system)


def _other_before(context: Context, line: GameChanged) -> Found:
    house = context.games.house
    return line.game in house and not _agree(line.before, house[line.game]) and Breach({"game": line.game})


def _unknown_before(context: Context, line: GameChanged) -> Found:
    return line.game not in context.games.house and line.before is not None and Breach({"game": line.game})


def _guardians(context: Context, line: GuardianChanged) -> Found:
    before, now = context.games.guardians, line.registered
    if now < 0 or (before is not None and abs(now - before) > 1):
        return Breach({"before": str(before or 0), "now": str(now)})
    return False


def _programs(context: Context, line: ProgramsChanged) -> Found:
    before, now = context.games.programs, line.players
    return (now < int(line.refuses) or abs(now - before) > 1) and Breach({"before": str(before), "now": str(now)})


ROWS: Final = (
    Invariant("label", "A seat says the same label and publisher of a game, until an entry or a new version changes them.",
              _OF_GAME, "seat, game", _other_label,
              msg("the label or the publisher of a game is another than before, and no entry says why"), "label", late=True),
    Invariant("learning", "The house said of a game whose play does not count that it does not.", (PlayStarted, PlayRuled),
              "game", _unsaid("learning", "learning"), msg("its play does not count, which no entry says of the game"),
              "learning", late=True),
    Invariant("approval", "A game that is played as let through was let through.", (PlayStarted, PlayRuled), "game",
              _unsaid("let", "approved"), msg("it takes the game as let through, which no entry before it says"), "approval",
              late=True),
    Invariant("approval-decided", "A game that a decision takes as let through was let through before.",
              (PlayDue, LaunchRefused), "game", _unsaid("let", "approved"),
              msg("it takes the game as let through, which no entry before it says"), "approval"),
    Invariant("summed-somebody", "The day that is summed up is of somebody of whom another entry tells.", (UsageDay,),
              "pseudonym", _nobody, msg("it sums up the day of somebody of whom no other entry tells"), "usage-day",
              late=True),
    Invariant("game-before", "What the house says of a game begins where it said something last.", (GameChanged,), "game",
              _other_before, msg("it is not what was said of {game} before that it changes", game="")),
    Invariant("game-first", "What the house had said of a game before has an entry.", (GameChanged,), "game", _unknown_before,
              msg("no entry before it says what the house had said of {game}", game=""), "game", each=True),
    Invariant("guardians", "Guardians come and go one by one.", (GuardianChanged,), "log", _guardians,
              msg("there were {before} guardians before it, and it says {now}", before="", now="")),
    Invariant("guardians-first", "Of more than one guardian each has an entry.", (GuardianChanged,), "log",
              lambda context, line: context.games.guardians is None and line.registered > 1
              and Breach({"now": str(line.registered)}),
              msg("of guardians before this one no entry tells; it says {now}", now=""), "guardians", each=True),
    Invariant("programs", "Players whose unknown programs are refused come and go one by one.", (ProgramsChanged,), "log",
              _programs,
              msg("unknown programs of {before} players were refused before it, and it says {now}", before="", now="")),
    Invariant("programs-refused", "Unknown programs are refused where somebody's are to be.", (ProgramRefused,), "log",
              lambda context, _: not context.games.refusing, msg("no entry says that anybody's unknown programs are refused"),
              late=True),
)  # fmt: skip


# --- what entries teach ---------------------------------------------------------------------------------------------------


def _of_game(context: Context, _: Arg, line: Any) -> None:
    state, game, said = context.games, _game(context, line), _said(line)
    state.who.add(line.who)
    if game is not None and (len(state.said) < _MOST or (line.seat, game) in state.said):
        state.said[line.seat, game] = said


def _version(context: Context, _: Arg, line: SeatStart) -> None:
    """Another version has another list of games."""
    if context.seats[line.seat].version != line.version:
        state = context.games
        state.said = {key: said for key, said in state.said.items() if key[0] != line.seat}


def _changed(context: Context, _: Arg, line: GameChanged) -> None:
    state = context.games
    state.house[line.game] = line.after
    if line.before != line.after:
        state.changed.add(line.game)
    if any(one is not None and one.learning for one in (line.before, line.after)):
        state.learning.add(line.game)


def _approved(context: Context, _: Arg, line: Approval) -> None:
    context.games.let.add(line.game)


def _answered(context: Context, _: Arg, line: Answered) -> None:
    """Somebody said so at a seat, which goes by that until the agent has heard of it."""
    request = context.pairs.opened("request", line.id)
    if line.let and request is not None and request.game is not None:
        context.games.let.add(request.game)


def _requested(context: Context, _: Arg, line: Requested) -> None:
    context.games.who.add(line.who)


def _counted(context: Context, _: Arg, line: GuardianChanged | ProgramsChanged | PlaceChanged) -> None:
    state = context.games
    match line:
        case GuardianChanged():
            state.guardians = line.registered
        case ProgramsChanged():
            state.programs = line.players
            state.refusing = state.refusing or line.players > 0
        case PlaceChanged():
            state.refusing = state.refusing or line.place == "game-point"


LEARN: Final = {
    **dict.fromkeys(_OF_GAME, _of_game), SeatStart: _version, GameChanged: _changed, Approval: _approved,
    Answered: _answered, Requested: _requested, GuardianChanged: _counted,
    ProgramsChanged: _counted, PlaceChanged: _counted,
}  # fmt: skip
