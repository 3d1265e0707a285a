"""Hours across midnight. Mostly they are two times the wrong way round, so whoever gives some has to say that they are meant.

What a pack's own file says was written down deliberately, and may also be the law's.
"""

from __future__ import annotations

import re

from agent.errors import bad_input
from i18n.message import msg
from rules.packs.params import SPAN

_SPAN = re.compile(SPAN)


def meant(name: str, value: str) -> None:
    """Nothing, if the value is no hours or they end on the day on which they begin. ApiError(bad-input)."""
    begin, _, end = value.partition("-")
    if _SPAN.fullmatch(value) and end < begin:
        text = msg(
            "{name}: {hours} runs over midnight, to {end} the next day; if that is meant, add --overnight",
            name=name, hours=value, end=end,
        )  # fmt: skip
        raise bad_input(text)
