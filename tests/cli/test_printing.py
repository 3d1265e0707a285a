"""giochoi print: papers that a place hangs up or files, true to what is set and to what its log says."""

from __future__ import annotations

import subprocess
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")


@pytest.fixture(scope="module")
def place(servers, giochoi_in):
    """A public game point with a game that guests may play, one with a Vietnamese label, and nobody who plays."""
    servers.start("agent")
    giochoi = giochoi_in(servers.home)
    assert "this is a home" in giochoi.fails(1, "print", "hours", "-")
    for words in (
        ("place", "set", "game-point", "--hours", "09:00-21:30", "--name", "Net Sao Mai", "--owner", "Trần Thị Mai",
         "--address", "5 Hàng Bài, Hà Nội", "--hotline", "02973 863 556"),
        ("game", "label", "luanti", "PEGI 7", "--source", "its shop"),
        ("game", "label", "supertuxkart", "VN00", "--source", "its publisher"), ("game", "allow", "guest", "luanti"),
    ):  # fmt: skip
        assert giochoi(*words).returncode == 0
    return giochoi


@pytest.fixture
def read(place, tmp_path, need):
    """`read(name, …)`: the words of a paper, how many pages it has, and what was said beside it."""

    def run(name, *words):
        page = tmp_path / f"{name}.pdf"
        page.unlink(missing_ok=True)
        done = place("print", name, str(page), *words)
        assert done.returncode == 0, done
        text = subprocess.run([need("pdftotext"), "-layout", page, "-"], capture_output=True, text=True, check=True).stdout
        return " ".join(text.split()), text.count("\f"), done.stderr

    return run


@pytest.mark.parametrize(("name", "said"), [
    ("board", ("Người dưới 18 tuổi được chơi tối đa 1 giờ mỗi ngày", "(NĐ 147/2024, Đ.68)", "09:00–21:30", "02973 863 556",
               "………")),
    ("games", ("1 Luanti (Minetest) – PEGI 7 its shop", "2 SuperTuxKart – VN00 its publisher")),
    ("hours", ("09:00–21:30", "08:00–22:00 (NĐ 147/2024, Đ.68)")),
    ("privacy", ("13 tháng", "Trần Thị Mai, 5 Hàng Bài, Hà Nội · 02973 863 556")),
    ("hotline", ("111", "02973 863 556")),
])  # fmt: skip
def test_each_paper_says_what_is_set_on_one_page_and_in_vietnamese(read, name, said):
    text, pages, _ = read(name)
    assert [one for one in (*said, "Net Sao Mai") if one not in text] == []
    assert pages == 1


def test_what_the_law_asks_of_a_board_is_said_not_to_be_known(read):
    """To whoever prints it; and in English for whom that is asked."""
    text, _, told = read("board", "--lang", "en")
    assert "RULES OF THIS PLACE" in text
    assert "ask your authority" in told


def test_the_slip_tells_of_the_day_what_the_log_says(read):
    """An early closing, who closed nothing, what was let through, and of which log; of another day nothing of today."""
    today = datetime.now(HANOI)
    text, pages, _ = read("closing", "--lang", "en")
    assert pages == 1
    assert [one for one in ("Open: 09:00–21:30", "Checked in: 0", "Still checked in: nobody") if one not in text] == []
    assert "Game let through Whoever manages the place 1 –" in text
    assert "Root over all entries" in text

    before = (today - timedelta(days=1)).date().isoformat()
    text, _, _ = read("closing", "--lang", "en", "--day", before)
    assert "Still checked in" not in text
    assert "Nobody did anything beside the rules." in text


def test_a_file_is_never_written_over(place, tmp_path):
    (tmp_path / "there.pdf").write_bytes(b"mine")
    assert "there.pdf" in place.fails(1, "print", "hours", str(tmp_path / "there.pdf"))
    assert (tmp_path / "there.pdf").read_bytes() == b"mine"
