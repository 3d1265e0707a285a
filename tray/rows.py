"""The rows of the menu: a child's, a guardian's, and where nobody answers. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import PurePath
from typing import Final

from daemon.api.asking import Off, RequestApprove, RequestDeny, RequestPart, RequestWithdraw, Resume
from daemon.api.messages import GrantAdd, game_title, new_game
from daemon.api.status import GamePart, PlayerPart, Status
from i18n.message import Arg, Length, Message, Moment, Words, moment, msg, msgn
from tray.headline import headline
from tray.menus import LINE, Act, Ask, Dialog, Leave, Menu, Row, Run, cut
from tray.seen import Seen
from words.players import asked, asks, by_whom, called, hotlines, running, standing

MORE_MS: Final = (15 * 60_000, 30 * 60_000, 60 * 60_000)
NAME: Final = 24  # UTF-16 units of a name in the rows under the one that has all of it
_PROGRAMS = 10
_GAMES = 4  # that run
_MANY = 6  # requests and issues, each: a menu has to fit a screen
_Words = Callable[[Arg], str]


def menu(seen: Seen, mono: int, words: _Words) -> Menu:
    """Blocks of rows with a line between them."""
    if seen.status is None:
        return _alone(seen, words)
    since = mono - seen.at
    blocks = [_loud(seen, words)]
    if seen.guardian:
        blocks += _guardian(seen, seen.status, since, words)
    if not (seen.me and seen.me.guardian):
        blocks += _child(seen, seen.status, since, words)
    else:
        works = not seen.status.daemon.issues and seen.status.players
        blocks.append([*([_row(words, msg("✓ Everything works"))] if works else []), _help(seen, words)])
    return _joined(blocks)


def _joined(blocks: list[list[Row]]) -> Menu:
    rows: list[Row] = []
    for block in filter(None, blocks):
        rows += [LINE, *block] if rows else block
    return tuple(rows)


def _alone(seen: Seen, words: _Words) -> Menu:
    """Nobody answers: what that means, and why; nor was anybody asked yet, at first."""
    if seen.problem is None:
        return (_row(words, headline(seen, 0, unenforced=False)), LINE, _help(seen, words))
    said = [headline(seen, 0, unenforced=False), msg("Limits still hold if the service only restarts; it is tried again")]
    rows = [_row(words, text) for text in said]
    return (*rows, _row(words, seen.problem), LINE, _help(seen, words))


def _loud(seen: Seen, words: _Words) -> list[Row]:
    """What was just answered, and what is not as it should be."""
    rows = [_row(words, msg("✓ {said}", said=seen.said))] if seen.said else []
    if seen.status is None:
        return rows
    off = seen.status.daemon.off
    if off is not None:
        told: dict[str, Arg] = {"until": moment(off.until), "who": by_whom(off.who), "reason": off.reason}
        rows.append(_row(words, msg("! Nothing is enforced until {until} ({who}: {reason})", **told)))
    return [*rows, *_health(seen, seen.status, words)]


def _health(seen: Seen, status: Status, words: _Words) -> list[Row]:
    """One row, whatever is the matter; a click shows all of it, in words for whoever looks after the PC."""
    issues = [words(issue.text) for issue in status.daemon.issues if issue.id != "enforcement-off"]
    if issues:
        said = msgn("! One thing needs you…", "! {n} things need you…", len(issues))
        if not seen.guardian:
            said = msg("! Something is not right: show it to a guardian…")
        return [_row(words, said, Dialog("message", tuple(text[:1].upper() + text[1:] for text in issues[:_MANY])))]
    return []


def _child(seen: Seen, status: Status, since: int, words: _Words) -> list[list[Row]]:
    """For whoever plays here."""
    me = seen.me
    own = [player for player in status.players if me is None or me.player in {None, player.id}]
    first: list[Row] = []
    for player in own[:1] if not seen.guardian else []:
        first.append(_row(words, standing(player, since), Dialog("why", (player.id,))))
        first += [*_playing(player, since, words), _why(player, words)]
    if not own and not seen.guardian:
        first.append(_row(words, msg("No limits are set for this account")))
    mine = [row for request in seen.requests[-_MANY:] for row in _mine(request, seen.zone, words)] if not seen.guardian else []
    ask = [_row(words, msg("Ask for more time…"), Dialog("ask"))] if own and not seen.guardian else []
    return [first, ask + mine, _proofs(seen, words), _about(seen, own, words)]


def _mine(request: RequestPart, zone: str, words: _Words) -> Iterator[Row]:
    """What one asked for oneself, and what became of it."""
    yield _row(words, asked(request, zone))
    if request.answer is None:
        yield Row("    " + cut(words(msg("Take it back"))), Ask(RequestWithdraw(id=request.id)))


def _playing(player: PlayerPart, since: int, words: _Words) -> list[Row]:
    games = (game for game in player.games if game.running)
    return [_row(words, running(game, since), Dialog("why", (player.id, game.id))) for game in games]


def _proofs(seen: Seen, words: _Words) -> list[Row]:
    """How somebody shows that a guardian says so."""
    rows = []
    if seen.me is not None and seen.me.locked is not None:
        until = Moment(seen.me.locked, seen.zone)
        return [_row(words, msg("No PIN and no code is taken until {until}", until=until))]
    if seen.me is not None and seen.me.proving and not seen.guardian:
        rows.append(_row(words, msg("I am a guardian…"), Dialog("pin")))
    if seen.me is not None and seen.me.codes and seen.me.player is not None:
        rows.append(_row(words, msg("Type a code…"), Dialog("code", (seen.me.player,))))
    return rows


def _about(seen: Seen, own: list[PlayerPart], words: _Words) -> list[Row]:
    kept = [_row(words, msg("What is kept about me…"), Dialog("kept", (own[0].id,)))] if own else []
    return [*kept, _help(seen, words)]


def _help(seen: Seen, words: _Words) -> Row:
    return _row(words, hotlines("" if seen.me is None else seen.me.hotline))


def _guardian(seen: Seen, status: Status, since: int, words: _Words) -> list[list[Row]]:
    """For whoever answers for somebody."""
    cards = Dialog("players")
    waiting = [request for request in seen.requests if request.answer is None][:_MANY]
    blocks = [[row for request in waiting for row in _answers(request, words)]]
    if len(status.players) == 1:
        (player,) = status.players
        blocks.append([_row(words, standing(player, since), cards), *_more(player, words), _why(player, words)])
    elif status.players:
        folded = [_folded(player, since, words) for player in status.players]
        blocks.append([_row(words, msg("All in one window…"), cards), *folded])
    games = [_of_game(player, game, since, words) for player in status.players for game in player.games if game.running]
    blocks += [games[:_GAMES], _programs(seen, status, words), _everybody(seen, status, words)]
    return blocks


def _answers(request: RequestPart, words: _Words) -> Iterator[Row]:
    """The request, and its answers: one click each."""
    yield _row(words, asks(request), Dialog("why", (request.player, *filter(None, (request.game,)))))
    yes = msg("Yes, {length}", length=Length(request.ms))
    if request.program is not None:
        yes = msg("Yes, let it run")
    elif request.lets:
        yes = msg("Yes, let it be played")
    for text, act in ((yes, RequestApprove(id=request.id)), (msg("No"), RequestDeny(id=request.id))):
        yield Row("    " + cut(words(text)), Ask(act))
    yield Row("    " + cut(words(msg("Another answer…"))), Dialog("approve", (request.id,)))


def _folded(player: PlayerPart, since: int, words: _Words) -> Row:
    """One of several players: a menu of their own."""
    return Row(cut(words(standing(player, since))), rows=(*_more(player, words), LINE, _why(player, words)))


def _why(player: PlayerPart, words: _Words) -> Row:
    """Also where a line above opens the same: nobody looks for it there."""
    return _row(words, msg("Why…"), Dialog("why", (player.id,)))


def _more(player: PlayerPart, words: _Words) -> list[Row]:
    """What can be given to a player, and a pause."""
    who: Arg = msg("guest") if player.id == "guest" else cut(player.name, NAME)
    rows = [
        _row(words, msg("{player}: {length} more", player=who, length=Length(ms)), Ask(GrantAdd(player=player.id, ms=ms)))
        for ms in MORE_MS
    ]
    pause: tuple[Message, Act] = (msg("{player}: pause…", player=who), Dialog("pause", (player.id,)))
    if player.paused is not None:
        pause = (msg("{player}: play again", player=who), Ask(Resume(player=player.id)))
    until = _row(words, msg("{player}: until…", player=who), Dialog("until", (player.id,)))
    played = _row(words, msg("The week…"), Dialog("played", (player.id,)))
    rules = _row(words, msg("The rules in words…"), Dialog("rules", (player.id,)))
    return [*rows, until, _row(words, *pause), played, rules]


def _of_game(player: PlayerPart, game: GamePart, since: int, words: _Words) -> Row:
    """A running game: more for it alone."""
    title = game_title(game.id, game.title or game.id)
    rows = [
        _row(words, msg("{game}: {length} more", game=title, length=Length(ms)), Ask(give))
        for ms in MORE_MS
        for give in (GrantAdd(player=player.id, ms=ms, game=game.id),)
    ]
    plays = msg("{player} plays {game}", player=cut(player.name, NAME), game=running(game, since))
    return Row(cut(words(plays)), rows=tuple(rows))


def _programs(seen: Seen, status: Status, words: _Words) -> list[Row]:
    """Today's unknown programs, the longest first; one click says what each is, which needs a guardian's own account."""
    players = {} if seen.programs is None else seen.programs.players
    found = [(one, id_) for id_, part in players.items() for one in part.programs if one.path and one.named is None]
    names = {player.id: called(player) for player in status.players}
    rows: list[Row] = []
    for one, id_ in sorted(found, key=lambda pair: -pair[0].seconds)[:_PROGRAMS]:
        name = cut(PurePath(one.path).name, 2 * NAME)
        told: dict[str, Arg] = {"player": names.get(id_, id_), "program": name, "time": Length(int(one.seconds * 1000))}
        said = msg("{player}: {program}, {time}", **told)
        rows.append(_row(words, said, Dialog("message", (one.path,))))
        game = ("game", "add", new_game(one.path), "--exe", one.path)
        through = ("player", "set", id_, "--allow-program", one.path)
        for text, act in ((msg("It is a game"), game), (msg("It is not a game"), through)):
            rows.append(Row("    " + cut(words(text)), Run(act)))
    return [Row(cut(words(msg("Programs that nobody named"))), rows=tuple(rows))] if rows else []


def _everybody(seen: Seen, status: Status, words: _Words) -> list[Row]:
    rows: list[Row] = []
    if len(status.players) > 1:
        if not all(player.paused is not None for player in status.players):
            rows.append(_row(words, msg("Nobody plays (pause all)…"), Dialog("pause")))
        if any(player.paused is not None for player in status.players):
            rows.append(_row(words, msg("Everybody may play again"), Ask(Resume())))
    if seen.me is not None and seen.me.guardian:  # a PIN is not enough for that
        rows += _off(status, words)
    if seen.proof is not None:
        until = Moment(seen.proof.until, seen.zone)
        rows.append(_row(words, msg("{name} answers here until {until}: stop", name=seen.proof.name, until=until), Leave()))
    return rows


def _off(status: Status, words: _Words) -> list[Row]:
    """At home limits can be suspended for a while; elsewhere the law has to be enforced."""
    if status.daemon.off is not None:
        return [_row(words, msg("Enforce again"), Ask(Off(ms=0, reason="")))]
    return [_row(words, msg("No limits for a while…"), Dialog("off"))] if status.place == "home" and status.players else []


def _row(words: _Words, text: Words, act: Act | None = None) -> Row:
    return Row(cut(words(text)), act)
