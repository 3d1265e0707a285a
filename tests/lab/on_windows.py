"""What the steps of main_job.py have in common: programs, plays of an account of Users only, what giochoi says."""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

WINE = hasattr(ctypes.WinDLL("ntdll"), "wine_get_version")
PROGRAMS, OUT = (Path(one).resolve() for one in sys.argv[1:3])
SETUPS = Path(sys.argv[3]).resolve() if len(sys.argv) > 3 else None
APP = Path(os.environ["PROGRAMFILES"]) / "GioChoi"
DATA = Path(os.environ["PROGRAMDATA"]) / "GioChoi"
WORK = Path("C:/Users/Public/ThuNghiem")
GAME, COPY = WORK / "trochoi.exe", WORK / "anh-nghi.exe"
STEAM = WORK / "steamapps/common/Counter-Strike Global Offensive/game.exe"
SERVICES = ("giochoi-agent", "giochoi-daemon")
PASSWORD = "Thu-nghiem-123"
TIMES = 5 if WINE else 20
_STEPS = []


class SkippedError(Exception):
    """Why a step cannot be shown here."""


def step(title, wine=""):
    """The next step. `wine`: why Wine cannot show it."""

    def add(run):
        _STEPS.append((title, run, wine))
        return run

    return add


def run(*words, code=0, timeout=300):
    """What a program prints. AssertionError unless it ends with `code` (None: any)."""
    done = subprocess.run(list(map(str, words)), input=b"", capture_output=True, timeout=timeout, check=False)
    said = (done.stdout + done.stderr).decode(errors="replace")
    assert code is None or done.returncode == code, f"{words}: exit {done.returncode}: {said}"
    return said


def giochoi(*words, code=0):
    # The set-up's launcher lies where only administrators write. pip's does not: it counts as a renamed Python, whose words are
    # what it runs, so that the daemon would end `game add --exe GAME`.
    ours = [sys.executable, "-I", "-m", "cli"] if SETUPS is None else [APP / "app/giochoi.exe"]
    return run(*ours, *words, code=code)


def powershell(text, code=0):
    return run("powershell", "-NoProfile", "-Command", f"$ErrorActionPreference = 'Stop'\n{text}", code=code, timeout=900)


def status():
    return json.loads(giochoi("status", "--json"))


def entries(kind):
    return [one["entry"] for one in json.loads(giochoi("log", "show", "--last", "5000", "--json"))["entries"]
            if one["entry"]["kind"] == kind]  # fmt: skip


def until(true, seconds, what):
    """How long it took. AssertionError if longer than `seconds`."""
    begun = time.monotonic()
    while time.monotonic() < begun + seconds:
        if true():
            return time.monotonic() - begun
        time.sleep(0.2)
    raise AssertionError(f"not within {seconds} s: {what}")


def play(game, *words, times=1):
    """Milliseconds from start to end and exit code of each play: as khach; in Wine, which has one account, as ourselves."""
    if WINE:
        found = []
        for _ in range(times):
            begun = time.monotonic()
            ended = subprocess.run([game, *words], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False).returncode
            found.append(((time.monotonic() - begun) * 1000, ended))
        return found
    given = f"-ArgumentList '{' '.join(words)}'" if words else ""
    said = powershell(f"""
        $who = New-Object PSCredential('khach', (ConvertTo-SecureString '{PASSWORD}' -AsPlainText -Force))
        1..{times} | ForEach-Object {{
            $one = Start-Process '{game}' {given} -WorkingDirectory '{WORK}' -Credential $who -PassThru
            $null = $one.Handle; $one.WaitForExit()
            '{{0}} {{1}}' -f ($one.ExitTime - $one.StartTime).TotalMilliseconds, $one.ExitCode }}""")
    return [(float(ms.replace(",", ".")), int(code)) for ms, code in map(str.split, said.splitlines())]


def as_khach(text):
    """What PowerShell's `text` prints, run as khach."""
    file, said = WORK / "lam.ps1", WORK / "lam.txt"
    file.write_text(f"$ErrorActionPreference = 'Stop'; try {{ {text}; 'DONE' }} catch {{ $_ | Out-String }}", "utf-8-sig")
    said.unlink(missing_ok=True)
    powershell(f"""
        $who = New-Object PSCredential('khach', (ConvertTo-SecureString '{PASSWORD}' -AsPlainText -Force))
        Start-Process powershell -ArgumentList '-NoProfile -ExecutionPolicy Bypass -Command "& {file} *> {said}"' `
            -WorkingDirectory '{WORK}' -Credential $who -Wait""")
    return said.read_text("utf-16")


def main():
    """All steps, one after the other; 1 if one failed."""
    sys.stdout.reconfigure(encoding="utf-8", errors="replace")
    OUT.mkdir(exist_ok=True)
    for file in (GAME, COPY, STEAM):
        file.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(PROGRAMS / ("tran.exe" if file == STEAM else "trochoi.exe"), file)
    (WORK / "steamapps/appmanifest_730.acf").write_text(
        '"AppState"\n{\n"appid" "730"\n"name" "Counter-Strike 2"\n"installdir" "Counter-Strike Global Offensive"\n}\n')
    run("reg", "add", r"HKLM\SOFTWARE\WOW6432Node\Valve\Steam", "/f", "/v", "InstallPath", "/d", WORK)
    failed = 0
    for number, (title, each, wine) in enumerate(_STEPS, 1):
        begun = time.monotonic()
        try:
            said = f"SKIPPED: Wine: {wine}" if WINE and wine else each() or "passed"
        except SkippedError as why:
            said = f"SKIPPED: {why}"
        except Exception as error:  # noqa: BLE001 - the later steps are of use all the same
            failed, said = failed + 1, f"FAILED: {error!r}"
        print(f"{number:2} {title}: {said} ({time.monotonic() - begun:.0f} s)", flush=True)
    return int(failed > 0)
