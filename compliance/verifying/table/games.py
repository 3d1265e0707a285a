"""What entries say of a game and of the house: labels, what is let through, what does not count, how many guardians. Pure.

Each of them is constant until an entry says otherwise. The catalogue's labels are not in the log, and a seat goes by the last
list of games that it got, so what seats say is told, and no failure.
"""

from __future__ import annotations

from typing import Any, Final

from msgspec import UNSET

from compliance.entries.decision import LaunchRefused, PlayDue
from compliance.entries.override import Answered, Approval, ApprovalEnded, Requested
from compliance.entries.place import GameChanged, GameFacts, GuardianChanged, PlaceChanged
from compliance.entries.play import PlayRuled, PlayStarted, UsageDay
from compliance.entries.program import ProgramRefused, ProgramsChanged
from compliance.entries.seat import SeatStart
from compliance.verifying.table.context import Claim, Context, Held, Said
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


def _other_list(context: Context, line: Any) -> Found:
    """A new list reaches seats at different times, but none goes back: where one that must have had the list of another says
    something else, and then another that must have had that says the former again, one is made up.
    """
    game = _game(context, line)
    if context.ended or game is None:
        return game is not None and game not in context.games.changed
    before, now = context.games.lists.get((context.seats[line.seat].version, game), (None, None))
    if before is None or now is None or line.system is UNSET or line.seat == now.seat:
        return False
    return _said(line) == before.said != now.said and _knows(context, line, now.at)


def _knows(context: Context, line: Any, since: int) -> bool:
    """Whether its seat must have had what was said then."""
    return not context.hearing.is_apart(line.seat, line.wall) and context.hearing.had_news(line.seat, since, line.wall)


# --- what is let through, what does not count -----------------------------------------------------------------------------


def _unsaid(name: str, flag: str) -> Any:
    """Whether the entry counts on what nobody ever said of its game."""

    def check(context: Context, line: Any) -> Found:
        if getattr(line, flag) is not True or (game := _game(context, line)) is None:
            return False
        return not getattr(context.games, name)[game].changes

    return check


def _no_longer(name: str, flag: str) -> Any:
    """Whether the entry counts on what was over, as its seat must have known, and was not said anew since."""

    def check(context: Context, line: Any) -> Found:
        if getattr(line, flag) is not True or (game := _game(context, line)) is None:
            return False
        held: Held = getattr(context.games, name)[game]
        if context.ended:
            return not held.held(line.wall)
        return held.over is not None and _knows(context, line, held.over)

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
    Invariant("labels", "Seats of one version say the same label and publisher of a game.", _OF_GAME, "version, game",
              _other_list, msg("the label or the publisher of a game is another than at another seat, and no entry says why"),
              "labels", late=True),
    Invariant("learning", "The house said of a game whose play does not count that it does not.", (PlayStarted, PlayRuled),
              "game", _unsaid("learning", "learning"), msg("its play does not count, which no entry says of the game"),
              "learning", late=True),
    Invariant("learning-over", "A game whose play counts again counts once its seat must know.", (PlayStarted, PlayRuled),
              "game", _no_longer("learning", "learning"),
              msg("its play does not count, as the house no longer said of the game"), "learning", late=True),
    Invariant("approval", "A game that is played as let through was let through.", (PlayStarted, PlayRuled), "game",
              _unsaid("let", "approved"), msg("it takes the game as let through, which no entry before it says"), "approval",
              late=True),
    Invariant("approval-decided", "A game that a decision takes as let through was let through before.",
              (PlayDue, LaunchRefused), "game", _unsaid("let", "approved"),
              msg("it takes the game as let through, which no entry before it says"), "approval"),
    Invariant("approval-over", "A game that is let through no longer is not taken as that once its seat must know.", _OF_GAME,
              "game", _no_longer("let", "approved"), msg("it takes the game as let through, which it was no longer"),
              "let-no-longer", late=True),
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
    if game is None:
        return
    if len(state.said) < _MOST or (line.seat, game) in state.said:
        state.said[line.seat, game] = said
    if line.system is UNSET or game in state.changed:  # older versions did not say whose label it is
        return
    key = context.seats[line.seat].version, game
    before, now = state.lists.get(key, (None, None))
    last, claim = now or before, Claim(said, line.seat, line.wall)
    if last is None:
        if len(state.lists) < _MOST:
            state.lists[key] = claim, None
    elif said != last.said and _knows(context, line, last.at) and (now is None or before is None or said != before.said):
        state.lists[key] = last, claim


def _version(context: Context, _: Arg, line: SeatStart) -> None:
    """Another version has another list of games."""
    if context.seats[line.seat].version != line.version:
        state = context.games
        state.lists.clear()
        state.said = {key: said for key, said in state.said.items() if key[0] != line.seat}


def _changed(context: Context, _: Arg, line: GameChanged) -> None:
    state = context.games
    state.house[line.game] = line.after
    if line.before == line.after:
        return
    state.changed.add(line.game)
    held = state.learning[line.game]
    if line.after is not None and line.after.learning:
        held.begin("", line.wall)
    elif held.changes or (line.before is not None and line.before.learning):
        held.end("", line.wall)


def _approved(context: Context, _: Arg, line: Approval | ApprovalEnded) -> None:
    if isinstance(line, Approval):
        context.games.let[line.game].begin(line.id, line.wall)
    elif (begun := context.pairs.opened("approval", line.id)) is not None:
        context.games.let[begun.game].end(line.id, line.wall)


def _answered(context: Context, _: Arg, line: Answered) -> None:
    """Somebody said so at a seat, which goes by that until the agent has heard of it."""
    request = context.pairs.opened("request", line.id)
    if line.let and request is not None and request.game is not None:
        held = context.games.let[request.game]
        held.changes.append((line.wall, True))
        if not held.ids:
            held.changes.append((line.wall, False))


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
    ApprovalEnded: _approved, Answered: _answered, Requested: _requested, GuardianChanged: _counted,
    ProgramsChanged: _counted, PlaceChanged: _counted,
}  # fmt: skip
