"""The registry nouns against a real agent. No daemon runs unless a test starts one."""

from __future__ import annotations

import json
import os
import re

import pytest

from compliance.verifying.bundle.earlier import read_earlier

PENDING = "in force when the daemon starts\n"


@pytest.fixture(scope="module")
def agent(servers, giochoi_in):
    servers.start("agent")
    return giochoi_in(servers.home)


def done(result):
    """What a command that succeeded said; a daemon that does not run is mentioned on stderr."""
    assert result.returncode == 0, result
    return result.stdout


def nothing_limits(name, id_):
    return f"nothing limits {name} yet; to begin with: giochoi policy use {id_} home-school-week\n"


def players(agent, id_):
    return [player for player in json.loads(done(agent("player", "list", "--json")))["players"] if player["id"] == id_]


def test_a_player_from_first_to_last(agent):
    """Added, changed, limited, listed, removed; each durable without any daemon."""
    added = agent("player", "add", "An", "--born", "2014-05-01")
    unknown = "without an account no play is recognised as An's: giochoi player set An --account …\n"
    assert (done(added), added.stderr) == ("An is added (id an)\n", nothing_limits("An", "an") + PENDING + unknown)
    done(agent("guardian", "add", "Bình"))
    done(agent("player", "set", "An", "--guardian", "Bình", "--born", "none"))
    done(agent("limit", "An", "0.5", "--days", "sun,sat"))
    done(agent("limit", "an", "90", "--game", "luanti"))
    done(agent("policy", "use", "An", "vn-147"))
    done(agent("game", "allow", "An", "luanti"))

    [player] = players(agent, "an")
    limits = player.pop("limits")
    assert player == {
        "id": "an", "name": "An", "born": None, "account": None, "guardians": ["Bình"], "packs": ["vn-147"],
        "uses": ["vn-147"], "approved": ["luanti"], "unknown": "listed", "programs": [],
    }  # fmt: skip
    found = sorted((limit["game"] or "", limit["day"], limit["minutes"]) for limit in limits if limit["day"] in {"sat", "mon"})
    assert found == [("", "sat", 0.5), ("luanti", "mon", 90.0), ("luanti", "sat", 90.0)]
    done(agent("player", "remove", "An", "--yes"))
    assert players(agent, "an") == []


def test_a_limit_says_what_was_there(agent):
    """In one sentence, and as JSON; without one that can be removed it says so, once."""
    done(agent("player", "add", "Em", "--born", "2014"))
    said = [
        done(agent("limit", "Em", *words.split(" ", 2)))
        for words in ("60 --days t2-t6", "90 --days cuối tuần", "240", "none --days sat", "none --days sat")
    ]
    assert said == [
        "Em (em), Monday to Friday: at most 1 hr a day\n",
        "Em (em), Saturday and Sunday: at most 1 hr 30 min a day\n",
        "Em (em): at most 4 hr a day. Until now: 1 hr (Monday to Friday); 1 hr 30 min (Saturday and Sunday)\n",
        "Em (em), Saturday: the limit is removed. Until now: 4 hr (Saturday)\n",
        "Em (em), Saturday: there was no limit over all games\n",
    ]
    nothing = agent("limit", "Em", "none", "--game", "luanti")
    assert (nothing.stdout, nothing.stderr) == ("Em (em), luanti: there was no limit\n", PENDING)
    done(agent("limit", "Em", "20", "--game", "luanti", "--days", "sat"))
    stays = "limits of single games stay: luanti; to remove one: giochoi limit em none --game luanti\n"
    kept = agent("limit", "Em", "none", "--days", "sat")
    assert (kept.stdout, kept.stderr) == ("Em (em), Saturday: there was no limit over all games\n", stays + PENDING)
    assert stays not in agent("limit", "Em", "none", "--days", "sun").stderr
    answer = json.loads(done(agent("limit", "Em", "30", "--days", "mon", "--json")))
    assert (answer["id"], answer["before"]) == ("em", [{"game": None, "day": "mon", "minutes": 240.0}])
    assert "t2-t6" in agent.fails(2, "limit", "Em", "30", "--days", "t8")
    done(agent("player", "remove", "Em", "--yes"))


