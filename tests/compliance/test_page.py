"""The page an inspector acts on: bad news first, many findings of a kind in a line, "violation" only of the owner's duties."""

import json
import re
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import get_args

import pytest

from compliance import bundle
from compliance.__main__ import main
from compliance.entries.decision import LaunchRefused
from compliance.entries.log import AgentTick
from compliance.entries.override import Approval, EnforcementOff, EnforcementOn, GrantGiven
from compliance.entries.place import PlaceChanged
from compliance.entries.seat import IssueRaised, Presence, SeatNamed, SeatStart, SeatStop
from compliance.entry import AnyEntry
from compliance.format.tiles import decode_entries
from compliance.page import html, names, text
from compliance.page.called import called as named
from compliance.page.kinds import KINDS
from compliance.page.model import Page, data, page
from compliance.page.refused import refused
from compliance.page.verdict import MEANS
from compliance.page.words import sections
from compliance.verify import verify
from compliance.verifying.bundle.whole import claimed
from compliance.verifying.overview import Claimed, Looker, Refusal
from compliance.verifying.report import Audit, Failure, Finding, Gap, Report, entry_name
from i18n.catalogue import Catalogue
from i18n.message import Length, msg, plain
from rules.packs.shipped import shipped_packs
from words import names as cli_names

ZONE = "Asia/Ho_Chi_Minh"
MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
START = 1795482000000  # 2026-11-24 08:00 there
EN = Catalogue("en")


@pytest.fixture
def report(site):
    site.honest_day()
    return verify(bundle.parse(site.bundle()))


@pytest.fixture
def at_point(site, clock):
    """A report of a game point that opened after an hour as a home."""
    clock.run(HOUR)
    site.agent.add(
        PlaceChanged, place="game-point", zone=ZONE, hours="08:00-22:00", certificate="12/GCN", expires="2026-11-30"
    )
    site.honest_day()
    return verify(bundle.parse(site.bundle()))


def finding(kind="after-hours", number=7, at=START + 2 * HOUR, seat="home-pc", cite="NĐ 147/2024, Đ.68", addressee="point"):
    return Finding(kind, entry_name(number), msg("it went on for {length}", length=Length(MINUTE)), seat, at, cite, addressee)


def found(report, *findings, **more):
    return replace(report, audit=replace(report.audit, findings=findings, **more))


def gap(seat, hour, ms=MINUTE, *, explained=False, **more):
    kind = {"kind": "stopped" if explained else "lost"}
    return Gap(seat, START + hour * HOUR, START + hour * HOUR + ms, explained, **{**kind, **more})


def shown(report, words=EN, width=80):
    return list(text.lines(sections(page(report)), words, width))


def section(report, title):
    told = "\n".join(shown(report))
    return " ".join(told.partition(f"{title}\n")[2].partition("\n\n")[0].split())


# --- order and verdict ------------------------------------------------------------------------------------------------------


def test_sections_come_in_the_order_in_which_an_inspector_acts(at_point):
    everything = found(at_point, finding(), finding("clock-jump", cite=""), gaps=(gap("home-pc", 0),))
    titles = [line for line in shown(everything) if line and not line.startswith(" ")]
    assert titles == [
        "PLACE", "VERDICT", "WHAT NEEDS AN EXPLANATION", "FOR THE RECORD", "WHO WAS WATCHED WHEN",
        "NOT KEPT, ENTRY BY ENTRY", "GAPS", "WHO WAS WATCHED ON WHICH DAY", "WHAT WAS OVERRIDDEN, AND BY WHOM",
        "WHAT WAS REFUSED, AND BY WHICH RULE", "ROUTINE", "COMPARED WITH WHAT IS HELD OUTSIDE",
        "WHAT CANNOT BE KNOWN FROM THIS", "WHAT TO DO NEXT",
        "WHAT WAS CHECKED",
    ]  # fmt: skip


def test_the_verdict_says_bad_news_first_in_one_sentence(at_point):
    others = [finding("over-cap", cite="Đ.39", addressee="enterprise") for _ in range(2)]
    gaps = (gap("home-pc", 0), gap("home-pc", 0, explained=True))
    assert section(found(at_point, finding(), *others, gaps=gaps), "VERDICT") == (
        "✗ 1 sign of a violation by this place, 2 times a rule was not kept, 1 gap that nobody explains."
        " Whole, but no outsider has seen it yet; it goes back for 1 day only"
    )


