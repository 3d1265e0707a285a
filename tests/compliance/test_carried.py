"""The verifier as one file: it runs on a Python that has nothing installed, and says where it was not made for it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zipfile
from importlib.metadata import distribution

import pytest

from installers import verifier
from tests.system import WINDOWS

TAG = f"cp{sys.version_info[0]}{sys.version_info[1]}-{sys.platform}"


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """Made of the packages that are installed here, as if they were wheels."""
    folder = tmp_path_factory.mktemp("a folder with spaces")
    wheels = []
    for name in verifier.NEEDED:
        wheels.append(folder / f"{name}.whl")
        with zipfile.ZipFile(wheels[-1], "w") as archive:
            for one in distribution(name).files or ():
                if ".." not in one.parts and one.suffix != ".pyc":
                    archive.write(one.locate(), one.as_posix())
    made = folder / "giochoi-verify.pyz"
    verifier.assemble(made, {TAG: wheels})
    return made


def run(file, *words, **env):
    """With no package, folder or variable of this Python's own."""
    command = [sys.executable, "-I", "-S", file, *words]
    done = subprocess.run(command, capture_output=True, check=False, timeout=60, cwd="/", env=env)
    told = (text.decode().replace("\r\n", "\n") for text in (done.stdout, done.stderr))
    return subprocess.CompletedProcess(words, done.returncode, *told)


def test_it_verifies_without_anything_installed(file, site, tmp_path):
    """Decisions made again, in either language; nothing is left behind."""
    site.honest_day()
    (tmp_path / "log.zip").write_bytes(site.bundle())
    (tmp_path / "tmp").mkdir()
    where = {"TMPDIR": str(tmp_path / "tmp"), "TMP": str(tmp_path / "tmp"), "SYSTEMROOT": "C:\\Windows"}
    done = run(file, tmp_path / "log.zip", "--lang", "vi", **where)
    assert (done.returncode, done.stderr) == (0, "")
    assert "KẾT LUẬN\n  ✓ Nguyên vẹn và khớp chữ ký; chưa có bên độc lập xác nhận\n" in done.stdout
    told = json.loads(run(file, tmp_path / "log.zip", "--json", **where).stdout)
    assert (told["ok"], told["decisions"]) == (True, 4)
    assert WINDOWS or list((tmp_path / "tmp").iterdir()) == []


def test_it_says_who_makes_a_pdf(file, site, tmp_path):
    """What that needs is as large again as the rest."""
    site.honest_day()
    (tmp_path / "log.zip").write_bytes(site.bundle())
    done = run(file, tmp_path / "log.zip", "--pdf", tmp_path / "page.pdf", "--lang", "en")

    assert (done.returncode, done.stdout, (tmp_path / "page.pdf").exists()) == (2, "", False)
    assert done.stderr.splitlines() == [
        "giochoi-verify: this giochoi-verify makes no PDF, only the installed one does: --html FILE, and print it"
    ]


def test_a_python_that_it_was_not_made_for_is_one_line(file, tmp_path):
    """Exit 2, before anything is unpacked."""
    other = tmp_path / "other.pyz"
    with zipfile.ZipFile(file) as whole, zipfile.ZipFile(other, "w") as archive:
        for name in ("__main__.py", "made-for"):
            archive.writestr(name, whole.read(name).replace(TAG.encode(), b"cp399-haiku"))
    done = run(other, "--help")
    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(rf"giochoi-verify: made for cp399-haiku, 64-bit; this is {TAG}\n", done.stderr)


def test_every_package_in_it_is_pinned_by_hash():
    """Once each, and nothing else comes along."""
    for platform in verifier.PLATFORMS.values():
        pins = verifier.pinned("3.13", platform)
        assert [pin.name for pin in pins] == list(verifier.NEEDED)
        assert all(pin.hashes and all(re.fullmatch("[0-9a-f]{64}", one) for one in pin.hashes) for pin in pins)


def test_what_is_alike_lies_in_it_once(tmp_path):
    """For all, for all of one system, or for one Python."""
    wheels = {}
    for tag, own in (("cp311-linux", b"1"), ("cp312-linux", b"2"), ("cp311-win32", b"3"), ("cp312-win32", b"4")):
        wheels[tag] = [tmp_path / f"{tag}.whl"]
        with zipfile.ZipFile(wheels[tag][0], "w") as archive:
            archive.writestr("a/all.py", b"same")
            archive.writestr("a/system", tag.partition("-")[2])
            archive.writestr("a/own", own)
            archive.writestr("a-1.dist-info/RECORD", b"")
            archive.writestr("babel/locale-data/fr.dat", b"")
            archive.writestr("babel/locale-data/vi.dat", b"")
    verifier.assemble(tmp_path / "x.pyz", wheels)
    with zipfile.ZipFile(tmp_path / "x.pyz") as archive:
        names = {name for name in archive.namelist() if any(word in name for word in ("/a/", "/babel/", "/a-1"))}
    assert names == {
        "any/a/all.py", "any/babel/locale-data/vi.dat", "linux/a/system", "win32/a/system", "cp311-linux/a/own",
        "cp312-linux/a/own", "cp311-win32/a/own", "cp312-win32/a/own",
    }  # fmt: skip


def test_a_folder_from_which_nothing_can_be_loaded_is_one_line(file, tmp_path):
    """As where temporary files may not be run: here what is compiled is cut off."""
    other = tmp_path / "other.pyz"
    with zipfile.ZipFile(file) as whole, zipfile.ZipFile(other, "w") as archive:
        for name in whole.namelist():
            archive.writestr(name, b"" if "_core." in name else whole.read(name))
    done = run(other, "--help")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "set TMPDIR to" in done.stderr
