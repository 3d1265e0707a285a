"""The .deb as it is built: the same twice, whole, and running on this Debian's Python from wherever it is unpacked."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from cli.commands import NOUNS
from installers.linux import manual
from installers.linux.package import build
from installers.linux.tree import PYTHONS
from tests.system import SOAK

PROGRAMS = {  # and the manual's section
    "usr/bin/giochoi": 1, "usr/bin/giochoi-tray": 1, "usr/bin/giochoi-verify": 1,
    "usr/bin/giochoi-witness": 1, "usr/sbin/giochoi-daemon": 8, "usr/sbin/giochoi-agent": 8,
    "usr/sbin/giochoi-uplink": 8,
}  # fmt: skip
MOST_BYTES = 18 << 20
# What the programs of others that are compiled load, and which package of `Depends` brings it.
SYSTEM = {"ld-linux-x86-64.so.2", "libc.so.6", "libdl.so.2", "libgcc_s.so.1", "libm.so.6", "libpthread.so.0", "librt.so.1"}

LOADED = (
    "agent.wiring", "daemon.wiring", "cli.commands", "compliance.verify", "keyring", "sqlalchemy", "argon2", "psutil", "tzdata",
    "cryptography.fernet", "babel.dates", "segno", "apscheduler.schedulers.asyncio", "pydantic", "Xlib.display",
)  # fmt: skip

pytestmark = pytest.mark.timeout(400)


# --- the file ----------------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not SOAK, reason="soak only: it takes half a minute")
def test_two_builds_are_equal(built, tmp_path, monkeypatch):
    """Whoever builds, wherever."""
    monkeypatch.setenv("TZ", "Asia/Ho_Chi_Minh")
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.chdir("/")
    before = os.umask(0o077)
    try:
        again = build(tmp_path, "1.2.3", quick=not SOAK)
    finally:
        os.umask(before)
    assert hashlib.sha256(again.read_bytes()).hexdigest() == hashlib.sha256(built.read_bytes()).hexdigest()


@pytest.mark.skipif(not SOAK, reason="soak only: to pack it as it is released takes a minute")
def test_it_is_small(built):
    assert built.stat().st_size <= MOST_BYTES


def test_all_in_it_is_roots_and_nobody_else_may_write(members):
    assert {(one.uid, one.gid) for one in members.values()} == {(0, 0)}
    assert {one.mode for one in members.values() if not one.issym()} == {0o755, 0o644}
    run = {name for name, one in members.items() if one.isfile() and one.mode == 0o755}
    assert run == set(PROGRAMS)
    assert len({one.mtime for one in members.values()}) == 1


def test_nothing_in_it_is_compiled_by_us_or_left_from_installing(members):
    assert not [name for name in members if name.endswith((".pyc", "/RECORD", "/INSTALLER", "uv_cache.json", ".po"))]
    assert not [name for name in members if name.startswith("usr/lib/giochoi/common/installers") or "/PIL/" in name]


def test_it_depends_on_the_pythons_that_it_is_made_for(told, members):
    found = re.findall(r"python3 \((>=|<<) 3\.(\d+)\)", told())
    assert dict(found) == {">=": "11", "<<": "14"}
    assert list(PYTHONS) == ["3.11", "3.12", "3.13"]
    for one in PYTHONS:
        compiled = f"cpython-{one.replace('.', '')}-x86_64-linux-gnu.so"
        own = [name for name in members if name.startswith(f"usr/lib/giochoi/lib/python{one}/") and ".cpython-" in name]
        assert own
        assert all(name.endswith(compiled) for name in own)
        assert told("triggers").count(f"interest-noawait /usr/bin/python{one}\n") == 1


def test_what_is_compiled_needs_only_what_every_debian_has(root):
    files = [str(path) for path in root.rglob("*.so*")]
    found = subprocess.run(["objdump", "-p", *files], capture_output=True, check=True, text=True).stdout
    assert set(re.findall(r"NEEDED +(\S+)", found)) <= SYSTEM
    newest = max(tuple(map(int, one.split("."))) for one in re.findall(r"GLIBC_([0-9.]+)", found))
    assert newest <= (2, 28), "then Depends names a newer libc6"


def test_whoever_made_what_is_in_it_is_named(root):
    text = (root / "usr/share/doc/giochoi/copyright").read_text("utf-8")
    for about in root.rglob("*.dist-info"):
        if not about.name.startswith("giochoi-"):
            assert f"/{about.name}/" in text
    for path in re.findall(r"^  /(\S+)$", text, re.MULTILINE):
        assert (root / path).is_file(), path


# --- the programs ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_says_what_it_is(root, python, program):
    """By its interpreter alone: nothing of whoever calls is loaded."""
    script = (root / program).read_text("ascii").splitlines()
    room = re.fullmatch(r'exec /usr/lib/giochoi/bin/python3 -I -m (\w+) "\$@"', script[1])[1]
    assert script[0] == "#!/bin/sh"
    assert python("-m", room, "--help", env={"PYTHONPATH": "/nowhere", "PYTHONHOME": "/nowhere"})


def test_it_answers_its_version_and_does_what_needs_packages(python):
    assert python("-m", "cli", "--version") == "giochoi 1.2.3\n"
    assert "vn-147" in python("-m", "cli", "policy", "packs")
    assert "Giờ Chơi" in python("-m", "cli", "--help", env={"GIOCHOI_LANG": "vi"})


def test_everything_that_is_loaded_is_the_packages_or_the_systems_own(root, python):
    code = (
        "import importlib, sys\n"
        "for name in sys.argv[1:]:\n"
        "    importlib.import_module(name)\n"
        "print(*(one.__file__ for one in list(sys.modules.values()) if getattr(one, '__file__', None)), sep='\\n')\n"
    )
    loaded = set(python("-c", code, *LOADED).splitlines())
    ours = {name for name in loaded if name.startswith(f"{root}/usr/lib/giochoi/")}
    assert len(ours) > 300
    assert not [name for name in loaded - ours if "-packages" in name or not name.startswith("/usr/lib/python3")]


def test_programs_that_the_daemon_starts_begin_without_a_package(root, python):
    """They are started with -I -S, so that nobody else's path is looked at: there they find our rooms, and nothing else."""
    code = (
        "import subprocess, sys; from daemon.platforms.linux import spawning\n"
        "for name in ('daemon.platforms.linux.reading.reader', 'daemon.platforms.linux.ending.errands'):\n"
        "    command = [sys.executable, '-I', '-S', '-c', 'import importlib, sys; sys.path.append(sys.argv[1]); '\n"
        "               'importlib.import_module(sys.argv[2])', spawning._ROOMS, name]\n"
        "    subprocess.run(command, check=True, env={}, cwd='/')\n"
        "print(spawning._ROOMS)\n"
    )
    assert python("-c", code).strip() == f"{root}/usr/lib/giochoi/common"


