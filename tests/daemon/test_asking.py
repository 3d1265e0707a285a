"""What players ask for and guardians answer at the seat: with the agent away, over restarts, until the day is over."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from agent.api.asked import MOST_PROGRAMS, MOST_REQUESTS, RequestAnswer
from daemon.api import asking as a
from daemon.api import messages as m
from daemon.api.asking import wish
from daemon.platforms.api import ProgramStopped
from daemon.serving.access import Acting
from host.wire import ApiError
from i18n.message import plain
from rules.games import Fingerprint
from rules.installed import LetProgram
from tests.daemon.test_api import CHILD, FRIEND, ROOT, ask
from tests.daemon.test_disk import FullDisk
from tests.daemon.test_unknown_programs import OWN, start, strict
from tests.daemon.world import HOUR, MINUTE, limit, roster, shipped


def asked(world, caller=CHILD, **more):
    return ask(world, "request.add", a.RequestAdd(**more), caller).id


def listed(world, caller=ROOT):
    return ask(world, "request.list", a.RequestsGet(), caller).requests


def approve(world, id_, ms=None, caller=ROOT, reason=""):
    return ask(world, "request.approve", a.RequestApprove(id=id_, ms=ms, reason=reason), caller)


def deny(world, id_, reason="", caller=ROOT):
    return ask(world, "request.deny", a.RequestDeny(id=id_, reason=reason), caller)


def withdraw(world, id_, caller=CHILD):
    return ask(world, "request.withdraw", a.RequestWithdraw(id=id_), caller)


def lines(world):
    return [(type(one).__name__, one.id) for one in world.journal("request", "answer", "grant.given")]


def asks_first(number=1, **more):
    """A game without a label has to be let through."""
    return roster(number, packs=(shipped("home-balanced"),), **more)


def verdict(world, game="teeworlds"):
    return ask(world, "why", m.WhyGet(player="an", game=game)).decision.verdict


def test_time_is_asked_for_and_given(world):
    """As a grant gives it, which names the request; both are in the log, and the answer is shown to whoever asked."""
    world.start(roster(packs=(limit(30),)))
    id_ = asked(world, ms=20 * MINUTE, reason="homework is done")
    (one,) = listed(world)
    assert (one.id, one.player, one.name, one.ms, one.lets) == (id_, "an", "An", 20 * MINUTE, False)
    assert one.reason == "homework is done"
    answer = approve(world, id_)
    (grant,) = world.daemon._grants.all()
    assert (answer.id, answer.ms, grant.ms, grant.request, grant.who) == (grant.id, 20 * MINUTE, 20 * MINUTE, id_, "root")
    assert world.status().left_s == 50 * 60
    assert lines(world) == [("Requested", id_), ("GrantGiven", grant.id), ("Answered", id_)]
    assert listed(world) == ()
    (mine,) = listed(world, CHILD)
    assert (mine.answer.approved, mine.answer.ms, mine.answer.who) == (True, 20 * MINUTE, "root")


def test_a_guardian_may_give_another_length(world):
    world.start(roster(packs=(limit(30),)))
    assert approve(world, asked(world, game="luanti"), 5 * MINUTE).ms == 5 * MINUTE
    (grant,) = world.daemon._grants.all()
    assert (grant.ms, grant.game) == (5 * MINUTE, "luanti")


def test_no_is_an_answer_with_a_reason(world):
    world.start(roster(packs=(limit(30),)))
    id_ = asked(world)
    deny(world, id_, "after dinner")
    (mine,) = listed(world, CHILD)
    assert (mine.answer.approved, mine.answer.reason, mine.answer.ms) == (False, "after dinner", None)
    assert (world.status().left_s, lines(world)) == (1800, [("Requested", id_), ("Answered", id_)])


def test_who_may_ask_and_who_may_answer(world):
    """A child answers nothing, a guardian asks for nothing, others see none of it."""
    world.start(roster(packs=(limit(30),)))
    id_ = asked(world)
    for refuse in (approve, deny):
        with pytest.raises(ApiError, match="only a guardian"):
            refuse(world, id_, caller=CHILD)
    with pytest.raises(ApiError, match="not a player's"):
        asked(world, ROOT)
    assert listed(world, FRIEND) == ()
    assert len(listed(world)) == 1


def test_one_stands_open_for_each_thing(world):
    world.start(roster(packs=(limit(30),)))
    id_ = asked(world)
    with pytest.raises(ApiError, match=id_):
        asked(world, ms=MINUTE)
    asked(world, game="luanti")
    with pytest.raises(ApiError, match="already"):
        asked(world, game="luanti")
    deny(world, id_)
    assert asked(world) != id_


def test_a_storm_is_bounded(world):
    """A child who asks and asks costs nobody the day: neither the disk, nor the roster, nor the other child."""
    world.start(roster(packs=(limit(30),)))
    for _ in range(MOST_REQUESTS):
        deny(world, asked(world))
    before = world.daemon.store.db.total_changes
    for _ in range(100):
        with pytest.raises(ApiError, match="today"):
            asked(world)
    assert world.daemon.store.db.total_changes == before
    asked(world, FRIEND)
    world.pass_time(12 * HOUR)
    asked(world)


@pytest.mark.parametrize(("more", "said"), [
    ({"reason": "x" * 501}, "longer"), ({"ms": 0}, "minutes"), ({"ms": 25 * HOUR}, "minutes"), ({"game": "nosuch"}, "nosuch"),
    ({"game": "luanti", "program": "aa"}, "not for both"), ({"program": "sums"}, "start it once"),
])  # fmt: skip
def test_what_cannot_be_asked_for(world, more, said):
    world.start(roster(packs=(limit(30),)))
    with pytest.raises(ApiError, match=said):
        asked(world, **more)
    assert (listed(world), lines(world)) == ((), [])


def test_a_reason_is_one_line_of_plain_text(world):
    """It stands on a guardian's terminal and in menus."""
    world.start(roster(packs=(limit(30),)))
    asked(world, reason=" ba\u0300i\u001b[2J\nxong \u202e")
    assert listed(world)[0].reason == "b\u00e0i [2J xong"


