"""giochoi-verify as a program: exit codes, one line for bad input, JSON, one language at a time."""

import json
import subprocess
import sys
from base64 import b64encode
from pathlib import Path

import pytest

from compliance import bundle
from compliance.__main__ import main
from compliance.format.container import pack
from compliance.note import COSIGNATURE, Signer, VerifierKey

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _in_english(monkeypatch):
    monkeypatch.setenv("GIOCHOI_LANG", "en")


@pytest.fixture
def file(site, tmp_path):
    site.honest_day()
    path = tmp_path / "log.giochoi"
    path.write_bytes(site.bundle())
    return path


def test_a_whole_bundle_is_exit_0_with_the_keys_fingerprint(site, file, capsys):
    assert main([str(file)]) == 0
    told = capsys.readouterr()
    assert "VERDICT\n  ✓ Whole, but no outsider has seen it yet\n" in told.out
    assert site.signer.key.fingerprint in told.out
    assert told.err == ""


@pytest.mark.parametrize(("asked", "environment", "first"), [
    (["--lang", "vi"], "en", "ĐỊA ĐIỂM\n"), ([], "vi", "ĐỊA ĐIỂM\n"),
    (["--lang", "en"], "vi", "PLACE\n"), ([], "en", "PLACE\n"),
])
def test_it_speaks_one_language(file, capsys, monkeypatch, asked, environment, first):
    """The one asked for, else that of GIOCHOI_LANG; ids and JSON keys stay."""
    monkeypatch.setenv("GIOCHOI_LANG", environment)
    assert main([str(file), *asked]) == 0
    told = capsys.readouterr().out
    assert told.startswith(first)
    assert " / " not in told
    assert main([str(file), "--json", *asked]) == 0
    assert json.loads(capsys.readouterr().out)["decisions"] == 4