def test_what_the_kernel_runs_is_in_it(root):
    assert [path.name for path in root.rglob("*.bpf.o")] == ["plays.bpf.o"]


def test_the_tray_alone_takes_what_debian_packages(python):
    """GTK is built for the system's Python."""
    if not Path("/usr/lib/python3/dist-packages/gi").exists():
        pytest.skip("python3-gi is not installed")
    assert python("-c", "import importlib.util as u; print(u.find_spec('gi'))").split() == ["None"]
    code = "from tray.debian import reach_gi; reach_gi(); import gi; print(gi.__file__)"
    assert python("-c", code).startswith("/usr/lib/python3/dist-packages/")


def test_what_is_printed_needs_only_pillow_from_debian(root, python, tmp_path):
    """Whoever types `report … --pdf` is told to install python3-pil: with it there is a PDF, and without it nothing fails."""
    if not Path("/usr/lib/python3/dist-packages/PIL").exists():
        pytest.skip("python3-pil is not installed")
    made = tmp_path / "page.pdf"
    code = (
        "import sys; from pathlib import Path; import cli.report.to_pdf; from i18n.catalogue import Catalogue\n"
        "from compliance.paper.inspection import pdf; from compliance.page.blocks import Section\n"
        "Path(sys.argv[1]).write_bytes(pdf([Section('verdict', 'A', ())], Catalogue('vi')))"
    )
    python("-c", code, str(made))
    assert made.read_bytes().startswith(b"%PDF-")

    link = root / "usr/lib/python3"
    link.rename(link.with_name("away"))
    try:
        assert python("-c", "import importlib.util as u; print(u.find_spec('PIL'))").split() == ["None"]
    finally:
        link.with_name("away").rename(link)


