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
from i18n.message import Arg, msg

_BUNDLE = "log.bundle"
_ALL = 0  # of daemon.sync: until all that was recorded has reached the agent
_DECISIONS = 2  # the play that was due, and the start that was refused
_SHOWN = re.compile(rb'"kind":"warned"[^{}]*"shown":true')
_MS = re.compile(rb'"kind":"play\.ended"[^{}]*?"ms":([0-9]+)')


def export(demo: Demo) -> Arg:
    ask(demo.daemon, Sync(number=_ALL))
    bundle = demo.root / _BUNDLE
    size = write_new(bundle, (chunk.data for chunk in items(demo.agent, LogExport())))
    if not _SHOWN.search(bundle.read_bytes()):
        raise StepFailed(msg("the log holds no warning that was shown"))
    _, entries, root, *_ = ask(demo.agent, LogHead()).checkpoint.splitlines()
    return msg("{size} bytes, {n} entries, root {root}", size=size, n=int(entries), root=root)


def verify(demo: Demo) -> Arg:
    """Whole, every decision of the two follows when it is made again, and the key is the one on the inspector's card."""
    code, report, failure = _verified(demo.root / _BUNDLE, demo.language)
    key = ask(demo.agent, LogCard()).fingerprint
    if code != 0 or not report["ok"]:
        raise StepFailed(msg("giochoi-verify ends with {code}: {why}", code=code, why=failure))
    made, found = report["decisions"], report["fingerprint"]
    if made < _DECISIONS or found != key:
        raise StepFailed(msg("giochoi-verify made {n} decisions again, key {key}", n=made, key=found))
    return msg("nothing was changed in {n} entries; {made} decisions made again agree; the key is that of the card ({key})",
               n=report["size"], made=made, key=f"{key[:17]}…")  # fmt: skip


def tamper(demo: Demo) -> Arg:
    """Make a play of the log shorter or longer, by one digit of it, in a copy."""
    data = bytearray((demo.root / _BUNDLE).read_bytes())
    found = _MS.search(data)
    if found is None:
        raise StepFailed(msg("the log holds no play"))
    (at, end), before = found.span(1), found[1].decode()
    data[at] = ord("1") if data[at] != ord("1") else ord("2")
    copy = demo.root / "changed.bundle"
    copy.write_bytes(data)
    code, _, failure = _verified(copy, demo.language)
    if code != 4:
        raise StepFailed(msg("giochoi-verify did not notice and ends with {code}", code=code))
    after = data[at:end].decode()
    return msg("byte {at}, {before} ms became {after} ms: {why}", at=str(at), before=before, after=after, why=failure)


def _verified(bundle: Path, language: str) -> tuple[int, dict[str, Any], str]:
    """The verifier's exit code, report and first failure, from a process of its own that knows only this file. StepFailed."""
    command = [sys.executable, "-P", "-m", "compliance", "--json", str(bundle)]
    done = subprocess.run(command, input=b"", capture_output=True, env={**ENVIRONMENT, "GIOCHOI_LANG": language}, check=False)
    try:
        report = msgspec.json.decode(done.stdout, type=dict[str, Any])
    except msgspec.MsgspecError:
        raise StepFailed(msg("giochoi-verify: {said}", said=done.stderr.decode(errors="replace").strip() or "–")) from None
    failures = [f"{failure['where']}: {failure['what']}" for failure in report["failures"]]
    return done.returncode, report, next(iter(failures), "–")