def test_every_reason_is_one(world):
    """Of time, a pause, and that nothing is enforced, too: a PIN's token gives them at the child's account."""
    world.start(roster(packs=(limit(30),)))
    wild, plain_text = " ba\u0300i\u001b[2J\nxong \u202e", "b\u00e0i [2J xong"
    ask(world, "grant.add", m.GrantAdd(player="an", ms=MINUTE, reason=wild), ROOT)
    ask(world, "grant.extend", m.GrantExtend(player="an", until=13 * HOUR, reason=wild), ROOT)
    ask(world, "pause", a.Pause(player="an", reason=wild), ROOT)
    ask(world, "off", a.Off(ms=MINUTE, reason=wild), ROOT)
    overrides = world.daemon._overrides
    reasons = [one.reason for one in (*world.daemon._grants.all(), *overrides.pauses, overrides.off)]
    assert reasons == [plain_text] * 4
    with pytest.raises(ApiError, match="say why"):
        ask(world, "off", a.Off(ms=MINUTE, reason="\n\u202e"), ROOT)


def test_the_first_answer_stands(world):
    world.start(roster(packs=(limit(30),)))
    id_ = asked(world)
    approve(world, id_)
    for again in (approve, deny):
        with pytest.raises(ApiError, match="said yes"):
            again(world, id_)
    assert (len(world.daemon._grants.all()), len(world.journal("answer"))) == (1, 1)
    other = asked(world)
    deny(world, other)
    with pytest.raises(ApiError, match="said no"):
        approve(world, other)


