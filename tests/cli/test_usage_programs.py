"""`usage --programs`: what ran that nobody named, and the commands that name it."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from cli import usage
from cli.registering import programs
from daemon.api.messages import PlayerPrograms, ProgramPart, ProgramsAnswer, ProgramsGet
from host.transport import Unreachable

PARTS = (
    ProgramPart(id="ab" * 32, path="/home/an/My game/Trò chơi.x86", seconds=754.5, named=None, size=7),
    ProgramPart(id="", path="", seconds=3.0, named=None),
)


@pytest.fixture
def context(monkeypatch):
    def ask(_, request):
        if isinstance(request, ProgramsGet):
            there = {"an": PlayerPrograms(programs=PARTS)} if request.day in {None, "2026-11-24"} else {}
            return ProgramsAnswer(day=request.day or "2026-11-24", zone="Asia/Ho_Chi_Minh", players=there)
        return SimpleNamespace(players=(SimpleNamespace(id="an", name="An"), SimpleNamespace(id="bo", name="Bo")))

    monkeypatch.setattr(usage, "ask", ask)
    monkeypatch.setattr(programs, "ask", ask)
    return lambda out: SimpleNamespace(home=SimpleNamespace(daemon_address=""), out=out)


def shown(context, capsys, *words, json_=False):
    from cli.output import Output

    args = SimpleNamespace(player=None, day=None, week=False, programs=True, **dict(words))
    usage.show(args, context(Output(json=json_)))
    return capsys.readouterr().out


def test_the_longest_comes_first_with_both_commands(context, capsys):
    text = " ".join(shown(context, capsys).replace("\u00a0", " ").split())
    assert text.index("Trò chơi.x86") < text.index("others")
    assert "12 min" in text
    assert "giochoi game add tro-choi --exe '/home/an/My game/Trò chơi.x86'" in text
    assert "giochoi player set An --allow-program '/home/an/My game/Trò chơi.x86'" in text


def test_the_document_is_that_of_the_contract(context, capsys):
    found = json.loads(shown(context, capsys, json_=True))["players"]["an"]["programs"][0]
    assert {name: found[name] for name in ("id", "path", "seconds", "named")} == {
        "id": "ab" * 32, "path": PARTS[0].path, "seconds": 754.5, "named": None,
    }  # fmt: skip


def test_a_file_that_only_its_owner_may_read_is_taken_as_the_daemon_saw_it(context, monkeypatch):
    """Nothing is known of one that never ran, nor where no daemon answers."""
    there = context(None)
    found = programs.seen(PARTS[0].path, there)
    assert (found.sha256, found.size) == ("ab" * 32, 7)
    assert programs.seen("/home/an/other", there) is None

    def nobody(*_):
        raise Unreachable("nobody")

    monkeypatch.setattr(programs, "ask", nobody)
    assert programs.seen(PARTS[0].path, there) is None
