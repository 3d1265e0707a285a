"""The demo's end: the log leaves the house, is verified offline, one changed byte is found. Steps return what they measured."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec

from agent.api.messages import LogCard, LogExport, LogHead
from cli.demo.running import ENVIRONMENT, Demo, StepFailed
from cli.given.files import write_new
from daemon.api.messages import Sync
from host.rpc_client import ask, items

_BUNDLE = "log.bundle"
_ALL = 0  # of daemon.sync: until all that was recorded has reached the agent
_DECISIONS = 2  # the play that was due, and the start that was refused
_SHOWN = re.compile(rb'"kind":"warned"[^{}]*"shown":true')
_MS = re.compile(rb'"kind":"play\.ended"[^{}]*?"ms":([0-9]+)')


def export(demo: Demo) -> str:
    ask(demo.daemon, Sync(number=_ALL))
    bundle = demo.root / _BUNDLE
    size = write_new(bundle, (chunk.data for chunk in items(demo.agent, LogExport())))
    if not _SHOWN.search(bundle.read_bytes()):
        raise StepFailed("nhật ký không ghi lời báo trước đã hiện / the log holds no warning that was shown")
    _, entries, root, *_ = ask(demo.agent, LogHead()).checkpoint.splitlines()
    return f"{size} byte, {entries} dòng / entries, gốc / root {root}"


def verify(demo: Demo) -> str:
    """Whole, every decision of the two follows when it is made again, and the key is the one on the inspector's card."""
    code, report, failure = _verified(demo.root / _BUNDLE)
    key = ask(demo.agent, LogCard()).fingerprint
    if code != 0 or not report["ok"]:
        raise StepFailed(f"giochoi-verify: mã / exit {code}: {failure}")
    if report["decisions"] < _DECISIONS or report["fingerprint"] != key:
        raise StepFailed(f"giochoi-verify: {report['decisions']} quyết định / decisions, khóa / key {report['fingerprint']}")
    return (
        f"mã / exit 0, toàn vẹn / whole: {report['size']} dòng / entries, {report['decisions']} quyết định tính lại khớp / "
        f"decisions made again, khóa như trên thẻ / the key is the card's ({key[:17]}…)"
    )


def tamper(demo: Demo) -> str:
    """Make a play of the log shorter or longer, by one digit of it, in a copy."""
    data = bytearray((demo.root / _BUNDLE).read_bytes())
    found = _MS.search(data)
    if found is None:
        raise StepFailed("không thấy lượt chơi nào trong nhật ký / the log holds no play")
    (at, end), before = found.span(1), found[1].decode()
    data[at] = ord("1") if data[at] != ord("1") else ord("2")
    copy = demo.root / "changed.bundle"
    copy.write_bytes(data)
    code, _, failure = _verified(copy)
    if code != 4:
        raise StepFailed(f"giochoi-verify không nhận ra / did not notice: mã / exit {code}")
    return f"byte {at}, {before} ms → {data[at:end].decode()} ms; mã / exit 4: {failure}"


def _verified(bundle: Path) -> tuple[int, dict[str, Any], str]:
    """The verifier's exit code, report and first failure, from a process of its own that knows only this file. StepFailed."""
    command = [sys.executable, "-P", "-m", "compliance", "--json", str(bundle)]
    done = subprocess.run(command, input=b"", capture_output=True, env=ENVIRONMENT, check=False)
    try:
        report = msgspec.json.decode(done.stdout, type=dict[str, Any])
    except msgspec.MsgspecError:
        raise StepFailed(f"giochoi-verify: {done.stderr.decode(errors='replace').strip() or '–'}") from None
    failures = [f"{failure['where']}: {failure['what']}" for failure in report["failures"]]
    return done.returncode, report, next(iter(failures), "–")
