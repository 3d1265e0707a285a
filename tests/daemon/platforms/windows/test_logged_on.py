"""Who is logged on, by the system's Terminal Services: whoever runs this test sits in front of it."""

from __future__ import annotations

import getpass

from daemon.platforms.windows.accounts import logged_on
from host.windows import users


def test_who_runs_this_is_logged_on():
    assert users.canonical(getpass.getuser()) in {one.account for one in logged_on()}
