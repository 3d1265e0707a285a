"""A folder of logs, as an inspector carries it home from a visit."""

import shutil

import pytest

from compliance.__main__ import main


@pytest.fixture
def visit(tmp_path, make_site, monkeypatch):
    """Two logs of two places, the second one of which was damaged on its way."""
    folder = tmp_path / "visit"
    folder.mkdir()
    for name in ("cafe", "other"):
        monkeypatch.setattr("tests.compliance.conftest.sha256", lambda data, name=name: _digest(name.encode() + data))
        with make_site(tmp_path / name) as site:
            site.honest_day()
            (folder / f"{name}.giochoi").write_bytes(site.bundle())
    whole = (folder / "other.giochoi").read_bytes()
    (folder / "other.giochoi").write_bytes(whole[:3000] + bytes([whole[3000] ^ 1]) + whole[3001:])
    return folder


def _digest(data):
    import hashlib

    return hashlib.sha256(data)


def test_a_folder_is_one_table_and_a_page_for_each(visit, tmp_path, capsys):
    pages = tmp_path / "pages"
    assert main([str(visit), "--html", str(pages), "--lang", "en"]) == 4
    told = capsys.readouterr().out
    assert told.index("other.giochoi: NOT VERIFIED") < told.index("cafe.giochoi: Whole, but no outsider has seen it yet")
    assert "1 PC" in told
    assert sorted(one.name for one in pages.iterdir()) == ["0.html", "1-cafe.html", "2-other.html"]
    assert "NOT VERIFIED" in (pages / "2-other.html").read_text("utf-8")


def test_so_are_files_that_are_named(visit, capsys):
    """As where they are dropped on the program."""
    assert main([*map(str, sorted(visit.iterdir())), "--lang", "en"]) == 4
    assert "2 LOGS" in capsys.readouterr().out


def test_two_logs_of_one_key_are_refused(visit, capsys):
    shutil.copy(visit / "cafe.giochoi", visit / "again.giochoi")
    assert main([str(visit), "--lang", "en"]) == 2
    assert "again.giochoi and cafe.giochoi have one key: one is a copy of the other" in capsys.readouterr().err


def test_what_is_no_log_is_told_among_the_others(visit, capsys):
    """As a photograph of the certificate."""
    (visit / "certificate.jpg").write_bytes(b"\xff\xd8")
    assert main([str(visit), "--lang", "en"]) == 4
    told = " ".join(capsys.readouterr().out.split())
    assert "3 LOGS" in told
    assert "certificate.jpg: not an exported log" in told.replace(f"{visit}/", "")


def test_a_folder_without_files_says_so(tmp_path, capsys):
    assert main([str(tmp_path), "--lang", "en"]) == 2
    assert "is a folder without files" in capsys.readouterr().err


@pytest.mark.parametrize("option", [["--json"], ["--html", "-"]])
def test_of_several_there_is_no_one_document(visit, capsys, option):
    assert main([str(visit), *option, "--lang", "en"]) == 2
    assert "several logs: leave out" in capsys.readouterr().err
