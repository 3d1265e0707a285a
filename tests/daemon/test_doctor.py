"""What the doctor names, and what a guardian may mend; nothing changes where that is refused."""

from __future__ import annotations

import dataclasses
from datetime import date
from types import SimpleNamespace
from unittest.mock import Mock

import msgspec
import pytest

from agent.api.roster import Guardian
from daemon import wiring
from daemon.api import messages as m
from daemon.roster import AgentKeys
from daemon.store import RESERVE_BYTES
from host.api import Person
from host.wire import ApiError
from i18n.message import plain
from rules.packs.shipped import shipped_packs
from rules.parse import parse_pack
from tests.daemon.test_api import CHILD, ROOT, ask
from tests.daemon.test_disk import FullDisk
from tests.daemon.world import MINUTE, limit, roster, signer


def checks(world, caller=ROOT):
    return {one.id: (one.ok, plain(one.text)) for one in ask(world, "doctor", m.DoctorGet(), caller).checks}


def player(id_, account):
    return msgspec.structs.replace(roster(packs=(limit(5),)).players[0], id=id_, name=id_.title(), account=account)


def test_accounts_that_cannot_be_limited_are_named(world):
    """None, one that is not there, an administrator's; and only to a guardian."""
    world.platform.administrators.add("binh")
    people = (player("an", "an"), player("binh", "binh"), player("chi", None), player("dung", "nobody"))
    world.start(roster(players=people))
    found = {id_: one for id_, one in checks(world).items() if id_.startswith("account:")}
    assert found == {
        "account:an": (True, "An plays as an"),
        "account:binh": (False, "Binh's account binh is an administrator's: no limit can hold"),
        "account:chi": (False, "Chi has no account on this PC; run giochoi player set chi --account …"),
        "account:dung": (False, "this machine has no account 'nobody'"),
    }
    assert not [id_ for id_ in checks(world, CHILD) if id_.startswith("account:")]


@pytest.mark.promise("Failures: `doctor` says what is not enforced, and names accounts that can become root")
@pytest.mark.parametrize(("packs", "told"), [
    ((limit(5),), (False, "An's account an is in the group docker, and so can become root; run gpasswd -d an docker")),
    ((), (True, "An plays as an")),
])  # fmt: skip
def test_a_limited_account_that_can_become_root_by_a_group_is_named(world, packs, told):
    world.platform.groups["an"] = "docker"
    world.start(roster(packs=packs))
    assert checks(world)["account:an"] == told


def test_an_administrator_without_limits_may_play_as_one(world):
    """There is nothing that could not hold."""
    world.platform.administrators.add("an")
    world.start(roster())
    assert checks(world)["account:an"] == (True, "An plays as an")


def limits(world, *people, **place):
    world.start(roster(players=people, **place))
    return {id_.partition(":")[2]: one for id_, one in checks(world).items() if id_.startswith("limits:")}


def test_who_has_no_limits_is_named(world):
    """A child, or whoever's age is not known: that is loud, with what to type. An adult may have none."""
    people = [
        msgspec.structs.replace(player(id_, id_), packs=(), born=born)
        for id_, born in (("an", date(2014, 5, 1)), ("binh", None), ("friend", date(1980, 1, 1)))
    ]
    unknown = (
        "Binh has no limits, and the age is not known; run giochoi policy use binh home-school-week, or for an adult "
        "giochoi player set binh --born …"
    )
    assert limits(world, *people) == {
        "an": (False, "An (12) has no limits; run giochoi policy use an home-school-week"),
        "binh": (False, unknown),
        "friend": (True, "Friend is an adult without limits"),
    }
    assert not [id_ for id_ in checks(world, CHILD) if id_.startswith("limits:")]


def test_who_is_limited_by_what_is_said(world):
    """By own rules or by the home's; a pack of the past limits nobody."""
    texts = shipped_packs()
    old, week, law = (parse_pack(texts[id_], id_) for id_ in ("kr-shutdown", "home-school-week", "vn-147"))
    an = msgspec.structs.replace(player("an", "an"), packs=(old, week, limit(5)))
    binh = msgspec.structs.replace(player("binh", "binh"), packs=(old,))
    assert limits(world, an, binh) == {
        "an": (True, "An is under: home-school-week, own limits"),
        "binh": (False, "Binh (12) has no limits; run giochoi policy use binh home-school-week"),
    }
    world.adopt(roster(number=2, players=(binh,), place_packs=(dataclasses.replace(law, scope="place"),)))
    assert checks(world)["limits:binh"] == (True, "Binh is under: vn-147")


