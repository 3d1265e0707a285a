"""Somebody else's account: nobody is registered for it, so whoever uses it is a guest, recorded, and limited as guests are."""

from __future__ import annotations

from tests.accounts import account


def test_a_friends_account_is_recorded_as_a_guests(case, ring):
    """A limit on Na is none on guests: the log has the play, under another name."""
    one = case(0)
    run = one.start('"$GAME" "$PLAY"', ring.friend)
    started = one.log("play.started")
    run.finish()
    assert one.log("play.ended")["who"] == started["who"]
    one.refused('"$GAME" "$PLAY"')
    assert one.log("launch.refused")["who"] != started["who"]


def test_a_limit_on_guests_holds_there(case, ring):
    """From the first start on: nobody ever played in that account."""
    with account(ring.desk / "cousin") as cousin:
        case(0, who="guest").refused('"$GAME" "$PLAY"', who=cousin)
