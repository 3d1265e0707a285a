"""Stands for `giochoi setup --pages`: asks for games, wants at least one, and says at the end what was ticked."""

from __future__ import annotations

import json
import sys

GAMES = [{"value": one, "label": one.title()} for one in ("luanti", "sums", "teeworlds")]
SHORTCUTS = [{"value": "luanti sums", "label": "All up to 12+"}, {"value": "", "label": "None"}]


def send(**page):
    sys.stdout.write(json.dumps(page) + "\n")
    sys.stdout.flush()


def main():
    if "refuse" in sys.argv:
        sys.exit("giochoi: nobody answers")
    field = {"name": "games", "label": "", "kind": "ticks", "choices": GAMES, "shortcuts": SHORTCUTS}
    send(says=["Which games?"], fields=[field], buttons=[{"value": "next", "label": "Next"}])
    for line in sys.stdin:
        answer = json.loads(line)
        if answer["values"].get("games"):
            return send(says=[f"ticked: {answer['values']['games']}"], last=True)
        send(note="at least one")
    return None


if __name__ == "__main__":
    main()