def test_a_failure_comes_before_everything(at_point):
    broken = replace(found(at_point, finding()), failures=(Failure("checkpoint", msg("it is cut off")),))
    assert section(broken, "VERDICT") == (
        "✗ NOT VERIFIED: 1 thing in it does not hold. Besides: 1 sign of a violation by this place ✗"
        f" {EN(MEANS['entries'])} the log's signed head: it is cut off"
    )
    assert "COMPARED WITH WHAT IS HELD OUTSIDE" not in shown(broken)


@pytest.mark.parametrize("kind", ["label", "own-pack", "restored", "enforcement-off", "clock-back", "place-zone"])
def test_what_a_family_may_say_has_to_be_explained_elsewhere(at_point, kind):
    """A lower label, rules of one's own."""
    point = found(at_point, finding(kind, cite=""))
    home = replace(point, audit=replace(point.audit, overview=replace(point.audit.overview, places=())))
    assert section(home, "VERDICT") == "✓ Whole, but no outsider has seen it yet"
    assert "1 thing that needs an explanation. Whole" in section(point, "VERDICT")


def test_an_honest_day_has_no_bad_news(report):
    assert section(report, "VERDICT") == "✓ Whole, but no outsider has seen it yet"
    assert section(report, "WHAT NEEDS AN EXPLANATION") == section(report, "GAPS") == ""


# --- findings by article ------------------------------------------------------------------------------------------------------


def test_thirty_findings_of_one_kind_are_one_line_with_a_count_and_the_first_three(at_point):
    many = [finding(number=n, at=START + 2 * HOUR + n % 5 * DAY, seat=f"pc-{n % 8}") for n in range(30)]
    assert section(found(at_point, *many), "NOT KEPT, ENTRY BY ENTRY") == (
        "✗ play outside the hours, 30 times, from 24 Nov 2026 10:00 to 28 Nov 2026 10:00, seats pc-0, pc-1, pc-2, pc-3, pc-4,"
        " pc-5, … and 2 more – sign of a violation by the owner of this place (NĐ 147/2024, Đ.68)"
        " entry 0: it went on for 1 min entry 1: it went on for 1 min entry 2: it went on for 1 min … and 27 more"
    )


@pytest.mark.parametrize(("changed", "says"), [
    ({"addressee": "enterprise"}, "a duty of the enterprise that offers the game, not kept"),
    ({"addressee": "player"}, "a duty of the player, not kept"), ({"addressee": None}, "– not kept ("),
    ({"at": START + 1}, "a duty of the owner of a game point, not kept"),  # still a home
    ({}, "sign of a violation"), ({"at": None}, "sign of a violation"),
])  # fmt: skip
def test_violation_is_said_only_of_the_duties_of_who_owned_the_log_then(at_point, changed, says):
    told = section(found(at_point, replace(finding(at=START + 2 * HOUR), **changed)), "NOT KEPT, ENTRY BY ENTRY")
    assert says in told
    assert ("violation" in told) == ("violation" in says)


def test_kinds_of_entries_are_called_as_in_log_show_and_for_programs_by_their_ids(at_point, seat):
    line = seat.start()
    one = replace(finding("late-play", cite=""), where=entry_name(7, line))
    report = found(at_point, one)
    assert "entry 7 (seat home-pc, seq 2, enforcing began): it went on" in section(report, "ROUTINE")
    broken = replace(report, failures=(Failure(entry_name(7, line), msg("it is cut off")),))
    assert "enforcing began): it is cut off" in section(broken, "VERDICT")
    ids = [plain(first["where"]) for note in data(page(report), {})["notes"] for first in note["first"]]
    assert "entry 7 (seat home-pc, seq 2, seat.start)" in ids
    tags = {kind.__struct_config__.tag for kind in get_args(AnyEntry)}
    assert KINDS.keys() == tags


def test_every_kind_of_finding_that_the_verifier_names_has_a_name():
    """Many of one kind are told by it."""
    room = Path(__file__).parents[2] / "compliance"
    named = re.compile(r'(?:Finding|_note|_tell)\(\s*"([a-z-]+)"')
    told = {kind for path in room.rglob("*.py") for kind in named.findall(path.read_text("utf-8"))}
    assert "clock-back" in told
    assert told - names.FINDINGS.keys() == set()


# --- place, gaps, overrides, what is open ---------------------------------------------------------------------------------


