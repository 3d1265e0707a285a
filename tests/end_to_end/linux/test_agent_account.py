"""The agent as the account `giochoi`, without any privilege, in the system's home: root's daemon believes it and no other."""

from __future__ import annotations

import sys

import pytest

from tests.end_to_end.linux.system_home import AGENT, CHILD, COURIER, HOME, SystemHome
from tests.system import until, zone_with_noon

pytestmark = pytest.mark.root
AN = ["player", "add", "An", "--born", "2014-05-01", "--account", "gc-an"]
NAMES = ("log.key", "roster.key", "payload.key")


@pytest.fixture
def pc():
    made = SystemHome()
    able = made.run(sys.executable, "-c", "import agent.__main__", uid=AGENT)
    if able.returncode:
        made.close()
        pytest.skip("this Python lies where only root can read")
    yield made
    made.close()


@pytest.mark.promise("Agent and keys: The agent has no capability, and cannot end the daemon")
def test_no_command_needs_more_of_the_agent(pc):
    """Every noun of the registry, the log, grants and pauses, with an agent that has no capability and cannot get any. What it
    and the daemon make is theirs; its account is no guardian and cannot end the daemon, and the child sees the card alone.
    """
    pc.ready("agent", AGENT)
    daemon = pc.ready("daemon")
    pc.reached()
    pc.shell("printf '#!/bin/sh\\necho a cave\\n' > /run/cave; chmod 755 /run/cave")
    commands = [
        f"place set home --lang en --name Nhà --zone {zone_with_noon()}", "place show",
        "guardian add Mẹ --account root", "guardian list", "guardian code Mẹ",
        "player add An --born 2014-05-01 --account gc-an --guardian Mẹ", "player set An --unknown refused",
        "player set An --allow-program /run/cave", "player set An --unknown listed", "player list",
        "policy packs", "policy use An vn-147 home-balanced", "policy show An", "policy use guest vn-147",
        "limit An 30", "limit An 20 --game luanti", "limit An none --game luanti",
        "game add cave --exe /run/cave --label VN12", "game label cave VN00 --source https://example.vn", "game allow An cave",
        "game disallow An cave", "game list cave", "grant An 15 --reason x", "grants An",
        "policy use An none",  # whose days are Hanoi's, and may end before the next line's moment
        "extend An --until 16:30", "pause An", "resume An", "off 1 --reason x", "off 0 --reason x",
        "why An cave", "usage An", "status",
        "simulate An --pack home-balanced --from agent", "log show", "log head", "log card", "log export /run/log.zip",
        "giochoi-verify /run/log.zip", "game remove cave --yes", "player remove An --yes", "guardian remove Mẹ --yes",
    ]  # fmt: skip
    words = [line.split() for line in commands]
    for line, (code, out, err) in zip(words, pc.typed(*words), strict=True):
        assert code == 0, (line, out, err)
    foreign = f"find {HOME}/daemon ! -uid 0; find {HOME}/agent {HOME}/public /run/giochoi/agent ! -uid {AGENT}"
    opened = f"find {HOME}/daemon {HOME}/agent -maxdepth 0 -perm /077; find {HOME} -perm /022 ! -type l"
    assert pc.shell(f"{foreign}; {opened}") == ""
    assert pc.run("ls", str(HOME / "daemon"), uid=AGENT).returncode != 0
    assert pc.run("kill", "-0", str(daemon.pid), uid=AGENT).returncode != 0
    assert [code for code, _, _ in pc.typed(["log", "card"], ["player", "list"], uid=CHILD)] == [0, 1]
    assert [code for code, _, _ in pc.typed(["grant", "guest", "15"], ["off", "5", "--reason", "x"], uid=AGENT)] == [1, 1]


def test_who_goes_to_the_witnesses_is_told_nothing_else(pc):
    """The account with a network: it brings what a witness answers, and neither reads the log nor changes anything."""
    pc.ready("agent", AGENT)
    key = pc.shell(f"{sys.executable} -m witness --home /run/w init w.example/w1").strip()
    pc.shell(f"{sys.executable} -m witness --home /run/w add $(head -n 1 {HOME}/public/agent.keys)")
    serving = pc.start([sys.executable, "-m", "witness", "--home", "/run/w", "serve", "--listen", "127.0.0.1:0"], 0)
    url = serving.stdout.readline().split()[-1]
    pc.json("log", "witness", "add", url, key)
    [line] = pc.json("log", "witness", "ask", uid=COURIER)["witnesses"]
    assert (line["size"] > 0, line["problem"]) == (True, None)
    other = ["log show", "player list", "place set home", f"log witness add {url} {key}", "log witness remove w.example/w1"]
    said = pc.typed(*(words.split() for words in other), uid=COURIER)
    assert {(code, "only a guardian or the operator" in err) for code, _, err in said} == {(1, True)}, said


