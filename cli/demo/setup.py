"""The demo's first steps: both programs, a child of twelve, the rules. Each returns what it measured."""

from __future__ import annotations

import psutil

from agent.api.messages import Done, GameAdd, GameAllow, GuardianAdd, LimitSet, PackUse, PlayerAdd, PlayerList, PolicyUse
from cli.demo.running import Demo
from daemon.api.messages import Sync, WhyGet
from daemon.api.status import StatusGet
from host.rpc_client import ask
from i18n.message import Arg, Length, msg, msgn
from rules.calendar import day_bounds, day_name

GRACE_S = 3
_ZONE = "Asia/Ho_Chi_Minh"
_AROUND_S = 30  # what happens before, between and after the play that has to lie in one day
_AGE = 12

# Beside the law: its warnings, its notice and the time to save, shortened to fit a demo.
_TO_SCALE = """
id = "demo"
jurisdiction = "demo"
zone = "{zone}"
source = "giochoi demo"
status = "unverified"
warn_minutes = [{early:.4f}, {late:.4f}]
grace_seconds = {grace}
title = {{ vi = "Lời nhắc của bản chạy thử, rút ngắn thời gian", en = "The demo's warnings and notice, to scale" }}

[[notice]]
id = "notice"
cite = "giochoi demo"
authority = "house"
addressee = "household"
relax = ["guardian"]
every_minutes = {every:.4f}
text = {{ vi = "Lời nhắc mô phỏng theo luật, rút ngắn thời gian", en = "A notice like the law's, to scale" }}
"""


def wait_past_midnight(demo: Demo) -> None:
    """A day's limit starts anew at midnight: a demo that would run into it waits until it is over."""
    now = demo.clock.wall()
    rest = day_bounds(_ZONE, now)[1] - now
    if rest > (demo.seconds + _AROUND_S) * 1000:
        return
    demo.say(msg("In {length} it is midnight in Vietnam, and limits start anew: waiting", length=Length(rest)))
    while demo.clock.wall() < now + rest + 1000:
        demo.pause(0.5)


def start_agent(demo: Demo) -> Arg:
    return msg("it answers after {ms} ms", ms=demo.serve("agent", lambda: ask(demo.agent, PlayerList())))


def start_daemon(demo: Demo) -> Arg:
    ms = demo.serve("daemon", lambda: ask(demo.daemon, StatusGet()))
    ask(demo.daemon, Sync(number=1))  # its first roster: until then it limits nobody
    demo.listen()
    return msg("it answers after {ms} ms", ms=ms)


def add_player(demo: Demo) -> Arg:
    ask(demo.agent, GuardianAdd(name="Bình"))
    born = f"{day_name(_ZONE, demo.clock.wall()).year - _AGE}-01-01"
    child = PlayerAdd(name="An", born=born, account=psutil.Process().username(), guardian="Bình")
    demo.player = _in_force(demo, ask(demo.agent, child)).id
    found = next(player for player in ask(demo.daemon, StatusGet()).players if player.id == demo.player)
    told = {"name": found.name, "age": str(found.age), "account": str(found.account)}
    return msg("{name}, age {age}, plays as the account {account}", **told)


def know_game(demo: Demo) -> Arg:
    _in_force(demo, ask(demo.agent, GameAdd(game=demo.game)))
    if demo.game.label is not None:
        return f"{demo.game.title}, VN00"
    _in_force(demo, ask(demo.agent, GameAllow(player=demo.player, game=demo.game.id)))
    return msg("{game} has no label, so a guardian lets it through", game=demo.game.title)


def set_rules(demo: Demo) -> Arg:
    minutes = demo.seconds / 60
    text = _TO_SCALE.format(zone=_ZONE, grace=GRACE_S, early=minutes / 2, late=minutes / 5, every=minutes * 2 / 5)
    packs = (PackUse(id="vn-147"), PackUse(id="demo", text=text))
    ask(demo.agent, PolicyUse(target=demo.player, packs=packs))
    _in_force(demo, ask(demo.agent, LimitSet(player=demo.player, ms=demo.seconds * 1000, game=demo.game.id)))
    why = ask(demo.daemon, WhyGet(player=demo.player, game=demo.game.id))
    cites = "; ".join(sorted({finding.reason.cite for finding in why.findings}))
    return msgn("{n} rule on this game ({cites})", "{n} rules on this game ({cites})", len(why.findings), cites=cites)


def _in_force(demo: Demo, done: Done) -> Done:
    """The same, once the daemon holds it."""
    ask(demo.daemon, Sync(number=done.number))
    return done
