"""giochoi why: the decision about a player now, and what each rule alone would say."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from typing import Final

from cli.commands import Commands
from cli.context import Context
from cli.output import Output
from daemon.api.messages import Why, WhyGet
from host.rpc_client import ask
from i18n.message import Arg, Length, Message, Moment, msg
from rules.calendar import rfc3339
from rules.decision import Finding, Reason
from rules.policy import GRACE_MS, Period
from rules.save_time import promised
from rules.unknown import UNKNOWN
from words.extra_time import called
from words.game_titles import game_called
from words.layout import row
from words.shell import typed_as, whole
from words.times import left
from words.verdicts import UNKNOWN_SAID, VERDICTS, because, letting, until

PERIODS: Final[dict[Period, Message]] = {
    "day": msg("today"), "week": msg("this week"), "month": msg("this month"), "session": msg("since the last rest"),
}  # fmt: skip


def add_to(commands: Commands) -> None:
    parser = commands.add("why", show, "", "An", "An luanti", looks=True)
    parser.takes("player", "PLAYER", msg("name or id of a player, or guest; without it: you"), nargs="?", default="")
    parser.takes("game", "GAME", msg("id or title of the game; without it: the rules over all games"), nargs="?")


def show(args: Namespace, context: Context) -> None:
    answer = ask(context.home.daemon_address, WhyGet(player=args.player, game=args.game))
    context.out.answer(_document(answer), lambda: say(context.out, answer))


def say(out: Output, answer: Why, *, brief: bool = False) -> None:
    """For people: the decision, then the rules one by one, which `brief` leaves out."""
    decision = answer.decision
    out.say(_headline(answer), 0, 2)
    reason = decision.reason
    out.say(
        _no_rule(answer) if reason is None
        else because(reason.text, reason.granted_ms, reason.cite, _moment(reason.extended, answer)), 0, 2
    )  # fmt: skip
    for line in (_until(answer) if decision.verdict != "allow" else "", _next_step(answer)):
        if line:
            out.say(line, 0, 2)
    if decision.verdict == "allow" and decision.grace_ms > GRACE_MS:
        out.say(msg("then at least {length} are left to save", length=Length(promised(decision.grace_ms))), 0, 2)
    if answer.unknown != "listed" or answer.game == UNKNOWN:
        out.say(UNKNOWN_SAID[answer.unknown], 0, 2)
    if brief:
        return
    if answer.findings:
        out.line()
    for finding in sorted(answer.findings, key=lambda one: not _decides(one, answer)):
        title, *lines = _lines(finding, answer)
        if len(lines) == 1:
            out.say(msg("{rule}: {says}", rule=title, says=lines[0]), 0, 4)
            continue
        out.say(title, 0, 4)
        for line in lines:
            out.say(line, 4, 2)


def _decides(finding: Finding, answer: Why) -> bool:
    reason = answer.decision.reason
    return reason is not None and reason.rule == finding.reason.rule


def _headline(answer: Why) -> Message:
    """Who, what, the verdict; where it is allowed, how long."""
    decision, game = answer.decision, answer.game
    said: Arg = VERDICTS[decision.verdict]
    if decision.verdict == "allow":
        said = row((row((said, left(decision.left_ms)), ", "), _until(answer)))
    who = called(answer.name, answer.player)
    return row((who, ", ", game_called(answer.title, game) or msg("all games"), ": ", said), "")


def _until(answer: Why) -> Arg:
    decision = answer.decision
    return until(decision.verdict, _moment(decision.until, answer), answer.next, game=answer.game is not None)


def _no_rule(answer: Why) -> Message:
    """That no rule decides; over all games that says little."""
    if answer.game is not None:
        return msg("no rule applies")
    command = whole(f"giochoi why {typed_as(answer.name, answer.player)} luanti")
    return msg("no rule counts all games together; of one game, such as luanti: {command}", command=command)


def _next_step(answer: Why) -> Message | None:
    """What changes a refusal for the game's label, which no waiting does, or lets a game through that has to be asked for."""
    reason = answer.decision.reason
    if answer.game is not None and answer.decision.verdict == "ask":
        command = letting(answer.player, answer.name, answer.game)
        return msg("a guardian lets it through with: {command}", command=command)
    if answer.game is None or answer.decision.verdict != "refuse" or reason is None or reason.kind != "rating":
        return None
    if not answer.lets:
        return msg("nobody here may relax that: letting the game through would change nothing")
    command = letting(answer.player, answer.name, answer.game)
    if answer.place == "home":
        return msg("a guardian may let it through all the same: {command}", command=command)
    return msg("whoever runs this place may let it through all the same: {command}", command=command)


