"""giochoi report: the same figures on a terminal, for programs, on paper, in a workbook and line by line."""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
import shutil
import subprocess
import sys
import zipfile
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest

from cli.given.files import harmless
from cli.report.tables import all_tables
from cli.report.to_pdf import _numbers
from cli.report.to_xlsx import _parts
from compliance import bundle, tree
from compliance.entries.decision import LaunchRefused, PauseLine
from compliance.entries.override import GrantGiven
from compliance.entries.place import GuardianChanged, PlaceChanged
from compliance.entries.play import PlayEnded, PlayStarted
from compliance.entries.seat import IssueRaised, Presence, SeatStart, SeatStop
from compliance.entry import encode
from compliance.format import container
from compliance.format.chain import AGENT
from compliance.format.house_rule import HOUSE
from compliance.format.tiles import decode_entries
from compliance.note import Signer, checkpoint_text
from compliance.paper.sheet import known
from compliance.reporting.figures import Figures
from i18n.message import plain
from rules.engine.pausing import PAUSE
from rules.packs.shipped import shipped_packs
from tests.compliance.log_tiles import tiles_of

TOP = Path(__file__).resolve().parents[2]
NOON = 1_795_496_400_000  # 2026-11-24 12:00 in Hanoi
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
LAW = sha256(shipped_packs()["vn-147"].encode()).hexdigest()
CITE = "NĐ 147/2024, Đ.39 k.1 đ.e (G1); Đ.48 k.1 đ.e (G2–G4)"
DAYS = ("--to", "2026-11-25")


def line(kind, wall, seat="may-01", seq=1, **fields):
    return kind(seat=seat, boot="b", seq=seq, prev="", mono=1, wall=wall, **fields)


def play(seq, at, game, age, minutes=30, label=0):
    """As a play begins and ends."""
    yield line(PlayStarted, at, seq=seq, who="f" * 32, age=age, game=game, label=label, system="VN", publisher=None,
               match=("content",), pid=1, started=1, since=at, resumed=None)  # fmt: skip
    about = {"who": "f" * 32, "game": game, "since": at, "ms": minutes * MINUTE}
    yield line(PlayEnded, at + minutes * MINUTE, seq=seq + 1, play=seq, how="asked", late=False, **about)


def refused(at, rule="vn-147.daily-game", cite=CITE):
    return line(
        LaunchRefused, at, who="f" * 32, at=at, age=12, place="game-point", game="luanti", label=0, system="VN",
        publisher=None, guardian=False, before={"game": 0, "publisher": 0, "total": 0}, counted=None, grants=(), approved=False,
        verdict="refuse", rule=rule, cite=cite, pack=LAW, params={}, inline=None, zone="Asia/Ho_Chi_Minh", budget=None,
        until=None, how="gate",
    )  # fmt: skip


def bundled(lines, signer=Signer("cafe.example/log", bytes(32))):  # noqa: B008 - it never changes
    """The members of a bundle of these entries."""
    data = [encode(one) for one in lines]
    return {
        bundle.CHECKPOINT: signer.sign(checkpoint_text(signer.name, len(data), tree.root(data))).encode(),
        bundle.KEY: (signer.key.text + "\n").encode(),
        **tiles_of(data),
    }


def packed(path, members):
    path.write_bytes(b"".join(container.pack((name, members[name]) for name in sorted(members))))
    return str(path)


def written(path, lines):
    return packed(path, bundled(lines))


@pytest.fixture
def log(tmp_path):
    """Two days of a game point: a child's two plays and an adult's, a refused start, time given by staff."""
    return written(tmp_path / "log.zip", [
        line(PlaceChanged, NOON, AGENT, place="game-point", zone="Asia/Ho_Chi_Minh", hours="08:00-22:00"),
        line(SeatStart, NOON, version="1", watch="gate", clean=True, lost_from=None),
        *play(2, NOON, "luanti", 12), *play(4, NOON + HOUR, "=1+1", 12), *play(6, NOON + DAY, "teeworlds", 20, 60, 12),
        refused(NOON + HOUR),
        line(GrantGiven, NOON, id="g", who="f" * 32, by="staff", ms=15 * MINUTE, game=None, given=NOON),
        line(Presence, NOON + DAY + HOUR, since=NOON + DAY, bits="f" * 15),
        line(IssueRaised, NOON + DAY, id="clock-jump"),
    ])  # fmt: skip


