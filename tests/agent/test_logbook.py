"""What is read out of the log: lines, head, card, bundle."""

from __future__ import annotations

import asyncio
import base64
import json
from datetime import date

import msgspec
import pytest

from agent.api.log import Card, LogCard, LogExport, LogHead, LogShow
from agent.api.players import GuardianAdd, GuardianRemove, GuardianSet, LimitSet, PlayerAdd, PlayerRemove, PlayerSet
from agent.api.pseudonym import pseudonym
from agent.api.roster import GrantEvent
from agent.api.rulebook import GameAdd, GameAllow, GameDisallow, GameLabel, GameLabels, GameRemove, PackUse, PlaceSet, PolicyUse
from agent.api.seat import PutGrants
from agent.packs.shipped import Shipped
from agent.recording.whose import names_of
from agent.registry import World
from agent.server import CARD
from agent.store.rows import PlayerRow
from compliance import bundle
from compliance.entries.decision import LaunchRefused
from compliance.entries.seat import IssueRaised
from compliance.note import parse_checkpoint, parse_vkey
from compliance.verify import verify
from host.wire import ApiError
from i18n.message import plain
from rules.decide import decide
from rules.facts import Facts
from rules.games import Game
from rules.policy import combine
from tests.agent.test_rulebook import CUSTOM
from tests.system import readable


def export(desk):
    return b"".join(chunk.data for chunk in desk.ask("log.export", LogExport()))


def test_the_last_lines_in_order(an):
    """With where they lie, and the zone to show them in."""
    shown = an.ask("log.show", LogShow(last=3))
    assert [line.index for line in shown.lines] == list(range(an.agent.log.size - 3, an.agent.log.size))
    assert [line.entry.encode() for line in shown.lines] == list(an.agent.log.entries(an.agent.log.size - 3))
    assert shown.zone == "Asia/Ho_Chi_Minh"
    assert an.ask("log.show", LogShow(last=0)).lines == ()
    assert len(an.ask("log.show", LogShow(last=10_000)).lines) == an.agent.log.size


def test_whoever_keeps_the_log_is_told_whom_it_is_about(an):
    """Also of who was removed since then, and of what they had been given; nobody else is named."""
    given = GrantEvent(id="27173fa3", player="an", by="guardian", who="root", ms=60_000, given=an.agent.clock.wall())
    an.ask("grant.put", PutGrants(grants=(given,)))
    an.ask("limit.set", LimitSet(player="An", ms=60_000))
    an.ask("player.remove", PlayerRemove(player="An"))
    shown = an.ask("log.show", LogShow(last=1000))
    targets = {json.loads(line.entry).get("target") for line in shown.lines} - {None, "place", "guest"}
    assert targets
    assert {shown.names.get(target) for target in targets} == {"An"}
    assert set(shown.names.values()) == {"An"}
    assert any('"grant.revoked"' in line.entry for line in shown.lines)
    assert shown.names["27173fa3"] == "An"


@pytest.mark.parametrize("days", [-1, 0, 1, 2])
def test_a_pseudonym_is_looked_for_on_the_days_around(days):
    """As a summary is written the day after; two players of one name are told apart."""
    key, moment = b"1" * 32, 1_763_922_900_000  # 2025-11-24 in Vietnam
    players = [PlayerRow(id_, name, None, None, key_) for id_, name, key_ in (
        ("an", "An", key), ("an-2", "An", b"2" * 32), ("bi", "Bi", b"3" * 32))]  # fmt: skip
    who = pseudonym(key.hex(), date(2025, 11, 24 + days))
    found = names_of({(who, moment), ("guest", moment)}, players, "Asia/Ho_Chi_Minh")
    assert found == ({who: "An (an)"} if abs(days) < 2 else {})


def test_a_negative_number_of_lines(desk):
    """Bad input."""
    with pytest.raises(ApiError) as error:
        desk.ask("log.show", LogShow(last=-1))
    assert error.value.code == "bad-input"


