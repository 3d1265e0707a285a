"""giochoi place: what kind of place this is, which says whose duties bind here."""

from __future__ import annotations

import re
import typing
from argparse import Namespace

from agent.api.messages import PlaceSet
from cli.context import Context
from cli.parser import Commands, checked, command, day, noun
from cli.registry import settle
from host.rpc_client import ask
from rules.packs.zones import known_zone
from rules.policy import Place

_HOURS = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)", re.ASCII)


def add_to(commands: Commands) -> None:
    verbs = noun(commands, "place", "địa điểm / the place")
    parser = command(verbs, "set", "đặt loại địa điểm / set what kind of place this is", set_place)
    parser.add_argument(
        "place",
        choices=typing.get_args(Place),
        help="nhà, điểm trò chơi, hoặc đại lý không có trò chơi / home, game point, or agent without games",
    )
    parser.add_argument(
        "--hours",
        metavar="08:00-22:00",
        type=hours,
        help="giờ mở cửa; đại lý không có trò chơi phải ghi giờ theo quyết định của UBND tỉnh / "
        "opening hours; an agent without games has to give those of its province",
    )
    parser.add_argument("--zone", metavar="AREA/CITY", type=zone, help="múi giờ, ví dụ Asia/Ho_Chi_Minh / time zone")
    parser.add_argument("--name", metavar="NAME", help="tên điểm / name of the point")
    parser.add_argument("--certificate", metavar="NO", help="số giấy chứng nhận / number of the certificate")
    parser.add_argument("--expires", metavar="YYYY-MM-DD", type=day, help="ngày hết hạn / when it expires")


@checked
def hours(text: str) -> str:
    if not _HOURS.fullmatch(text):
        raise ValueError(
            f"{text!r} không phải giờ dạng HH:MM-HH:MM, ví dụ 08:00-22:00 / are no hours as HH:MM-HH:MM, such as 08:00-22:00"
        )
    return text


@checked
def zone(text: str) -> str:
    return known_zone(text)


def set_place(args: Namespace, context: Context) -> int:
    request = PlaceSet(
        place=args.place, hours=args.hours, zone=args.zone, name=args.name, certificate=args.certificate, expires=args.expires
    )
    done = ask(context.home.agent_address, request)
    return settle(context, done, f"địa điểm / place: {args.place}")
