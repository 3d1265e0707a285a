"""The set-up for Windows in the lab: installed, used, upgraded and removed. It has to have the lab for itself."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from installers.windows import setup
from tests.system import SOAK, until

APP = "C:\\Program Files\\GioChoi\\app"
GIOCHOI, UNINSTALL = f"{APP}\\giochoi.exe", "C:\\Program Files\\GioChoi\\uninstall.exe"
AT_ONCE = "_?=C:\\windows"  # it does not copy itself away. Which folder says nothing; one with a space would be quoted here
LAB = Path(os.environ.get("GIOCHOI_LAB", "/var/cache/giochoi-lab"), "windows")
DRIVE = LAB / "prefix/drive_c"
PROGRAMS, DATA = DRIVE / "Program Files/GioChoi", DRIVE / "ProgramData/GioChoi"


@pytest.fixture(scope="module")
def built(lab, tmp_path_factory):
    """`built(version, broken=False)`: a set-up of the tree as it is, of another version."""
    if shutil.which("makensis") is None:
        pytest.skip("needs makensis")
    folder = tmp_path_factory.mktemp("setup")
    work = setup.TOP / "build/lab"
    shutil.rmtree(work, ignore_errors=True)
    (work / "app").mkdir(parents=True)
    setup.lay_out(work / "app", LAB / "cpython", None, "0.0.1", [str(lab), "linux"])
    named, servicing = work / "app/rooms/host/__init__.py", work / "app/rooms/host/servicing.py"
    whole, words = servicing.read_text("utf-8"), named.read_text("utf-8")

    def build(version, *, broken=False):
        named.write_text(words.replace("0.0.1", version), "utf-8")
        servicing.write_text(whole + "\n\ndef _serve(*_):\n    return 1\n" * broken, "utf-8")
        setup.payload.settle(work / "app")
        setup.makensis(work, folder / f"{version}.exe", version, quick=True)
        return str(folder / f"{version}.exe")

    return build


@pytest.fixture
def clean(windows):
    """Nothing of ours is there, before and after."""

    def remove():
        if (PROGRAMS / "uninstall.exe").exists():
            windows(UNINSTALL, "/S", "/PURGE", AT_ONCE, code=None)
        for folder in (PROGRAMS, DATA):
            shutil.rmtree(folder, ignore_errors=True)

    remove()
    yield
    remove()


@pytest.fixture
def baited():
    """A batch file that asks for the version from a folder, and with variables, that would have something else loaded."""
    bait = DRIVE / "bait"
    shutil.rmtree(bait, ignore_errors=True)
    for room in ("cli", "host", "encodings"):
        (bait / room).mkdir(parents=True)
        (bait / room / "__init__.py").write_text("raise SystemExit(99)\n")
    (bait / "python313.dll").touch()
    lines = ["@echo off", "cd /d C:\\bait", "set PATH=C:\\bait;%PATH%",
             *(f"set {name}=C:\\bait" for name in ("PYTHONPATH", "PYTHONHOME")), f'"{GIOCHOI}" --version']  # fmt: skip
    (bait / "ask.bat").write_text("\r\n".join(lines))
    yield "C:\\bait\\ask.bat"
    shutil.rmtree(bait)


@pytest.mark.promise("Windows (under Wine): The set-up installs into Program Files only")
@pytest.mark.timeout(900)
def test_installed_used_upgraded_removed(built, windows, clean, baited):
    """Silently. An upgrade loses nothing, what does not start is taken back, and the data stays when the programs go."""
    windows(built("0.0.1"), "/S", "/LANG=vi", "/D=C:\\elsewhere")
    assert not (DRIVE / "elsewhere").exists()
    assert (DATA / "public/lang").read_text().strip() == "vi"
    assert windows("cmd", "/c", baited).strip().endswith("0.0.1")
    windows(GIOCHOI, "player", "add", "An", "--born", "2014-05-01")
    assert windows(GIOCHOI, "demo", "--seconds", "6", "--lang", "en").count("✓") == 15
    before = entries(windows)

    if SOAK:  # two starts of services that wait, and a whole set-up more
        windows(built("0.0.2", broken=True), "/S", code=3)
        assert entries(windows)[: len(before)] == before
        assert status(windows) == ("0.0.1", ["an"])
        assert not [*DATA.rglob("before-upgrade*")]
        assert not [*PROGRAMS.glob("app.*")]

    windows(built("0.0.3"), "/S")
    assert status(windows) == ("0.0.3", ["an"])
    assert entries(windows)[: len(before)] == before
    assert not [*DATA.rglob("before-upgrade*")]
    assert {path.name for path in PROGRAMS.iterdir()} == {"app", "setup.log", "uninstall.exe"}

    windows(UNINSTALL, "/S")  # as people do: from a copy of its own, which goes on
    until(lambda: not PROGRAMS.exists(), 120)
    assert (DATA / "agent/log.db").exists()
    assert not [*DRIVE.rglob("ProgramData/Microsoft/Windows/Start Menu/Programs/Giờ Chơi")]
    for service in ("giochoi-agent", "giochoi-daemon"):
        windows("reg", "query", f"HKLM\\SYSTEM\\CurrentControlSet\\Services\\{service}", code=1)
    assert "GioChoi" not in windows("reg", "query", "HKLM\\System\\CurrentControlSet\\Control\\Session Manager\\Environment")


@contextmanager
def counter(folder):
    """The agent of another PC, which runs here; what a PC joins it with."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"

    def giochoi(*words, code=0):
        command = [sys.executable, "-m", "cli", "--home", folder, *words, "--json"]
        done = subprocess.run(command, capture_output=True, check=False)
        assert code is None or done.returncode == code, done.stderr
        return json.loads(done.stdout or "null")

    agent = subprocess.Popen([sys.executable, "-m", "agent", "--home", folder], stdout=subprocess.DEVNULL)
    try:
        until(lambda: giochoi("place", "show", code=None))
        giochoi("place", "serve", address)
        giochoi("player", "add", "Chi", "--born", "2014")
        yield giochoi("seat", "invite")["string"]
    finally:
        agent.terminate()
        agent.wait()