def test_personal_data_that_cannot_be_read_is_told_in_the_readers_words(an):
    """The line is shown, with a message beside it."""
    an.agent.payloads._connection.execute("UPDATE payload SET box = zeroblob(40)")
    lines = an.ask("log.show", LogShow()).lines
    unread = [line.unread for line in lines if line.unread is not None]
    assert unread
    assert all(line.payload is None for line in lines)
    assert {one.id for one in unread} == {"the personal data (payload.db): {what}"}


def test_head_and_card_say_the_same(an):
    """Signed, and under the key whose fingerprint is on the card."""
    head, card = an.ask("log.head", LogHead()), an.ask("log.card", LogCard())
    checkpoint = parse_checkpoint(head.checkpoint, [head.key])
    assert (checkpoint.size, checkpoint.root, checkpoint.origin) == (card.size, base64.b64decode(card.root), card.origin)
    assert (card.key, card.fingerprint) == (head.key, parse_vkey(head.key).fingerprint)


def test_the_card_names_the_place(desk):
    """The certified address is what a log belongs to."""
    desk.ask("place.set", PlaceSet(place="game-point", name="Quán Net", certificate="12/GCN", expires=date(2029, 1, 1)))
    card = desk.ask("log.card", LogCard())
    assert (card.place, card.name, card.certificate, card.expires) == ("game-point", "Quán Net", "12/GCN", date(2029, 1, 1))


def test_the_card_lies_in_public(an, home):
    """Renewed with each tick, readable by anyone."""
    asyncio.run(an.agent.tick())
    path = home.public / CARD
    assert readable(path, "all")
    assert msgspec.json.decode(path.read_bytes(), type=Card) == an.ask("log.card", LogCard())


def refuse(seat, an):
    """The seat refuses An a game for adults: by the text of vn-147, which a verifier has to have."""
    now = an.agent.clock.wall()
    (pack,) = (pack for pack in an.player("an").packs if pack.id == "vn-147")
    reason = decide(combine([pack]), Facts(now=now, place="home", game="gta", label=18, born=date(2014, 5, 1))).reason
    seat.add(
        LaunchRefused, how="gate", who="child", at=now, age=12, place="home", game="gta", label=18, publisher=None,
        guardian=True, before=dict.fromkeys(("game", "publisher", "total"), 0), counted=None, grants=(), approved=False,
        verdict="refuse", rule=reason.rule, cite=reason.cite, pack=reason.pack, params=dict(reason.params), inline=None,
        zone=pack.zone, budget=None, until=None,
    )  # fmt: skip


def test_a_bundle_verifies(an, make_seat, tmp_path):
    """Whatever was done to the registry, and whatever a seat sent in."""
    an.ask("place.set", PlaceSet(place="game-point", hours="09:00-21:00"))
    an.ask("policy.use", PolicyUse(target="an", packs=(PackUse(id="vn-147"),)))
    an.ask("limit.set", LimitSet(player="an", ms=1000))
    an.ask("game.allow", GameAllow(player="an", game="luanti"))
    seat = make_seat()
    an.ask("seat.enrol", seat.enrol)
    seat.add(IssueRaised, id="one")
    refuse(seat, an)
    seat.seal()
    an.ask("log.submit", seat.batch())
    asyncio.run(an.agent.tick())
    report = verify(bundle.parse(export(an)))
    assert (report.failures, report.audit.decisions) == ((), 1)
    assert (report.size, report.fingerprint) == (an.agent.log.size, an.ask("log.card", LogCard()).fingerprint)


def test_an_edited_pack_is_named(open_desk, world):
    """Nobody needs a key to edit a file: after its next start the agent puts it in force, and the log tells by its hash."""
    with open_desk() as desk:
        desk.ask("place.set", PlaceSet(place="game-point"))
        assert verify(bundle.parse(export(desk))).failures == ()
    packs = dict(world.shipped.packs)
    packs["vn-game-point"] = packs["vn-game-point"].replace("22:00", "23:59")
    with open_desk(World(Shipped(packs, world.shipped.games), world.account)) as desk:
        (failure,) = verify(bundle.parse(export(desk))).failures
    assert "policy.changed" in plain(failure.where)
    assert plain(failure.what).startswith("the text of vn-game-point is none that was published under this name")


