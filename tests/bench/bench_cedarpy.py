"""Cedar, in Rust: the same rules, and all questions in one call, as it is fastest."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import peers
from measure import NotHere, Row

POLICY = """
permit (principal, action == Action::"play", resource);
forbid (principal, action, resource) when { context has age && context has label && context.age < context.label };
forbid (principal, action, resource) when { !(context has age) && context has label && context.label > 0 };
forbid (principal, action, resource) when { !context.guardian && (!(context has age) || context.age < 16) };
forbid (principal, action, resource) when { context.minor && context.game >= 3600000 + context.granted };
forbid (principal, action, resource) when { context.minor && context.publisher >= 10800000 + context.granted };
forbid (principal, action, resource)
when { context.place == "game-point" && (context.minute < 480 || context.minute >= 1320) };
forbid (principal, action, resource)
when { context.minor && !context.approved && (!(context has label) || context.label >= 16) };
forbid (principal, action, resource)
when { ["mon", "tue", "wed", "thu", "fri"].contains(context.day) && context.today >= 4500000 + context.granted };
forbid (principal, action, resource)
when { ["sat", "sun", "holiday"].contains(context.day) && context.today >= 9000000 + context.granted };
forbid (principal, action, resource)
when { context.day != "holiday" && context.week >= 32400000 + context.granted };
forbid (principal, action, resource)
when { ["sun", "mon", "tue", "wed", "thu"].contains(context.day) && !context.suspended
       && (context.minute < 360 || context.minute >= 1290) };
forbid (principal, action, resource)
when { ["fri", "sat", "holiday"].contains(context.day) && !context.suspended
       && (context.minute < 360 || context.minute >= 1350) };
forbid (principal, action, resource) when { !context.suspended && context.session >= 3600000 };
"""


def main() -> Iterator[Row]:
    try:
        import cedarpy
    except ImportError:
        raise NotHere("cedarpy is not installed; perhaps it has no wheel for this machine") from None
    policies, entities = cedarpy.PolicySet.from_str(POLICY), cedarpy.Entities.from_json_str("[]")
    who = {"principal": 'Player::"an"', "action": 'Action::"play"', "resource": 'Game::"x"'}

    def asking(inputs: list[peers.Input]) -> Callable[[], list[bool]]:
        requests = [{**who, "context": json.dumps(one)} for one in inputs]
        return lambda: [found.allowed for found in cedarpy.is_authorized_batch(requests, policies, entities)]

    yield from peers.compare("cedarpy, in one call", asking)