def test_hours_over_midnight_have_to_be_meant(agent):
    """One line that says how, for a pack's values and for a place."""
    pack = "home-school-week:weekday_hours=21:00-16:30"
    assert "--overnight" in agent.fails(2, "policy", "use", "guest", pack)
    done(agent("policy", "use", "guest", pack, "--overnight"))
    done(agent("policy", "use", "guest", "none"))
    words = ("place", "set", "agent-without-games", "--hours", "22:00-06:00")
    assert "--overnight" in agent.fails(2, *words)
    done(agent(*words, "--overnight"))
    done(agent("place", "set", "home"))


def test_the_place_is_shown_and_its_certificate_taken_away(agent):
    """What was set, in words and as JSON."""
    done(agent("place", "set", "game-point", "--name", "Net Sao", "--certificate", "12/GCN", "--expires", "2020-01-31"))
    text = done(agent("place", "show"))
    for line in (
        "kind: a public game point", "name: Net Sao", "hours: the law's", "time zone: Asia/Ho_Chi_Minh",
        "certificate: 12/GCN, expired on 31 Jan 2020", "packs: vn-game-point", "language: each reader's own",
    ):  # fmt: skip
        assert f"{line}\n" in text
    assert "the certificate expired" in agent("place", "set", "game-point").stderr
    done(agent("place", "set", "game-point", "--certificate", "none"))
    assert json.loads(done(agent("place", "show", "--json"))) == {
        "place": "game-point", "zone": "Asia/Ho_Chi_Minh", "hours": "", "name": "Net Sao", "certificate": "", "expires": None,
        "expired": False, "packs": ["vn-game-point"], "lang": None, "hotline": "", "address": "", "owner": "",
    }  # fmt: skip
    assert "certificate: –\n" in done(agent("place", "show"))
    done(agent("place", "set", "home", "--name", ""))


def test_a_year_of_birth_alone_is_shown_as_it_was_said(agent):
    """No day that nobody knows."""
    done(agent("player", "add", "Dung", "--born", "2014"))
    assert [player["born"] for player in players(agent, "dung")] == ["2014"]
    assert "  2014  " in done(agent("player", "list"))
    done(agent("player", "set", "Dung", "--born", "2014-05-01"))
    assert [player["born"] for player in players(agent, "dung")] == ["2014-05-01"]
    done(agent("player", "remove", "Dung", "--yes"))


@pytest.mark.parametrize("noun", ["player", "guardian", "game"])
def test_without_a_terminal_a_removal_wants_its_yes(agent, tmp_path, noun):
    """One line, exit 2, nothing changed; the answer to a yes names whom."""
    (tmp_path / "owls.py").write_text("#!/usr/bin/env python3\n", "utf-8", newline="\n")
    added = {"player": ("--born", "none"), "guardian": (), "game": ("--title", "Owl", "--exe", str(tmp_path / "owls.py"))}
    done(agent(noun, "add", "owl", *added[noun]))
    line = agent.fails(2, noun, "remove", "owl")
    assert "--yes" in line
    assert "(owl)" in line
    answer = json.loads(done(agent(noun, "remove", "owl", "--yes", "--json")))
    assert (answer["id"], answer["name"]) == ("owl", "Owl" if noun == "game" else "owl")
    agent.fails(2, noun, "remove", "owl", "--yes")


def test_an_answer_names_who_was_changed(agent):
    """The one who was meant, as they are called now."""
    done(agent("player", "add", "Tú", "--born", "2014"))
    assert done(agent("limit", "TÚ", "10")) == "Tú (tu): at most 10 min a day\n"
    assert done(agent("policy", "use", "tu", "none")) == "Tú (tu): no pack\n"
    assert done(agent("player", "set", "tú", "--name", "Tú Anh")) == "Tú Anh is changed (id tu)\n"
    assert done(agent("game", "allow", "tu", "luanti")) == "luanti is let through for Tú Anh (tu)\n"
    allowed = json.loads(done(agent("game", "allow", "tu", "luanti", "--json")))
    assert (allowed["player"], allowed["name"]) == ({"id": "tu", "name": "Tú Anh"}, "Luanti (Minetest)")
    assert "did you mean Tú Anh (tu)?" in agent.fails(2, "player", "remove", "Tu Anh", "--yes")
    done(agent("player", "remove", "tu", "--yes"))