def test_what_the_registry_went_through_goes_together(an):
    """Games, approvals and guardians as they come and go; an inspector is told what may bind less."""
    clue = Game(id="own", title="Own", names=("own.bin",), label=12, label_source="VN12: seen")
    label = GameLabel(game="own", label="PEGI 18", source="shop")
    for op, request in (
        ("game.add", GameAdd(game=clue)), ("game.add", GameAdd(game=clue, learning=True)),
        ("game.add", GameAdd(game=clue)),
        ("game.label", GameLabels(labels=(label,))), ("game.allow", GameAllow(player="an", game="own")),
        ("game.disallow", GameDisallow(player="an", game="own")), ("game.allow", GameAllow(player="an", game="own")),
        ("game.remove", GameRemove(game="own")), ("game.add", GameAdd(game=clue)),
        ("guardian.add", GuardianAdd(name="Bà")), ("guardian.set", GuardianSet(guardian="Bà", name="Bà Nội")),
        ("guardian.remove", GuardianRemove(guardian="Bà Nội")), ("player.remove", PlayerRemove(player="an")),
    ):  # fmt: skip
        an.ask(op, request)
    report = verify(bundle.parse(export(an)))
    assert report.failures == ()
    found = [one for one in report.audit.findings if one.kind != "policy-changed"]
    told = [plain(one.what).partition(" on ")[0].partition(" from ") for one in found]
    assert sorted((one[0], one[2]) for one in told) == sorted([
        ("play of own does not count", "here on; plays under it: 0"),
        ("the label of own was changed", "VN12 to 18+ (PEGI)"),
        ("the label of own was changed", "18+ (PEGI) to the catalogue's or none"),
        ("the label of own was changed", "18+ (PEGI) to VN12"),
    ])


def test_a_bundle_holds_public_texts_and_no_personal_data(an):
    """Names, birth dates, accounts and a player's own rules stay here."""
    an.ask("policy.use", PolicyUse(target="an", packs=(PackUse(id="vn-147"),)))
    an.ask("policy.use", PolicyUse(target="an", packs=(PackUse(id="nha-an", text=CUSTOM),)))
    an.ask("policy.use", PolicyUse(target="an", packs=()))
    members = bundle.parse(export(an)).members
    assert [name for name in members if name.startswith("packs/")], "a pack that was in force once is still needed"
    content = b"".join(members.values())
    for personal in ("Mẹ", "2014-05-01", '"account"', "nha-an", an.player("an").key):
        assert personal.encode() not in content


@pytest.mark.promise("Log: Entries name nobody, and pseudonyms change at midnight")
def test_leaves_know_nobody(an):
    """No value of any leaf is a name, a birth date or an account."""
    an.ask("player.set", PlayerSet(player="an", name="Nguyễn Thị Ân", account="nobody"))
    an.ask("game.allow", GameAllow(player="an", game="luanti"))
    leaves = json.dumps([json.loads(data) for data in an.agent.log.entries()], ensure_ascii=False)
    for personal in ("Nguyễn", "2014-05-", "nobody", "Mẹ"):
        assert personal not in leaves


def test_a_bundle_that_would_lack_entries_is_not_made(an):
    """What waits for the log has no room in it: whoever asks for a bundle is told why, and gets none without it."""
    raw = an.agent.log._connection
    (pages,) = raw.execute("PRAGMA page_count").fetchone()
    raw.execute(f"PRAGMA max_page_count = {pages}")
    for number in range(60):
        an.ask("player.add", PlayerAdd(name=f"Bạn {number}"))
    with pytest.raises(ApiError, match="full") as error:
        export(an)
    assert error.value.code == "unavailable"
    raw.execute("PRAGMA max_page_count = 1000000")
    report = verify(bundle.parse(export(an)))
    assert report.failures == ()
    assert report.size > 60