def test_who_asked_takes_it_back(world):
    """Nobody answers it any more; it is in the log, counts as one that was asked, and something else may be asked for."""
    world.start(roster(packs=(limit(30),)))
    id_ = asked(world)
    assert withdraw(world, id_[:6]).id == id_
    assert listed(world) == ()
    (mine,) = listed(world, CHILD)
    assert (mine.answer.withdrawn, mine.answer.approved, mine.answer.who) == (True, False, "an")
    (entry,) = world.journal("answer")
    assert (entry.id, entry.by, entry.approved) == (id_, "player", False)
    for answer in (approve, deny):
        with pytest.raises(ApiError, match="taken back"):
            answer(world, id_)
    assert asked(world) != id_
    for _ in range(MOST_REQUESTS - 2):
        withdraw(world, listed(world)[0].id)
        asked(world)
    withdraw(world, listed(world)[0].id)
    with pytest.raises(ApiError, match="today"):
        asked(world)


def test_nobody_else_takes_it_back_and_nobody_twice(world):
    """Nor is told that there is such a request."""
    world.start(roster(packs=(limit(30),)))
    id_ = asked(world)
    for other in (FRIEND, ROOT):
        with pytest.raises(ApiError, match="no request"):
            withdraw(world, id_, other)
    assert len(listed(world)) == 1
    deny(world, id_)
    with pytest.raises(ApiError, match="said no"):
        withdraw(world, id_)
    other = asked(world)
    withdraw(world, other)
    with pytest.raises(ApiError, match="taken back"):
        withdraw(world, other)


def test_it_is_gone_with_the_day(world):
    """The place's day. Nobody answers yesterday's wish."""
    world.start(roster(packs=(limit(30),)))
    id_ = asked(world)
    world.pass_time(12 * HOUR - 1)
    assert [one.id for one in listed(world)] == [id_]
    world.pass_time(2)
    assert listed(world) == listed(world, CHILD) == ()
    with pytest.raises(ApiError, match="another day"):
        approve(world, id_)
    asked(world)


def test_a_restart_keeps_it(world):
    """Open, answered, and what was let through with the agent away."""
    world.start(asks_first())
    let, open_ = asked(world, game="teeworlds"), asked(world)
    approve(world, let)
    world.kill()
    world.start()
    assert [one.id for one in listed(world)] == [open_]
    assert verdict(world) == "allow"
    assert {one.id for one in world.daemon._requests.unsent()} == {let, open_}


def test_what_cannot_be_written_changes_nothing(world):
    """Neither the wish nor its answer."""
    world.start(asks_first())
    id_ = asked(world, game="teeworlds")
    world.daemon.store.db = disk = FullDisk(world.daemon.store.db)
    for change in (lambda: approve(world, id_), lambda: asked(world)):
        with pytest.raises(ApiError, match="nothing changed"):
            change()
    disk.full = False
    assert ([one.id for one in listed(world)], verdict(world)) == ([id_], "ask")


def test_a_game_that_asks_is_let_through_at_once(world):
    """With the agent away. What refuses it besides is said."""
    world.start(asks_first())
    assert verdict(world) == "ask"
    id_ = asked(world, game="teeworlds")
    assert listed(world)[0].lets
    answer = approve(world, id_)
    assert (answer.let, answer.id, answer.still, answer.after.verdict) == ("Teeworlds", None, False, "allow")
    assert "teeworlds" not in world.platform.refusals.refused.get("an", ())
    assert world.daemon._grants.all() == ()
    world.platform.run(1, "teeworlds")
    assert world.daemon.plays.running
    (line,) = world.journal("answer")
    assert (line.let, line.grant, line.ms) == (True, None, None)


def test_what_was_asked_for_stays_what_it_was(world):
    """To be let play the game, also once that was answered or taken back, and the game let through: no minutes were asked
    for, as the log says, too.
    """
    world.start(asks_first())
    for answer in (deny, withdraw, approve):
        answer(world, asked(world, game="teeworlds", ms=30 * MINUTE))
    assert {plain(wish(one)) for one in listed(world, CHILD)} == {"An asks to play Teeworlds"}
    assert [one.ms for one in world.journal("request")] == [one.asked for one in world.journal("answer")] == [0, 0, 0]


def test_a_yes_to_play_a_game_gives_no_minutes_that_nobody_asked_for(world):
    """As where the game was let through meanwhile in another way. A code, which gives time, does not answer it."""
    world.start(asks_first())
    id_ = asked(world, game="teeworlds")
    world.adopt(asks_first(2, approved=("teeworlds",)))
    assert [one.lets for one in listed(world)] == [True]
    assert code_of(world) == (None, None)
    assert (approve(world, id_).let, world.daemon._grants.all()) == ("Teeworlds", ())


