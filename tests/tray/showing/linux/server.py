"""Stands for a desktop's notifications: prints each call, one line of JSON, and signals what stdin says.

`python server.py CAPABILITY…`. A line on stdin: `press ID KEY` or `close ID WHY`.
"""

from __future__ import annotations

import json
import sys
import threading

from tray.showing.linux.system import gio

gio_, glib = gio()
NAME, PATH = "org.freedesktop.Notifications", "/org/freedesktop/Notifications"
XML = """<node><interface name="org.freedesktop.Notifications">
<method name="GetCapabilities"><arg type="as" direction="out"/></method>
<method name="Notify"><arg type="s" direction="in"/><arg type="u" direction="in"/><arg type="s" direction="in"/>
<arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="as" direction="in"/><arg type="a{sv}" direction="in"/>
<arg type="i" direction="in"/><arg type="u" direction="out"/></method>
<method name="CloseNotification"><arg type="u" direction="in"/></method>
</interface></node>"""
last = 0


def say(what: object) -> None:
    sys.stdout.write(json.dumps(what, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def called(bus, sender, path, interface, method, words, call):
    global last  # noqa: PLW0603 - a script
    given = words.unpack()
    if method == "GetCapabilities":
        call.return_value(glib.Variant("(as)", (sys.argv[1:],)))
        return
    if method == "Notify":
        app, replaces, icon, title, body, actions, hints, lasts = given
        if not replaces:
            last += 1
        number = replaces or last
        say({"id": number, "replaces": replaces, "app": app, "title": title, "body": body, "actions": actions,
             "urgency": hints["urgency"], "resident": hints.get("resident", False), "lasts": lasts,
             "icon": icon, "desktop": hints["desktop-entry"]})  # fmt: skip
        call.return_value(glib.Variant("(u)", (number,)))
        return
    say({"closed": given[0]})
    call.return_value(None)


def read() -> None:
    for line in sys.stdin:
        word, number, what = line.split()
        if word == "press":
            bus.emit_signal(None, PATH, NAME, "ActionInvoked", glib.Variant("(us)", (int(number), what)))
        else:
            bus.emit_signal(None, PATH, NAME, "NotificationClosed", glib.Variant("(uu)", (int(number), int(what))))
        bus.flush_sync(None)
    loop.quit()


sys.stdout.reconfigure(encoding="utf-8")
bus = gio_.bus_get_sync(gio_.BusType.SESSION, None)
bus.register_object(PATH, gio_.DBusNodeInfo.new_for_xml(XML).interfaces[0], called, None, None)
loop = glib.MainLoop()
gio_.bus_own_name_on_connection(bus, NAME, gio_.BusNameOwnerFlags.REPLACE, lambda *_: say("ready"), None)
threading.Thread(target=read, daemon=True).start()
loop.run()