def test_json_is_one_document(site, file, capsys):
    assert main([str(file), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["ok"], told["anchored"], told["size"], told["failures"]) == (True, False, site.log.size, [])
    assert (told["key"], told["fingerprint"]) == (site.signer.vkey, site.signer.key.fingerprint)
    assert (told["decisions"], told["plays"], told["days"]) == (4, 3, 1)
    assert told["seats"][1]["first"] == "2026-11-24T08:00:00+07:00"


def test_since_and_trust_anchor(site, file, tmp_path, capsys):
    since, trust = tmp_path / "checkpoint", tmp_path / "trust"
    since.write_text(site.log.checkpoint, "utf-8", newline="\n")
    trust.write_text(f"log {site.signer.vkey}\nquorum none\n", "utf-8")
    assert main([str(file), "--since", str(since), "--trust", str(trust)]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "Whole, and all of it agrees with your earlier card or head" in told
    assert ("anchored" in told, "seen by an outsider" in told) == (False, False)


def test_how_old_cosignatures_may_be_is_asked_of_the_clock(site, tmp_path, capsys, monkeypatch):
    """Eight days, or as many as are demanded; a quorum that is older is no failure, and anchors nothing."""
    site.honest_day()
    at = 1_795_500_000
    witness = Signer("witness.example/w1", b"\x05" * 32)
    key = VerifierKey(witness.name, COSIGNATURE, witness.key.public)
    members = dict(bundle.parse(site.bundle()).members)
    note = members["checkpoint"].decode()
    signed = witness.sign_bytes(f"cosignature/v1\ntime {at}\n{note.rpartition(chr(10) * 2)[0]}\n".encode())
    line = b64encode(key.id + at.to_bytes(8, "big") + signed).decode()
    members["checkpoint"] = f"{note}— {witness.name} {line}\n".encode()
    (tmp_path / "log.zip").write_bytes(b"".join(pack(sorted(members.items()))))
    (tmp_path / "trust").write_text(f"witness w {key.text}\nquorum w\n", "utf-8")
    arguments = [str(tmp_path / "log.zip"), "--trust", str(tmp_path / "trust"), "--json"]
    for days, more, anchored in ((8, [], True), (9, [], False), (9, ["--max-age", "9"], True), (9, ["--max-age", "0"], False)):
        monkeypatch.setattr("compliance.__main__.wall", lambda days=days: at * 1000 + days * 86_400_000)
        assert main([*arguments, *more]) == 0
        told = json.loads(capsys.readouterr().out)
        assert (told["anchored"], ["old-cosignatures" in one["kind"] for one in told["findings"]].count(True)) == (
            anchored, not anchored,
        )  # fmt: skip


@pytest.mark.parametrize("days", ["", "-1", "1.5", "eight", "1000000", "٣"])
def test_an_age_that_is_none_is_exit_2(file, capsys, days):
    assert main([str(file), f"--max-age={days}"]) == 2
    assert "--max-age is a number of days" in capsys.readouterr().err


@pytest.mark.parametrize("written", [
    lambda text: text.replace("\n", "\r\n").encode("utf-8-sig"),
    lambda text: text.replace("\n", "\r\n").encode("utf-16"),
    lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
], ids=["an editor", "PowerShell", "the other way round"])  # fmt: skip
def test_what_shells_and_editors_of_windows_do_to_a_text_is_undone(site, file, tmp_path, written):
    since, trust = tmp_path / "checkpoint", tmp_path / "trust"
    since.write_bytes(written(site.log.checkpoint))
    trust.write_bytes(written(f"log {site.signer.vkey}\nquorum none\n"))
    assert main([str(file), "--since", str(since), "--trust", str(trust)]) == 0
    since.write_bytes(written(site.log.checkpoint.replace("\n", "\n\n", 1)))
    assert main([str(file), "--since", str(since)]) == 2


@pytest.mark.parametrize("content", ["hello", ""])
@pytest.mark.parametrize("option", ["--since", "--trust", "BUNDLE"])
def test_files_that_are_not_what_is_asked_for_are_exit_2_in_one_line(file, tmp_path, capsys, option, content):
    other = tmp_path / "other"
    other.write_text(content, encoding="utf-8")
    arguments = [str(other)] if option == "BUNDLE" else [str(file), option, str(other)]
    assert main(arguments) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert len(told.err.splitlines()) == 1
    assert str(other) in told.err


@pytest.mark.parametrize("option", ["--since", "--trust", "BUNDLE"])
def test_files_that_cannot_be_read_are_exit_2_in_one_line(file, tmp_path, capsys, option):
    arguments = [str(tmp_path / "absent")] if option == "BUNDLE" else [str(file), option, str(tmp_path / "absent")]
    assert main(arguments) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.parametrize("arguments", [[], ["a", "--nothing"], ["a", "--lang", "fr"]])
def test_bad_usage_is_exit_2(arguments, capsys):
    assert main(arguments) == 2
    told = capsys.readouterr()
    assert (told.out, len(told.err.splitlines()), "giochoi-verify --help" in told.err) == ("", 1, True)


@pytest.mark.parametrize(("arguments", "what"), [
    (["a", "--b", "--lang", "vi"], "--b"), (["a", "--since"], "--since cần một giá trị"), (["a", "--lang", "fr"], "--lang fr"),
])
def test_a_mistake_is_told_in_the_language_asked_for(capsys, monkeypatch, arguments, what):
    monkeypatch.setenv("GIOCHOI_LANG", "vi")
    assert main(arguments) == 2
    assert capsys.readouterr().err == f"giochoi-verify: không hiểu: {what}; hãy xem: giochoi-verify --help\n"


def test_help_is_in_the_language_asked_for(capsys):
    """Every option has a line."""
    assert main(["--help", "--lang", "vi"]) == 0
    told = capsys.readouterr().out
    assert "không cần mạng" in told
    options = ("BUNDLE", "--trust FILE", "--since CHECKPOINT", "--max-age DAYS", "--json", "--html FILE", "--lang vi|en")
    assert all(option in told for option in options)


def test_it_runs_as_a_program_of_its_own(file):
    done = subprocess.run([sys.executable, "-m", "compliance", file, "--json"], cwd=ROOT, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout)["ok"] is True


def test_a_reader_that_has_read_enough_of_a_page_is_no_error(file):
    """The page is written to the same pipe; what it concludes is on stderr."""
    command = [sys.executable, "-m", "compliance", file, "--html", "-"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as program:
        program.stdout.close()
        assert program.stderr.read() != b""
    assert program.returncode == 0


@pytest.mark.linux("it has no /dev/full")
def test_a_full_disk_under_stdout_is_one_line(file):
    """/dev/full says what a full disk says."""
    with Path("/dev/full").open("wb") as full:
        command = [sys.executable, "-m", "compliance", file]
        done = subprocess.run(command, cwd=ROOT, stdout=full, stderr=subprocess.PIPE, timeout=60, check=False)
    assert done.returncode == 1
    assert done.stderr.count(b"\n") == 1


def test_a_terminal_without_utf_8_is_no_reason_for_a_traceback(file):
    done = subprocess.run(
        [sys.executable, "-m", "compliance", file], cwd=ROOT, capture_output=True, check=False,
        env={"PYTHONIOENCODING": "ascii", "PATH": ""},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, b"")
