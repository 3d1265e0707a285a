"""The verifier's page as a PDF: the same words, every letter, and nothing of a log taken for markup."""

import subprocess
from dataclasses import replace
from datetime import date
from importlib.util import find_spec

import pytest

from compliance import bundle
from compliance.__main__ import main
from compliance.page.blocks import Chart, Fact, Said, Section
from compliance.page.calendar import Coverage, SeatCalendar, Share
from compliance.page.model import page
from compliance.page.words import sections
from compliance.paper.inspection import pdf
from compliance.verify import verify
from compliance.verifying.report import Failure
from i18n.catalogue import Catalogue
from i18n.message import msg


@pytest.fixture
def read(need, tmp_path):
    """The text of a PDF, as it lies on the paper."""

    def text(data):
        (tmp_path / "read.pdf").write_bytes(data)
        command = [need("pdftotext"), "-layout", tmp_path / "read.pdf", "-"]
        return subprocess.run(command, capture_output=True, encoding="utf-8", check=True).stdout

    return text


@pytest.fixture
def report(site):
    site.honest_day()
    return verify(bundle.parse(site.bundle()))


@pytest.mark.parametrize(("lang", "told"), [
    ("vi", ("Kết quả kiểm tra nhật ký tuân thủ", "Nguyên vẹn và khớp chữ ký; chưa có bên độc lập xác nhận", "Chủ điểm",
            "trang 1/")),
    ("en", ("What the compliance log says", "Whole, but no outsider has seen it yet", "by hour", "Official", "page 1/")),
])  # fmt: skip
def test_it_says_what_the_terminal_says(site, read, tmp_path, capsys, lang, told):
    """And on the terminal the verdict alone, and which file was written, as for any."""
    site.honest_day()
    log, made = tmp_path / "log.giochoi", tmp_path / "page.pdf"
    log.write_bytes(site.bundle())

    assert main([str(log), "--pdf", str(made), "--lang", lang]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert (len(lines), lines[-1].partition(": ")[2]) == (3, str(made))
    text = read(made.read_bytes())
    assert [one for one in (*told, log.name, "home-pc") if one not in text] == []
    assert "?" not in text
    assert text.count(told[1]) in {2, 3}, "it stands beside the signatures, and in what is copied"


def test_what_a_log_says_is_no_markup_and_no_command(report, read):
    odd = Failure("<b>&amp;</para>", msg("it is {what}", what="\x1b[31m<font color='white'>" + "long" * 200 + " \u202e 漢"))
    text = read(pdf(sections(page(replace(report, failures=(odd,)))), Catalogue("en")))

    assert "<b>&amp;</para>" in text
    assert "<font color='white'>" in text
    assert not {"\x1b", "\u202e"} & set(text)


def test_a_thousand_things_wrong_go_on_page_after_page(report, read):
    many = tuple(Failure(f"entry {number}", msg("wrong {n}", n=str(number % 40))) for number in range(1_000))
    text = read(pdf(sections(page(replace(report, failures=many))), Catalogue("en")))

    assert "1,000 things in it do not hold" in text
    assert "page 1/" in text


def test_names_and_sentences_longer_than_a_page_are_cut(read):
    """ReportLab gives up on what does not fit: whoever wrote the log could so keep its page from being printed."""
    day, wide = date(2026, 11, 24), "W" * 20_000
    hours = {(day, hour): Share(60, 0, 5 * hour % 61) for hour in range(24)}
    seats = tuple(SeatCalendar(name, hours) for name in (wide, "pc-2"))
    found = Coverage((day,), tuple(range(24)), seats)
    chart = Chart(found, wide, "by hour", (("none", wide), ("part", "in part")))
    blocks = (Said(wide, (wide, "more")), Fact(wide, wide, "bad"), Fact("name", wide), chart)
    text = read(pdf([Section("verdict", wide, blocks), Section("x", "X", blocks)], Catalogue("en")))

    assert text.count("pc-2") == 6
    assert "more" in text


def test_a_pc_without_pillow_is_told_what_is_missing(site, tmp_path, capsys, monkeypatch):
    """Debian's package only recommends it."""
    site.honest_day()
    log, made = tmp_path / "log.giochoi", tmp_path / "page.pdf"
    log.write_bytes(site.bundle())
    monkeypatch.setattr("compliance.__main__.find_spec", lambda name: None if name == "PIL" else find_spec(name))

    assert main([str(log), "--pdf", str(made), "--lang", "en"]) == 1
    assert capsys.readouterr() == (
        "", "giochoi-verify: a PDF cannot be made without python3-pil; install it: sudo apt install python3-pil\n"
    )  # fmt: skip
    assert not made.exists()
