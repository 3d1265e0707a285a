"""The demo's end: the log leaves the house, is verified offline, one changed byte is found. Steps return what they measured."""

from __future__ import annotations

import base64
import re
import subprocess
import sys
from pathlib import Path

from agent.api import client as agent
from cli.demo_view import View
from cli.demo_world import StepFailed, World, environment
from cli.files import write_new
from daemon.api import client as daemon

_ALL = 0  # of daemon.sync: until all that was recorded has reached the agent
_VERIFY_S = 60
_SHOWN = re.compile(rb'"kind":"warned"[^{}]*"shown":true')
_MS = re.compile(rb'"kind":"play\.ended"[^{}]*?"ms":([0-9]+)')


def export(world: World, view: View) -> str:
    daemon.sync(world.home.daemon_address, _ALL)
    bundle = _bundle(world)
    size = write_new(bundle, (base64.b64decode(chunk.data) for chunk in agent.log_export(world.home.agent_address)))
    if not _SHOWN.search(bundle.read_bytes()):
        raise StepFailed("nhật ký không ghi lời báo trước đã hiện / the log holds no warning that was shown")
    lines = agent.log_head(world.home.agent_address).checkpoint.splitlines()
    return f"{size} byte, {lines[1]} dòng / entries, gốc / root {lines[2]}"


def verify(world: World, view: View) -> str:
    code, said = _verify(_bundle(world))
    if code != 0:
        raise StepFailed(f"giochoi-verify: mã / exit {code}: {said}")
    return f"mã / exit 0: {said}"


def tamper(world: World, view: View) -> str:
    """Make the first play ten or more times shorter or longer, by one digit of it, in a copy."""
    data = bytearray(_bundle(world).read_bytes())
    found = _MS.search(data)
    if found is None:
        raise StepFailed("không thấy lượt chơi nào trong nhật ký / the log holds no play")
    at, before = found.start(1), found[1].decode()
    data[at] = ord("1") if data[at] != ord("1") else ord("2")
    copy = world.home.root / "changed.bundle"
    copy.write_bytes(data)
    code, said = _verify(copy)
    if code != 4:
        raise StepFailed(f"giochoi-verify không nhận ra / did not notice: exit {code}: {said}")
    after = data[at : at + len(before)].decode()
    return f"byte {at}: {before} ms → {after} ms; mã / exit 4: {said}"


def _bundle(world: World) -> Path:
    return world.home.root / "log.bundle"


def _verify(bundle: Path) -> tuple[int, str]:
    """The verifier's exit code and what it says, in a process of its own that knows only this file."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "compliance", str(bundle)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env=environment(),
        timeout=_VERIFY_S,
        check=False,
    )
    lines = [line.strip() for line in (done.stdout + done.stderr).decode(errors="replace").splitlines() if line.strip()]
    return done.returncode, "; ".join(lines[:3]) if lines else "–"