def test_a_game_is_named_as_people_say_it(agent):
    """By a title without accents; what only begins one is a question, and changes nothing."""
    done(agent("player", "add", "Na", "--born", "2014"))
    assert "(league-of-legends)?" in agent.fails(2, "game", "allow", "na", "lien-minh")
    done(agent("game", "allow", "na", "lien minh huyen thoai"))
    done(agent("limit", "na", "20", "--game", "Liên Minh Huyền Thoại"))
    [player] = players(agent, "na")
    assert (player["approved"], {one["game"] for one in player["limits"]}) == (["league-of-legends"], {"league-of-legends"})
    assert "(supertux)" in agent.fails(2, "game", "disallow", "na", "supertux 2")
    done(agent("player", "remove", "na", "--yes"))


def test_one_value_of_a_pack_is_changed(agent):
    """The others that were set stay, and all are said; a pack named alone has its own values again."""
    done(agent("player", "add", "Ni", "--born", "2014"))
    done(agent("policy", "use", "ni", "vn-147", "home-balanced:day_minutes=45:days_off=2027-06-01..2027-08-31"))
    changed = done(agent("policy", "use", "ni", "vn-147", "home-balanced:day_minutes=60"))
    assert changed == "Ni (ni): vn-147, home-balanced:day_minutes=60:days_off=2027-06-01..2027-08-31\n"
    [player] = players(agent, "ni")
    assert player["uses"] == ["vn-147", "home-balanced:day_minutes=60:days_off=2027-06-01..2027-08-31"]
    assert done(agent("policy", "use", "ni", "home-balanced")) == "Ni (ni): home-balanced\n"
    for wrong in ("weekday_minutes", "dayminutes", "day_minuts"):
        said = agent.fails(2, "policy", "use", "ni", f"home-balanced:{wrong}=4")
        assert f"params.{wrong}: there is no such parameter; did you mean day_minutes? There are: " in said
    done(agent("player", "remove", "ni", "--yes"))


def test_a_guardian_from_first_to_last(agent):
    """Added, changed, listed, removed; what is not there is no guardian."""
    done(agent("guardian", "add", "Ông"))
    assert done(agent("guardian", "set", "Ông", "--name", "Ông Ba")) == "Ông Ba is changed (id ong)\n"
    assert "ong  " in done(agent("guardian", "list"))
    assert done(agent("__complete", "guardian", "remove", "o")).split() == ["ong"]
    assert 'giochoi guardian add "Bà"' in agent.fails(2, "player", "add", "Cu", "--born", "none", "--guardian", "Bà")
    agent.fails(2, "guardian", "set", "ong")
    removed = agent("guardian", "remove", "ong", "--yes")
    assert (done(removed), removed.stderr) == ("Ông Ba is no guardian any more (id ong)\n", PENDING)
    agent.fails(2, "guardian", "set", "ong", "--name", "x")


def test_a_change_as_json_is_one_document(agent):
    """…with the id, the roster's number, and whether the daemon holds it."""
    result = agent("player", "add", "Bi", "--born", "2014-05-01", "--json")

    answer = json.loads(done(result))
    assert answer.pop("number") > 0
    assert answer == {"id": "bi", "name": "Bi", "in_force": False, "notes": [nothing_limits("Bi", "bi").strip()]}


def test_a_shell_completes_what_the_agent_knows(agent):
    """Games wherever one is named, and guardians."""
    done(agent("guardian", "add", "Papa"))

    for words in (("why", "An"), ("limit", "An", "20", "--game"), ("game", "allow", "guest")):
        assert done(agent("__complete", *words, "luan")).split() == ["luanti"]
    assert done(agent("__complete", "player", "set", "An", "--guardian", "P")).split() == ["Papa"]


def test_what_does_not_exist_is_bad_input(agent):
    """A birth date to come, a player or game that nobody knows: one line, exit 2."""
    agent.fails(2, "player", "add", "An", "--born", "2990-01-01")
    agent.fails(2, "player", "add", "An", "--born", "2990")
    agent.fails(2, "player", "add", "An", "--born", "1850")
    agent.fails(2, "player", "set", "Zed", "--name", "X")
    agent.fails(2, "policy", "show", "Zed")
    agent.fails(2, "game", "remove", "no-such-game")
    agent.fails(2, "limit", "guest", "30", "--game", "no-such-game")


