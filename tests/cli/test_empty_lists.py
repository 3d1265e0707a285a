"""Where nobody and nothing is registered yet a list says so, and what to type; `--json` has its empty list."""

from __future__ import annotations

import io
import json
from argparse import Namespace

import pytest

from agent.api.players import Guardians, Players
from agent.api.seats import Seats
from cli.context import Context
from cli.output import Output
from cli.registering import guardian, player, seat


@pytest.fixture
def shown(monkeypatch):
    """What the list of this noun says."""

    def run(noun, answer, *, json=False, language="vi"):
        monkeypatch.setattr(noun, "ask", lambda *_: answer)
        out = io.StringIO()
        context = Context()
        context.out = Output(json=json, out=out, language=language)
        noun.show(Namespace(), context)
        return " ".join(out.getvalue().split())

    return run


@pytest.mark.parametrize(("noun", "answer", "name", "said"), [
    (player, Players(players=()), "players", ("chưa đăng ký người chơi nào; để bắt đầu, hãy gõ chẳng hạn: "
     "giochoi player add An --born 24/11/2014 --account an")),
    (guardian, Guardians(guardians=()), "guardians",
     ("chưa ghi tên người giám hộ nào; để cho thêm giờ ngay trên máy của con bằng "
     "mã PIN: giochoi guardian add … --pin")),
])  # fmt: skip
def test_of_nobody_it_is_said_that_there_is_nobody(shown, noun, answer, name, said):
    assert shown(noun, answer) == said
    assert json.loads(shown(noun, answer, json=True)) == {name: []}


def test_the_columns_of_a_list_begin_alike(shown):
    assert [shown(seat, Seats(seats=(), zone=""), language=one).split("  ")[0] for one in ("en", "vi")] == [
        "Seat Name Key Since Last heard State", "Máy trạm Tên Khóa Từ Báo về lần cuối Tình trạng",
    ]  # fmt: skip
