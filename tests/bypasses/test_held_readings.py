"""What somebody has whoever looks at it wait for, by a file system or a memory map of his own."""

from __future__ import annotations

import pytest

from tests import fuse
from tests.daemon.platforms.linux.test_held_readings import BUSY


@pytest.fixture
def disk(ring):
    """`disk(here, files)`: a FUSE of the child's at `$DISK`, which refuses root as any such does."""

    def serve(here, **files):
        folder = here.folder / "disk"
        folder.mkdir()
        here.env["DISK"] = str(folder)
        return fuse.served(folder, ring.child.pw_uid, files)

    return serve


def test_a_renamed_game_on_an_own_file_system(case, disk):
    """Root may not read it, but its player may."""
    here = case(0)
    with disk(here, homework=here.game.read_bytes()):
        here.ended('"$DISK/homework" "$PLAY"')


def test_a_memory_map_that_is_kept_busy_freezes_nobody(case, disk):
    """Everything that runs is looked at meanwhile, and games are refused as ever."""
    here = case(0)
    with disk(here, page=b"x" * 4096) as own:
        own.hold(fuse.READ)
        here.start('exec python3 -c "$BUSY" "$DISK/page"', BUSY=BUSY).go()
        try:
            fuse.until_held(own)
            here.look_again()
            here.refused('"$GAME" "$PLAY"')
        finally:
            own.end()