def test_policy_use_replaces_and_none_empties(agent, tmp_path):
    """A pack of one's own goes with its text, and is named by the id in it."""
    own = tmp_path / "any name.toml"
    own.write_text("""
id = "mine"
jurisdiction = "house"
zone = "Asia/Ho_Chi_Minh"
source = "kitchen"
status = "unverified"
title = { vi = "Nhà", en = "House" }
[[ask]]
id = "first"
cite = "kitchen"
authority = "house"
addressee = "household"
which = "all"
text = { vi = "Hỏi đã", en = "Ask first" }
""", "utf-8")
    shown = []
    for packs in (["vn-147", str(own)], ["vn-147:over_all=true"], ["none"]):
        done(agent("policy", "use", "guest", *packs))
        shown.append([pack["id"] for pack in json.loads(done(agent("policy", "show", "guest", "--json")))["packs"]])

    assert [sorted(ids) for ids in shown] == [["mine", "vn-147"], ["vn-147"], []]


def test_a_game_is_taken_down_by_what_its_file_is(agent, tmp_path):
    """Recognised by content: the list says so."""
    (tmp_path / "turtles.py").write_text("#!/usr/bin/env python3\n", "utf-8", newline="\n")
    done(agent("game", "add", "turtles", "--exe", str(tmp_path / "turtles.py"), "--title", "Rùa", "--label", "VN12"))

    [game] = [one for one in json.loads(done(agent("game", "list", "--json")))["games"] if one["id"] == "turtles"]
    assert (game["title"], game["label"], game["origin"], game["sizes"]) == ("Rùa", "VN12", "house", [23])
    listed = done(agent("game", "list"))
    assert listed.startswith("turtles · Rùa · added here\n    label: VN12, giochoi game add; recognised by: content, name\n")
    assert max(map(len, listed.splitlines())) <= 100
    foreign = agent("game", "add", "frogs", "--exe", str(tmp_path / "turtles.py"), "--label", "IARC 12+")
    assert "nobody has checked" in foreign.stderr
    [frogs] = [one for one in json.loads(done(agent("game", "list", "--json")))["games"] if one["id"] == "frogs"]
    assert (frogs["label"], frogs["label_source"]) == ("12+", "IARC 12+, giochoi game add")  # never shown as Vietnam's
    done(agent("game", "remove", "frogs", "--yes"))
    for word, ids in (("RUA", ["turtles"]), ("luanti", ["luanti"]), ("no-such-word", [])):
        assert [one["id"] for one in json.loads(done(agent("game", "list", word, "--json")))["games"]] == ids
    assert agent("game", "list", "no-such-word").stderr == "no game matches no-such-word\n"
    agent.fails(1, "game", "remove", "luanti")
    done(agent("game", "remove", "turtles", "--yes"))


def test_the_place_and_its_card(agent):
    """What is set is on the card that the inspector keeps, with a QR code of what its file holds."""
    words = ("place", "set", "game-point", "--name", "Net Sao", "--certificate", "12/GCN", "--expires", "2029-01-31")
    done(agent(*words, "--hours", "09:00-21:00"))

    card = json.loads(done(agent("log", "card", "--json")))
    text = done(agent("log", "card"))
    assert (card["place"], card["certificate"], card["expires"]) == ("game-point", "12/GCN", "2029-01-31")
    assert all(word in text for word in (card["fingerprint"], card["origin"], "valid to 31 Jan 2029", "█▀▀"))


def test_the_card_as_a_file(agent, tmp_path):
    """What an inspector takes away: signed, with its key and the place. It replaces no other file."""
    done(agent("place", "set", "game-point", "--name", "Net Sao"))
    path = tmp_path / "card.txt"
    assert "giochoi-verify log.zip --card" in done(agent("log", "card", str(path)))
    card = json.loads(done(agent("log", "card", "--json")))
    text = path.read_text("utf-8")
    assert text.startswith(f"{card['checkpoint']}\nkey {card['key']}\nplace game-point\nname Net Sao\ncertificate ")
    assert read_earlier(text).size == card["size"]
    agent.fails(1, "log", "card", str(path))
    made = json.loads(done(agent("log", "card", str(tmp_path / "2.txt"), "--json")))
    assert made == {"file": str(tmp_path / "2.txt"), "bytes": len(text.encode())}


