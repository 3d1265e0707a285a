"""Rules that are about to be chosen, tried on what was played in the child's account in the past week."""

from __future__ import annotations

from datetime import date
from typing import Final

from cli.context import Context
from cli.setup.interview import Child
from cli.simulate.days import RuleCut, result
from daemon.api.messages import PlayedAnswer, PlayedGet
from host.rpc_client import ask
from host.transport import Unreachable
from host.wire import ApiError
from i18n.message import Arg, Length, msg
from rules.engine.reach import NEVER
from rules.policy import Policy
from rules.replay import Setting, replay
from words.layout import row

_WORTH_MS: Final = 60_000  # who played for less than a minute learns nothing from it
_RULES: Final = 3  # those that cut most


def played(account: str, context: Context) -> PlayedAnswer | None:
    """None where nobody can tell: no daemon runs, or it is not told to whoever asks, or not all of it."""
    try:
        told = ask(context.home.daemon_address, PlayedGet(account=account))
    except (Unreachable, ApiError):
        return None
    return told if told.whole else None


def said(child: Child, told: PlayedAnswer | None, policy: Policy, born: date | None) -> tuple[Arg, ...]:
    """In sentences; nothing where nothing was played."""
    if told is None or sum(one.ms for one in told.plays) < _WORTH_MS:
        return ()
    before = child.known.approved if child.known else frozenset()
    through = before | {game.id for game in child.let_through}
    approved = tuple((0, game, NEVER) for game in sorted(through))
    setting = Setting(places=((0, "home"),), born=born, guardian=True, approved=approved)
    found = result(replay(policy, told.plays, setting), told.zone)
    total = found.total
    about: dict[str, Arg] = {"name": child.name, "played": Length(total.recorded_ms), "kept": Length(total.kept_ms)}
    if not total.cut_ms:
        return (msg("In the past week {name} played {played} here; with these rules it would have been the same", **about),)
    if not total.kept_ms:
        first = msg("In the past week {name} played {played} here; with these rules {name} would have played nothing", **about)
    else:
        first = msg("In the past week {name} played {played} here; with these rules it would have been {kept}", **about)
    return (first, *map(_cut, found.rules[:_RULES]))


def _cut(one: RuleCut) -> Arg:
    return row(("·", msg("{length} less: {rule}", length=Length(one.ms), rule=one.reason.text)), " ")
