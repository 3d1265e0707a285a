"""Files that an inspector takes for a log, or for what goes with one: what they are is told in one line, and what to do."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile

import pytest

from compliance.__main__ import main
from compliance.format import card


@pytest.fixture
def verified(site, tmp_path, capsys, monkeypatch):
    """`verified(content, *words)`: the exit code, and what is said of that file; log.zip and card.txt lie beside it."""
    site.honest_day()
    monkeypatch.chdir(tmp_path)
    (tmp_path / "log.zip").write_bytes(site.bundle())
    (tmp_path / "card.txt").write_text(card.write(site.log.checkpoint, site.signer.key.text, {}), "utf-8")

    def run(content, *words):
        (tmp_path / "file").write_bytes(content)
        code = main([*(words or ("file",)), "--lang", "en"])
        told = capsys.readouterr()
        return code, told.err if code == 2 else told.out

    return run


def zipped(**members):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("_", "."), content)
    return made.getvalue()


def tarred(content):
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        member = tarfile.TarInfo("log.zip")
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return made.getvalue()


def test_a_log_that_was_packed_once_more(verified, site):
    """Whatever it is called then; a zip says which file is meant."""
    log = site.bundle()
    for content in (zipped(log_zip=log), zipped(log_giochoi=log, card_txt=b"x")):
        code, said = verified(content)
        assert (code, "unpack it, and verify 'log." in said) == (2, True)
    for name in ("nhật ký.zip", "exported/log of Nga.giochoi"):
        code, said = verified(zipped(a_jpg=b"x", **{name: log}))
        assert (code, f"unpack it, and verify '{name}'" in said) == (2, True)
    for content in (gzip.compress(log), tarred(log), b"7z\xbc\xaf\x27\x1c" + bytes(99), b"Rar!" + bytes(99)):
        code, said = verified(content)
        assert (code, "unpack it, and verify the file that is in it" in said) == (2, True)


@pytest.mark.parametrize(("content", "says"), [
    (b"", "is empty: copy it once more"), (zipped(a_jpg=b"x"), "not an exported log: make one with giochoi log export FILE"),
    (b"hello", "not an exported log: make one with"), (b"PK\3\4", "not an exported log: make one with"),
])  # fmt: skip
def test_what_is_something_else(verified, content, says):
    code, said = verified(content)
    assert (code, says in said, said.count("\n")) == (2, True, 1)


@pytest.mark.parametrize(("words", "says"), [
    (("card.txt",), "card.txt: a card or a head of a log, and not the log"),
    (("log.zip", "--trust", "card.txt"), "card.txt is a card or a head of a log: name it after --card"),
    (("log.zip", "--html", "."), ". is a folder: name a file in it"),
    (("log.zip", "--htm", "x"), "not understood: --htm x"),
])  # fmt: skip
def test_what_stands_in_anothers_place(verified, words, says):
    code, said = verified(b"", *words)
    assert (code, says in said, said.count("\n")) == (2, True, 1)


def test_a_log_that_is_older_than_the_card_is_perhaps_only_that(site, seat, tmp_path, capsys):
    """Who takes the files of two visits for those of one accuses nobody."""
    site.deliver()
    (tmp_path / "log.zip").write_bytes(site.bundle())
    seat.stop()
    site.deliver()
    (tmp_path / "card.txt").write_text(card.write(site.log.checkpoint, site.signer.key.text, {}), "utf-8")
    assert main([str(tmp_path / "log.zip"), "--card", str(tmp_path / "card.txt"), "--lang", "en"]) == 4
    assert "or this file is older than what you hold" in " ".join(capsys.readouterr().out.split())