@pytest.mark.skipif(not SOAK, reason="soak: two set-ups more")
@pytest.mark.timeout(900)
def test_a_seat_is_installed_silently_and_upgraded(built, windows, clean, tmp_path):
    """The line to the agent is its service, and no agent is; the daemon follows."""
    with counter(tmp_path / "counter") as made:
        joins, _, code = made.rpartition("/")
        for version, words in (("0.0.1", (f"/AGENT={joins}", f"/CODE={code}")), ("0.0.2", ())):
            windows(built(version), "/S", *words)
            assert until(lambda version=version: (found := status(windows)) == (version, ["chi"]) and found, 60)
            windows(f"{APP}\\giochoi-uplink.exe", "service", "status")
            windows(f"{APP}\\giochoi-agent.exe", "service", "status", code=1)
            assert not (DATA / "agent").exists()
        windows(UNINSTALL, "/S", AT_ONCE)
        windows("reg", "query", "HKLM\\SYSTEM\\CurrentControlSet\\Services\\giochoi-uplink", code=1)


@pytest.mark.skipif(not SOAK, reason="soak: two set-ups more")
@pytest.mark.timeout(900)
def test_over_services_that_came_by_pip(built, windows, clean):
    """They count as an earlier version: what does not start gives way to them again, and what does goes on with their data."""
    for name in ("agent", "daemon"):
        windows(f"giochoi-{name}", "service", "install")
        windows(f"giochoi-{name}", "service", "start")
    windows("giochoi", "player", "add", "An", "--born", "2014-05-01")
    version = status(windows, "giochoi")[0]

    windows(built("0.0.2", broken=True), "/S", code=3)
    assert status(windows, "giochoi") == (version, ["an"])
    assert not [*DATA.rglob("before-upgrade*")]

    windows(built("0.0.3"), "/S")
    assert status(windows) == ("0.0.3", ["an"])

    windows(UNINSTALL, "/S", "/PURGE", AT_ONCE)
    assert not DATA.exists()


def entries(windows) -> list[str]:
    return [json.dumps(one) for one in json.loads(windows(GIOCHOI, "log", "show", "--json", "--last", "500"))["entries"]]


def status(windows, giochoi=GIOCHOI) -> tuple[str, list[str]]:
    """What the daemon says once it has its roster."""
    for _ in range(20):
        said = windows(giochoi, "status", "--json", code=None)
        if said and (found := json.loads(said))["players"]:
            return found["daemon"]["version"], [one["id"] for one in found["players"]]
    raise AssertionError("the daemon did not come back")
