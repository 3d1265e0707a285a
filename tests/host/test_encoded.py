"""What a server says is always sent, whatever a file or a program is called."""

from __future__ import annotations

import msgspec
import pytest

from host.wire import Failure, Near, encoded
from i18n.message import Listed, msg


class Odd(msgspec.Struct, frozen=True):
    names: tuple[str, ...]
    by_name: dict[str, int]


@pytest.mark.parametrize("half", [chr(0xD800), chr(0xDFFF), chr(0xDCE9)])
def test_half_a_surrogate_pair_is_replaced(half: str) -> None:
    """In a list, a key, and deep in a message; nothing else changes."""
    assert msgspec.json.decode(encoded(Odd((f"a{half}.exe", "ờ"), {half: 1})), type=Odd) == Odd(("a?.exe", "ờ"), {"?": 1})
    text = msg("{what}", what=Listed((msg("{name}", name=f"b{half}"), 7)))
    told = msgspec.json.decode(encoded(Failure("refused", text, Near("game", half, "x"))), type=Failure)
    assert told == Failure("refused", msg("{what}", what=Listed((msg("{name}", name="b?"), 7))), Near("game", "?", "x"))


def test_what_is_text_is_sent_as_it_is() -> None:
    """Moments, numbers and both kinds of brackets."""
    odd = Odd(("😀", '"', "\n"), {"x": 1})
    assert encoded(odd) == msgspec.json.encode(odd)