def test_place_certificate_and_hours_are_named(at_point):
    told = section(at_point, "PLACE")
    assert "Place a public game point Certificate 12/GCN, valid to 30 Nov 2026 Hours 08:00–22:00" in told
    assert "this was changed; see “Routine”" in told
    assert "Refused 1 start of a game" in told
    assert "24 Nov 2026 08:00 – 24 Nov 2026 10:36" in told


def test_refusals_are_told_by_rule_and_game_with_how_often_and_when(site, seat, audit, clock):
    """The most frequent first; a house's own limits, whichever, are one rule. For programs, too."""
    law, house = site.pack(), site.house(0, "teeworlds")
    for label in (18, 18, 16):
        seat.refuse(law, label=label, game="luanti")
        clock.run(HOUR)
    seat.refuse(law, label=18, game="xonotic")
    seat.refuse(house, game="teeworlds")
    report = audit()
    assert section(report, "WHAT WAS REFUSED, AND BY WHICH RULE") == (
        "· Players choose games that fit their own age (vn-147; NĐ 147/2024, Đ.38 k.1; rule "
        "vn-147.label): 4 starts "
        "luanti: 3 times, from 24 Nov 2026 08:00 to 24 Nov 2026 10:00 xonotic: 1 time, at 24 Nov 2026 11:00 "
        "· limits that the place set itself: 1 start teeworlds: 1 time, at 24 Nov 2026 11:00"
    )
    told = data(page(report), {})["refused"]
    assert [(one["rule"], one["game"], one["times"], one["from"]) for one in told] == [
        ("vn-147.label", "luanti", 3, "2026-11-24T08:00:00+07:00"),
        ("house", "teeworlds", 1, "2026-11-24T11:00:00+07:00"),
        ("vn-147.label", "xonotic", 1, "2026-11-24T11:00:00+07:00"),
    ]


def test_a_rule_is_told_in_our_words_only_if_its_pack_is_ours(report):
    """Another text may call its rules as it likes. What no law asks has no article."""
    ours = sha256(shipped_packs()["vn-147"].encode()).hexdigest()
    for pack, says in ((ours, "A game without a Vietnamese age label: ask a guardian first (rule vn-147.ask-first): 1 start"),
                       ("f" * 64, "vn-147 (rule vn-147.ask-first): 1 start")):  # fmt: skip
        one = Refusal("vn-147", "vn-147.ask-first", "x", 1, START, START, pack)
        audit = Audit(overview=replace(report.audit.overview, refused=1, refusals=(one,)))
        assert [EN(block.text) for block in refused(Page(report=Report(audit=audit)))] == [says]


def test_of_too_many_rules_and_games_the_rest_is_counted():
    """Whoever makes up a name for each start fills neither the page nor the memory."""
    looker, many = Looker({}), 1_500
    common = {"seat": "pc", "boot": "b", "prev": "", "mono": 0}
    told = dict.fromkeys(LaunchRefused.__struct_fields__)
    for seq in range(many):
        about = {"game": f"{seq}-" + "x" * 500, "rule": f"r{seq % 100}", "cite": "c", "pack": "p", "wall": START + seq}
        looker.wants()[LaunchRefused]("", LaunchRefused(**{**told, **common, **about, "seq": seq}))
    seen = looker.overview()
    assert (seen.refused, len(seen.refusals), max(len(one.game) for one in seen.refusals)) == (many, 1_000, 200)
    audit = Audit(overview=seen)
    lines = list(refused(Page(report=Report(audit=audit))))
    assert [len(block.more) for block in lines] == [*[7] * 20, 0]
    assert plain(lines[-1].text) == "by other rules: 1300 starts"


@pytest.mark.parametrize(("certificate", "expires", "says"), [
    ("12/GCN", "2026-11-23", "12/GCN, EXPIRED on 23 Nov 2026, and the log goes on"),
    ("12/GCN", "2026-11-24", "12/GCN, valid to 24 Nov 2026"), ("12/GCN", "one day", "Certificate 12/GCN Hours"),
    ("", None, "none is named in the log: ask for it"),
])  # fmt: skip
def test_a_certificate_that_expired_or_is_not_named_is_said(site, audit, certificate, expires, says):
    told = {"certificate": certificate, "expires": expires}
    site.agent.add(PlaceChanged, place="game-point", zone=ZONE, hours="09:00-21:00", **told)
    site.enrol().start()
    report = audit()
    assert says in section(report, "PLACE")
    assert ("an expired certificate" in section(report, "VERDICT")) == ("EXPIRED" in says)