def test_json_tells_each_figure_with_its_entries(giochoi, log):
    answer = json.loads(giochoi("report", "month", *DAYS, "--from", log, "--json").stdout)

    assert (answer["first"], answer["last"], answer["files"]) == ("2026-10-26", "2026-11-25", [])
    assert [(one["day"], one["group"], one["game"], one["seconds"], one["entries"]) for one in answer["figures"]["time"]] == [
        ("2026-11-24", "minor", "=1+1", 1800.0, [5]), ("2026-11-24", "minor", "luanti", 1800.0, [3]),
        ("2026-11-25", "adult", "teeworlds", 3600.0, [7]),
    ]  # fmt: skip
    assert [(one["cite"], one["n"], one["entries"]) for one in answer["figures"]["refused"]] == [(CITE, 1, [8])]
    assert [(one["by"], one["n"], one["seconds"]) for one in answer["figures"]["override"]] == [("staff", 1, 900.0)]


def test_a_day_has_that_days_alone(giochoi, log):
    answer = json.loads(giochoi("report", "day", *DAYS, "--from", log, "--json").stdout)["figures"]

    assert ([one["game"] for one in answer["play"]], answer["refused"], len(answer["issue"])) == (["teeworlds"], [], 1)


def test_trouble_is_told_as_to_an_inspector(giochoi, log):
    """As the verifier's page does: not what to do now about what was then."""
    text = " ".join(giochoi("report", "month", *DAYS, "--from", log).stdout.split())

    assert "the PC's clock was set, or had lost the time 1" in text
    assert "giochoi doctor" not in text


@pytest.mark.parametrize(("lang", "said"), [
    ("en", ("from 26 Nov 2025 to 25 Nov 2026", "under 18", "Luanti", "Under 18: at most", "whoever manages the place",
            CITE[:12], "111", "The log begins on 24 Nov 2026", "giochoi-verify", "Play by day")),
    ("vi", ("từ 26/11/2025 đến 25/11/2026", "dưới 18 tuổi", "Luanti", "Người dưới 18",
            "người quản lý địa điểm", CITE[:12], "Tổng đài bảo vệ trẻ em: 111")),
])  # fmt: skip
def test_a_year_in_words(giochoi, log, lang, said):
    """In eighty columns, without anybody's name."""
    text = giochoi("report", "year", *DAYS, "--from", log, "--lang", lang, COLUMNS="80").stdout

    assert [one for one in said if one not in text] == []
    assert [wide for wide in text.splitlines() if len(wide) > 80] == []
    assert "f" * 32 not in text


def test_a_row_for_each_entry(giochoi, log, tmp_path):
    """Whoever adds the lines up has the figures; what a spreadsheet would run is a text; and it knows the letters."""
    done = giochoi("report", "month", *DAYS, "--from", log, "--csv", str(tmp_path / "all.csv"))
    data = (tmp_path / "all.csv").read_bytes()
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))

    assert (done.stdout, data[:3]) == (f"written: {tmp_path / 'all.csv'}\n", b"\xef\xbb\xbf")
    assert sum(float(row["seconds"]) for row in rows if row["figure"] == "time") == 7200
    assert [(row["entry"], row["game"]) for row in rows if row["figure"] == "play"] == [
        ("4", "'=1+1"), ("2", "luanti"), ("6", "teeworlds"),
    ]  # fmt: skip
    assert [row["cite"] for row in rows if row["figure"] == "refused"] == [CITE]