def test_which_rules_a_place_has_is_said_of_its_guests_too(agent):
    """Setting the place names the command; `--json` stays what was asked for."""
    done(agent("place", "set", "home"))
    set_ = agent("place", "set", "game-point", "--hours", "09:00-21:00")
    said = " ".join(set_.stderr.split())
    assert "guests are under the rules of vn-147; see: giochoi policy show guest" in said, set_
    text = " ".join(done(agent("policy", "show", "place")).split())
    place, found, guests = text.partition("For guests also (giochoi policy show guest):")
    assert (bool(found), "vn-game-point: " in place, "vn-147: " in guests, "at most 1 hr a day" in guests) == (True,) * 4, text
    assert ("vn-147" in place, "vn-game-point" in guests) == (False, False)
    (only,) = json.loads(done(agent("policy", "show", "place", "--json")))["packs"]
    assert only["id"] == "vn-game-point"
    done(agent("place", "set", "home"))
    assert "guests" not in done(agent("policy", "show", "place"))


def test_an_agent_without_games_names_its_provinces_hours(agent):
    """There is no national rule to take them from; a mistake says so and changes nothing."""
    line = agent.fails(2, "place", "set", "agent-without-games")
    assert "the province sets the hours" in line
    assert "--hours 06:00-23:00" in line
    set_ = agent("place", "set", "agent-without-games", "--hours", "06:00-23:00")
    assert done(set_) == "this place is now: at an Internet agent without games\n"
    assert "giochoi limit guest 0" in set_.stderr
    packs = json.loads(done(agent("policy", "show", "place", "--json")))["packs"]
    assert [(pack["id"], pack["params"]) for pack in packs] == [("vn-agent-without-games", {"hours": "06:00-23:00"})]
    assert done(agent("place", "set", "home", "--lang", "vi")).endswith("; ngôn ngữ của máy này: tiếng Việt\n")
    assert done(agent("place", "set", "home", "--lang", "en")).endswith("; this PC speaks: English\n")
    done(agent("place", "set", "home"))
    assert json.loads(done(agent("policy", "show", "place", "--json")))["packs"] == []


def test_the_log_is_shown_signed_and_exported(agent, tmp_path):
    """Entries with the personal data beside them, the head as a signed note, the bundle as a new file."""
    done(agent("player", "add", "Chi", "--born", "2014-05-01"))

    entries = json.loads(done(agent("log", "show", "--last", "2", "--json")))["entries"]
    kinds = [entry["entry"]["kind"] for entry in entries]
    head = done(agent("log", "head")).splitlines()
    size = json.loads(done(agent("log", "export", str(tmp_path / "log.zip"), "--json")))["bytes"]
    assert kinds == ["policy.changed", "seal"]
    text, whole = (done(agent("log", "show", *words)) for words in ((), ("--all",)))
    assert "born: 1 May 2014" in text
    assert "rules changed" in text
    assert [" · seal" in said for said in (text, whole)] == [False, True]
    assert all(len(line) <= 100 for line in whole.splitlines())
    assert len([line for line in done(agent("log", "show", "--last", "2")).splitlines() if not line.startswith(" ")]) == 2
    assert head[4].startswith(f"— {head[0]} ")
    assert [(path.name, path.stat().st_size) for path in tmp_path.iterdir()] == [("log.zip", size)]


def test_what_would_be_deleted_is_told_of_names_and_of_entries(agent):
    """Also that nothing would be."""
    done_ = agent("log", "prune", "--dry-run")
    assert "personal data beside 0 entries" in done_.stdout + done_.stderr
    assert "0 entries that were kept for thirteen months would be deleted" in done_.stdout + done_.stderr


