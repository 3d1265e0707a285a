"""The demo's fifteen steps, in their order. Each does what its title says, sees it happen, and returns what it measured; or it
raises a MessageError that says what happened instead.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import psutil

from agent.api.answers import Done
from agent.api.log import LogCard, LogExport, LogHead
from agent.api.players import GuardianAdd, LimitSet, PlayerAdd, PlayerList
from agent.api.rulebook import GameAdd, GameAllow, PackUse, PolicyUse
from cli.demo.running import ENVIRONMENT, Demo, StepFailed
from cli.given.files import write_new
from daemon.api.messages import GrantAdd, Shown, Signal, Sync, WhyGet
from daemon.api.status import GamePart, PlayerPart, StatusGet
from host.rpc_client import ask, items
from host.wire import Request
from i18n.message import Arg, Length, Message, msg, msgn
from rules.calendar import day_bounds, day_name
from words.layout import row
from words.names import clues
from words.times import left

_ZONE = "Asia/Ho_Chi_Minh"
_AROUND_S = 30  # what happens before, between and after the play that has to lie in one day
_AGE = 12
_GRACE_S = 3
_LATE_MS = 5_000  # how late an end may be observed: a busy machine is no fault of the rules
_SLOW_S = 15.0  # without root programs are found by looking every now and then
_AGAIN_S = 2.0
_HOW = {
    "asked": msg("it closed when asked"),
    "by itself": msg("it closed by itself"),
    "killed": msg("it was ended after {length} to save", length=Length(_GRACE_S * 1000)),
}
_SHOWN_TO_CHILD = frozenset({"warning", "notice", "due", "refused"})
_DECISIONS = 2  # the play that was due, and the start that was refused
_SHOWN = re.compile(rb'"kind":"warned"[^{}]*"shown":true')
_MS = re.compile(rb'"kind":"play\.ended"[^{}]*?"ms":([0-9]+)')

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


# --- both programs, a child of twelve, the rules -----------------------------------------------------------------------------


def start_agent(demo: Demo) -> Arg:
    return msg("it answers after {ms} ms", ms=demo.serve("agent", demo.agent, PlayerList()))


def start_daemon(demo: Demo) -> Arg:
    ms = demo.serve("daemon", demo.daemon, StatusGet())
    ask(demo.daemon, Sync(number=1))  # its first roster: until then it limits nobody
    demo.listen()
    return msg("it answers after {ms} ms", ms=ms)


def add_player(demo: Demo) -> Arg:
    ask(demo.agent, GuardianAdd(name="Bình"))
    born = f"{day_name(_ZONE, demo.clock.wall()).year - _AGE}-01-01"
    child = PlayerAdd(name="An", born=born, account=psutil.Process().username(), guardian="Bình")
    demo.player = _changed(demo, child).id
    found = _player(demo)
    told = {"name": found.name, "age": str(found.age), "account": str(found.account)}
    return msg("{name}, age {age}, plays as the account {account}", **told)


def know_game(demo: Demo) -> Arg:
    _changed(demo, GameAdd(game=demo.game))
    if demo.game.label is not None:
        return f"{demo.game.title}, VN00"
    _changed(demo, GameAllow(player=demo.player, game=demo.game.id))
    return msg("{game} has no label, so a guardian lets it through", game=demo.game.title)


def set_rules(demo: Demo) -> Arg:
    minutes = demo.seconds / 60
    text = _TO_SCALE.format(zone=_ZONE, grace=_GRACE_S, early=minutes / 2, late=minutes / 5, every=minutes * 2 / 5)
    packs = (PackUse(id="vn-147"), PackUse(id="demo", text=text))
    ask(demo.agent, PolicyUse(target=demo.player, packs=packs))
    _changed(demo, LimitSet(player=demo.player, ms=demo.seconds * 1000, game=demo.game.id))
    why = ask(demo.daemon, WhyGet(player=demo.player, game=demo.game.id))
    cites = "; ".join(sorted({finding.reason.cite for finding in why.findings}))
    return msgn("{n} rule on this game ({cites})", "{n} rules on this game ({cites})", len(why.findings), cites=cites)


def _changed(demo: Demo, request: Request[Done]) -> Done:
    """What the agent answers, once the daemon holds it, too."""
    done = ask(demo.agent, request)
    ask(demo.daemon, Sync(number=done.number))
    return done


# --- play, warnings, the end, a refused start, more time ----------------------------------------------------------------------


def start_game(demo: Demo) -> Arg:
    """Its window, if it has one, will not listen when asked to close, so that the next steps show both: saving and ending."""
    demo.play(stubborn=True)
    late = _observed(demo, "started").at - round(demo.clock.wall() - demo.played())
    return msg("recognised by {clues}, after {ms} ms", clues=clues(_game(demo).match), ms=max(0, late))


def warned(demo: Demo) -> Arg:
    return msg("told when {length} were left", length=_length(_observed(demo, "warning").left))


def due(demo: Demo) -> Arg:
    signal = _observed(demo, "due")
    played = demo.played()
    if not -1_000 <= played - demo.seconds * 1000 <= _LATE_MS:
        raise StepFailed(msg("after {length}, instead of {limit}", length=_length(played), limit=_length(demo.seconds * 1000)))
    return msg("told to save after {length} [{rule}]", length=_length(played), rule=signal.rule)


def ended(demo: Demo) -> Arg:
    signal = _observed(demo, "ended")
    demo.exited()
    if signal.how not in _HOW:
        raise StepFailed(msg("ended in another way: {how}", how=signal.how))
    return row((_HOW[signal.how], msg("counted: {length}", length=_length(signal.left))))


def refused(demo: Demo) -> Arg:
    demo.play()
    demo.exited()
    ran = demo.played()
    signal = _observed(demo, "refused")
    return msg("the demo sets no gate, so it was ended {ms} ms after its start [{rule}]", ms=ran, rule=signal.rule)


def granted(demo: Demo) -> Arg:
    request = GrantAdd(player=demo.player, ms=demo.seconds * 1000 + 60_000, game=demo.game.id, reason="giochoi demo")
    ask(demo.daemon, request)
    _observed(demo, "granted")
    demo.play()
    _observed(demo, "started")
    demo.pause(_AGAIN_S)
    part = _game(demo)
    if not (part.running and part.allowed):
        raise StepFailed(msg("the game does not run again: {said}", said=demo.said("game")))
    return msg("{length} more; it runs again, {left}", length=_length(request.ms), left=left((part.left_s or 0) * 1000))


def stopped(demo: Demo) -> Arg:
    demo.stop()
    return ended(demo)


def _observed(demo: Demo, kind: str) -> Signal:
    """The next signal of this kind about the demo's game. StepFailed if it does not come.

    All that come are confirmed, as a display does; those that a player is shown are.
    """
    for signal in demo.signals(demo.seconds + _SLOW_S):
        if signal.game != demo.game.id:
            continue
        if signal.kind in _SHOWN_TO_CHILD:
            demo.say(row(("🔔", signal.text or ""), " "), 4, 3)
        ask(demo.daemon, Shown(number=signal.number))
        if signal.kind == kind:
            return signal
        if signal.kind == "ended":
            raise StepFailed(msg("the game has ended ({how}): {said}", how=signal.how, said=demo.said("game")))
    raise StepFailed(msg("no signal came: {kind}", kind=kind))


def _player(demo: Demo) -> PlayerPart:
    """What the daemon says about the child now."""
    return next(player for player in ask(demo.daemon, StatusGet()).players if player.id == demo.player)


def _game(demo: Demo) -> GamePart:
    """What the daemon says about the demo's game, which was played."""
    return next(game for game in _player(demo).games if game.id == demo.game.id)