@pytest.mark.parametrize(("text", "told"), [
    ("=1", "'=1"), ("+1", "'+1"), ("-1", "'-1"), ("@a", "'@a"), ("\ta", "'\ta"), ("a=1", "a=1"), ("", ""),
])  # fmt: skip
def test_what_a_spreadsheet_would_run_is_a_text(text, told):
    assert harmless(text) == told


def test_the_workbook_has_numbers_as_numbers(giochoi, log, tmp_path):
    """Each table a sheet, no formula in any, lengths as times, and for each line its entries."""
    assert giochoi("report", "month", *DAYS, "--from", log, "--xlsx", str(tmp_path / "a.xlsx"), "--lang", "vi").returncode == 0
    with zipfile.ZipFile(tmp_path / "a.xlsx") as book:
        sheets = {name: book.read(name).decode() for name in book.namelist() if "worksheets/" in name}
        texts = book.read("xl/sharedStrings.xml").decode()
        names = re.findall(r'<sheet name="([^"]+)"', book.read("xl/workbook.xml").decode())

    assert len(sheets) == len(names) == 14
    assert names[0] == "1 Thông tin chung"
    assert {"7 Lần bị từ chối", "8 Lượt phải dừng", "10 Ngoài quy tắc", "13 Sự cố"} <= set(names)
    assert not any("<f>" in sheet for sheet in sheets.values())
    assert all(one in texts for one in ("=1+1", "Luanti", "dưới 18 tuổi", CITE, ">2–3<", ">2–5, 8<"))
    assert f"<v>{60 / 1440}</v>"[:12] in sheets["xl/worksheets/sheet2.xml"]


def test_numbers_that_are_too_many_for_a_cell_go_on_in_the_next():
    numbers = ", ".join(map(str, range(1, 40_000, 3)))
    parts = list(_parts(numbers))

    assert (", ".join(parts), max(map(len, parts)) <= 30_000, len(parts)) == (numbers, True, 3)
    assert list(_parts("")) == []


@pytest.mark.parametrize(("entries", "told"), [
    ([3, 4, 5, 9], (4, "3–5, 9")), (range(1000), (1000, "0–999")),
    (range(0, 20_000, 20), (1000, ", ".join(map(str, range(0, 680, 20))) + ", …")),
    (range(0, 14, 2), (7, "0, 2, 4, 6, 8, 10, 12")),
    ([], (0, "")),
])  # fmt: skip
def test_on_paper_are_the_first_numbers_alone(entries, told):
    """Of one log, whichever it is."""
    assert _numbers(entries, [None]) == told


@pytest.mark.parametrize(("lang", "said"), [
    ("vi", ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "BÁO CÁO KIỂM SOÁT THỜI GIAN", "CHỦ ĐIỂM", "bảo vệ trẻ em: 111", "Phụ lục")),
    ("en", ("REPORT ON THE TIME AND AGE", "Owner of the place", "Annex", "page 1/")),
])  # fmt: skip
def test_the_page_has_every_letter(giochoi, log, tmp_path, need, lang, said):
    """Its own font is in it, and knows Vietnamese."""
    page = tmp_path / "page.pdf"
    assert giochoi("report", "month", *DAYS, "--from", log, "--pdf", str(page), "--lang", lang).returncode == 0
    text = subprocess.run([need("pdftotext"), "-layout", page, "-"], capture_output=True, text=True, check=True).stdout
    fonts = subprocess.run([need("pdffonts"), page], capture_output=True, text=True, check=True).stdout

    assert [one for one in (*said, CITE[:12], "=1+1", "Luanti") if one not in text] == []
    assert "?" not in text
    assert [row.split()[-5] for row in fonts.splitlines()[2:] if "Tinos" in row] == ["yes", "yes"]


def test_the_font_has_each_letter_that_we_write():
    """Of all texts in both languages, and of the law that is cited here."""
    text = "".join(path.read_text("utf-8") for path in (TOP / "i18n/vi.po", *(TOP / "rules/packs").glob("vn-*.toml")))
    written = {one for one in text.upper() + text if one.isalpha()}

    assert len(written) > 150
    assert known("".join(sorted(written))) == "".join(sorted(written))


