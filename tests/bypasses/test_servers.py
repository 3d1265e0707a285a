"""The child turns on the servers themselves: ends them, blinds them, gives itself time, changes who it is."""

from __future__ import annotations

import json

import pytest

from tests.bypasses.case import some

GUARDIANS = {
    "grant": ("grant", "Na", "60"),
    "limit": ("limit", "Na", "none"),
    "policy": ("policy", "use", "Na", "none"),
    "place": ("place", "set", "home"),
    "another account": ("player", "set", "Na", "--account", "{friend}"),
    "become a guardian": ("guardian", "add", "Me", "--account", "{child}"),
    "allow": ("game", "allow", "Na", "{game}"),
    "repair": ("doctor", "--repair"),
    "card of another log": ("log", "export", "{desk}/log.zip"),
}
ENDS = {"TERM": "-TERM", "KILL": "-KILL", "STOP": "-STOP"}


@pytest.mark.promise("Servers and rights: A child is refused what guardians do, and sees only itself")
@pytest.mark.parametrize("said", some(GUARDIANS))
def test_what_guardians_do_is_refused_to_a_child(case, ring, said):
    """Exit 1, nothing changed, and the game stays refused."""
    one = case(0)
    known = {"game": one.id, "friend": ring.friend.pw_name, "child": ring.child.pw_name, "desk": ring.desk}
    for words in said.values():
        code, answer = one.giochoi(*(word.format(**known) for word in words))
        assert code == 1, answer
    one.refused('"$GAME" "$PLAY"')


@pytest.mark.promise("Servers and rights: A child can neither signal the servers nor read or write what they keep")
@pytest.mark.parametrize("numbers", some(ENDS))
def test_the_servers_cannot_be_signalled(case, ring, numbers):
    """EPERM, of each of their processes; and they go on."""
    one = case(0)
    ours = " ".join(str(pid) for pid in ring.processes())
    for number in numbers.values():
        code, said = one.start(f"for pid in {ours}; do kill {number} $pid && echo taken; done").over()
        assert code != 0
        assert "taken" not in said
    one.refused('"$GAME" "$PLAY"')


@pytest.mark.promise("Servers and rights: A child can neither signal the servers nor read or write what they keep")
def test_what_they_keep_cannot_be_read_or_written(case, ring):
    """Databases, keys, settings: not a byte can be read; nothing be changed, put aside or planted beside their sockets."""
    one = case(0)
    home = ring.house.home
    said = one.start(f"""
        cd {home}
        for file in agent/{{agent.db,log.db,config.toml}} daemon/{{store.db,seat.key,config.toml}} public/agent.keys; do
            cat $file >/dev/null && echo "read $file"
            : >>$file && echo "wrote $file"
            mv $file $file.away && echo "moved $file"
            rm -f $file && echo "removed $file"
        done
        for folder in {home} {home}/{{agent,daemon,public,run,run/agent}}; do touch $folder/x && echo "planted in $folder"; done
        """).over()[1]  # fmt: skip
    done = [line for line in said.splitlines() if line.startswith(("read", "wrote", "moved", "removed", "planted"))]
    assert done == ["read public/agent.keys"]
    one.refused('"$GAME" "$PLAY"')


def test_a_home_of_its_own_decides_nothing(case, shared_memory):
    """GIOCHOI_HOME says where a client looks, not what the daemon enforces."""
    one = case(0)
    one.refused('"$GAME" "$PLAY"', GIOCHOI_HOME=str(shared_memory))


def test_the_doctor_tells_a_child_what_is_guarded(case, ring):
    """Nothing hides: each of these servers' disks is asked for, no other is."""
    said = case(0).giochoi("doctor", "--json")[1]
    found = {one["path"]: one["watched"] for one in json.loads(said)["file_systems"]}
    assert found[str(ring.shop)] == found[str(ring.desk)] == "asked"
    assert found["/"] == "ended"
