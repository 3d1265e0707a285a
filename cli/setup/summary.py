"""What was answered, in sentences before the last yes; saved after it; and what holds then: the same at a terminal and in a
window.
"""

from __future__ import annotations

from datetime import date

from agent.api import naming
from agent.api.players import GuardianAdd, GuardianList, GuardianSet, PlayerList, PlayerRow
from cli import why
from cli.context import Context
from cli.errors import to_start
from cli.registering.settle import settle
from cli.setup.house import House, rules_said
from cli.setup.interview import Child, Interview
from cli.setup.saving import save
from daemon.api.messages import DoctorGet, WhyGet
from host.clock import wall
from host.rpc_client import ask
from host.transport import Unreachable
from host.wire import ApiError
from i18n.message import Arg, Day, comma, msg, said_by
from words.layout import row
from words.times import elsewhere
from words.verdicts import UNKNOWN_VALUES


def summary(child: Child) -> list[Arg]:
    born = child.born or ""
    who = {"name": child.name, "born": Day(date.fromisoformat(born)) if "-" in born else born, "account": child.account}
    lines: list[Arg] = [msg("{name}, born {born}, plays as {account}", **who)]
    if child.password:
        lines.append(msg("The account {account} is made, without an administrator's rights", account=child.account))
    lines += rules_said(child)
    if child.unknown != "listed":
        lines.append(msg("Programs that nobody named or installed: {what}", what=UNKNOWN_VALUES[child.unknown]))
    if child.let_through:
        lines.append(msg("May be played: {games}", games=comma(game.title for game in child.let_through)))
    return [lines[0], *(row(("·", line), " ") for line in lines[1:])]


def registered(interview: Interview, context: Context) -> tuple[PlayerRow, ...]:
    """Whose birthdays and names no PIN may be: who is there, and who will be. Unreachable, ApiError."""
    coming = (
        PlayerRow(id="", name=one.name, born=one.born, account=one.account, guardians=(), packs=(), limits=(), approved=())
        for one in interview.children()
    )
    return (*ask(context.home.agent_address, PlayerList()).players, *coming)


def save_all(interview: Interview, pin: str, house: House, context: Context) -> int:
    """One child after the other, then the guardian with this `pin` (its hash; "": none); then what holds is said. The exit
    code: what could not be done is said, and the others are done all the same.
    """
    code, children = 0, interview.children()
    for child in children:
        try:
            done = save(child, house.scan(child.account), context, own=house.own(child.account))
        except (ApiError, OSError) as error:
            context.out.message(msg("{name}: {why}", name=child.name, why=said_by(error)))
            code = 1
            continue
        code = settle(context, done, msg("{name} is set up (id {id})", name=done.name, id=done.id)) or code
    if pin:
        code = _guardian(interview.guardian(), pin, context) or code
    return _try_out(children, context) or code


def _guardian(name: str, pin: str, context: Context) -> int:
    """Whoever is called so gets the PIN, or becomes a guardian with it."""
    address = context.home.agent_address
    known = naming.person(ask(address, GuardianList()).guardians, name)
    done = ask(address, GuardianAdd(name=name, pin=pin) if known is None else GuardianSet(guardian=known.id, pin=pin))
    said = msg("{name} is a guardian now (id {id})", name=done.name, id=done.id)
    return settle(context, done, said if known is None else msg("{name} is changed (id {id})", name=done.name, id=done.id))


def _try_out(children: tuple[Child, ...], context: Context) -> int:
    """The exit code: 1 where something is not enforced."""
    out = context.out
    try:
        for child in children:
            out.line()
            why.say(out, ask(context.home.daemon_address, WhyGet(player=child.name)), brief=True)
        doctor = ask(context.home.daemon_address, DoctorGet())
    except (Unreachable, ApiError):
        program = to_start("giochoi-daemon", context.home)
        out.message(msg("Nothing holds yet: start {program}, then see: giochoi doctor", program=program))
        return 1
    out.line()
    missing = [one for one in doctor.checks if not one.ok]
    if missing:
        out.say(msg("What does not hold yet:"))
    for one in missing:
        out.say(row(("✗", one.text), " "), 2, 2)
    for line in elsewhere(doctor.place, doctor.zone, wall()):
        out.say(row(("·", line), " "), 0, 2)
    out.say(msg("More time today: giochoi grant. Who plays what: giochoi status. All of it again: giochoi help."))
    return 1 if missing else 0
