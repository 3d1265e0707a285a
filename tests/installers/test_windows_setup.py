"""The set-up for Windows, as far as it is made here; what it does on Windows: tests/lab/test_setup.py."""

from __future__ import annotations

import hashlib
import re
import shutil
import struct
import subprocess
import unicodedata
import zipfile

import pytest

from i18n.build import read
from installers.windows import cpython, portable, programs, setup, signing, texts
from rules.programs import interpreter


def needs(program):
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"needs {program}")


def test_another_python_is_refused(tmp_path):
    """The zip is the one that is pinned, byte for byte."""
    given = tmp_path / "python.zip"
    with zipfile.ZipFile(given, "w") as archive:
        for name in ("python.exe", "python313.dll", "python313.zip", "python313._pth"):
            archive.writestr(name, name)
    with pytest.raises(SystemExit, match="pinned"):
        cpython.lay_out(given, tmp_path / "refused")
    assert cpython.lay_out(given, tmp_path / "taken", hashlib.sha256(given.read_bytes()).hexdigest()) == "python313.dll"
    paths = (tmp_path / "taken/python313._pth").read_bytes().decode().split("\r\n")
    assert paths == ["python313.zip", ".", *cpython.PATHS, ""]


def test_a_folder_that_is_no_python_is_refused(tmp_path):
    """One clear line."""
    (tmp_path / "none/DLLs").mkdir(parents=True)
    (tmp_path / "none/Lib").mkdir()
    with pytest.raises(SystemExit, match="no CPython"):
        cpython.lay_out(tmp_path / "none", tmp_path / "into")


@needs("makensis")
def test_nsis_own_vietnamese_has_whole_letters(tmp_path):
    """As it comes its letters and their marks are apart, which many a font draws side by side."""
    texts.compose(tmp_path / "made")
    made = {path.name: path.read_text("utf-8") for path in (tmp_path / "made").iterdir()}
    assert made.keys() == {"Vietnamese.nlf", "Vietnamese.nsh"}
    assert all(unicodedata.is_normalized("NFC", text) and "đặt" in text for text in made.values())
    assert '!insertmacro MUI_LANGUAGEEX "${LANGUAGES}" "Vietnamese"' in (setup.HERE / "setup.nsi").read_text("utf-8")


def test_an_icon_holds_each_picture():
    """Each of its entries points at a PNG of the size that it names."""
    made = programs.icon()
    count = struct.unpack("<HHH", made[:6])[2]
    assert count == 7
    for number in range(count):
        width, _, _, _, _, _, size, at = struct.unpack("<BBBBHHII", made[6 + 16 * number : 22 + 16 * number])
        picture = made[at : at + size]
        assert picture.startswith(b"\x89PNG")
        assert struct.unpack(">I", picture[16:20])[0] == width


@pytest.mark.parametrize("program", programs.PROGRAMS, ids=lambda program: program.name)
def test_a_game_that_one_of_them_runs_is_known_by_its_script(program):
    """They are Python under other names: `giochoi.exe -P game.py` is no way round a limit."""
    assert interpreter(f"{program.name}.exe") == "python"


@pytest.mark.parametrize(("version", "four"), [("0.1.0", "0,1,0,0"), ("1.2", "1,2,0,0"), ("1.2.3.dev4", "1,2,3,0")])
def test_windows_has_four_numbers(version, four):
    """However many a version has."""
    assert programs.numbers(version) == four


def test_each_program_names_itself():
    """No two have the same name, and the tray's is what a toast is called."""
    assert len({program.about for program in programs.PROGRAMS}) == len(programs.PROGRAMS) == 7
    for program in programs.PROGRAMS:
        said = programs.resource(program, "0.1.0")
        assert f'"OriginalFilename", "{program.name}.exe"' in said
        assert 'VALUE "ProductVersion", "0.1.0"' in said