def test_opening_hours_are_no_limits_of_a_child(world):
    """They hold for everybody, and say nothing of how much or what a child may play."""
    hours = parse_pack(shipped_packs()["vn-game-point"], "vn-game-point")
    child = msgspec.structs.replace(player("an", "an"), packs=())
    assert limits(world, child, place="game-point", place_packs=(hours,)) == {
        "an": (False, "An (12) has no limits; run giochoi policy use an vn-147:guardian=false")
    }


def unlimited(world):
    return {id_: one for id_, one in checks(world).items() if id_ in {"limits", "accounts"}}


def test_it_is_said_that_nobody_is_limited(world, monkeypatch):
    """At home, until there is a player; who can log in and is nobody's is named then too, but to no child."""
    names = ("mum", "chau", "an", "me", "mail")
    monkeypatch.setattr(wiring, "users", lambda: SimpleNamespace(people=lambda: tuple(map(Person, names))))
    world.platform.accounts |= {"an", "chau", "me", "mum"}
    world.platform.administrators.add("me")
    mum = Guardian(id="mum", name="Mum", account="mum")
    everybody = (True, "accounts without limits: an, chau, mum")
    nobody = (False, "nobody is limited yet: giochoi setup")
    world.start(roster(players=()))
    assert unlimited(world) == {"limits": nobody, "accounts": everybody}
    world.adopt(msgspec.structs.replace(roster(number=2), guardians=(mum,)))
    assert unlimited(world) == {"accounts": (True, "accounts without limits: chau")}
    assert "accounts" not in checks(world, CHILD)


def test_where_guests_are_limited_no_account_is_without_limits(world):
    """Nor are accounts named at a point, where whoever comes is a guest."""
    world.start(roster(players=(), guest_packs=(limit(5),)))
    assert unlimited(world) == {}
    world.adopt(roster(number=2, players=(), place="game-point"))
    assert unlimited(world) == {}


def test_a_certificate_that_ran_out_is_named(world):
    """On the day after its last one."""
    world.start()
    for number, day, found in ((1, 24, False), (2, 23, True)):
        expires = date(2026, 11, day)
        world.adopt(msgspec.structs.replace(roster(number, place="game-point"), certificate="12/GCN", expires=expires))
        assert checks(world)["certificate"][0] is not found
        assert ask(world, "status", m.StatusGet()).expired == (expires if found else None)
    assert checks(world)["certificate"] == (
        False, "the certificate expired on 2026-11-23; a new one: giochoi place set … --certificate … --expires …",
    )  # fmt: skip


def test_a_certificate_that_ends_soon_is_told_in_time(world):
    """For sixty days, and nothing is missing yet."""
    world.start()
    for number, expires in ((1, date(2027, 1, 24)), (2, date(2027, 1, 23))):
        world.adopt(msgspec.structs.replace(roster(number, place="game-point"), certificate="12/GCN", expires=expires))
        assert ("certificate" in checks(world)) is (number == 2)
    ok, text = checks(world)["certificate"]
    assert (ok, text.partition(":")[0]) == (True, "the certificate expires on 2027-01-23")


def test_a_game_point_without_a_certificate_is_named(world):
    """Also once an expired one was given up."""
    world.start()
    assert "certificate" not in checks(world)
    world.adopt(roster(2, place="game-point"))
    assert checks(world)["certificate"] == (
        False, "no certificate is named, and inspectors ask for it: giochoi place set … --certificate … --expires …",
    )  # fmt: skip


def test_whether_the_agent_answers_is_said_once(world):
    """As what it is: not reached yet, away, or there."""
    world.start(roster())
    assert checks(world)["agent"] == (False, "the background service was not reached yet")
    world.daemon.uplink.agent.reachable = True
    assert checks(world)["agent"] == (True, "the background service answers")
    world.daemon.uplink.agent.reachable = False
    world.daemon.health.report("agent-away", trouble=True)
    assert "agent" not in checks(world)
    assert checks(world)["agent-away"][0] is False


