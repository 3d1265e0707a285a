"""`--as NAME --pin-stdin`, `guardian code` and `giochoi code` against a real agent and daemon, also with the agent away."""

from __future__ import annotations

import json
from argparse import Namespace
from urllib.parse import parse_qs, urlsplit

import pytest

from agent.api.players import PlayerRow
from cli.given import proving
from cli.given.proving import too_simple
from daemon import proving as codes
from daemon.api.asking import Pause
from host.clock import wall
from host.homes import client_home
from host.rpc_client import ask
from host.wire import ApiError
from tests.system import until, zone_with_noon


@pytest.fixture(scope="module")
def house(servers, giochoi_in):
    """Mẹ has a PIN, Bố none."""
    for room, config in (("daemon", "[gate]\nenabled = false\n"), ("agent", "[catalogue]\nshipped = false\n")):
        (servers.home / room).mkdir(mode=0o700)
        (servers.home / room / "config.toml").write_text(config, "utf-8")
    servers.start("agent")
    servers.start("daemon")
    giochoi = giochoi_in(servers.home)
    for words in (("place", "set", "home", "--zone", zone_with_noon()), ("player", "add", "An", "--born", "2014-05-01"),
                  ("limit", "An", "0"), ("guardian", "add", "Bố")):  # fmt: skip
        assert giochoi(*words).returncode == 0
    assert giochoi("guardian", "add", "Mẹ", "--pin-stdin", stdin="một hai ba\n").returncode == 0
    return Namespace(giochoi=giochoi, servers=servers, home=servers.home)


def told(result):
    assert result.returncode == 0, result
    return json.loads(result.stdout)


def by(house, *words, pin="một hai ba\n"):
    return house.giochoi(*words, "--as", "Mẹ", "--pin-stdin", "--json", stdin=pin)


def test_a_guardian_acts_by_pin(house):
    """Who gave it stands with each grant; taken back in the same way."""
    id_ = told(by(house, "grant", "An", "15"))["id"]
    assert told(by(house, "extend", "An", "--until", "20:00"))["player"]["name"] == "An"
    assert {(one["who"], one["how"]) for one in told(house.giochoi("grants", "--json"))["grants"]} == {("Mẹ", "pin")}
    assert "Mẹ, by PIN" in house.giochoi("grants").stdout
    assert told(by(house, "revoke", id_))["id"] == id_
    until(lambda: _entries_by_pin(house) >= 2)  # they come to the agent by the daemon's journal


def _entries_by_pin(house):
    log = told(house.giochoi("log", "show", "--json", "--last", "200"))
    return sum('"how":"pin"' in (one.get("payload") or "") for one in map(_flat, log["entries"]))


@pytest.mark.promise("PINs and codes: A proof ends when the guardian leaves")
@pytest.mark.parametrize("words", [("grant", "An", "1"), ("revoke", "ffff")])
def test_the_proof_ends_with_its_command(house, monkeypatch, words):
    """Also with one that fails: whoever saw the token cannot act with it."""
    tokens = []

    def asked(address, request):
        answer = ask(address, request)
        tokens.append(getattr(answer, "token", None))
        return answer

    monkeypatch.setattr(proving, "ask", asked)
    by(house, *words)
    with pytest.raises(ApiError) as caught:
        ask(client_home(str(house.home)).daemon_address, Pause(token=tokens[0]))
    assert caught.value.code == "refused"


def _flat(line):
    return {name: value if isinstance(value, str) else json.dumps(value, separators=(",", ":")) for name, value in line.items()}


def test_a_wrong_pin_gives_nothing(house):
    """One line; the next one may be right."""
    before = told(house.giochoi("grants", "--json"))
    done = by(house, "grant", "An", "15", pin="1234\n")
    assert (done.returncode, done.stdout) == (1, "")
    assert "the PIN is wrong" in done.stderr
    assert told(house.giochoi("grants", "--json")) == before
    assert house.giochoi("grant", "An", "1", "--as", "Bố", "--pin-stdin", stdin="1234\n").returncode == 1


