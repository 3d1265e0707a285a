"""The child makes a small world of its own, as any account may: other mounts, other process numbers, another root."""

from __future__ import annotations

import pytest

from tests.bypasses.case import some

pytestmark = pytest.mark.usefixtures("namespaces")

GUARDED = {
    "bind mount": """unshare -rm sh -c 'touch x && mount --bind "$GAME" x && ./x "$PLAY"'""",
    "own process numbers": 'unshare -rpf --mount-proc "$GAME" "$PLAY"',
    "overlay": """unshare -rm sh -c 'mkdir l u w m && cp "$GAME" l/x &&
        mount -t overlay -o lowerdir=l,upperdir=u,workdir=w overlay m && m/x "$PLAY"'""",
}
UNGUARDED = {
    "tmpfs of its own": """unshare -rm sh -c 'mkdir m && mount -t tmpfs m m && cp "$GAME" m/x && m/x "$PLAY"'""",
    "and process numbers": """unshare -rmpf sh -c 'mkdir m && mount -t tmpfs m m && cp "$GAME" m/x && m/x "$PLAY"'""",
}


@pytest.mark.parametrize("scripts", some(GUARDED))
def test_a_guarded_file_system_stays_guarded(case, scripts):
    case(0).each_refused(scripts)


@pytest.mark.parametrize("scripts", some(UNGUARDED))
def test_a_file_system_that_only_the_child_sees_is_not_guarded_but_watched(case, scripts):
    case(0).each_ended(scripts)


@pytest.mark.promise("Games: A game in a container or a namespace is refused")
def test_bubblewrap(case, need):
    """A container that an ordinary account makes, with files of its own."""
    need("bwrap")
    case(0).ended("""bwrap --dev-bind / / --tmpfs /tmp --unshare-all sh -c 'cp "$GAME" /tmp/x && /tmp/x "$PLAY"'""")
