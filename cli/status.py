"""giochoi status: who plays what, how long still, and whether all that should be enforced is."""

from __future__ import annotations

from argparse import Namespace

from cli.context import Context
from cli.parser import Commands, command
from cli.times import at, both, left
from daemon.api import client as daemon
from daemon.api.messages import GamePart, PlayerPart, ReasonPart, Status, StatusGet
from host.clock import SystemClock

_WATCH = {
    "gate": "chặn trước khi chạy / refuses before a game runs",
    "events": "theo sự kiện, kết thúc ngay khi bắt đầu / by events, ended at the start",
    "poll": "quét định kỳ, có thể trễ / by polling, with some delay",
}


def add_to(commands: Commands) -> None:
    command(commands, "status", "ai đang chơi, còn bao lâu / who plays, how long still", show)


def show(args: Namespace, context: Context) -> int:
    status = daemon.status(context.home.daemon_address, StatusGet())
    if context.out.json:
        context.out.document(status)
        return 0
    now = SystemClock().wall()
    _head(context, status, now)
    columns = ("Người chơi / Player", "Trò chơi / Game", "Đã chơi / Played", "Còn lại / Left", "Đến / Until", "Vì / Because")
    context.out.table(columns, [row for player in status.players for row in _rows(player, now)])
    return 0


def _head(context: Context, status: Status, now: int) -> None:
    out, part, agent = context.out, status.daemon, status.agent
    out.line(f"Giờ Chơi {part.version}: {status.place}, từ / since {at(part.since, now)}, {_WATCH[part.watch]}")
    checkpoint = f", nhật ký / log {agent.checkpoint.size} ({at(agent.checkpoint.time, now)})" if agent.checkpoint else ""
    reach = "đại lý trả lời / agent answers" if agent.reachable else "đại lý không trả lời / agent does not answer"
    out.line(f"{reach}{checkpoint}, chưa gửi / unsent {agent.unsent}")
    for issue in part.issues:
        out.line(f"! {issue.text} ({issue.id}, từ / since {at(issue.since, now)})")


def _rows(player: PlayerPart, now: int) -> list[tuple[str, ...]]:
    """The player's own row, then one for each game that was played or is spoken about."""
    age = "chưa rõ / unknown" if player.age is None else str(player.age)
    until = "" if player.allowed else "không được chơi / may not play"
    own = (
        f"{player.name} ({age})",
        "mọi trò / all",
        both(player.used_s * 1000),
        _left(player.left_s, player.reason),
        until,
        _why(player.reason),
    )
    return [own, *(_game(game, now) for game in player.games)]


def _game(game: GamePart, now: int) -> tuple[str, ...]:
    title = f"▶ {game.id}" if game.running else game.id
    if game.until is None:
        until = ""
    elif game.allowed:
        until = at(game.until, now)
    else:
        until = f"lại từ / again from {at(game.until, now)}"
    left_text = _left(game.left_s, game.reason) if game.allowed else "không được chơi / may not play"
    return ("", title, both(game.used_s * 1000), left_text, until, _why(game.reason))


def _left(left_s: float | None, reason: ReasonPart | None) -> str:
    return "–" if left_s is None and reason is None else left(None if left_s is None else left_s * 1000)


def _why(reason: ReasonPart | None) -> str:
    return f"{reason.text} [{reason.cite}]" if reason else ""
