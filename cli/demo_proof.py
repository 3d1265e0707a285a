"""The demo's end: the log leaves the house, is verified offline, one changed byte is found. Steps return what they measured."""

from __future__ import annotations

import base64
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec

from agent.api import client as agent
from cli.demo_view import View
from cli.demo_world import StepFailed, World, environment
from cli.files import write_new
from daemon.api import client as daemon

_ALL = 0  # of daemon.sync: until all that was recorded has reached the agent
_VERIFY_S = 60
_NOT_VERIFIED = 4
_DECISIONS = 2  # the play that was due, and the start that was refused
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
    """Whole, every decision of the two follows when it is made again, and the key is the one on the inspector's card."""
    code, report = _verify(_bundle(world))
    card = agent.log_card(world.home.agent_address)
    if code != 0 or not report["ok"]:
        raise StepFailed(f"giochoi-verify: mã / exit {code}: {_first_failure(report)}")
    if report["decisions"] < _DECISIONS or report["fingerprint"] != card.fingerprint:
        raise StepFailed(f"giochoi-verify: {report['decisions']} quyết định / decisions, khóa / key {report['fingerprint']}")
    return (
        f"mã / exit 0, toàn vẹn / whole: {report['size']} dòng / entries, {report['decisions']} quyết định tính lại khớp / "
        f"decisions made again, khóa như trên thẻ / the key is the card's ({card.fingerprint[:17]}…)"
    )


def tamper(world: World, view: View) -> str:
    """Make a play of the log shorter or longer, by one digit of it, in a copy."""
    data = bytearray(_bundle(world).read_bytes())
    found = _MS.search(data)
    if found is None:
        raise StepFailed("không thấy lượt chơi nào trong nhật ký / the log holds no play")
    (at, end), before = found.span(1), found[1].decode()
    data[at] = ord("1") if data[at] != ord("1") else ord("2")
    copy = world.home.root / "changed.bundle"
    copy.write_bytes(data)
    code, report = _verify(copy)
    if code != _NOT_VERIFIED:
        raise StepFailed(f"giochoi-verify không nhận ra / did not notice: mã / exit {code}")
    return f"byte {at}, {before} ms → {data[at:end].decode()} ms; mã / exit 4: {_first_failure(report)}"


def _bundle(world: World) -> Path:
    return world.home.root / "log.bundle"


def _verify(bundle: Path) -> tuple[int, dict[str, Any]]:
    """The verifier's exit code and report, from a process of its own that knows only this file. StepFailed if it gives none."""
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "compliance", "--json", str(bundle)],
            input=b"",
            capture_output=True,
            env=environment(),
            timeout=_VERIFY_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise StepFailed(f"giochoi-verify không xong sau / did not finish within {_VERIFY_S} s") from None
    try:
        return done.returncode, msgspec.json.decode(done.stdout, type=dict[str, Any])
    except msgspec.MsgspecError:
        raise StepFailed(f"giochoi-verify: {done.stderr.decode(errors='replace').strip() or '–'}") from None


def _first_failure(report: dict[str, Any]) -> str:
    """Where, and what does not hold there."""
    failures: list[dict[str, str]] = report["failures"]
    return f"{failures[0]['where']}: {failures[0]['what']}" if failures else "–"
