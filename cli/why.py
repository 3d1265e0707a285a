"""giochoi why: the decision about a player now, and what each rule alone would say."""

from __future__ import annotations

from argparse import Namespace

from cli.context import Context
from cli.parser import Commands, command
from cli.words.both_languages import both_of
from cli.words.times import at, left, length
from cli.words.verdicts import VERDICTS, allowing, granted, until
from daemon.api.messages import Why, WhyGet
from host.clock import SystemClock
from host.rpc_client import ask
from rules.calendar import rfc3339
from rules.decision import Finding, Reason
from rules.policy import GRACE_MS, Period

PERIODS: dict[Period, tuple[str, str]] = {
    "day": ("hôm nay", "today"),
    "week": ("tuần này", "this week"),
    "month": ("tháng này", "this month"),
    "session": ("từ lần nghỉ trước", "since the last rest"),
}


def add_to(commands: Commands) -> None:
    parser = command(commands, "why", "vì sao được hay không được chơi / why play is allowed or not", show)
    parser.add_argument("player", metavar="PLAYER", help="tên, mã hoặc guest / name, id or guest")
    parser.add_argument(
        "game", metavar="GAME", nargs="?", help="mã trò chơi; bỏ trống: mọi trò / id of the game; none: all games"
    )


def show(args: Namespace, context: Context) -> int:
    answer = ask(context.home.daemon_address, WhyGet(player=args.player, game=args.game))
    if context.out.json:
        context.out.document(_document(answer))
        return 0
    now = SystemClock().wall()
    decision, out = answer.decision, context.out
    out.say(_headline(answer, now), 0, 2)
    out.say(_because(decision.reason) if decision.reason else "không quy tắc nào áp dụng / no rule applies", 0, 2)
    if decision.grace_ms > GRACE_MS:
        vi, en = length(decision.grace_ms)
        out.say(f"hết giờ còn {vi} để lưu / then {en} are left to save", 0, 2)
    for finding in answer.findings:
        title, *lines = _lines(finding, answer, now)
        out.line()
        out.say(title, 0, 2)
        for line in lines:
            out.say(line, 4, 2)
    return 0


def _headline(answer: Why, now: int) -> str:
    """Who, what, the verdict, how long."""
    decision, game = answer.decision, answer.game
    said = VERDICTS[decision.verdict]
    if decision.verdict == "allow":
        said = f"{said}, {left(decision.left_ms)}"
    elif decision.verdict == "ask" and game is not None:
        said = f"{said}: {allowing(answer.player, answer.player, game)}"
    when = None if decision.until is None else at(decision.until, now, answer.zone)
    parts = (said, until(decision.verdict, when, answer.next, game=game is not None))
    return f"{answer.player}, {game or 'mọi trò / all games'}: {'; '.join(filter(None, parts))}"


def _because(reason: Reason) -> str:
    vi, en = granted(reason.granted_ms)
    return f"vì / because: {both_of(reason.text).vi}{vi} / {both_of(reason.text).en}{en} [{reason.cite}]"


def _lines(finding: Finding, answer: Why, now: int) -> list[str]:
    """One rule: its name and citation, what it says by itself, what it counted."""
    reason, decisive = finding.reason, answer.decision.reason
    mark = "▶ " if decisive is not None and decisive.rule == reason.rule else ""
    advisory = " (khuyến nghị / advisory)" if finding.advisory else ""
    lines = [f"{mark}{reason.rule}{advisory} [{reason.cite}]", _says(finding, now, answer.zone)]
    if reason.kind == "guardian":
        lines.append(_guardian(answer))
    if reason.budget_ms is not None and reason.used_ms is not None:
        lines.append(_counted(reason, answer.periods.get(reason.rule, "day")))
    return lines


def _guardian(answer: Why) -> str:
    """Who the player's guardian is."""
    if answer.place == "home":
        return "ở nhà: người quản trị máy / at home: whoever administers this PC"
    if answer.guardian:
        return "đã có người giám hộ / a guardian is registered"
    return "chưa có người giám hộ đăng ký / no guardian is registered"


def _says(finding: Finding, now: int, zone: str) -> str:
    """Its verdict, as if it stood alone."""
    end = None if finding.until is None else at(finding.until, now, zone)
    if finding.advisory:
        if finding.verdict == "allow":
            return f"khuyên dừng lúc {end} / advises to stop at {end}" if end else "không khuyên gì / advises nothing"
        return "khuyên dừng chơi / advises to stop"
    if finding.verdict == "allow":
        return f"được chơi đến {end} / allowed until {end}" if end else VERDICTS["allow"]
    if end is None:
        return VERDICTS[finding.verdict]
    if finding.verdict == "ask":
        return f"phải hỏi trước, đến {end} / ask first, until {end}"
    return f"không được chơi đến {end} / may not play until {end}"


def _counted(reason: Reason, period: Period) -> str:
    when_vi, when_en = PERIODS[period]
    (used_vi, used_en), (most_vi, most_en) = length(reason.used_ms or 0), length(reason.budget_ms or 0)
    more_vi, more_en = granted(reason.granted_ms)
    return f"{when_vi} chơi {used_vi}, mức {most_vi}{more_vi} / {when_en} played {used_en} of {most_en}{more_en}"


def _document(answer: Why) -> dict[str, object]:
    decision, zone = answer.decision, answer.zone
    return {
        "player": answer.player,
        "game": answer.game,
        "verdict": decision.verdict,
        "until": _when(decision.until, zone),
        "next": answer.next,
        "left_s": _seconds(decision.left_ms),
        "warn_at": [rfc3339(moment, zone) for moment in decision.warn_at],
        "grace_s": _seconds(decision.grace_ms),
        "notices": [
            {"at": rfc3339(notice.at, zone), "rule": notice.rule, "text": notice.text} for notice in decision.notices
        ],
        "guardian": answer.guardian,
        "reason": decision.reason and _reason(decision.reason),
        "rules": [
            {
                **_reason(finding.reason),
                "period": answer.periods.get(finding.reason.rule),
                "advisory": finding.advisory,
                "verdict": finding.verdict,
                "until": _when(finding.until, zone),
            }
            for finding in answer.findings
        ],
    }


def _reason(reason: Reason) -> dict[str, object]:
    return {
        "rule": reason.rule,
        "cite": reason.cite,
        "text": both_of(reason.text).vi,
        "kind": reason.kind,
        "budget_s": _seconds(reason.budget_ms),
        "used_s": _seconds(reason.used_ms),
        "granted_s": _seconds(reason.granted_ms),
    }


def _when(ms: int | None, zone: str) -> str | None:
    return None if ms is None else rfc3339(ms, zone)


def _seconds(ms: int | None) -> float | None:
    return None if ms is None else ms / 1000
