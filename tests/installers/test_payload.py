"""What every installer holds: which packages, by which bytes, and which of our files."""

from __future__ import annotations

import hashlib
import os
import zipfile
from pathlib import Path

import pytest

from host import VERSION
from installers import payload

LINUX, WINDOWS = "manylinux_2_28_x86_64", "win_amd64"
PYTHONS = ("3.11", "3.12", "3.13")


def names(python, platform):
    return {pin.name for pin in payload.pinned(payload.LOCK, python, platform)}


@pytest.mark.parametrize("platform", [LINUX, WINDOWS])
@pytest.mark.parametrize("python", PYTHONS)
def test_what_only_builds_is_not_installed(python, platform):
    assert not names(python, platform) & {"hatchling", "packaging", "pathspec", "pluggy", "tomlkit", "trove-classifiers"}
    assert names(python, platform) >= {"cryptography", "keyring", "msgspec", "pydantic-core", "sqlalchemy", "tzdata"}


def test_each_system_and_each_python_has_its_own():
    assert "pywin32" in names("3.13", WINDOWS) - names("3.13", LINUX)
    assert {"secretstorage", "python-xlib"} <= names("3.13", LINUX) - names("3.13", WINDOWS)
    assert {"backports-tarfile", "zipp"} <= names("3.11", LINUX) - names("3.12", LINUX)


def test_every_package_is_pinned_by_version_and_hash():
    for pin in payload.pinned(payload.LOCK, "3.11", LINUX):
        assert pin.version[0].isdigit()
        assert {len(one) for one in pin.hashes} == {64}


@pytest.fixture
def lock(tmp_path, monkeypatch):
    """A lock of one package, which lies ready; the lock's hash is that of whatever `known` was."""
    monkeypatch.setattr(payload, "KEPT", tmp_path / "kept")
    wheel = tmp_path / f"kept/3.13-{LINUX}/puzzle-1.0-py3-none-any.whl"
    wheel.parent.mkdir(parents=True)
    with zipfile.ZipFile(wheel, "w") as archive:
        for name in (
            "puzzle/__init__.py", "puzzle/tests/test_it.py", "puzzle/_fast.pyi", "puzzle/_fast.c",
            "puzzle-1.0.data/scripts/puzzle", "puzzle-1.0.dist-info/METADATA", "puzzle-1.0.dist-info/licenses/LICENSE",
            "puzzle-1.0.dist-info/RECORD",
            "puzzle-1.0.data/platlib/puzzle/more.py", "babel/locale-data/vi.dat", "babel/locale-data/fr.dat",
            "reportlab/fonts/Vera.ttf", "reportlab/graphics/shapes.py",
        ):  # fmt: skip
            archive.writestr(name, name)

    def written(known):
        text = f"puzzle==1.0 \\\n    --hash=sha256:{hashlib.sha256(known).hexdigest()}\n    # via giochoi (pyproject.toml)\n"
        (tmp_path / "lock").write_text(text, "utf-8")
        return tmp_path / "lock"

    return written, wheel


def test_a_wheel_is_unpacked_but_for_what_nobody_runs(lock, tmp_path):
    written, wheel = lock
    payload.wheels(tmp_path / "into", "3.13", LINUX, written(wheel.read_bytes()))

    found = {path.relative_to(tmp_path / "into").as_posix() for path in (tmp_path / "into").rglob("*") if path.is_file()}
    assert found == {
        "babel/locale-data/vi.dat", "puzzle/__init__.py", "puzzle/more.py", "puzzle-1.0.dist-info/METADATA",
        "puzzle-1.0.dist-info/licenses/LICENSE",
    }  # fmt: skip


def test_other_bytes_of_the_same_name_are_not_taken(lock, tmp_path, monkeypatch):
    """Also what was downloaded before is held against the lock."""
    written, _ = lock
    monkeypatch.setattr(payload, "_download", lambda *_: None)
    with pytest.raises(SystemExit, match="puzzle"):
        payload.wheels(tmp_path / "into", "3.13", LINUX, written(b"what somebody else released"))
    assert not (tmp_path / "into").exists()


def test_what_is_left_out_is_not_asked_for(lock, tmp_path, monkeypatch):
    written, _ = lock
    monkeypatch.setattr(payload, "_download", lambda *_: pytest.fail("it was asked for"))
    assert payload.files("3.13", LINUX, written(b"another"), without=("puzzle",)) == []


def test_pip_is_told_every_older_platform():
    """It takes each name at its word, and wheels are for the oldest that they run on."""
    told = payload._tags(LINUX)
    assert told[0] == LINUX
    assert {"manylinux_2_17_x86_64", "manylinux2014_x86_64", "manylinux1_x86_64"} <= set(told)
    assert payload._tags(WINDOWS) == [WINDOWS]


@pytest.fixture(scope="module")
def rooms(tmp_path_factory):
    into = tmp_path_factory.mktemp("rooms")
    payload.rooms(into, "9.8.7")
    return into


def test_the_rooms_call_themselves_what_they_are_told(rooms):
    assert '\nVERSION = "9.8.7"\n' in (rooms / "host/__init__.py").read_text("utf-8")
    assert "\nVersion: 9.8.7\n" in (rooms / "giochoi-9.8.7.dist-info/METADATA").read_text("utf-8")
    assert VERSION != "9.8.7"


def test_the_rooms_are_whole_and_hold_nothing_that_builds(rooms):
    files = {path.relative_to(rooms).as_posix() for path in rooms.rglob("*") if path.is_file()}
    assert {"i18n/vi.mo", "rules/packs/vn-147.toml", "tray/showing/chime.wav", "host/linux/files.py"} <= files
    assert not files & {"i18n/build.py", "i18n/hatch.py", "i18n/vi.po"}
    assert not {name for name in files if name.endswith(".pyc") or name.startswith(("installers/", "tests/"))}
    every = {path.relative_to(payload.TOP).as_posix() for room in payload.ROOMS for path in (payload.TOP / room).rglob("*.py")}
    assert every - files == payload._BUILDERS


@pytest.mark.linux("Windows has no such modes")
def test_dates_and_modes_do_not_depend_on_who_builds(tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "a/b/program").write_text("", "utf-8")
    (tmp_path / "a/b/program").chmod(0o700)
    (tmp_path / "a/text").write_text("", "utf-8")
    (tmp_path / "a/text").chmod(0o606)
    (tmp_path / "a/link").symlink_to("nowhere")

    payload.settle(tmp_path / "a")

    paths = [tmp_path / "a", *(tmp_path / "a").rglob("*")]
    assert {path.lstat().st_mtime for path in paths} == {1_700_000_000}
    assert {path.name: path.lstat().st_mode & 0o777 for path in paths if not path.is_symlink()} == {
        "a": 0o755, "b": 0o755, "program": 0o755, "text": 0o644,
    }  # fmt: skip


def test_the_time_of_the_build_is_the_last_commits(monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000001")
    assert payload.epoch() == 1_700_000_001
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    monkeypatch.setattr(payload, "TOP", Path(os.devnull).parent)
    with pytest.raises(SystemExit, match="SOURCE_DATE_EPOCH"):
        payload.epoch()