@pytest.mark.parametrize(
    ("kind", "ok", "text"),
    [
        ("gate", True, "before they run"), ("events", False, "switched that off"), ("poll", False, "when a look finds them"),
    ],
)  # fmt: skip
def test_how_early_games_are_refused(world, kind, ok, text):
    """The test's daemon has no gate configured."""
    (world.home.daemon).mkdir(mode=0o700, parents=True, exist_ok=True)
    (world.home.daemon / "config.toml").write_text("[gate]\nenabled = false\n", "utf-8")
    world.platform.kind = kind
    world.start(roster())
    assert (checks(world)["watch"][0], text in checks(world)["watch"][1]) == (ok, True)


def test_what_waits_for_the_disk_is_counted(world):
    """Until it is written."""
    world.start(roster())
    assert checks(world)["journal"] == (True, "the journal can be written")
    world.daemon.store.db = disk = FullDisk(world.daemon.store.db)
    world.platform.run(1)
    world.platform.exit(1)
    ok, text = checks(world)["journal"]
    assert (ok, text.endswith("entries could not be written yet")) == (False, True)
    assert ask(world, "status", m.StatusGet()).agent.unsent == int(text.split()[0]) + world.daemon.recorder.journal.unsent()
    disk.full = False
    world.pass_time(2_000)
    assert checks(world)["journal"][0]


@pytest.mark.parametrize("broken", ["no row", "no room", "unknown"])
def test_the_disk_is_tried_before_anything_waits_for_it(world, monkeypatch, broken):
    """A guardian is told before the first entry cannot be written; nothing of the try stays. A child is told of what waits."""
    world.start(roster())
    store = world.daemon.store
    rows = store.db.execute("SELECT * FROM meta ORDER BY name").fetchall()
    assert checks(world)["journal"] == (True, "the journal can be written")
    assert store.db.execute("SELECT * FROM meta ORDER BY name").fetchall() == rows
    if broken == "no row":
        store.db = FullDisk(store.db)
    else:
        usage = Mock(return_value=SimpleNamespace(free=RESERVE_BYTES - 1), side_effect=OSError if broken == "unknown" else None)
        monkeypatch.setattr("daemon.store.shutil.disk_usage", usage)
    assert checks(world)["journal"] == (False, "the disk is full or cannot be written: make room, for the journal")
    assert checks(world, CHILD)["journal"][0]
    assert (world.daemon.recorder.waiting, store.get("tried")) == (0, None)


# --- repair -----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def published(world):
    """Keys of another agent, which lie where an agent publishes its own."""
    log, registry = signer("giochoi/other"), signer("giochoi/other/roster")
    world.start(roster())
    world.home.public.mkdir(exist_ok=True)
    return publish(world, AgentKeys(log.vkey, registry.vkey))


def publish(world, keys):
    (world.home.public / "agent.keys").write_text(f"{keys.log}\n{keys.roster}\n", "utf-8")
    return keys


def mend(world, key=None):
    return ask(world, "doctor", m.DoctorGet(repair=True, agent_key=key))


def state(world):
    parts = world.daemon
    return (parts.store.get("seat"), parts.trust.keys, parts.recorder.journal.seat, len(world.journal()))


def test_a_key_is_taken_as_people_write_it(world, published):
    """With or without dashes, spaces and capitals. The seat is a new one for the new agent, and what waited is kept."""
    seat, _, _, waiting = state(world)
    mend(world, published.fingerprint.upper().replace("-", " "))
    new, keys, journal, _ = state(world)
    assert (keys, new != seat, journal) == (published, True, new.decode())
    assert checks(world)["former-agent"] == (True, f"{waiting} entries are kept for a former agent")


def test_the_key_that_is_trusted_already_changes_nothing(world, published):
    """Told twice, the seat is still the same."""
    mend(world, published.fingerprint)
    before = state(world)
    mend(world, published.fingerprint)
    assert state(world) == before


def test_another_key_than_the_published_one_is_refused(world, published):
    """A wrong one, or none that could be read."""
    before = state(world)
    with pytest.raises(ApiError, match="publishes another key") as caught:
        mend(world, "00" * 16)
    assert (caught.value.code, state(world)) == ("refused", before)
    (world.home.public / "agent.keys").unlink()
    with pytest.raises(ApiError, match="cannot be read") as caught:
        mend(world, published.fingerprint)
    assert (caught.value.code, state(world)) == ("unavailable", before)


