"""The verifier to carry, in the lab: it says what the installed one and the .pyz say, and leaves nothing behind."""

from __future__ import annotations

import re
import shutil
import subprocess
from contextlib import closing

import pytest

from installers import payload, verifier
from installers.windows import portable
from tests.compliance.conftest import Site
from tests.conftest import FakeClock
from tests.lab.test_setup import DRIVE, LAB
from tests.system import SOAK

HERE = payload.TOP / "build/lab-portable"  # under the current folder of what runs there
MOMENT = re.compile(rb"(<dt>Checked on</dt><dd[^>]*>)[^<]+")
ASKED = {  # what is asked of which bundle, and the exit code
    "changed": (["đã sửa.zip", "--json"], 4),
    "vi": (["nhật ký.zip", "--lang", "vi"], 0),
    "en": (["nhật ký.zip", "--lang", "en"], 0),
    "json": (["nhật ký.zip", "--json", "--lang", "vi"], 0),
    "html": (["nhật ký.zip", "--html", "page.html", "--lang", "en"], 0),
    "none": (["none.zip", "--lang", "vi"], 2),
    "words": (["--trust"], 2),
}
pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def programs(lab):
    """How each of the three is called there, with two bundles beside."""
    if shutil.which("makensis") is None:
        pytest.skip("needs makensis")
    shutil.rmtree(HERE, ignore_errors=True)
    portable.lay_out(HERE / "app", LAB / "cpython", None, "0.0.1", [str(lab), "linux"])
    portable.pack(HERE, HERE / portable.NAME, "0.0.1", quick=True)
    with closing(Site(HERE, FakeClock())) as site:
        site.honest_day()
        data = bytearray(site.bundle())
    (HERE / "nhật ký.zip").write_bytes(data)
    data[data.index(b'"kind":"play.due"') + 10] ^= 1
    (HERE / "đã sửa.zip").write_bytes(data)
    folder = HERE.relative_to(payload.TOP)
    called = {"carried": [there(folder / portable.NAME)], "installed": ["giochoi-verify"]}
    if SOAK:
        wheels = payload.had(verifier.pinned("3.13", "win_amd64"), "3.13", "win_amd64")
        verifier.assemble(HERE / "giochoi-verify.pyz", {"cp313-win32": wheels})
        called["pyz"] = ["python", there(folder / "giochoi-verify.pyz")]
    return called


def there(path):
    return str(path).replace("/", "\\")


def run(lab, *command):
    done = subprocess.run([lab, *command], input=b"", capture_output=True, check=False, timeout=300, cwd=payload.TOP)
    return done.returncode, done.stdout, done.stderr


def said(lab, program, words):
    """Exit code, output, errors, and the page where one was written."""
    page = HERE / "page.html"
    page.unlink(missing_ok=True)
    folder = HERE.relative_to(payload.TOP)
    words = [there(folder / word) if word.endswith((".zip", ".html")) else word for word in words]
    return *run(lab, "run", *program, *words), MOMENT.sub(rb"\1", page.read_bytes()) if page.exists() else b""


@pytest.mark.parametrize("what", [*ASKED][: None if SOAK else 1])
def test_all_three_say_the_same_bytes(lab, programs, what):
    """In either language, as text, document and page; with the same exit codes. Its folder is gone afterwards."""
    words, code = ASKED[what]
    before = unpacked()
    told = {name: said(lab, program, words) for name, program in programs.items()}
    assert told["carried"][0] == code
    assert [name for name, one in told.items() if one != told["installed"]] == []
    assert any(told["carried"][1:3])
    assert what != "html" or b"SHA-256" in told["carried"][3]
    assert unpacked() == before


def unpacked():
    return {*DRIVE.glob("users/*/AppData/Local/Temp/ns*.tmp")}


@pytest.mark.skipif(not SOAK, reason="soak: a start of Windows' own more")
def test_where_it_cannot_be_unpacked_it_says_so(lab, programs):
    """A full disk: one line, exit code 2, and nothing is left."""
    small = LAB / "small"
    small.mkdir(exist_ok=True)
    try:
        assert run(lab, "linux", "mount", "-t", "tmpfs", "-o", "size=8m", "small", str(small))[0] == 0
        folder = f"Z:{there(small)}"
        code, out, errors = run(lab, "run", "cmd", "/c", f"set TMP={folder}&& {programs['carried'][0]} --help")
        assert (code, out, errors.count(b"\n"), b"set TMP to" in errors) == (2, b"", 1, True)
        assert run(lab, "linux", "ls", str(small))[1] == b""
    finally:
        run(lab, "linux", "umount", str(small))
