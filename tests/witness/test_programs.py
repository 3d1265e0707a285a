"""giochoi-witness as a program: made once, told of a log, asked by an agent, stopped; and what is typed wrong."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from agent.api.witnessing import WitnessAdd, WitnessList
from compliance.format.cosigning import PATH, write_request
from compliance.note import Signer
from host.homes import Home
from host.posting import post
from host.rpc_client import ask
from tests.system import WINDOWS, in_here, readable, until
from witness.__main__ import main

TOP = Path(__file__).resolve().parents[2]
ENV = {**os.environ, "PYTHONPATH": str(TOP), "PYTHONUNBUFFERED": "1", "GIOCHOI_LANG": "en"}


def started(home, room, *words):
    command = [sys.executable, "-m", room, "--home", str(home), *words]
    running = subprocess.Popen(command, cwd=TOP, env=ENV, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8")
    line = running.stdout.readline()
    assert "ready" in line, line + running.communicate()[0]
    return running, line.split()[-1]


def ended(running):
    running.kill()
    running.communicate()


@pytest.fixture
def witness(home_folder):
    """`witness(*words)`: what it says and how it ended."""

    def run(*words):
        done = in_here(main, words, home_folder, GIOCHOI_LANG="en")
        return done.returncode, done.stdout.strip(), done.stderr.strip()

    return run


def test_from_first_to_last(witness, home_folder, log):
    """Its key is made once and nobody else's to read; what it saw outlives it, killed or stopped."""
    code, key, _ = witness("init", "witness.example/w1")
    assert (code, witness("key")[1]) == (0, key)
    assert key.startswith("witness.example/w1+")
    assert readable(home_folder / "witness/witness.key", "its owner")
    assert witness("init", "other.example/w1")[0] == 1
    assert witness("add", log.signer.key.text)[0] == 0
    assert witness("list")[1] == f"{log.signer.key.text}: nothing seen yet"
    running, url = started(home_folder, "witness", "serve", "--listen", "127.0.0.1:0")
    try:
        assert post(url, write_request(log.asks(0, 5))).status == 200
        assert witness("serve", "--listen", "127.0.0.1:0")[0] == 1, "one at a time"
    finally:
        ended(running)
    assert witness("list")[1] == f"{log.signer.key.text}: entries seen: 5"
    running, url = started(home_folder, "witness", "serve", "--listen", "127.0.0.1:0")
    try:
        assert post(url, write_request(log.asks(0, 8))).status == 409
        assert witness("remove", log.signer.name)[0] == 0
        assert post(url, write_request(log.asks(5, 8))).status == 404
        if not WINDOWS:
            running.send_signal(signal.SIGTERM)
            assert running.wait(30) == 0
    finally:
        ended(running)


def test_an_agent_and_a_witness_as_programs(witness, home_folder, tmp_path):
    """The agent asks by itself at its start, and goes on with its key and size after it was started anew."""
    key = witness("init", "witness.example/w1")[1]
    home = Home(tmp_path / "home", "given")
    home.root.mkdir()
    agent, _ = started(home.root, "agent")
    serving, url = started(home_folder, "witness", "serve", "--listen", "127.0.0.1:0")
    try:
        card = (home.public / "agent.keys").read_text().splitlines()[0]
        assert witness("add", card)[0] == 0
        ask(home.agent_address, WitnessAdd(url=url.removesuffix(PATH), key=key))
        ended(agent)
        agent, _ = started(home.root, "agent")
        until(lambda: ask(home.agent_address, WitnessList()).witnesses[0].at)
        [line] = ask(home.agent_address, WitnessList()).witnesses
        assert line.size > 0
        assert line.problem is None
        assert witness("list")[1].startswith(card)
    finally:
        ended(agent)
        ended(serving)


@pytest.mark.parametrize(("code", "words"), [
    (2, ()), (2, ("nonsense",)), (2, ("add",)), (2, ("add", "no key")), (2, ("init", "a name")), (1, ("key",)), (1, ("serve",)),
    (2, ("remove", "nobody")), (0, ("--help",)),
])  # fmt: skip
def test_what_is_typed_wrong_is_one_line(witness, code, words):
    found, out, err = witness(*words)
    assert found == code
    assert len(err.splitlines()) <= 1
    assert out or err


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_help_fits_a_terminal_in_the_language_asked_for(witness, lang):
    code, out, _ = witness("--help", "--lang", lang)
    assert code == 0
    assert max(map(len, out.splitlines())) <= 80
    assert {"vi": "nhật ký", "en": "other people"}[lang] in out
    told = {"vi": "không hiểu: --lang vi nonsense", "en": "not understood: --lang en nonsense"}[lang]
    assert told in witness("--lang", lang, "nonsense")[2]


def test_neither_a_witnesss_key_nor_a_strange_address_is_taken(witness):
    key = witness("init", "witness.example/w1")[1]
    assert witness("add", key)[0] == 2
    assert witness("add", Signer("x.example/log", bytes(32)).vkey)[0] == 0
    for address in ("7380", "127.0.0.1", "127.0.0.1:x", ":80", "127.0.0.1:99999", f"127.0.0.1:{'9' * 5_000}"):
        assert witness("serve", "--listen", address)[0] == 2


def test_an_address_that_cannot_be_had_is_named(witness):
    witness("init", "witness.example/w1")
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = () if WINDOWS else (f"127.0.0.1:{other.getsockname()[1]}",)  # there two may have one
        for address in ("192.0.2.1:80", *taken):
            code, _, err = witness("serve", "--listen", address)
            assert (code, len(err.splitlines())) == (1, 1)
            assert f"giochoi-witness: {address}: nobody can be answered here: " in err
            assert "--listen HOST:PORT" in err


@pytest.mark.parametrize("quoted", [True, False])
def test_the_line_of_a_card_is_taken_as_it_is(witness, log, quoted):
    key = log.signer.key.text
    assert witness("add", *([f" key {key} "] if quoted else ["key", key]))[0] == 0
    assert witness("list")[1].startswith(key)
