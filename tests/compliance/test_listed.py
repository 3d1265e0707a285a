"""A log in which everything is wrong: the first are listed, all is counted, and what is held stays small."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from hashlib import sha256

import pytest

from compliance import bundle
from compliance.entries.place import PackLine
from compliance.entries.play import Bound
from compliance.page.groups import articles, by_kind
from compliance.page.model import page
from compliance.page.text import lines
from compliance.page.words import sections
from compliance.verify import verify
from compliance.verifying import listed
from compliance.verifying.listed import Faults, Listed
from compliance.verifying.overview import PlaceAt
from compliance.verifying.plays import redecide
from compliance.verifying.report import Failure, Finding, document, entry_name
from i18n.catalogue import Catalogue
from i18n.message import msg
from rules.packs.shipped import shipped_packs

ZONE = "Asia/Ho_Chi_Minh"
MINUTE, DAY = 60_000, 86_400_000
START = 1_795_482_000_000
LAW = PackLine("vn-147", sha256(shipped_packs()["vn-147"].encode()).hexdigest(), {"guardian": True, "over_all": False})
BOUND = Bound("home", ZONE, (), (LAW,), house=False, guardian=True)


def finding(number, kind="over-cap", seat="pc-1", at=START, addressee="point"):
    what = msg("it is entry {number}", number=str(number))
    return Finding(kind, entry_name(number), what, seat, at, "NĐ 147/2024, Đ.68", addressee)


def counted(found):
    """How many of each kind, article and seat."""
    counts = Counter()
    for one in found:
        counts[one.like] += 1 + len(one.others)
    return counts


@pytest.fixture
def many():
    """Three kinds, a hundred days, three seats, the last of which comes late; one in a hundred without a moment."""
    return [
        finding(n, kind=("over-cap", "after-hours", "no-break")[n % 3], at=None if n % 100 == 7 else START + n % 100 * DAY,
                seat=f"pc-{n % 2 if n < 11_000 else 2}")
        for n in range(12_000)
    ]  # fmt: skip


def test_all_are_counted_and_few_are_kept(many):
    found = Listed()
    found.extend(many)
    kept = list(found)
    assert counted(kept) == counted(many)
    assert len(kept) <= 3 * listed.MOST + len(counted(many))


def test_what_was_counted_is_counted_on(many):
    """A check's own list goes into that of all."""
    own, all_ = Listed(), Listed()
    own.extend(many)
    all_.extend([finding(0, seat="pc-0")])
    all_.extend(own)
    assert counted(all_) == counted([finding(0, seat="pc-0"), *many])


def test_the_page_says_the_same_as_of_all(many):
    """Counts, days, seats, first and last day; and what was a violation before and after the place was changed."""
    places = [PlaceAt(START, "home", "", None, None), PlaceAt(START + 50 * DAY, "game-point", "", None, None)]
    found = Listed()
    found.extend(many)
    assert articles(found, places, ZONE) == articles(many, places, ZONE)
    assert by_kind(found, ZONE) == by_kind(many, ZONE)


def test_failures_that_say_the_same_are_counted(site, monkeypatch):
    """On the page and in the document."""
    monkeypatch.setattr(listed, "MOST", 5)
    faults, all_ = Faults(), Faults()
    for number in range(40):
        faults.append(Failure(entry_name(number), msg("it is {size} bytes long", size=number)))
    all_.append(Failure("key", msg("it is cut off")))
    all_.extend(faults)
    assert (len(all_), len(list(all_))) == (41, 6)
    report = replace(_report(site), failures=tuple(all_))
    told = " ".join(" ".join(lines(sections(page(report)), Catalogue("en"), 80)).split())
    assert "41 things in it do not hold" in told
    assert "… and 37 more" in told
    (of,) = document(report)["not_listed"]["failures"]
    assert of["count"] + len(report.failures) == 41


def _report(site):
    site.honest_day()
    return verify(bundle.parse(site.bundle()))


def _breaks_each(site, seat, plays=150):
    """Each play, but for one in ten, is of a game that is not for the player; each ends too late, or never."""
    for number in range(plays):
        label = 0 if number % 10 == 0 else 18
        told = {"bound": BOUND, "approved": False, "learning": False}
        made = seat.begin(who=f"child {number // 20}", game=f"g{number % 5}", label=label, **told)
        site.clock.run(MINUTE)
        seat.end(made, "by itself")


def test_a_log_whose_plays_all_break_a_rule_is_told_as_if_all_were_held(site, seat, audit, monkeypatch):
    _breaks_each(site, seat)
    whole = audit()
    monkeypatch.setattr(listed, "MOST", 10)
    monkeypatch.setattr(redecide, "WAITING", 20)
    report = audit()
    first, found = page(whole), page(report)
    assert sum(one.count for one in first.articles) > 130
    assert (found.articles, found.notes) == (first.articles, first.notes)
    told = document(report)
    assert len(told["findings"]) < 60
    assert len(told["findings"]) + sum(one["count"] for one in told["not_listed"]["findings"]) == len(whole.audit.findings)
    assert document(whole)["not_listed"] == {"failures": [], "findings": []}