def test_gaps_are_told_by_kind_and_seat_the_longest_first_with_who_could_explain(report):
    gaps = [gap("a", n, could=("b", "agent")) for n in range(5)]
    gaps += [gap(name, 0, HOUR) for name in "cdef"] + [gap("c", 0, explained=True)]
    gaps.append(gap("agent", 0, 9 * HOUR, kind="agent-silent"))
    assert section(found(report, gaps=tuple(gaps)), "GAPS") == (
        "✗ UNEXPLAINED: the agent was silent; 1 time, 9 hr, the agent 24 Nov 2026 08:00 – 24 Nov 2026 17:00"
        " ✗ UNEXPLAINED: ended without a word, and nothing was watched; 9 times, 4 hr 5 min in all, seats c, d, e, f, a"
        " c: 24 Nov 2026 08:00 – 24 Nov 2026 09:00 d: 24 Nov 2026 08:00 – 24 Nov 2026 09:00"
        " e: 24 Nov 2026 08:00 – 24 Nov 2026 09:00 … and 2 more who was recording then: the agent, b"
        " · explained: stopped 1 time in an orderly way, for 1 min"
    )


def test_overrides_are_counted_by_kind_and_role(site, seat, audit):
    wall = site.clock.wall()
    for n, by in enumerate(("guardian", "guardian", "staff")):
        seat.add(GrantGiven, id=f"g{n}", who="child", by=by, ms=10 * MINUTE, game=None, given=wall)
    seat.add(EnforcementOff, id="o1", until=wall + HOUR)
    site.clock.run(20 * MINUTE)
    seat.add(EnforcementOn, id="o1", how="taken back")
    told = section(audit(), "WHAT WAS OVERRIDDEN, AND BY WHOM")
    assert "extra time, by a guardian: 2 times, at 24 Nov 2026 08:00; 20 min in all" in told
    assert "extra time, by whoever manages the place: 1 time, at 24 Nov 2026 08:00; 10 min in all" in told
    assert "no limit enforced, by a guardian: 1 time, at 24 Nov 2026 08:00; 20 min in all" in told


def test_at_a_public_place_one_person_has_one_role(site, seat, audit):
    """Root gives time as its staff, and lets a game through of which no entry says who did: that is not two persons."""
    site.agent.add(PlaceChanged, place="game-point", zone=ZONE, hours="")
    for id_, by in (("a", "staff"), ("b", "guardian")):
        seat.add(GrantGiven, id=id_, who="child", by=by, ms=10 * MINUTE, game=None, given=site.clock.wall())
    site.agent.add(Approval, id="l", who="child", game="gta")
    told = section(audit(), "WHAT WAS OVERRIDDEN, AND BY WHOM")
    assert "a game let through, by whoever manages the place: 1 time" in told
    assert re.search(r"extra time, by whoever manages the place: 2 times, [^;]*; 20 min in all", told), told
    assert (names.ROLES["staff"], names.ROLES["guardian"]) == (cli_names.ROLES["staff"], cli_names.ROLES["guardian"])


def test_what_cannot_be_known_is_always_said(report):
    """What an owner with the seat's key may do unseen, and what of this log is open."""
    told = section(found(report, finding("not-decidable", cite="")), "WHAT CANNOT BE KNOWN FROM THIS")
    for always in ("Play that was never written down", "Whether two pseudonyms are one person", "Whether an age is true"):
        assert always in told
    assert f"Whether the {report.size} entries that nobody outside vouches for" in told
    assert "Whether what 1 finding above names was right" in told
    anchored = replace(report, anchored=report.size)
    assert "that nobody outside vouches for" not in section(anchored, "WHAT CANNOT BE KNOWN FROM THIS")


def test_what_outsiders_saw_and_what_not_stand_apart_by_time(site):
    site.honest_day()
    kept = site.log.checkpoint
    site.clock.run(DAY)
    site.agent.add(AgentTick, seats={}, silent=())
    site.deliver()
    told = section(verify(bundle.parse(site.bundle()), since=kept), "COMPARED WITH WHAT IS HELD OUTSIDE")
    assert re.fullmatch(
        r"✓ the first \d+ entries: as they are on the card, or in the head, that you verified with \(24 Nov 2026 08:00 –"
        r" 24 Nov 2026 09:36 by the agent's clock\) It shows as much as this card or head does: .+ shows nothing\. ! the"
        r" last 2 entries: seen by no outsider yet \(25 Nov 2026 09:36 – 25 Nov 2026 09:36 by the agent's"
        r" clock\)", told,
    ), told  # fmt: skip