def test_keys_that_somebody_else_put_there(pc):
    """A link, or a file of the child's, is not pinned; the same file is once it is of the account that publishes there."""
    pc.ready("agent", AGENT)
    keys = HOME / "public" / "agent.keys"
    pc.shell(f"mv {keys} /run/keys; chmod 644 /run/keys")
    daemon = pc.ready("daemon")
    mine = f"{keys}.mine"  # the daemon may look at any moment
    for plant in (f"ln -s /run/keys {keys}", f"cp /run/keys {mine}; chown {CHILD} {mine}; mv -T {mine} {keys}"):
        pc.shell(plant)
        away(pc)
    entries = [line["entry"] for line in pc.json("log", "show")["entries"]]
    assert [entry["id"] for entry in entries if entry["kind"] == "seat.enrolled"] == ["agent"]
    pc.end(daemon)  # the next one tries at once
    pc.shell(f"chown {AGENT} {keys}")
    pc.ready("daemon")
    pc.reached()


def test_what_the_account_planted_among_the_daemons_files(pc):
    """The daemon does not start on it, and says in one line what it is and whose."""
    for plant in ("store.db", "link"):
        file = HOME / "daemon" / plant
        pc.shell(f"ln -s /run/x {file}" if plant == "link" else f"echo x > {file}")
        pc.shell(f"chown -h {AGENT} {file}")
        code, err = pc.over(pc.server("daemon"))
        assert (code, err.count("\n"), plant in err, "giochoi" in err) == (1, 1, True, True), err
        pc.shell(f"rm {file}")
    pc.shell(f"chown {AGENT} {HOME}/daemon")
    assert pc.over(pc.server("daemon"))[0] == 1
    pc.shell(f"chown 0 {HOME}/daemon; chown {AGENT} {HOME}")
    assert pc.over(pc.server("daemon"))[0] == 1
    pc.shell(f"chown 0 {HOME}; chown {AGENT} /run/giochoi")
    assert pc.over(pc.server("daemon"))[0] == 1
    pc.shell("chown 0 /run/giochoi")
    pc.ready("daemon")


LISTEN = """
import os, socket, sys
server = socket.socket(socket.AF_UNIX); server.bind(sys.argv[1]); os.chmod(sys.argv[1], 0o666); server.listen()
print("listens", flush=True)
sys.stdin.read()
server.setblocking(False)
try: server.accept(); print("called")
except BlockingIOError: print("never called")
"""


def away(pc) -> None:
    """The daemon has tried, and the agent is not there for it."""
    until(lambda: "agent-away" in [one["id"] for one in pc.json("status")["daemon"]["issues"]])
    assert not pc.json("status")["agent"]["reachable"]


def test_the_daemon_is_sent_to_no_other_socket(pc):
    """A link in the socket's place, which the agent's account can lay, leads root nowhere; nor does what the child made."""
    pc.end(pc.ready("agent", AGENT))  # its keys are published, so it is tried
    socket = "/run/giochoi/agent/agent.sock"
    for uid, bait in ((0, "/run/roots.sock"), (CHILD, socket)):
        pc.shell(f"chown {uid} /run/giochoi/agent")
        listening = pc.start([sys.executable, "-c", LISTEN, bait], uid)
        assert listening.stdout.readline() == "listens\n"
        pc.shell(f"chown {AGENT} /run/giochoi/agent")
        if bait != socket:
            pc.run("ln", "-s", bait, socket, uid=AGENT)
        daemon = pc.ready("daemon")
        away(pc)
        code, _, err = pc.typed(["player", "list"])[0]
        assert code == 3, err
        assert listening.communicate("", timeout=60)[0] == "never called\n"
        pc.end(daemon)
        pc.shell(f"rm {socket}")