@pytest.mark.promise("Agent and keys: Another agent, or a smaller log, is an Issue until a guardian says its key")
def test_a_replaced_agent_is_not_mended_without_its_key(world, published):
    """Confirming the clock alone would look as if all were well."""
    world.daemon.health.report("log-replaced", trouble=True)
    world.clock.step(60 * MINUTE)
    world.beat()
    with pytest.raises(ApiError, match="compare its key"):
        mend(world)
    assert world.daemon.health.has("clock-jump")
    mend(world, published.fingerprint)
    assert not world.daemon.health.has("clock-jump")


def test_todays_play_goes_with_the_seat_to_its_new_agent(world, published):
    """What was played, what is played, whom it is of: it counts on, in the new chain too."""
    world.platform.run(1)
    world.pass_time(10 * MINUTE)
    world.platform.exit(1)
    world.platform.run(2, "teeworlds")
    world.pass_time(5 * MINUTE)
    mend(world, published.fingerprint)
    assert world.used() == 900.0
    whole, goes_on = world.journal("play.started")
    (ended,) = world.journal("play.ended")
    assert (whole.game, ended.play, ended.ms, ended.late) == ("luanti", whole.seq, 10 * MINUTE, True)
    world.pass_time(5 * MINUTE)
    world.platform.exit(2)
    _, ended = world.journal("play.ended")
    assert (goes_on.game, ended.play, ended.ms, ended.how) == ("teeworlds", goes_on.seq, 10 * MINUTE, "by itself")
    world.kill()
    world.start()
    assert world.used() == 1200.0


def test_minutes_before_a_new_chain_are_not_told_in_it(world, published):
    """It began later: a verifier would not believe that the PC was alive for longer than its chain."""
    world.pass_time(30 * MINUTE)
    mend(world, published.fingerprint)
    began = world.clock.wall()
    world.pass_time(10 * MINUTE)
    world.clock.step(60 * MINUTE)
    mend(world)
    world.pass_time(2 * MINUTE)
    (told,) = world.journal("presence")
    assert told.since >= began // MINUTE * MINUTE
    assert int(told.bits, 16).bit_count() <= 11


def test_each_file_system_is_named(world):
    """To a child too: it can see for itself what is mounted."""
    world.start(roster())
    (found,) = ask(world, "doctor", m.DoctorGet(), CHILD).file_systems
    assert (found.path, found.kind, found.watched) == ("/", "ext4", "ended")


def test_the_places_zone_is_told(world):
    """To a child too, whose times are shown in it; it is not known before there is a list."""
    world.start()
    found = ask(world, "doctor", m.DoctorGet(), CHILD)
    assert (found.place, found.zone) == ("", "")
    world.adopt(roster())
    found = ask(world, "doctor", m.DoctorGet(), CHILD)
    assert (found.place, found.zone) == ("home", "Asia/Ho_Chi_Minh")


def test_what_keeps_the_daemon_from_going_first_is_named(world):
    """As root of a container: busy processors may then make a limit late."""
    world.start(roster())
    whole = world.daemon.routes["doctor"].handler.__self__.checks
    doctor = dataclasses.replace(whole, lacks=frozenset({"processor", "memory"}))
    named = [one.id for one in doctor.checks(everybody=False) if one.id.startswith("first-")]
    assert named == ["first-memory", "first-processor"]
    assert not [one for one in checks(world) if one.startswith("first-")]


@pytest.mark.promise("Agent and keys: `status` and `doctor` say where the keys are")
@pytest.mark.parametrize("kept", ["file", "dpapi", "keyring", "systemd-host", "systemd-tpm2"])
def test_where_the_agent_keeps_its_keys_is_told(world, kept):
    """Each way is fine; nothing is said before an agent said it, nor of a way that is not known here."""
    world.start(roster())
    assert "agent-keys" not in checks(world)
    world.daemon.uplink.kept = kept
    assert checks(world)["agent-keys"][0]
    assert ask(world, "status", m.StatusGet()).agent.keys == kept
    world.daemon.uplink.kept = "of a newer version"
    assert "agent-keys" not in checks(world)