def test_what_witnesses_signed_stands_apart_from_what_the_inspector_holds(report):
    """Only of the former this page says that an outsider saw it."""
    some = report.size - 5
    told = section(replace(report, anchored=report.size, witnessed=some), "COMPARED WITH WHAT IS HELD OUTSIDE")
    assert f"✓ the first {some} entries: seen by an outsider" in told
    assert f"✓ the first {report.size} entries: as they are on the card" in told
    alone = replace(report, anchored=report.size, witnessed=report.size)
    assert "card" not in section(alone, "COMPARED WITH WHAT IS HELD OUTSIDE")
    assert section(alone, "VERDICT") == "✓ Whole and anchored"


# --- a file that does not hold --------------------------------------------------------------------------------------------


@pytest.fixture
def broken(site, clock):
    """The report of a game point's file in which one figure was changed, and the tile's hash, if wanted, with it."""

    def made(*, hashed=False, since=None):
        about = {"hours": "09:00-21:00", "certificate": "12/GCN", "expires": None}
        site.agent.add(PlaceChanged, place="game-point", zone=ZONE, **about)
        site.honest_day()
        members = dict(bundle.parse(site.bundle()).members)
        (name,) = [one for one in members if one.startswith("tile/entries")]
        lines = decode_entries(members[name])
        at = next(at for at, line in enumerate(lines) if b"play.ended" in line)
        changed = lines[at].replace(b'"ms":36', b'"ms":35')
        assert changed != lines[at]
        members[name] = members[name].replace(lines[at], changed)
        if hashed:
            tile = name.replace("entries", "0")
            members[tile] = members[tile].replace(*(sha256(b"\0" + line).digest() for line in (lines[at], changed)))
        return verify(bundle.Bundle(members), since=since)

    return made


@pytest.mark.parametrize(("hashed", "says", "raw"), [
    (False, "The file is not as it was exported", "play ended): it does not have the hash that tile/0/000"),
    (True, "The entries are not those that the log signed", "the log's signed head: its root is not that of the entries"),
])  # fmt: skip
def test_a_changed_file_is_told_so_that_an_official_understands_it(broken, hashed, says, raw):
    """Exactly where is below it; what was not judged is said, and what the file claims is called that."""
    report = broken(hashed=hashed)
    verdict = section(report, "VERDICT")
    assert re.match(rf"✗ NOT VERIFIED: (1 thing in it does|2 things in it do) not hold ✗ {says}", verdict), verdict
    assert not hashed or re.search(r"entry \d+ \(seat home-pc, seq 5, PC was on\): ", verdict)  # the next one of its chain
    assert verdict.index(says) < verdict.index(raw) < verdict.index("! Nothing that its entries say was judged")
    place = section(report, "PLACE")
    assert place.startswith("Claimed what follows here is what the file says of itself; none of it is verified Place a public")
    assert "Certificate 12/GCN Hours 09:00–21:00 Period 24 Nov 2026 08:00 – 24 Nov 2026 09:36, times of" in place
    told = data(page(report), {})
    assert (told["place"], told["claimed"]["hours"]) == (None, "09:00-21:00")
    assert "that nobody outside vouches for" not in section(report, "WHAT CANNOT BE KNOWN FROM THIS")
    assert "among the seats named here" not in section(report, "WHAT TO DO NEXT")


def test_one_byte_that_was_changed_is_one_failure(site, tmp_path, capsys):
    """Of the file's bytes and of the entry that they are of: the latter is named."""
    site.honest_day()
    data = bytearray(site.bundle())
    data[data.index(b"play.due")] ^= 1
    (tmp_path / "log.zip").write_bytes(data)
    assert main([str(tmp_path / "log.zip"), "--lang", "en"]) == 4
    told = " ".join(capsys.readouterr().out.split())
    assert "NOT VERIFIED: 1 thing in it does not hold ✗ The file is not as it was exported" in told
    assert re.search(r"tile/entries/000\.p/\d+, entry \d+: it does not have the hash", told)
    assert "byte " not in told