@pytest.mark.skipif(not SOAK, reason="soak only: the main job takes twenty seconds")
def test_the_main_job_is_done_by_what_is_packaged(python, tmp_path):
    told = {"HOME": str(tmp_path), "TMPDIR": str(tmp_path), "PATH": os.environ["PATH"]}
    said = python("-m", "cli", "demo", "--seconds", "8", "--lang", "en", env=told)
    assert "Every step was observed." in said


# --- beside the programs -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["", "vi/"])
def test_every_program_and_command_has_a_page(members, language):
    wanted = {f"{Path(name).name}.{section}" for name, section in PROGRAMS.items()} | {f"giochoi-{noun}.1" for noun in NOUNS}
    assert all(f"usr/share/man/{language}man{name[-1]}/{name}.gz" in members for name in wanted)


def test_the_pages_are_good_roff(root):
    if shutil.which("mandoc") is None:
        pytest.skip("mandoc is not installed")
    pages = sorted((root / "usr/share/man").rglob("giochoi-*.[18].gz"))
    servers = {Path(name).name for name in PROGRAMS}
    for page in (page for page in pages if page.name.split(".")[0] in servers):
        text = subprocess.run(["gzip", "-dc", page], capture_output=True, check=True).stdout
        done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning"], input=text, capture_output=True, check=False)
        assert done.returncode == 0, done.stdout.decode()


def test_a_page_is_read_out_of_help():
    text = "usage: puzzle [-h] [--home D]\n\nSolves it. Always.\n\noptions:\n  -h, --help  this\n  --home D    where it lies\n"
    assert manual.read(text) == ("puzzle [-h] [--home D]", "Solves it. Always.", [("--home D", "where it lies")])


def entries(root):
    return [*root.glob("usr/share/applications/*.desktop"), *root.glob("etc/xdg/autostart/*.desktop")]


def test_menus_and_stores_take_what_describes_it(root):
    for program, words, files in (
        ("desktop-file-validate", (), entries(root)),
        ("appstreamcli", ("validate", "--no-net"), list(root.glob("usr/share/metainfo/*.xml"))),
    ):
        assert files
        if shutil.which(program):
            done = subprocess.run([program, *words, *files], capture_output=True, check=False, text=True)
            assert (done.returncode, "error" in done.stdout) == (0, False), done.stdout + done.stderr


def test_what_menus_start_is_there(root):
    for entry in entries(root):
        program = re.search(r"^Exec=(\S+)", entry.read_text("utf-8"), re.MULTILINE)[1]
        assert (root / program.removeprefix("/")).exists() or (root / "usr/bin" / program).exists(), program
        icon = re.search(r"^Icon=(\S+)", entry.read_text("utf-8"), re.MULTILINE)[1]
        assert len(list(root.glob(f"usr/share/icons/hicolor/*/apps/{icon}.png"))) == 6


def test_only_setting_the_limits_is_asked_for_as_an_administrator(root):
    """Whoever types another command after pkexec is asked by the system's own rule, in its own words."""
    policy = (root / "usr/share/polkit-1/actions/giochoi.policy").read_text("utf-8")
    assert re.findall(r"<allow_\w+>(\w+)<", policy) == ["auth_admin"] * 3
    assert re.findall(r'exec\.(\w+)">([^<]+)<', policy) == [("path", "/usr/bin/giochoi"), ("argv1", "setup")]
    assert "Exec=giochoi-tray --dialog setup\n" in (root / "usr/share/applications/giochoi-set-up.desktop").read_text("utf-8")


@pytest.mark.skipif(not SOAK, reason="soak only: it takes half a minute")
def test_lintian_finds_no_error(built):
    if shutil.which("lintian") is None:
        pytest.skip("lintian is not installed")
    command = ["lintian", "--no-tag-display-limit", "--fail-on", "error", built]
    done = subprocess.run(command, capture_output=True, check=False, text=True)
    assert done.returncode == 0, done.stdout
    assert "overridden" not in done.stdout
