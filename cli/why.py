"""giochoi why: the decision about a player now, and what each rule alone would say."""

from __future__ import annotations

from argparse import Namespace

from cli.context import Context
from cli.parser import Commands, command
from cli.times import at, left, length, rfc3339
from daemon.api import client as daemon
from daemon.api.messages import Why, WhyGet
from host.clock import SystemClock
from rules.decision import Finding, Reason

VERDICTS = {"allow": "được chơi / allowed", "ask": "phải hỏi trước / ask first", "refuse": "không được chơi / refused"}


def add_to(commands: Commands) -> None:
    parser = command(commands, "why", "vì sao được hay không được chơi / why play is allowed or not", show)
    parser.add_argument("player", metavar="PLAYER", help="tên, mã hoặc guest / name, id or guest")
    parser.add_argument(
        "game", metavar="GAME", nargs="?", help="mã trò chơi; bỏ trống: mọi trò / id of the game; none: all games"
    )


def show(args: Namespace, context: Context) -> int:
    answer = daemon.why(context.home.daemon_address, WhyGet(player=args.player, game=args.game))
    if context.out.json:
        context.out.document(_document(answer))
        return 0
    now = SystemClock().wall()
    decision, out = answer.decision, context.out
    game = answer.game or "mọi trò / all games"
    ends = f", đến / until {at(decision.until, now, answer.zone)}" if decision.until is not None else ""
    rest = f", {left(decision.left_ms)}" if decision.verdict == "allow" else ""
    out.line(f"{answer.player}, {game}: {VERDICTS[decision.verdict]}{rest}{ends}")
    out.line(
        f"vì / because: {decision.reason.text.vi} / {decision.reason.text.en} [{decision.reason.cite}]"
        if decision.reason
        else "không quy tắc nào áp dụng / no rule applies"
    )
    columns = (
        "Quy tắc / Rule",
        "Riêng nó / By itself",
        "Đến / Until",
        "Đã chơi / Played",
        "Mức / Budget",
        "Thêm / Granted",
        "Căn cứ / Citation",
    )
    if answer.findings:
        out.table(columns, [_row(finding, now, answer.zone) for finding in answer.findings])
    return 0


def _row(finding: Finding, now: int, zone: str) -> tuple[str, ...]:
    reason = finding.reason
    until = "–" if finding.until is None else at(finding.until, now, zone)
    numbers = ("–" if ms is None else length(ms)[0] for ms in (reason.used_ms, reason.budget_ms, reason.granted_ms))
    return (reason.rule, VERDICTS[finding.verdict], until, *numbers, reason.cite)


def _document(answer: Why) -> dict[str, object]:
    decision, zone = answer.decision, answer.zone
    return {
        "player": answer.player,
        "game": answer.game,
        "verdict": decision.verdict,
        "until": _when(decision.until, zone),
        "left_s": _seconds(decision.left_ms),
        "warn_at": [rfc3339(moment, zone) for moment in decision.warn_at],
        "reason": decision.reason and _reason(decision.reason),
        "rules": [
            {**_reason(finding.reason), "verdict": finding.verdict, "until": _when(finding.until, zone)}
            for finding in answer.findings
        ],
    }


def _reason(reason: Reason) -> dict[str, object]:
    return {
        "rule": reason.rule,
        "cite": reason.cite,
        "text": reason.text.vi,
        "kind": reason.kind,
        "budget_s": _seconds(reason.budget_ms),
        "used_s": _seconds(reason.used_ms),
        "granted_s": _seconds(reason.granted_ms),
    }


def _when(ms: int | None, zone: str) -> str | None:
    return None if ms is None else rfc3339(ms, zone)


def _seconds(ms: int | None) -> float | None:
    return None if ms is None else ms / 1000