def test_a_file_of_which_nothing_can_be_read_claims_nothing():
    assert claimed({"tile/entries/000": b"\xff\xff", "tile/entries/x001/000.p/1": b"\0\1x"}) == Claimed(None, ZONE, None)


# --- as text, as HTML, as JSON --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "width"), [("vi", 40), ("en", 80)])
def test_no_line_is_wider_than_the_terminal(at_point, language, width):
    """But for what is one word, and a calendar's row, which needs 57."""
    told = shown(found(at_point, *[finding(seat=f"a-seat-with-a-long-name-{n}") for n in range(9)]), Catalogue(language), width)
    assert [line for line in told if len(line) > max(width, 57) and len(line.split()) > 1] == []


class Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.opened, self.tags, self.links = [], set(), []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.links += [value for name, value in attrs if name in {"src", "href"} or name.startswith("on")]
        if tag not in {"meta", "br"}:
            self.opened.append(tag)

    def handle_endtag(self, tag):
        assert self.opened.pop() == tag


@pytest.mark.parametrize("language", ["vi", "en"])
def test_html_is_one_well_formed_file_without_script_or_links(at_point, language):
    evil = finding(seat="<script>alert(1)</script>\x1b[2J\u202e", cite="<b>&")
    made = html.document(sections(page(found(at_point, evil))), Catalogue(language), language)
    reader = Reader()
    reader.feed(made)
    assert (reader.opened, reader.links, "script" in reader.tags) == ([], [], False)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in made
    assert not {"\x1b", "\u202e"} & set(made)
    assert f'<html lang="{language}">' in made
    assert not re.search(r"url\(|@import|https?:", made)


def test_html_shows_what_was_missed_in_numbers_too(site, clock):
    """Colours are lost in print."""
    seat = site.enrol()
    seat.start()
    since = clock.wall()
    clock.run(HOUR)
    seat.add(Presence, since=since, bits=f"{(1 << 30) - 1:015x}")
    clock.run(2 * HOUR)
    site.agent.add(AgentTick, seats={}, silent=())
    site.deliver()
    made = html.document(sections(page(verify(bundle.parse(site.bundle())))), EN, "en")
    assert '<td class="part">49</td><td class="none">X</td><td class="none">X</td>' in made


@pytest.fixture
def file(site, tmp_path, monkeypatch):
    monkeypatch.setenv("GIOCHOI_LANG", "en")
    site.honest_day()
    path = tmp_path / "log.giochoi"
    path.write_bytes(site.bundle())
    return path


def test_html_file_is_written_in_the_readers_language_and_the_verdict_said(file, tmp_path, capsys):
    """With the exit code of the verification."""
    assert main([str(file), "--html", str(tmp_path / "page.html"), "--lang", "vi"]) == 0
    assert capsys.readouterr().out == (
        f"KẾT LUẬN\n  ✓ Nguyên vẹn và khớp chữ ký; chưa có bên độc lập xác nhận\nđã ghi: {tmp_path / 'page.html'}\n"
    )
    made = (tmp_path / "page.html").read_text("utf-8")
    assert "Kết quả kiểm tra nhật ký tuân thủ" in made
    assert "Do giochoi-verify lập" in made
    for told in (file.name, sha256(file.read_bytes()).hexdigest(), "Kiểm tra lúc", "Chủ điểm"):
        assert told in made
    data = bytearray(file.read_bytes())
    data[data.index(b"play.due")] ^= 1
    file.write_bytes(data)
    assert main([str(file), "--html", str(tmp_path / "failed.html")]) == 4
    assert "NOT VERIFIED" in (tmp_path / "failed.html").read_text("utf-8")


def test_a_page_is_written_over_nothing(file, tmp_path, capsys):
    """What is there may be the bundle itself, or what was kept from an earlier visit."""
    before = file.read_bytes()
    assert main([str(file), "--html", str(file), "--lang", "en"]) == 2
    assert capsys.readouterr().err == f"giochoi-verify: {file} exists; choose another name or remove it first\n"
    assert file.read_bytes() == before


@pytest.mark.parametrize(("option", "begins"), [("--html", b"<!doctype html>"), ("--pdf", b"%PDF")])
def test_a_page_may_go_to_standard_output(file, tmp_path, capfdbinary, monkeypatch, option, begins):
    """It alone; the verdict is said beside it."""
    monkeypatch.chdir(tmp_path)
    assert main([str(file), option, "-", "--lang", "en"]) == 0
    told = capfdbinary.readouterr()
    assert (told.out.startswith(begins), told.err.splitlines()[0]) == (True, b"VERDICT")
    assert not Path("-").exists()