def test_minutes_besides_are_given_too(world):
    """A game is let through for good; who names minutes wants them as well. A program takes none."""
    world.start(roster(packs=(shipped("home-balanced"), limit(0))))
    answer = approve(world, asked(world, game="teeworlds"), 20 * MINUTE)
    (grant,) = world.daemon._grants.all()
    assert (answer.let, answer.id, answer.ms, answer.after.verdict) == ("Teeworlds", grant.id, 20 * MINUTE, "allow")
    (line,) = world.journal("answer")
    (request,) = world.journal("request")
    assert (line.let, line.grant, line.ms) == (True, grant.id, 20 * MINUTE)
    assert (line.game, line.asked) == (request.game, request.ms)
    world.adopt(strict(2))
    start(world, 1)
    with pytest.raises(ApiError, match="without minutes"):
        approve(world, asked(world, program="own"), MINUTE)


def test_an_old_wish_leaves_memory_once_the_agent_has_it(world):
    """What waits for the agent stays, and so does the log."""
    world.start(roster(packs=(limit(30),)))
    ids = {asked(world), asked(world, game="luanti")}
    requests = world.daemon._requests
    requests.mark_sent([one for one in requests.unsent() if one.game], 1, 1)
    world.clock.run(4 * 24 * HOUR)
    world.beat()
    (left,) = requests.unsent()
    assert {one for one in ids if requests.find(one)} == {left.id}
    world.stop()
    world.start()
    assert world.daemon._requests.find(left.id) == left


def test_no_id_comes_again(world, monkeypatch):
    """The log and the agent know requests of years, the seat those of three days."""
    drawn = []
    monkeypatch.setattr("secrets.token_hex", lambda n: drawn.append(n) or f"{len(drawn):0{2 * n}x}")
    world.start(roster(packs=(limit(30),)))
    asked(world)
    assert drawn[-1] >= 6


def test_the_beginning_of_an_id_means_it(world, monkeypatch):
    """Where it means one alone, and is no slip of the finger."""
    world.start(roster(packs=(limit(30),)))
    drawn = iter(("aaaa00000000", "aaab00000000"))
    monkeypatch.setattr("daemon.requests.secrets.token_hex", lambda _: next(drawn))
    first, second = asked(world), asked(world, game="luanti")
    for no in ("", "r", first[:4], "r9999"):
        with pytest.raises(ApiError, match="no request"):
            deny(world, no)
    deny(world, first[:5])
    assert [one.id for one in listed(world)] == [second]


def test_what_still_refuses_is_said(world):
    world.start(roster(packs=(shipped("home-balanced"), limit(0))))
    answer = approve(world, asked(world, game="teeworlds"))
    assert (answer.let, answer.still, answer.after.rule) == ("Teeworlds", True, "house.all")


@pytest.mark.parametrize(("packs", "place", "game", "helps"), [
    (("home-balanced",), "home", "teeworlds", True), ((), "home", "teeworlds", False), (("vn-147",), "home", "old", True),
    (("vn-147",), "game-point", "old", False), (("vn-147", "home-balanced"), "game-point", "old", False),
])  # fmt: skip
def test_why_says_whether_a_yes_would_let_the_game_through(world, packs, place, game, helps):
    """As the request does: not where only the day's minutes are over."""
    news = roster(packs=(*map(shipped, packs), limit(0)), place=place)
    old = replace(news.games[0], id="old", title="Old", label=18, label_source="VN18, its box", names=("old",))
    world.start(msgspec.structs.replace(news, games=(*news.games, old)))
    assert ask(world, "why", m.WhyGet(player="an", game=game)).lets is helps


