"""giochoi status: who plays what, how long still, and whether all that should be enforced is."""

from __future__ import annotations

from argparse import Namespace

from cli.context import Context
from cli.output import Output
from cli.parser import Commands, command
from cli.words.both_languages import both_of
from cli.words.times import at, both, left
from cli.words.verdicts import VERDICTS, allowing, granted, until
from daemon.api.messages import GamePart, PlayerPart, ReasonPart, Status, StatusGet
from host.clock import SystemClock
from host.rpc_client import ask

_WATCH = {
    "gate": "chặn trước khi chạy / refuses before a game runs",
    "events": "theo sự kiện, kết thúc ngay khi bắt đầu / by events, ended at the start",
    "poll": "quét định kỳ, có thể trễ / by polling, with some delay",
}


def add_to(commands: Commands) -> None:
    command(commands, "status", "ai đang chơi, còn bao lâu / who plays, how long still", show)


def show(args: Namespace, context: Context) -> int:
    status = ask(context.home.daemon_address, StatusGet())
    if context.out.json:
        context.out.document(status)
        return 0
    now = SystemClock().wall()
    _head(context, status, now)
    for player in status.players:
        _player(context.out, player, now)
    return 0


def _head(context: Context, status: Status, now: int) -> None:
    out, part, agent = context.out, status.daemon, status.agent
    out.say(f"Giờ Chơi {part.version}: {status.place}, từ / since {at(part.since, now)}, {_WATCH[part.watch]}", 0, 2)
    checkpoint = f", nhật ký / log {agent.checkpoint.size} ({at(agent.checkpoint.time, now)})" if agent.checkpoint else ""
    reach = "đại lý trả lời / agent answers" if agent.reachable else "đại lý không trả lời / agent does not answer"
    out.say(f"{reach}{checkpoint}, chưa gửi / unsent {agent.unsent}", 0, 2)
    for issue in part.issues:
        out.say(f"! {issue.text} ({issue.id}, từ / since {at(issue.since, now)})", 0, 2)


def _player(out: Output, player: PlayerPart, now: int) -> None:
    """The player by the rules over all games, then each game that was played or is spoken about."""
    out.line()
    out.line(f"{player.name} ({'chưa rõ / unknown' if player.age is None else player.age})")
    _part(out, "  mọi trò / all games", player, VERDICTS[player.verdict], now)
    for game in player.games:
        asked = f": {allowing(player.id, player.name, game.id)}" if game.verdict == "ask" else ""
        _part(out, f"{'▶' if game.running else ' '} {game.id}", game, VERDICTS[game.verdict] + asked, now)


def _part(out: Output, title: str, part: PlayerPart | GamePart, verdict: str, now: int) -> None:
    """How long may be played still, how long was, and the rule that says so."""
    if part.verdict == "allow":
        verdict = "không quy tắc nào / no rule" if part.reason is None else left(_ms(part.left_s))
    ends = None if part.until is None else at(part.until, now)
    end = until(part.verdict, ends, part.next, game=isinstance(part, GamePart))
    out.say(f"{title}: {'; '.join(filter(None, (verdict, end)))}", 2, 4)
    out.say(f"đã chơi / played {both(part.used_s * 1000)}", 6)
    if part.reason is not None:
        out.say(f"vì / because: {_because(part.reason)}", 6, 2)


def _because(reason: ReasonPart) -> str:
    vi, en = granted(_ms(reason.granted_s))
    text = both_of(reason.text)
    return f"{text.vi}{vi} / {text.en}{en} [{reason.cite}]"


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else seconds * 1000