@pytest.mark.parametrize("more", [["--json"], ["--pdf", "page.pdf"]])
def test_nothing_else_goes_beside_it(file, capsys, more):
    assert main([str(file), "--html", "-", *more, "--lang", "en"]) == 2
    assert capsys.readouterr().err == 'giochoi-verify: "-" is standard output, where nothing else can go: name a file\n'


def test_an_html_file_that_cannot_be_written_is_exit_2_in_one_line(file, tmp_path, capsys):
    assert main([str(file), "--html", str(tmp_path)]) == 2
    told = capsys.readouterr()
    assert (told.out, len(told.err.splitlines()), str(tmp_path) in told.err) == ("", 1, True)


def test_json_moves_nothing_on_a_terminal(site, seat, tmp_path, capsys):
    """A program reads the same."""
    name = "\x1b[2J\x9b2J\x7f\u202egnp\u2066\u2028\ufeff\u061c\xad\U000e0041ễ"
    seat.add(IssueRaised, id=name)
    site.deliver()
    (tmp_path / "log.zip").write_bytes(site.bundle())
    main([str(tmp_path / "log.zip"), "--json", "--lang", "en"])
    shown = capsys.readouterr().out
    assert [char for char in shown if not char.isprintable() and char != "\n"] == []
    assert name in " ".join(one["what"] for one in json.loads(shown)["findings"])


def test_json_has_the_page_besides_what_it_had(file, tmp_path, capsys):
    assert main([str(file), "--json", "--html", str(tmp_path / "page.html")]) == 0
    told = json.loads(capsys.readouterr().out)
    found = told["page"]
    assert told["ok"] is True
    assert found["verdict"] == "Whole, but no outsider has seen it yet"
    assert found["place"] == {"place": "home", "hours": "", "certificate": None, "expires": None, "changes": 0}
    assert found["period"] == {"from": "2026-11-24T08:00:00+07:00", "to": "2026-11-24T09:36:03+07:00"}
    (override,) = found["overridden"]
    assert [override[name] for name in ("kind", "by", "times", "s")] == ["grant", "guardian", 1, 300.0]
    assert (found["coverage"][0]["seat"], found["coverage"][0]["off_min"], found["anchored"]) == ("home-pc", 0, None)
    assert len(found["unknown"]) >= 5
    assert "page.html" in str(list(tmp_path.iterdir()))


def test_json_groups_findings_by_article(at_point):
    many = [finding(number=n) for n in range(30)]
    (article,) = data(page(found(at_point, *many)), {})["articles"]
    (kind,) = article["kinds"]
    assert (article["violation"], kind["count"], kind["days"], len(kind["first"])) == (True, 30, 1, 3)


def test_the_page_says_that_a_play_has_no_end(site, seat, audit):
    """Its time is in no sum; one that was written once more and ended there has one."""
    seat.begin()
    site.clock.run(MINUTE)
    seat.end(seat.begin(game="teeworlds"))
    report = audit()

    assert (report.audit.plays, report.audit.running) == (2, 1)
    assert "1 of these plays has no end in the log" in "\n".join(text.lines(sections(page(report)), EN, 200))


def test_seats_that_could_not_refuse_games_before_they_ran_are_named(site, clock):
    """Always, or at some of their starts; of those that could nothing is said."""
    for name, kinds in {"a": ("gate", "gate"), "b": ("poll", "events"), "c": ("gate", "events")}.items():
        seat = site.enrol(name)
        for kind in kinds:
            seat.add(SeatStart, version="1", watch=kind, clean=True, lost_from=None)
            clock.run(MINUTE)
            seat.add(SeatStop)
    site.deliver()
    report = verify(bundle.parse(site.bundle()))
    told = section(report, "WHO WAS WATCHED WHEN")
    what = "games were not refused before they ran, but ended right after their start"
    assert (f"! seat b: {what} a PC with Windows" in told, f"! seat c: at times {what}" in told) == (True, True)
    assert ("seat a" in told, "seats" in told) == (False, False)
    assert [tuple(one.values()) for one in data(page(report), {})["ungated"]] == [("b", 2, 2), ("c", 1, 2)]