def test_what_no_answer_helps_against_is_refused(world):
    """The law's label at a place where nobody may relax it: neither time nor a yes would let that be played."""
    news = roster(packs=(shipped("vn-147"),), place="game-point")
    old = replace(news.games[0], id="old", title="Old", label=18, label_source="VN18, its box", names=("old",))
    world.start(msgspec.structs.replace(news, games=(*news.games, old)))
    id_ = asked(world, game="old")
    with pytest.raises(ApiError, match="nothing changed"):
        approve(world, id_)
    assert [one.id for one in listed(world)] == [id_]


def test_once_the_agent_says_it_the_roster_alone_counts(world):
    """A later `game disallow` wins over what was let through here."""
    world.start(asks_first())
    id_ = asked(world, game="teeworlds")
    approve(world, id_)
    requests = world.daemon._requests
    sent = requests.unsent()
    requests.mark_sent(sent, 2, 1)
    assert verdict(world) == "allow"  # the roster that says it is under way
    world.adopt(asks_first(2, approved=("teeworlds",)))
    assert verdict(world) == "allow"
    world.adopt(asks_first(3))
    assert verdict(world) == "ask"
    world.stop()
    world.start()
    assert verdict(world) == "ask"


def test_of_two_answers_at_once_the_earlier_stands(world):
    """What the other one gave is taken back."""
    world.start(roster(packs=(limit(30),)))
    id_ = asked(world)
    here = world.daemon._requests.find(id_)
    world.clock.run(MINUTE)
    answer = approve(world, id_)
    there = RequestAnswer(approved=False, by="guardian", who="me", at=here.asked + 1)
    world.adopt(msgspec.structs.replace(
        roster(2, packs=(limit(30),)), requests=(msgspec.structs.replace(here, answer=there),),
    ))  # fmt: skip
    (grant,) = world.daemon._grants.all()
    assert (grant.id, grant.revoked is not None, world.status().left_s) == (answer.id, True, 1800)
    (mine,) = listed(world, CHILD)
    assert not mine.answer.approved
    assert len(world.journal("grant.revoked")) == 1


def test_a_later_answer_of_the_agent_changes_nothing_here(world):
    world.start(roster(packs=(limit(30),)))
    id_ = asked(world)
    approve(world, id_)
    here = world.daemon._requests.find(id_)
    late = msgspec.structs.replace(here.answer, approved=False, at=here.answer.at + 1, grant=None, ms=None)
    world.adopt(msgspec.structs.replace(
        roster(2, packs=(limit(30),)), requests=(msgspec.structs.replace(here, answer=late),),
    ))  # fmt: skip
    assert (world.daemon._requests.find(id_), world.status().left_s) == (here, 45 * 60)
    assert [one.id for one in world.daemon._requests.unsent()] == [id_]


def test_who_is_removed_asks_for_nothing_any_more(world):
    world.start(roster(packs=(limit(30),)))
    asked(world)
    world.adopt(roster(2, players=()))
    assert (listed(world), world.daemon._requests.unsent()) == ((), ())
    world.kill()
    world.start(roster(3, packs=(limit(30),)))
    assert listed(world) == ()


def test_what_was_refused_may_be_asked_for_and_then_runs(world):
    """In force at once, by its content; nothing else is let through with it."""
    world.start(strict())
    start(world, 1)
    other = Fingerprint("/home/an/other", 10, "cc" * 32, "b2")
    id_ = asked(world, program="own")
    (one,) = listed(world)
    assert (one.title, one.program) == ("own", OWN.sha256)
    answer = approve(world, id_)
    assert (answer.let, answer.id) == ("own", None)
    assert [one.sha256 for one in world.platform.refusals.only["an"].let] == [OWN.sha256]
    start(world, 2)
    start(world, 3, other)
    assert world.platform.ended == [1, 3]


def test_one_program_too_many_is_refused_at_the_seat(world):
    """The agent would not enter it, and the yes would be over with the next roster."""
    many = tuple(LetProgram(name=f"p{n}", sha256=f"{n:064x}", size=1) for n in range(MOST_PROGRAMS))
    world.start(strict(1, *many))
    start(world, 1)
    id_ = asked(world, program="own")
    with pytest.raises(ApiError, match="take some back first"):
        approve(world, id_)
    assert [one.id for one in listed(world)] == [id_]
    world.adopt(strict(2, *many[1:]))
    assert approve(world, id_).let == "own"


