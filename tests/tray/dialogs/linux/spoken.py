"""What a screen reader is told of the window of each process, and may do there: PID,PID… or PID set NAME TEXT, PID press NAME.

A program of its own, under the system's Python: AT-SPI keeps the bus that it met first.
"""

# ruff: noqa: E402, T201 - the version is said before the import; what it prints is its answer
import json
import sys

sys.path.append("/usr/lib/python3/dist-packages")
import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi


def window(pid):
    desktop = Atspi.get_desktop(0)
    for number in range(desktop.get_child_count()):
        program = desktop.get_child_at_index(number)
        if program is not None and program.get_process_id() == pid and program.get_child_count():
            return program.get_child_at_index(0)
    return None


def walk(one):
    yield one
    for number in range(one.get_child_count()):
        child = one.get_child_at_index(number)
        if child is not None:
            yield from walk(child)


def told(one):
    states = one.get_state_set()
    text = one.get_text_iface()
    place = one.get_component_iface() and one.get_extents(Atspi.CoordType.SCREEN)
    return {
        "role": one.get_role_name(), "name": one.get_name() or "", "focusable": states.contains(Atspi.StateType.FOCUSABLE),
        "showing": states.contains(Atspi.StateType.SHOWING),
        "text": Atspi.Text.get_text(text, 0, -1) if text else "",
        "place": [place.x, place.y, place.width, place.height] if place else None,
    }  # fmt: skip


def main(pids, *what):
    tops = [window(int(pid)) for pid in pids.split(",")]
    if not what:
        print(json.dumps([top and [told(one) for one in walk(top)] for top in tops]))
        return
    (top,) = tops
    one = next(one for one in walk(top) if one.get_name() == what[1] and one.get_role_name() != "label")
    if what[0] == "set":
        Atspi.EditableText.set_text_contents(one.get_editable_text_iface(), what[2])
    else:
        Atspi.Action.do_action(one.get_action_iface(), 0)
    print("true")


main(*sys.argv[1:])