def test_names_that_nobody_would_give_fit_on_a_page(giochoi, tmp_path):
    """As long as an entry holds; with what a page would take for its own marks."""
    log = written(tmp_path / "log.zip", [
        line(SeatStart, NOON, "s" * 20_000, version="1", watch="gate", clean=False, lost_from=NOON - HOUR),
        *play(1, NOON, "g" * 60_000, 12), *play(3, NOON, "<b>&amp; " * 2000, None), *play(5, NOON, "", 12, 2**40 // MINUTE),
    ])  # fmt: skip
    files = [tmp_path / f"a.{kind}" for kind in ("pdf", "xlsx", "csv")]
    words = (word for file in files for word in (f"--{file.suffix[1:]}", str(file)))

    assert giochoi("report", "day", "--to", "2026-11-24", "--from", log, *words).returncode == 0
    assert [file.stat().st_size > 1000 for file in files] == [True] * 3


def test_nobody_signs_a_page_on_which_nothing_else_stands(giochoi, log, tmp_path, need):
    """However much is said before."""
    alone = []
    for span, lang in itertools.product(("day", "month", "year"), ("vi", "en")):
        page = tmp_path / f"{span}-{lang}.pdf"
        giochoi("report", span, *DAYS, "--from", log, "--pdf", str(page), "--lang", lang)
        text = subprocess.run([need("pdftotext"), "-layout", page, "-"], capture_output=True, text=True, check=True).stdout
        (signed,) = [one for one in text.split("\f") if "CHỦ ĐIỂM" in one or "Owner of the place" in one]
        alone += [] if signed.count("– ") >= 2 else [(span, lang)]
    assert alone == []


def test_gaps_are_called_as_the_verifier_does(giochoi, tmp_path):
    """One that ended in order while the PC ran on did not end without a word."""
    log = written(tmp_path / "log.zip", [
        line(PlaceChanged, NOON, AGENT, place="game-point", zone="Asia/Ho_Chi_Minh", hours=""),
        line(SeatStart, NOON, version="1", watch="gate", clean=True, lost_from=None),
        line(SeatStop, NOON + HOUR),
        SeatStart(seat="may-01", boot="b", seq=1, prev="", mono=1 + HOUR, wall=NOON + HOUR + 5 * MINUTE, version="1",
                        watch="gate", clean=True, lost_from=None),
        line(Presence, NOON + 2 * HOUR, since=NOON + HOUR, bits="f" * 15),
    ])  # fmt: skip
    told = " ".join(giochoi("report", "day", "--to", "2026-11-24", "--from", log, "--lang", "en", COLUMNS="200").stdout.split())
    assert "Unexplained: not enforced while the PC ran on, 1 time, 5 min. What was played then" in told
    assert "were set 1 time in these days: above is what holds now" in told


def test_starts_that_pauses_refused_are_told_by_no_one_pauses_end(giochoi, tmp_path):
    """They are added up, and each had an end of its own."""
    begin = line(PlaceChanged, NOON, AGENT, place="game-point", zone="Asia/Ho_Chi_Minh", hours="")
    starts = [msgspec.structs.replace(refused(NOON + at, PAUSE, ""), pack="", paused=PauseLine("p", NOON + at + HOUR))
              for at in (0, HOUR)]  # fmt: skip
    log = written(tmp_path / "log.zip", [begin, *starts])
    told = giochoi("report", "day", "--to", "2026-11-24", "--from", log, "--lang", "en", COLUMNS="200").stdout
    (row,) = (" ".join(one.split()) for one in told.splitlines() if "paused" in one)
    assert row == "play paused 2 0 0"


def test_a_log_that_lacks_nothing_is_not_named_among_those_that_do(giochoi, tmp_path):
    """Nor is there an empty line where nothing is lacking."""
    starts = [line(SeatStart, NOON + at, version="1", watch="gate", clean=True, lost_from=None) for at in (-3 * DAY, 2 * DAY)]
    whole = written(tmp_path / "whole.zip", starts)
    late = packed(tmp_path / "late.zip", bundled(starts[1:], Signer("other.example/log", bytes(range(32)))))
    about = ("report", "day", "--to", "2026-11-24", "--lang", "en", "--from", whole)
    assert "\n\n\n" not in giochoi(*about, COLUMNS="200").stdout
    told = giochoi(*about, "--from", late, COLUMNS="200").stdout
    assert "\nB: The log begins on 26 Nov 2026: there are no figures of these days.\n" in told


def test_a_pc_was_on_on_each_day_that_it_wrote_on(giochoi, tmp_path):
    """Also on one of which it did not yet tell its minutes, as on the day of the report itself."""
    lines = [line(SeatStart, NOON + at, version="1", watch="gate", clean=True, lost_from=None) for at in (0, DAY)]
    log = written(tmp_path / "log.zip", [lines[0], line(SeatStop, NOON + MINUTE), lines[1]])
    told = giochoi("report", "month", *DAYS, "--from", log, "--lang", "en", COLUMNS="200").stdout
    (row,) = (" ".join(one.split()) for one in told.splitlines() if one.startswith("may-01"))
    assert row.startswith("may-01 2 ")


def test_no_note_is_cut_off_on_paper(giochoi, tmp_path, need):
    """As a cell of a table is, which has to fit on a page."""
    begin = line(SeatStart, NOON, version="1", watch="gate", clean=True, lost_from=None)
    later = [SeatStart(seat="may-01", boot="b", seq=1, prev="", mono=1 + HOUR, wall=NOON + at, version="1", watch="gate",
                             clean=clean, lost_from=lost)
             for at, clean, lost in ((2 * HOUR, True, None), (3 * HOUR, False, NOON + 2 * HOUR))]  # fmt: skip
    log, page = written(tmp_path / "log.zip", [begin, line(SeatStop, NOON + HOUR), *later]), tmp_path / "page.pdf"
    for lang, last in (("en", "after a power failure, too."), ("vi", "ngừng mà không báo.")):
        giochoi("report", "day", "--to", "2026-11-24", "--from", log, "--pdf", str(page), "--lang", lang)
        text = subprocess.run([need("pdftotext"), page, "-"], capture_output=True, text=True, check=True).stdout
        assert last in " ".join(text.split())
        page.unlink()


def test_a_households_own_limit_is_of_no_law():
    """What set it is a command, and none of the paper's sources."""
    figures = Figures()
    figures.add("refused", 7, "2026-11-24", "minor", HOUSE, "giochoi limit", "luanti", "VN00")
    figures.add("due", 8, "2026-11-24", "minor", HOUSE, "giochoi limit", "killed")
    rows = [row.cells for table in all_tables(figures, {}, {}, public=True) for row in table.rows]
    assert "giochoi limit" not in str(rows)
    assert sum("limits that the place set itself" in str(row) for row in rows) == 2


def test_letters_of_other_scripts_are_a_question_mark():
    assert known("Đừng & 原神 <b>") == "Đừng & ?? <b>"


@pytest.mark.parametrize(("words", "code", "said"), [
    (("week",), 2, "SPAN: 'week' is not known"),
    (("year", "--to", "25/11/26"), 2, "'25/11/26' is not a day such as 24/11/2026 or 2026-11-24"),
    (("day", "--to", "2026-02-30"), 2, "there is no day '2026-02-30'"),
    (("day", "--to", "0001-01-01"), 2, "--to: there can be no log of 0001-01-01"),
    (("year", "--to", "9999-12-31"), 2, "there can be no log"),
    (("day", "--from", "no.zip"), 2, "no.zip cannot be read: No such file or directory"),
    (("day", "--to", "2026-11-24"), 3, ""),
])  # fmt: skip
def test_mistakes_are_one_line(fails, words, code, said):
    assert said in fails(code, "report", *words)


def test_what_is_no_whole_log_is_not_counted(fails, log, tmp_path):
    """Another file, one that breaks off, one without its last tile, a head of another key, a key that is
    written in another way."""
    whole = (tmp_path / "log.zip").read_bytes()
    (tmp_path / "text.zip").write_text("no archive")
    (tmp_path / "short.zip").write_bytes(whole[: len(whole) // 2])
    members = dict(bundle.parse(whole).members)
    packed(tmp_path / "less.zip", {key: data for key, data in members.items() if "entries" not in key})
    packed(tmp_path / "other.zip", members | {"key": Signer("cafe.example/log", b"o" * 32).key.text.encode() + b"\n"})
    packed(tmp_path / "key.zip", members | {"key": members["key"].rstrip()})
    for name, code in (("text", 2), ("short", 4), ("less", 4), ("other", 4), ("key", 4)):
        assert f"{name}.zip" in fails(code, "report", "day", "--from", str(tmp_path / f"{name}.zip"))


def test_figures_that_somebody_changed_are_not_counted(fails, log, tmp_path):
    """One number in an entry; the same with its hash changed, too, so that only the signed head tells it."""
    members = dict(bundle.parse((tmp_path / "log.zip").read_bytes()).members)
    name = next(key for key in members if "entries" in key)
    less = members[name].replace(b'"ms":1800000', b'"ms":1000000', 1)
    hashed = b"".join(map(tree.leaf_hash, decode_entries(less)))
    hashes = next(key for key in members if key.startswith("tile/0/"))
    changed = {"entry": {name: less}, "hashes": {name: less, hashes: hashed}}
    for file, more in changed.items():
        packed(tmp_path / f"{file}.zip", members | more)
        said = fails(4, "report", "day", "--from", str(tmp_path / f"{file}.zip"), "--csv", str(tmp_path / "a.csv"))
        assert "was changed or damaged, so nothing was counted" in said
    assert not (tmp_path / "a.csv").exists()


@pytest.mark.parametrize(("words", "said"), [
    (("year", "--to", "2026-11-23"), "The log begins on 24 Nov 2026: there are no figures of these days."),
    (("day", "--to", "2099-01-01"), "The log ends on 25 Nov 2026: there are no figures of these days."),
])  # fmt: skip
def test_days_of_which_the_log_says_nothing_are_no_days_without_play(giochoi, log, tmp_path, need, words, said):
    """Neither on the terminal nor on the page that is signed: no table claims that nobody played."""
    done = giochoi("report", *words, "--from", log)
    page = giochoi("report", *words, "--from", log, "--pdf", str(tmp_path / "a.pdf"))
    command = [need("pdftotext"), "-layout", tmp_path / "a.pdf", "-"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout

    assert (done.returncode, page.returncode, done.stderr, page.stderr) == (1, 1, f"giochoi: {said}\n", f"giochoi: {said}\n")
    for told in (done.stdout, text):
        assert said in told.split("kind of place")[0]
        assert told.count("No figures.") == 12
        assert not [one for one in ("Nobody", "Nothing", "There w", "under 18", "No PC", "No play") if one in told]


def test_what_a_part_of_the_days_lacks_stands_above_the_figures(giochoi, log):
    text = giochoi("report", "month", "--to", "2026-11-30", "--from", log).stdout
    wanted = ("The log begins on 24 Nov 2026: nothing here is from before. "
              "The log ends on 25 Nov 2026: nothing here is from later.")  # fmt: skip

    assert wanted in " ".join(text.split("kind of place")[0].split())


def test_a_log_alone_tells_certificate_and_hours(giochoi, log, tmp_path):
    text = giochoi("report", "day", *DAYS, "--from", log).stdout
    assert "08:00-22:00" in text
    assert "certificate" not in text
    place = {"place": "game-point", "zone": "Asia/Ho_Chi_Minh", "hours": ""}
    for expires, said in (("2026-01-31", "12/GCN, expired on 31 Jan 2026"), (None, "12/GCN"), ("soon", "12/GCN")):
        other = written(tmp_path / f"{expires}.zip", [
            line(PlaceChanged, NOON, AGENT, certificate="12/GCN", expires=expires, **place),
        ])  # fmt: skip
        lines = giochoi("report", "day", "--to", "2026-11-24", "--from", other).stdout.splitlines()
        assert [one.split(maxsplit=1)[1] for one in lines if one.strip().startswith("certificate")] == [said]


def test_a_pc_that_is_on_for_less_than_an_hour_is_no_pc_that_was_off(giochoi, tmp_path):
    log = written(tmp_path / "log.zip", [
        line(SeatStart, NOON, version="1", watch="gate", clean=True, lost_from=None), *play(2, NOON, "luanti", 12),
    ])  # fmt: skip
    text = giochoi("report", "day", "--to", "2026-11-24", "--from", log).stdout

    assert "may-01" in text
    assert "the last hour may not be in here" in " ".join(text.split())
    assert "Unexplained:" not in text


def test_each_refused_start_tells_its_game(giochoi, log, tmp_path):
    giochoi("report", "day", "--to", "2026-11-24", "--from", log, "--csv", str(tmp_path / "a.csv"))
    rows = list(csv.DictReader(io.StringIO((tmp_path / "a.csv").read_text("utf-8-sig"))))

    assert [(row["game"], row["label"]) for row in rows if row["figure"] == "refused"] == [("luanti", "VN00")]


def test_a_pc_without_pillow_is_told_what_is_missing(giochoi, log, tmp_path, monkeypatch):
    """Debian's package only recommends it."""
    monkeypatch.setitem(sys.modules, "cli.report.to_pdf", None)
    done = giochoi("report", "day", *DAYS, "--from", log, "--pdf", str(tmp_path / "a.pdf"))

    lacks = "giochoi: a PDF cannot be made without python3-pil; install it: sudo apt install python3-pil\n"
    assert (done.returncode, done.stderr) == (1, lacks)


def test_no_file_is_written_over_another(giochoi, log, tmp_path):
    (tmp_path / "a.csv").write_text("mine")
    done = giochoi("report", "day", *DAYS, "--from", log, "--csv", str(tmp_path / "a.csv"))

    assert (done.returncode, "exists" in done.stderr, (tmp_path / "a.csv").read_text()) == (1, True, "mine")


def test_of_this_pcs_own_log_with_the_place_that_is_set(servers, giochoi_in, tmp_path):
    """Name, certificate and telephone are those that were set; nothing lies about afterwards."""
    servers.start("agent")
    agent = giochoi_in(servers.home)
    words = ("place", "set", "game-point", "--name", "Net Sao", "--certificate", "12/GCN", "--expires", "2029-01-31")
    more = ("--address", "5 Hàng Bài", "--owner", "Trần Thị Mai")
    assert agent(*words, "--hotline", "0123 456 789", *more).returncode == 0
    assert "local hotline: 0123 456 789\n" in agent("place", "show").stdout
    assert "digits alone" in agent.fails(2, "place", "set", "game-point", "--hotline", "call us")
    text = agent("report", "day", TMPDIR=str(tmp_path)).stdout
    log = tmp_path / "log.zip"
    assert agent("log", "export", str(log)).returncode == 0
    assert "Trần Thị Mai" in agent("report", "day", "--from", str(log)).stdout, "it is the log of this place"
    log.unlink()
    wanted = ("Net Sao", "Trần Thị Mai", "5 Hàng Bài", "12/GCN, valid to 31 Jan 2029", "local: 0123 456 789", "the law's",
              "place or hours")  # fmt: skip
    assert [one for one in wanted if one not in text] == []
    answer = json.loads(agent("report", "year", "--csv", str(tmp_path / "all.csv"), "--json").stdout)
    assert answer["files"] == [str(tmp_path / "all.csv")]
    assert {"place.changed", "policy.changed"} == {one["what"] for one in answer["figures"]["change"]}
    assert agent("place", "set", "game-point", "--hotline", "none").returncode == 0
    assert "local:" not in agent("report", "day").stdout
    assert [path.name for path in tmp_path.iterdir()] == ["all.csv"]


@pytest.fixture
def two(tmp_path):
    """The logs of a point's two PCs, each with a seat of the same name."""
    place = line(PlaceChanged, NOON, AGENT, place="game-point", zone="Asia/Ho_Chi_Minh", hours="", certificate="12/GCN",
                 expires="2029-01-31")  # fmt: skip
    first = written(tmp_path / "a.zip", [place, *play(1, NOON, "luanti", 12)])
    other = bundled([line(GuardianChanged, NOON, AGENT, registered=0), place, *play(1, NOON, "luanti", 12, minutes=20)],
                    Signer("giochoi/2", b"2" * 32))  # fmt: skip
    return first, packed(tmp_path / "b.zip", other)


def test_several_logs_are_one_report(giochoi, two, tmp_path, need):
    """As on one paper: figures add up, and each can be traced to the entries of the log that it is from."""
    need("pdftotext")
    files = [str(tmp_path / f"r.{kind}") for kind in ("pdf", "xlsx", "csv")]
    day = ("report", "day", "--to", "2026-11-24", "--from", two[0], "--from", two[1])
    answer = json.loads(giochoi(*day, "--json").stdout)
    (played,), logs = answer["figures"]["time"], answer["logs"]
    assert (played["n"], played["seconds"], played["entries"]) == (2, 50 * 60, [2, 6])
    assert [(one["file"], one["first"]) for one in logs] == [("a.zip", 0), ("b.zip", 3)]
    assert {one["seat"] for one in answer["figures"]["heard"]} == {"A may-01", "B may-01"}
    text = giochoi(*day).stdout
    assert [one for one in ("log A", "log B", "a.zip", "b.zip", "Added up are 2 logs") if one not in text] == []
    assert giochoi(*day, "--pdf", files[0], "--xlsx", files[1], "--csv", files[2]).returncode == 0
    paper = subprocess.run(["pdftotext", "-layout", files[0], "-"], capture_output=True, check=True).stdout.decode()
    assert "A 1–2, B 2–3" in paper
    rows = list(csv.DictReader(io.StringIO(Path(files[2]).read_text("utf-8-sig"))))
    assert [(one["log"], one["entry"]) for one in rows if one["figure"] == "time"] == [("a.zip", "2"), ("b.zip", "3")]


def test_each_of_several_logs_is_checked_and_named(fails, two, tmp_path):
    day = ("report", "day", "--to", "2026-11-24", "--from", two[0], "--from")
    assert "a.zip and again.zip are of the same log" in fails(2, *day, str(shutil.copy(two[0], tmp_path / "again.zip")))
    data = Path(two[1]).read_bytes()
    Path(two[1]).write_bytes(data.replace(b'"ms":1200000', b'"ms":1200001'))
    assert "b.zip was changed or damaged, so nothing was counted" in fails(4, *day, two[1])


def test_what_one_of_several_lacks_is_said_of_that_one(giochoi, two, tmp_path):
    late = bundled([line(PlaceChanged, NOON + 2 * DAY, AGENT, place="home", zone="Asia/Ho_Chi_Minh", hours="")],
                   Signer("giochoi/3", b"3" * 32))  # fmt: skip
    day = ("report", "day", "--to", "2026-11-24", "--from", two[0], "--from", packed(tmp_path / "c.zip", late))
    done = giochoi(*day)
    assert done.returncode == 0
    assert "B: The log begins on 26 Nov 2026: there are no figures of these days." in done.stdout
    assert "above is what is set on this PC, or else what the newest says" in " ".join(done.stdout.split())


@pytest.mark.parametrize(("public", "who"), [(True, "whoever manages the place"), (False, "a guardian")])
def test_where_no_guardian_is_at_hand_nobody_is_called_one(public, who):
    figures = Figures()
    figures.add("override", 7, "2026-11-24", "approval", "guardian")
    tables = {plain(one.title): one for one in all_tables(figures, {}, {}, public=public)}
    table = tables["What people allowed or stopped"]
    assert [plain(cell) for cell in table.rows[0].cells[:2]] == ["game let through", who]