def _lines(finding: Finding, answer: Why) -> Iterator[Arg]:
    """One rule: its name and citation, what it says by itself, what it counted."""
    reason = finding.reason
    mark = "▶" if _decides(finding, answer) else ""
    yield row((mark, reason.text, msg("(advice)") if finding.advisory else "", f"[{reason.cite}]" if reason.cite else ""), " ")
    yield _says(finding, _moment(finding.until, answer))
    if reason.kind == "guardian":
        yield _guardian(answer)
    if reason.budget_ms is not None and reason.used_ms is not None:
        yield _counted(reason, answer.periods.get(reason.rule, "day"))


def _guardian(answer: Why) -> Message:
    """Who the player's guardian is."""
    if answer.place == "home":
        return msg("at home whoever administers this PC is the guardian")
    return msg("a guardian is registered") if answer.guardian else msg("no guardian is registered")


def _says(finding: Finding, end: Moment | None) -> Arg:
    """Its verdict, as if it stood alone."""
    if finding.advisory:
        if finding.verdict != "allow":
            return msg("advises to stop")
        return msg("advises nothing") if end is None else msg("advises to stop at {when}", when=end)
    verdict = VERDICTS[finding.verdict]
    if end is None:
        return verdict
    if finding.verdict == "refuse":
        return msg("may not play until {when}", when=end)
    return msg("{verdict} until {when}", verdict=verdict, when=end)


def _counted(reason: Reason, period: Period) -> Message:
    used, most = Length(reason.used_ms or 0), Length(reason.budget_ms or 0)
    numbers: dict[str, Arg] = {"used": used, "most": most, "period": PERIODS[period]}
    if not reason.granted_ms:
        return msg("played {period}: {used} of {most}", **numbers)
    return msg("played {period}: {used} of {most} + {more} given", more=Length(reason.granted_ms), **numbers)


def _moment(ms: int | None, answer: Why) -> Moment | None:
    return None if ms is None else Moment(ms, answer.zone)


def _document(answer: Why) -> dict[str, object]:
    decision, zone = answer.decision, answer.zone
    notices = [{"at": rfc3339(one.at, zone), "rule": one.rule, "text": one.text} for one in decision.notices]
    rules = [
        {**_reason(one.reason), "period": answer.periods.get(one.reason.rule), "advisory": one.advisory, "verdict": one.verdict,
         "until": _when(one.until, zone)} for one in answer.findings
    ]  # fmt: skip
    return {
        "player": answer.player, "name": answer.name, "game": answer.game,
        "verdict": decision.verdict, "until": _when(decision.until, zone),
        "next": answer.next, "left_s": _seconds(decision.left_ms), "warn_at": [rfc3339(at, zone) for at in decision.warn_at],
        "grace_s": _seconds(decision.grace_ms), "notices": notices, "guardian": answer.guardian,
        "reason": decision.reason and _reason(decision.reason), "rules": rules, "unknown": answer.unknown,
    }  # fmt: skip


def _reason(reason: Reason) -> dict[str, object]:
    return {
        "rule": reason.rule, "cite": reason.cite, "text": reason.text, "kind": reason.kind,
        "budget_s": _seconds(reason.budget_ms), "used_s": _seconds(reason.used_ms), "granted_s": _seconds(reason.granted_ms),
    }  # fmt: skip


def _when(ms: int | None, zone: str) -> str | None:
    return None if ms is None else rfc3339(ms, zone)


def _seconds(ms: int | None) -> float | None:
    return None if ms is None else ms / 1000