def test_an_agent_of_root_becomes_the_accounts(pc):
    """What an installation by hand made goes on under the account, keys and log; and root does not take it back by mistake."""
    pc.shell(f"chown -R 0:0 {HOME} /run/giochoi")
    agent = pc.ready("agent")
    daemon = pc.ready("daemon")
    pc.reached()
    pc.typed(AN)
    before = pc.json("log", "card")
    pc.end(daemon)
    pc.end(agent)
    code, err = pc.over(pc.server("agent", AGENT))
    assert (code, err.count("\n")) == (1, 1), err
    pc.shell(f"chown -hR {AGENT}:{AGENT} {HOME}/agent {HOME}/public /run/giochoi/agent")
    code, err = pc.over(pc.server("agent"))
    assert (code, err.count("\n"), "giochoi" in err) == (1, 1, True), err
    pc.ready("agent", AGENT)
    pc.ready("daemon")
    assert pc.reached()["keys"] == "file"
    after = pc.json("log", "card")
    assert (after["key"], after["origin"]) == (before["key"], before["origin"])
    assert after["size"] > before["size"]
    assert [one["name"] for one in pc.json("player", "list")["players"]] == ["An"]


def seal(pc, *words):
    return pc.run(sys.executable, "-m", "host.linux.sealing", *words, "giochoi-agent", *NAMES)


def hand_over(pc) -> dict[str, str]:
    """As the manager does with LoadCredentialEncrypted=: what is there, opened, for the account alone."""
    folder = "/run/credentials/giochoi-agent.service"
    pc.shell(
        f"rm -rf {folder}; install -d -m 755 /run/credentials; install -d -m 500 -o {AGENT} {folder}\n"
        "cd /etc/credstore.encrypted; for file in giochoi-agent.*; do\n"
        f"systemd-creds decrypt --name=$file $file {folder}/$file; chown {AGENT} {folder}/$file; chmod 400 {folder}/$file; done"
    )
    return {"CREDENTIALS_DIRECTORY": folder}


@pytest.mark.promise("Agent and keys: The agent's keys are sealed by systemd where it can, and never replaced by new ones")
def test_keys_that_systemd_keeps(pc, need):
    """Taken over from files they lie in none any more, and status and doctor say so. Only the service has them, until root
    takes them out again (docs/limitations.md).
    """
    need("systemd-creds")
    first = pc.ready("agent", AGENT)  # as before there was any sealing
    card = pc.json("log", "card")
    pc.end(first)
    done = seal(pc)
    assert (done.returncode, done.stdout.count("is sealed")) == (0, 3), done
    assert seal(pc).stdout == ""  # once
    agent = pc.ready("agent", AGENT, **hand_over(pc))
    assert pc.shell(f"cd {HOME}/agent; cat {' '.join(NAMES)}") == "systemd\n" * 3
    assert pc.shell("stat -c '%a %u' /etc/credstore.encrypted /etc/credstore.encrypted/*").split("\n")[:2] == ["700 0", "600 0"]
    pc.ready("daemon")
    assert pc.reached()["keys"] == "systemd-host"
    assert pc.json("log", "card")["key"] == card["key"]
    said = pc.typed(["status"], ["doctor"])
    assert ["sealed for this PC" in " ".join(out.split()) for _, out, _ in said] == [True, True]
    pc.end(agent)
    code, err = pc.over(pc.server("agent", AGENT))  # by hand, without the manager
    assert (code, err.count("\n"), "systemctl start giochoi-agent" in err) == (1, 1, True), err
    take_out = "systemd-creds decrypt --name=giochoi-agent.$key /etc/credstore.encrypted/giochoi-agent.$key - | head -1"
    pc.shell(f"cd {HOME}/agent; for key in {' '.join(NAMES)}; do {take_out} > $key; done; rm /etc/credstore.encrypted/*")
    pc.ready("agent", AGENT)
    assert pc.json("log", "card")["key"] == card["key"]


def test_a_first_start_with_systemd(pc, need):
    """No key ever lay in a file. A file that is put back and is another key is refused; so is a key that is gone."""
    need("systemd-creds")
    assert seal(pc).stdout.count("is sealed") == 3
    agent = pc.ready("agent", AGENT, **(handed := hand_over(pc)))
    pc.end(agent)
    pc.shell(f"cp {HOME}/agent/log.key /run/kept; head -c 32 /dev/urandom | base64 -w0 > /run/other; echo >> /run/other")
    pc.shell(f"cp /run/other {HOME}/agent/log.key")
    code, err = pc.over(pc.server("agent", AGENT, **handed))
    assert (code, err.count("\n"), "backup" in err) == (1, 1, True), err
    pc.shell(f"cp /run/kept {HOME}/agent/log.key; rm /etc/credstore.encrypted/giochoi-agent.log.key")
    assert seal(pc).stdout == ""  # too late for a new one
    code, err = pc.over(pc.server("agent", AGENT, **hand_over(pc)))
    assert (code, err.count("\n")) == (1, 1), err
