"""giochoi log witness, against a real agent: who cosigns the log, in both languages, and asked by hand."""

from __future__ import annotations

import json
import threading
from contextlib import closing
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from compliance.format.cosigning import Cosigner
from compliance.note import parse_vkey
from witness.server import Server
from witness.state import State

NAME = "witness.example/w1"
KEY = Cosigner(NAME, bytes(32)).key.text


@pytest.fixture(scope="module")
def agent(servers, giochoi_in):
    servers.start("agent")
    return giochoi_in(servers.home)


def listed(agent):
    return json.loads(agent("log", "witness", "list", "--json").stdout)


def test_from_nobody_to_a_cosigned_log(agent, tmp_path):
    """Added, refused as it does not know the log, asked by hand once it does, removed."""
    assert agent("log", "witness", "list").stdout == "Nobody cosigns this log yet.\n"
    with closing(State(tmp_path / "witness.db")) as state:

        def decide(asked):
            return state.add_checkpoint(asked, Cosigner(NAME, bytes(32)), lambda: 1_795_480_000)

        with Server(("127.0.0.1", 0), decide, pytest.fail) as server:
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
            thread.start()
            try:
                added = agent("log", "witness", "add", f"http://127.0.0.1:{server.server_address[1]}", KEY)
                assert (added.returncode, added.stdout) == (0, f"{NAME}: cosigned nothing yet\n")
                refused = agent("log", "witness", "ask")
                assert (refused.returncode, "has to add it" in refused.stdout) == (1, True)
                state.add(parse_vkey(json.loads(agent("log", "card", "--json").stdout)["key"]))
                asked = agent("log", "witness", "ask", "--json")
                assert asked.returncode == 0, asked
                [line] = json.loads(asked.stdout)["witnesses"]
                assert line["size"] == json.loads(asked.stdout)["size"]
                there = datetime.fromtimestamp(line["at"] / 1000, ZoneInfo("Asia/Ho_Chi_Minh"))
                assert f"{there:%H:%M:%S}" in agent("log", "witness", "list").stdout, "in the place's zone"
                assert "cosigned" in agent("log", "witness", "list").stdout
                assert "đã đồng ký" in agent("log", "witness", "list", "--lang", "vi").stdout
            finally:
                server.shutdown()
                thread.join()
    assert agent("log", "witness", "remove", NAME).returncode == 0
    assert listed(agent)["witnesses"] == []


@pytest.mark.parametrize(("words", "why"), [
    (("add",), "add wants URL and KEY"), (("add", "http://w.example"), "add wants URL and KEY"),
    (("remove",), "remove wants NAME"), (("list", "x"), "list wants nothing more"),
    (("nonsense",), "nonsense"), ((), "missing"), (("remove", "nobody"), "there is no witness nobody"),
    (("add", "nowhere", KEY), "nowhere is no address of a witness"),
    (("add", "http://w.example", "x"), "the witness's key is not valid"),
])  # fmt: skip
def test_what_is_typed_wrong(agent, words, why):
    done = agent("log", "witness", *words)
    assert done.returncode in {1, 2}
    assert why in done.stderr
    assert done.stderr.count("\n") == 1