def test_only_what_the_seat_saw_refused_may_be_asked_for(world):
    """By name, by content or its beginning; nobody else's, and of one player only so many are remembered."""
    world.start(strict())
    content = "ab" * 32
    world.daemon.loop.observe(ProgramStopped("an", Fingerprint("/home/an/sums", 10, content), 1, world.clock.mono()))
    refused = world.daemon.loop.unknown.refused
    assert {refused.meant("an", one) and refused.meant("an", one).name for one in ("sums", content, content[:8])} == {"sums"}
    assert [refused.meant("an", one) for one in ("own", content[:7], "cd" * 32)] == [None] * 3
    assert refused.meant("binh", "sums") is None
    for number in range(100):
        refused.saw("an", Fingerprint(f"/home/an/{number}", 10, f"{number:064x}"))
    assert refused.meant("an", "sums") is None
    assert len(refused._seen["an"]) == 64


def test_displays_are_told(world):
    """Guardians of the request, whoever asked of the answer; each with what its text is made of."""
    world.start(asks_first())
    shown = []
    world.daemon._publisher.show = lambda one: shown.append(one) or (1, 0)
    id_ = asked(world, game="teeworlds", reason="với bạn")
    approve(world, id_)
    (nobody, to_guardians), (accounts, to_child) = (world.daemon._publisher._said(one) for one in shown)
    assert nobody == frozenset()
    assert [to_guardians[one] for one in ("kind", "request", "title")] == ["asked", id_, "Teeworlds"]
    assert (plain(to_guardians["text"]), to_guardians["reason"]) == ("An asks to play Teeworlds", "với bạn")
    assert accounts == frozenset({"an"})
    assert [to_child[one] for one in ("kind", "who", "how")] == ["answered", "root", "approved"]
    assert plain(to_child["text"]) == "Yes: Teeworlds is let through"
    withdraw(world, asked(world))
    _, to_both = world.daemon._publisher._said(shown[-1])
    assert (to_both["how"], plain(to_both["text"])) == ("withdrawn", "Taken back: An asks for 900 s more")


def test_a_code_approves_what_was_asked_last(world):
    """At most as much as whoever gave the code may give."""
    world.start(roster(packs=(limit(30),)))
    handlers = world.daemon.routes["request.approve"].handler.__self__
    an, mother = world.daemon.in_force.people.players[0], Acting("Mẹ", "me", "code", "guardian")
    assert handlers.approve_open(an, 30 * MINUTE, mother) is None
    asked(world, ms=10 * MINUTE, game="luanti")
    world.clock.run(10)
    id_ = asked(world, ms=60 * MINUTE)
    assert handlers.approve_open(an, 30 * MINUTE, mother).ms == 30 * MINUTE
    answer = world.daemon._requests.find(id_).answer
    assert (answer.who, answer.guardian, answer.how) == ("Mẹ", "me", "code")
    assert world.daemon._requests.find(id_).ms == 60 * MINUTE


def code_of(world, ms=30 * MINUTE):
    """What a guardian's code finds to answer."""
    handlers = world.daemon.routes["request.approve"].handler.__self__
    an = world.daemon.in_force.people.players[0]
    return handlers.wanted(an), handlers.approve_open(an, ms, Acting("Mẹ", "me", "code", "guardian"))


@pytest.mark.promise("PINs and codes: A code works once, for minutes only")
def test_a_code_lets_nothing_through_for_good(world):
    """It was told for minutes: neither a game that asks nor a program holds it up, whatever was asked later."""
    world.start(asks_first())
    asked(world, game="teeworlds")
    assert code_of(world) == (None, None)
    time = asked(world, ms=10 * MINUTE)
    world.clock.run(10)
    world.adopt(strict(2, packs=(shipped("home-balanced"),)))
    start(world, 1)
    asked(world, program="own")
    assert code_of(world)[0] == 10 * MINUTE
    assert world.daemon._requests.find(time).answer.ms == 10 * MINUTE
    assert len(listed(world)) == 2
