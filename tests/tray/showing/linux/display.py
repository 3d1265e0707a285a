"""Stands for the tray: shows what it reads on stdin, one call a line, and prints what came of it.

`python display.py loop` runs GTK's main loop as the tray does; `alone` runs none; `patient` waits for what a busy machine
takes longer for than a child would be made to wait. A call is [NAME, argument]:
["signal", {…}], ["know", {…}], ["resident", TEXT or null]; its answer is one line of JSON. What is pressed is printed too.
"""

from __future__ import annotations

import json
import os
import sys
import threading

import msgspec

from daemon.api.messages import Signal
from host.clock import wall
from i18n.catalogue import Catalogue
from tests.system import PATIENCE
from tray.showing import shower as showing
from tray.showing.linux.build import shower
from tray.showing.linux.system import gtk
from tray.showing.shower import Doing


def say(what: object) -> None:
    sys.stdout.write(json.dumps(what, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def main() -> None:
    if "patient" in sys.argv:
        showing.PATIENCE_S = PATIENCE
    sys.stdout.reconfigure(encoding="utf-8")
    doing = Doing(
        dialog=lambda name, words: say({"dialog": [name, *words]}),
        send=lambda request: say({"send": [request.op, request.id]}),
        menu=lambda: say({"menu": True}),
    )
    made = shower(lambda: Catalogue(os.environ["GIOCHOI_LANG"], now=wall()), doing)
    say("ready")

    def read() -> None:
        for line in sys.stdin:
            name, given = json.loads(line)
            if name == "signal":
                say({"how": made.show(msgspec.convert(given, Signal))})
            elif name == "know":
                say({"know": made.know(**given)})
            else:
                say({"resident": made.resident(given)})
        made.close()
        if "loop" in sys.argv:
            gtk()[0].main_quit()

    if "loop" in sys.argv:
        gtk()
        threading.Thread(target=read, daemon=True).start()
        gtk()[0].main()
    else:
        read()


main()
