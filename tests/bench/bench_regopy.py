"""Rego, the language of OPA, in C++: the same rules, compiled to a bundle."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import peers
from measure import NotHere, Row

POLICY = """
package play

import rego.v1

default allow := false

allow if not refused

rated if input.label >= 0

known if input.age >= 0

refused if input.age < input.label

refused if { not known; input.label > 0 }

refused if { not known; not input.guardian }

refused if { input.age < 16; not input.guardian }

refused if { input.minor; input.game >= 3600000 + input.granted }

refused if { input.minor; input.publisher >= 10800000 + input.granted }

refused if { input.place == "game-point"; input.minute < 480 }

refused if { input.place == "game-point"; input.minute >= 1320 }

refused if { input.minor; not input.approved; not rated }

refused if { input.minor; not input.approved; input.label >= 16 }

refused if { input.day in {"mon", "tue", "wed", "thu", "fri"}; input.today >= 4500000 + input.granted }

refused if { input.day in {"sat", "sun", "holiday"}; input.today >= 9000000 + input.granted }

refused if { input.day != "holiday"; input.week >= 32400000 + input.granted }

refused if { input.minute < 360; not input.suspended }

refused if { input.day in {"sun", "mon", "tue", "wed", "thu"}; input.minute >= 1290; not input.suspended }

refused if { input.minute >= 1350; not input.suspended }

refused if { input.session >= 3600000; not input.suspended }
"""


def main() -> Iterator[Row]:
    try:
        import regopy
    except ImportError:
        raise NotHere("regopy is not installed; perhaps it has no wheel for this machine") from None
    rego = regopy.Interpreter()
    rego.add_module("play", POLICY)
    bundle = rego.build(None, ["play/allow"])

    def allowed(asked: Any) -> bool:
        rego.set_input(asked)
        return rego.query_bundle_entrypoint(bundle, "play/allow")[0][0]

    def asking(inputs: list[peers.Input]) -> Callable[[], list[bool]]:
        made = [regopy.Input(one) for one in inputs]
        return lambda: [allowed(one) for one in made]

    yield from peers.compare("regopy", asking)