def test_rules_are_said_in_words(agent):
    """Days of one limit together, groups of games by their names, the ids of packs' rules behind what they say."""
    done(agent("player", "add", "Oanh", "--born", "2014-05-01"))
    done(agent("limit", "Oanh", "20", "--game", "luanti"))
    done(agent("limit", "Oanh", "30", "--game", "luanti", "--days", "weekend"))
    done(agent("policy", "use", "Oanh", "home-school-week"))
    said = done(agent("policy", "show", "Oanh"))
    rules = [" ".join(rule.split()) for rule in said.split("\n\n")]
    assert rules[1].endswith("a guardian may relax it. (home-school-week.weekday)")
    assert rules[1].startswith("• The player may play at most 1 hr a day on Monday to Friday, all games together.")
    assert any("time with “Learning programs” (gcompris," in rule for rule in rules)
    assert rules[-2].startswith("• The player may play luanti at most 20 min a day on Monday to Friday. This")
    assert rules[-1].startswith("• The player may play luanti at most 30 min a day on Saturday and Sunday. This")
    assert "house." not in said
    packs = json.loads(done(agent("policy", "show", "Oanh", "--json")))["packs"]
    ids = [rule["rule"] for pack in packs for rule in pack["rules"]]
    assert {"house.luanti-mon", "home-school-week.weekday"} <= set(ids)


def test_guests_are_called_so_in_each_language(agent):
    """Nobody's name: the registry's word for them is Vietnamese."""
    assert done(agent("limit", "guest", "30")).startswith("guest: at most 30 min a day")
    assert done(agent("game", "allow", "guest", "luanti")) == "luanti is let through for guest\n"
    assert "Khách" not in done(agent("log", "show"))
    done(agent("limit", "guest", "none"))
    done(agent("game", "disallow", "guest", "luanti"))


def test_no_text_is_in_the_other_language(agent):
    """What a pack cites is the law's, in the law's words; what it says of itself is in the reader's."""
    done(agent("player", "add", "Quân", "--born", "2014-05-01"))
    done(agent("policy", "use", "Quân", "vn-147"))
    assert "quy tắc" not in done(agent("policy", "show", "Quân"))


def test_all_that_is_kept_of_somebody_and_nothing_any_more(agent, tmp_path):
    """A file that only its owner may read; then nobody of that name is known."""
    done(agent("player", "add", "Giang", "--born", "2013"))
    done(agent("player", "remove", "Giang", "--yes"))
    file = tmp_path / "giang.json"
    assert "all that is kept about Giang" in " ".join(done(agent("player", "export", "Giang", str(file))).split())
    assert json.loads(file.read_bytes())["player"]["removed"] is True
    assert file.stat().st_mode & 0o077 == 0 or os.name == "nt"
    done(agent("player", "export", "Giang", str(tmp_path / "giang.html")))
    told = re.sub(r"<[^>]+>", " ", (tmp_path / "giang.html").read_text("utf-8").partition("</style>")[2])
    assert [one for one in ("Giang", "2013", "was removed", "rules changed", "a player was added") if one not in told] == []
    assert "add --yes" in agent.fails(2, "player", "erase", "Giang")
    erased = agent("player", "erase", "Giang", "--yes")
    assert done(erased) == "nothing is kept about Giang any more (id giang)\n"
    assert "no player 'Giang'" in agent.fails(2, "player", "export", "Giang", str(tmp_path / "again.json"))
    assert not (tmp_path / "again.json").exists()
    assert "personal data deleted" in done(agent("log", "show"))


@pytest.mark.parametrize("way", ["remove", "erase"])
def test_what_ends_with_a_player_is_told_before_and_after(agent, way):
    """By name: rules, own limits, games let through. Of whom nothing holds, nothing more is said."""
    for words in (
        "player add Hoa --born 2014-05-01", "policy use Hoa vn-147 home-school-week:weekday_minutes=45",
        "limit Hoa 20 --game luanti --days sat,sun", "game allow Hoa luanti", "player set Hoa --unknown refused",
    ):  # fmt: skip
        done(agent(*words.split()))
    ends = ("rules vn-147, home-school-week:weekday_minutes=45; own limits, each day: luanti 20 min (Saturday and Sunday); "
            "games let through: luanti; unknown programs are refused")  # fmt: skip
    assert f"Removed along with Hoa: {ends}. " in agent.fails(2, "player", way, "Hoa")
    assert f"; this ended with Hoa: {ends}" in " ".join(done(agent("player", way, "Hoa", "--yes")).split())
    done(agent("player", "add", "Huy", "--born", "2014-05-01"))
    assert "ends with" not in agent.fails(2, "player", way, "Huy")
    assert "ended with" not in done(agent("player", way, "Huy", "--yes"))