def _length(ms: int | None) -> Length:
    """To the tenth of a second."""
    return Length((ms or 0) // 100 * 100, exact=True)


# --- the log leaves the house, and is verified offline -----------------------------------------------------------------------


def export(demo: Demo) -> Arg:
    ask(demo.daemon, Sync(number=0))  # all that was recorded has reached the agent
    size = write_new(demo.bundle, (chunk.data for chunk in items(demo.agent, LogExport())))
    if not _SHOWN.search(demo.bundle.read_bytes()):
        raise StepFailed(msg("the log holds no warning that was shown"))
    _, entries, root, *_ = ask(demo.agent, LogHead()).checkpoint.splitlines()
    return msg("{size} bytes, {n} entries, root {root}", size=size, n=int(entries), root=root)


def verify(demo: Demo) -> Arg:
    """Whole, every decision of the two follows when it is made again, and the key is the one on the inspector's card."""
    report = _report(demo, demo.bundle, 0)
    key = ask(demo.agent, LogCard()).fingerprint
    made, found = report["decisions"], report["fingerprint"]
    if made < _DECISIONS or found != key:
        raise StepFailed(msg("giochoi-verify made {n} decisions again, key {key}", n=made, key=found))
    return msg("nothing was changed in {n} entries; {made} decisions made again agree; the key is that of the card ({key})",
               n=report["size"], made=made, key=f"{key[:17]}…")  # fmt: skip


def tamper(demo: Demo) -> Arg:
    """Make a play of the log shorter or longer, by one digit of it, in a copy."""
    data = bytearray(demo.bundle.read_bytes())
    found = _MS.search(data)
    if found is None:
        raise StepFailed(msg("the log holds no play"))
    (at, end), before = found.span(1), found[1].decode()
    data[at] = ord("1") if data[at] != ord("1") else ord("2")
    copy = demo.bundle.with_name("changed.bundle")
    copy.write_bytes(data)
    failure, after = _report(demo, copy, 4)["failures"][0], data[at:end].decode()
    why = f"{failure['where']}: {failure['what']}"
    played = {name: Length(int(ms), exact=True) for name, ms in (("before", before), ("after", after))}
    return msg("byte {at}: a play of {before} became one of {after}: {why}", at=at, why=why, **played)


def _report(demo: Demo, bundle: Path, code: int) -> dict[str, Any]:
    """What the verifier reports, a process of its own that knows only this file. StepFailed unless it ends with `code`."""
    command = [sys.executable, "-P", "-m", "compliance", "--json", "--lang", demo.language, str(bundle)]
    done = subprocess.run(command, input=b"", capture_output=True, env=ENVIRONMENT, check=False)
    if done.returncode != code:
        said = (done.stderr or done.stdout).decode(errors="replace").strip()
        raise StepFailed(msg("giochoi-verify ends with {code}: {why}", code=done.returncode, why=said))
    return msgspec.json.decode(done.stdout, type=dict[str, Any])


STEPS: tuple[tuple[str, Message, Callable[[Demo], Arg]], ...] = (
    ("agent", msg("the agent runs"), start_agent),
    ("daemon", msg("the daemon runs"), start_daemon),
    ("player", msg("a child is added"), add_player),
    ("game", msg("the game is known"), know_game),
    ("rules", msg("rules are set"), set_rules),
    ("recognised", msg("the game starts and is recognised"), start_game),
    ("warned", msg("the child is warned before the end"), warned),
    ("due", msg("time is up, the child is told to save"), due),
    ("ended", msg("when the time to save is over, the game is ended"), ended),
    ("refused", msg("starting it again is refused, and the child is told why"), refused),
    ("granted", msg("the guardian gives more time"), granted),
    ("stopped", msg("the child stops"), stopped),
    ("export", msg("the log is written to a file"), export),
    ("verify", msg("the file is checked without any of us"), verify),
    ("tamper", msg("one changed byte is found"), tamper),
)
