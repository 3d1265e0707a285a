"""How players and their games stand, what was asked, and what became of it, in words for a window or a page."""

from __future__ import annotations

from typing import Final

from daemon.api.asking import Answer, OffAnswer, Paused, PausedPart, RequestPart, Withdrawn, wish
from daemon.api.messages import GrantAnswer, game_title
from daemon.api.status import GamePart, PlayerPart
from i18n.message import Arg, Length, Message, Moment, comma, moment, msg
from words import answers
from words.layout import row
from words.time_left import left_of, minutes

_OF_THE_SYSTEM: Final = frozenset({"root", "SYSTEM"})


def standing(player: PlayerPart, since: int) -> Message:
    """How a player stands today."""
    name = called(player)
    if player.paused is not None:
        if not player.paused:
            return msg("{player}: paused", player=name)
        return msg("{player}: paused until {until}", player=name, until=moment(player.paused))
    left = left_of(player, since)
    if left is None:
        return msg("{player}: no limit now", player=name)
    if left.ms <= 0:
        return _not_now(player, name)
    return msg("{player}: {left} left today", player=name, left=minutes(left))


def _not_now(player: PlayerPart, name: Arg) -> Message:
    """Why, and until when, as far as that is known."""
    if player.allowed and not any(game.running for game in player.games):
        return _no_game(player, name)
    if player.reason is None or player.allowed:  # it is over for the game that runs, which says why
        return msg("{player}: may not play now", player=name)
    rule = player.reason.text
    if player.until is None:
        return msg("{player}: may not play now ({rule})", player=name, rule=rule)
    return msg("{player}: may not play until {until} ({rule})", player=name, until=moment(player.until), rule=rule)


def _no_game(player: PlayerPart, name: Arg) -> Message:
    """Where only games are limited, and each is over."""
    games = comma(game_title(game.id, game.title or game.id) for game in player.games)
    until = {game.until for game in player.games}
    if len(until) > 1 or None in until:
        return msg("{player}: no {games} now", player=name, games=games)
    return msg("{player}: no {games} until {until}", player=name, games=games, until=moment(str(*until)))


def running(game: GamePart, since: int) -> Message:
    """How long a running game may go on, until when and why."""
    title = game_title(game.id, game.title or game.id)
    if game.saving_s is not None:
        return msg("{game}: save now, it closes", game=title)
    left = left_of(game, since)
    if left is None:
        return msg("{game}: no limit", game=title)
    told: dict[str, Arg] = {"game": title, "left": minutes(left), "rule": "" if game.reason is None else game.reason.text}
    if left.ms <= 0:
        return msg("{game}: over ({rule})", **told)
    if game.until is None:
        return msg("{game}: {left} left ({rule})", **told)
    return msg("{game}: {left} left, until {until} ({rule})", until=moment(game.until), **told)


def by_whom(who: str) -> Arg:
    """Whoever did it, for somebody to whom the accounts of a system say nothing."""
    return msg("the administrator") if who in _OF_THE_SYSTEM else who


def hotlines(local: str) -> Message:
    """The national line for the protection of children (tổng đài điện thoại quốc gia bảo vệ trẻ em), which Rạch Giá's plan
    141/KH-UBND of 2022 names, and the place's own.
    """
    if local:
        return msg("Help for children and parents: call 111 or {local}", local=local)
    return msg("Help for children and parents: call 111")


def asked(request: RequestPart, zone: str) -> Message:
    """Of one's own request, and what became of it."""
    told: dict[str, Arg] = {"what": _wanted(request), "when": Moment(request.asked, zone)}
    if request.answer is None:
        return msg("Asked at {when}: {what} – no answer yet", **told)
    if request.answer.withdrawn:
        return msg("You took it back: {what}", **told)
    told |= {"who": by_whom(request.answer.who), "reason": request.answer.reason}
    if not request.answer.approved:
        if not request.answer.reason:
            return msg("{who} says no: {what}", **told)
        return msg("{who} says no: {what} ({reason})", **told)
    return _yes(request.answer, told)


def _yes(answer: Answer, told: dict[str, Arg]) -> Message:
    if answer.ms is None:
        return msg("{who} says yes: {what}", **told)
    return msg("{who} says yes: {given} more", given=Length(answer.ms), **told)


def asks(request: RequestPart) -> Message:
    """Of somebody's request, for whoever answers it."""
    said = wish(request)
    return msg("{said} – “{reason}”", said=said, reason=request.reason) if request.reason else said


def _wanted(request: RequestPart) -> Arg:
    """What one asked for oneself."""
    if request.title is None:
        return msg("{length} more", length=Length(request.ms))
    if request.program is not None:
        return msg("let {program} run", program=request.title)
    if request.lets:
        return msg("play {game}", game=request.title)
    return msg("{game}, {length} more", game=request.title, length=Length(request.ms))


def called(player: PlayerPart) -> Arg:
    return msg("guest") if player.id == "guest" else player.name


def follows(answer: object) -> Message:
    """What the daemon answered to a click."""
    match answer:
        case GrantAnswer():
            return row(answers.follows(answer), " – ")
        case Paused(players=(one,), zone=zone):
            return _paused(one, zone)
        case Paused(players=players):
            return _all_paused(players)
        case Withdrawn():
            return msg("taken back")
        case OffAnswer(until=None):
            return msg("limits hold again")
    return msg("done")


def _paused(one: PausedPart, zone: str) -> Message:
    if not one.paused:
        return _again(one)
    if one.until is None:
        return msg("{player}: paused", player=one.name)
    return msg("{player}: paused until {until}", player=one.name, until=Moment(one.until, zone))


def _again(one: PausedPart) -> Message:
    """After a pause the rules may still keep play from going on."""
    after = one.after
    if after is None:
        return msg("{player}: the pause is over", player=one.name)
    if after.verdict != "allow":
        return msg("{player}: the pause is over; still no playing, because of: {rule}", player=one.name, rule=after.text or "")
    return msg("{player} may play again", player=one.name)


def _all_paused(players: tuple[PausedPart, ...]) -> Message:
    if any(one.paused for one in players):
        return msg("everybody is paused")
    if all(one.after is not None and one.after.verdict == "allow" for one in players):
        return msg("everybody may play again")
    return msg("the pause is over")