def test_it_speaks_both_languages():
    """Each text is used, and said in English and Vietnamese."""
    script = (setup.TOP / "installers/windows/setup.nsi").read_text("utf-8")
    known = read(setup.TOP / "i18n/vi.po")
    for name, message in texts.TEXTS.items():
        assert f"$({name})" in script
        assert known.get(message.id).string
    assert set(re.findall(r"\$\(([A-Z_0-9]+)\)", script)) == set(texts.TEXTS)
    assert texts.script().count("LangString ") == 2 * len(texts.TEXTS)


def test_what_is_being_done_stands_there_until_the_next_step():
    """Not each file and folder, which NSIS would tell instead."""
    script = (setup.TOP / "installers/windows/setup.nsi").read_text("utf-8")
    assert re.findall(r"\n +(SetDetailsPrint \w+|DetailPrint .+)", script) == [
        "SetDetailsPrint both", 'DetailPrint "${WORDS}"', "SetDetailsPrint none",
    ]  # fmt: skip


def test_no_failure_is_taken_for_a_zero():
    """What a program ended with may be "error", which is 0 as a number: only what the macro Rename says is compared as one."""
    script = (setup.TOP / "installers/windows/setup.nsi").read_text("utf-8")
    steps = re.split(r"\n\s*(?=\$\{Run\}|\$\{Steps\}|!insertmacro (?!Rename))", script[script.index("Function change") :])
    for step in steps[1:]:
        until_set = re.split(r"!insertmacro Rename|StrCpy \$0", step)[0]
        assert not re.search(r"\} \$[0345] (=|<>) ", until_set), step


@pytest.fixture
def small(tmp_path, monkeypatch):
    """Makes a set-up of one file, by the real script."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")  # this tree may be a copy without its history

    def make(name):
        app = tmp_path / name / "app"
        app.mkdir(parents=True)
        (app / "giochoi.exe").write_bytes(b"MZ")
        setup.payload.settle(app)
        setup.makensis(tmp_path / name, tmp_path / f"{name}.exe", "0.1.0", quick=True)
        return tmp_path / f"{name}.exe"

    return make


@needs("makensis")
def test_two_are_equal(small):
    """Made of the same files at another time and place."""
    assert small("one").read_bytes() == small("another").read_bytes()


@needs("makensis")
def test_the_verifier_to_carry_is_a_program_of_the_console(small, tmp_path):
    """A prompt waits for it, and it has the prompt's input and output; the set-up is none."""
    installer, made = small("one"), tmp_path / "carried.exe"
    portable.pack(tmp_path / "one", made, "0.1.0", quick=True)

    assert [subsystem(file.read_bytes()) for file in (made, installer)] == [3, 2]


def subsystem(program):
    """As Windows reads it: IMAGE_OPTIONAL_HEADER64.Subsystem."""
    (header,) = struct.unpack_from("<I", program, 0x3C)
    assert program[header : header + 4] == b"PE\0\0"
    return struct.unpack_from("<H", program, header + 24 + 68)[0]


@needs("makensis")
@needs("osslsigncode")
@needs("openssl")
def test_it_is_signed_with_its_uninstaller(small, tmp_path, monkeypatch):
    """By any key that osslsigncode takes; one changed byte, and it is signed no more."""
    key, certificate, pfx = (tmp_path / name for name in ("key.pem", "cert.pem", "key.pfx"))
    for command in (
        ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=Test", "-addext", "extendedKeyUsage=codeSigning",
         "-keyout", key, "-out", certificate],
        ["pkcs12", "-export", "-inkey", key, "-in", certificate, "-passout", "pass:word",
         "-out", pfx],
    ):  # fmt: skip
        subprocess.run(["openssl", *command], check=True, capture_output=True)
    unsigned = small("unsigned")
    monkeypatch.setenv(signing.OPTIONS, f"-pkcs12 {pfx} -pass word")
    made = small("signed")
    signing.sign([made])

    def verified(path):
        command = ["osslsigncode", "verify", "-CAfile", certificate, "-in", path]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0

    assert verified(made)
    assert not verified(unsigned)
    changed = tmp_path / "changed.exe"
    data = bytearray(made.read_bytes())
    data[len(data) // 2] ^= 1
    changed.write_bytes(data)
    assert not verified(changed)