@pytest.mark.parametrize(("words", "said"), [
    (("grant", "An", "15", "--pin-stdin"), "--as"),
    (("grant", "An", "15", "--as", "Mẹ"), "--pin-stdin"),
    (("grant", "An", "15", "--as", "Mẹ", "--pin-stdin"), "the PIN is empty"),
    (("guardian", "set", "Mẹ", "--pin"), "--pin-stdin"),
    (("guardian", "set", "Mẹ", "--pin-stdin", "--no-pin"), "two different things"),
    (("guardian", "set", "Mẹ"), "nothing to change"),
    (("guardian", "code", "Mẹ", "--ceiling", "0"), "--ceiling"),
    (("code", "An"), "missing: DIGITS"),
    (("code", "An", "12345"), "6 digits"),
])  # fmt: skip
def test_mistakes_are_one_line(house, words, said):
    assert said in house.giochoi.fails(2, *words)


@pytest.mark.promise("PINs and codes: A PIN is stored as a hash, and is in no list, log or answer")
def test_neither_pin_nor_hash_nor_secret_is_told_again(house):
    """Not in lists, not in the log, not in what either server said."""
    uri = told(house.giochoi("guardian", "code", "Mẹ", "--json"))["uri"]
    secret = parse_qs(urlsplit(uri).query)["secret"][0]
    assert told(house.giochoi("guardian", "list", "--json"))["guardians"] == [
        {"id": "bo", "name": "Bố", "account": None, "pin": False, "code": False, "ceiling": None},
        {"id": "me", "name": "Mẹ", "account": None, "pin": True, "code": True, "ceiling": 1_800_000},
    ]
    shown = [house.giochoi(*words) for words in (
        ("log", "show", "--last", "500"), ("log", "show", "--last", "500", "--json"), ("guardian", "list"),
        ("status", "--json"), ("doctor", "--json"),
    )]  # fmt: skip
    assert not any(one in done.stdout + done.stderr for done in shown for one in ("một hai", "argon2id", secret))


def test_a_pin_is_taken_away(house):
    assert house.giochoi("guardian", "add", "Cô", "--pin-stdin", stdin="8520 x\n").returncode == 0
    assert house.giochoi("guardian", "set", "Cô", "--no-pin").returncode == 0
    done = house.giochoi("grant", "An", "1", "--as", "Cô", "--pin-stdin", stdin="8520 x\n")
    assert (done.returncode, "Cô has no PIN" in done.stderr) == (1, True)


AN = PlayerRow(id="an", name="Bình An", born="2014-05-31", account=None, guardians=(), packs=(), limits=(), approved=())
YEAR = PlayerRow(id="y", name="Y", born="2011", account=None, guardians=(), packs=(), limits=(), approved=())


@pytest.mark.parametrize("pin", [
    "", "123", "0000", "1111111", "1234", "4321", "7890", "qwerty", "2014", "3105", "0531", "310514", "31052014", "20140531",
    "2011", "bình an", "x" * 129,
])  # fmt: skip
def test_what_a_child_tries_first_is_no_pin(pin):
    assert too_simple(pin, (AN, YEAR)) is not None


@pytest.mark.parametrize("pin", ["4711", "2013", "1235", "con mèo", "0815"])
def test_others_are(pin):
    assert too_simple(pin, (AN, YEAR)) is None


def test_codes_are_taken_away(house):
    """The secret is shown once, as text and as a picture, for the app; without it there are no codes."""
    shown = house.giochoi("guardian", "code", "Mẹ")
    assert (shown.returncode, "█" in shown.stdout, "30 min" in shown.stdout) == (0, True, True)
    uri = next(line for line in shown.stdout.splitlines() if line.startswith("otpauth://"))
    assert parse_qs(urlsplit(uri).query)["issuer"] == ["Giờ Chơi"]
    assert urlsplit(uri).path.startswith("/Gi%E1%BB%9D%20Ch%C6%A1i:M%E1%BA%B9")
    assert house.giochoi("guardian", "code", "Mẹ", "--none").returncode == 0
    assert "no guardian has codes" in house.giochoi.fails(1, "code", "An", "123456")


@pytest.mark.promise("PINs and codes: PIN and code work with the agent away")
def test_both_work_with_the_agent_away(house):
    """The last test of this house: its agent is gone then."""
    uri = told(house.giochoi("guardian", "code", "Mẹ", "--ceiling", "20", "--json"))["uri"]
    house.servers.stop("agent")
    code = codes.code(parse_qs(urlsplit(uri).query)["secret"][0], wall() // 30_000)
    done = told(house.giochoi("code", "An", code, "60", "--json"))
    given = {one["id"]: one for one in told(house.giochoi("grants", "--json"))["grants"]}
    assert (given[done["id"]]["minutes"], given[done["id"]]["who"]) == (20.0, "Mẹ")
    assert told(by(house, "grant", "An", "1"))["id"]
