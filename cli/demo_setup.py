"""The first steps of the demo: both programs, a child of twelve, the rules. Each returns what it measured."""

from __future__ import annotations

from datetime import date

from agent.api import client as agent
from agent.api.messages import Done, GameAdd, GameAllow, GuardianAdd, LimitSet, PackUse, PlayerAdd, PolicyUse
from cli.demo_view import View
from cli.demo_world import World
from cli.times import both
from daemon.api import client as daemon
from daemon.api.messages import WhyGet
from rules.calendar import day_bounds, day_name

ZONE = "Asia/Ho_Chi_Minh"
GRACE_S = 3
PACK = "vn-147"
_AROUND_S = 30  # what happens before, between and after the play that has to lie in one day
_CHILD, _AGE, _GUARDIAN = "An", 12, "Bình"

_NOTICES = """
id = "demo"
jurisdiction = "demo"
zone = "{zone}"
source = "giochoi demo"
status = "unverified"
warn_minutes = [{early:.4f}, {late:.4f}]
grace_seconds = {grace}

[title]
vi = "Lời nhắc của bản demo, theo tỷ lệ"
en = "The demo's warnings and notice, to scale"

[[notice]]
id = "notice"
cite = "giochoi demo"
authority = "house"
addressee = "household"
relax = ["guardian"]
every_minutes = {every:.4f}
text = {{ vi = "Lời nhắc như của luật, theo tỷ lệ", en = "A notice like the law's, to scale" }}
"""


def wait_past_midnight(world: World, view: View) -> None:
    """A day's limit starts anew at midnight: a demo that would run into it waits until it is over."""
    now = world.clock.wall()
    rest = day_bounds(ZONE, now)[1] - now
    if rest > (world.seconds + _AROUND_S) * 1000:
        return
    view.say(
        f"Sắp nửa đêm ở Việt Nam, giới hạn ngày sẽ tính lại; chờ / close to midnight in Vietnam, the day's limit starts anew; "
        f"waiting {both(rest)}"
    )
    while world.clock.wall() < now + rest + 1000:
        world.pause(0.5)


def start_agent(world: World, view: View) -> str:
    ms = world.serve("agent", lambda: agent.player_list(world.home.agent_address))
    return f"trả lời sau / answers after {ms} ms"


def start_daemon(world: World, view: View) -> str:
    ms = world.serve("daemon", world.status)
    daemon.sync(world.home.daemon_address, 1)  # its first roster: until then it limits nobody
    world.signals.listen()
    return f"trả lời sau / answers after {ms} ms, {world.status().daemon.watch}"


def add_player(world: World, view: View) -> str:
    import psutil  # noqa: PLC0415 - as in cli.demo: every command loads this module, few need it

    account = psutil.Process().username()
    address = world.home.agent_address
    agent.guardian_add(address, GuardianAdd(name=_GUARDIAN))
    today = day_name(ZONE, world.clock.wall())
    request = PlayerAdd(name=_CHILD, born=date(today.year - _AGE, 1, 1), account=account, guardian=_GUARDIAN)
    done = agent.player_add(address, request)
    _in_force(world, done)
    world.player = done.id
    found = next(player for player in world.status().players if player.id == done.id)
    return f"{found.name}, {found.age} tuổi / years, tài khoản / account {found.account}"


def know_game(world: World, view: View) -> str:
    address = world.home.agent_address
    done = agent.game_add(address, GameAdd(game=world.game))
    if world.game.label is None:  # an unrated game needs a guardian's word under vn-147
        done = agent.game_allow(address, GameAllow(player=world.player, game=world.game.id))
    _in_force(world, done)
    label = "chưa có nhãn, người giám hộ cho phép / unrated, a guardian lets it through" if world.game.label is None else "VN00"
    return f"{world.game.title}, {label}"


def set_rules(world: World, view: View) -> str:
    address = world.home.agent_address
    minutes = world.seconds / 60
    text = _NOTICES.format(zone=ZONE, early=minutes / 2, late=minutes / 5, every=max(0.01, minutes * 2 / 5), grace=GRACE_S)
    packs = (PackUse(id=PACK), PackUse(id="demo", text=text))
    agent.policy_use(address, PolicyUse(target=world.player, packs=packs))
    _in_force(world, agent.limit_set(address, LimitSet(player=world.player, ms=world.seconds * 1000, game=world.game.id)))
    why = daemon.why(world.home.daemon_address, WhyGet(player=world.player, game=world.game.id))
    cites = sorted({finding.reason.cite for finding in why.findings})
    return f"{len(why.findings)} quy tắc cho trò này / rules on this game ({', '.join(cites)})"


def _in_force(world: World, done: Done) -> None:
    daemon.sync(world.home.daemon_address, done.number)