def test_pcs_are_called_as_the_place_calls_them(site, clock):
    """Whoever stands before one knows it by that; its id is with it in the list, and wherever two are called the same."""
    called = {"a": "PC 07", "b": "Máy 08", "c": "Máy 08"}
    for name in ("a", "b", "c", "d"):
        seat = site.enrol(name)
        seat.add(SeatStart, version="1", watch="poll", clean=True, lost_from=None)
        clock.run(MINUTE)
        seat.add(SeatStop)
    for name in (*called.values(), ""):
        site.agent.add(SeatNamed, id="d", name=name)
    for id, name in called.items():
        site.agent.add(SeatNamed, id=id, name=name)
    site.deliver()
    report = verify(bundle.parse(site.bundle()))
    told = "\n".join(text.lines(sections(page(named(report))), EN, 200))
    assert "! seats PC 07, Máy 08 (b), Máy 08 (c), d: games were not refused" in told
    assert [line for line in ("PC 07 (a)  ", "Máy 08 (b)  ", "d  ") if line not in told] == []
    assert {seat.seat for seat in report.audit.seats} == {"agent", "a", "b", "c", "d"}


# --- the first page ---------------------------------------------------------------------------------------------------------


def test_what_needs_an_explanation_stands_below_the_verdict_with_whom_to_ask(at_point):
    """The law first, then what was made laxer, then what nobody watched; nothing green below it."""
    odd = [finding("age-raised", cite="", seat="agent"), finding("logged-on", cite="")]
    report = found(at_point, finding(), *odd, gaps=(gap("home-pc", 3, 4 * HOUR, kind="ran-on"),))
    assert section(report, "WHAT NEEDS AN EXPLANATION") == (
        "✗ 1. play outside the hours, 1 time, at 24 Nov 2026 10:00, seat home-pc – sign of a violation by the owner of this"
        " place (NĐ 147/2024, Đ.68) Ask who was on duty, and look at the game and the player's papers. See entry 7."
        " ! 2. at 24 Nov 2026 10:00: it went on for 1 min Ask the owner, who alone can change that. See entry 7."
        " ! 3. home-pc, at 24 Nov 2026 10:00: it went on for 1 min Ask who was on duty, and look at the game and the player's"
        " papers. See entry 7."
        " ! 4. seat home-pc, from 24 Nov 2026 11:00 to 24 Nov 2026 15:00: not enforced while the PC ran on,"
        " 4 hr Ask the owner who was at this PC then, and what was done to it."
    )
    assert "✓" not in "\n".join(shown(report))


def test_what_goes_into_the_record_can_be_copied(at_point):
    told = section(found(at_point, finding()), "FOR THE RECORD")
    assert "“The compliance log cafe.example/log of" in told
    assert "1 sign of a violation by this place. Whole, but no outsider has seen it yet" in told
    assert "“Point 1 above was put to the owner, who answered: ....." in told
    assert "PCs in the log 1 PCs counted ....." in told


@pytest.mark.parametrize(("days", "says"), [(2, True), (40, False)])
def test_a_log_that_was_begun_lately_says_so(at_point, days, says):
    (seat,) = at_point.audit.seats[:1]
    parts = (replace(seat, last=seat.first + days * DAY - HOUR),)
    assert ("; it goes back for 2 days only" in section(found(at_point, seats=parts), "VERDICT")) is says


def test_a_pc_that_is_missing_since_the_earlier_visit_is_named(site, tmp_path, clock, capsys):
    """Only the good one's log is exported, as the other is taken away."""
    site.agent.add(PlaceChanged, place="game-point", zone=ZONE, hours="08:00-22:00", certificate="", expires=None)
    good, gone = site.enrol(), site.enrol("gone-pc")
    good.start()
    gone.start()
    clock.run(4 * HOUR)
    good.add(Presence, since=START, bits="fffffffffffffff")
    gone.add(Presence, since=START, bits="fffffffffffffff")
    site.agent.add(AgentTick, seats={}, silent=())
    card, log = tmp_path / "head", tmp_path / "log"
    site.deliver()
    card.write_text(site.log.checkpoint)
    clock.run(2 * DAY)
    good.add(Presence, since=START + 2 * DAY, bits="fffffffffffffff")
    site.agent.add(AgentTick, seats={}, silent=())
    site.deliver()
    log.write_bytes(site.bundle())
    main([str(log), "--since", str(card), "--json", "--lang", "en"])
    assert "1 PC of your earlier visit is missing: gone-pc" in json.loads(capsys.readouterr().out)["page"]["verdict"]
