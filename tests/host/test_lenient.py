"""What a newer version wrote is read as far as this one knows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import msgspec
import pytest

from host import lenient
from host.wire import Wire
from i18n.message import Message, Text


@dataclass(frozen=True)
class Rule:
    id: str
    kind: Literal["a", "b"] = "a"


class Named(Wire, frozen=True, kw_only=True):
    name: str


class Document(Wire, frozen=True, kw_only=True):
    number: int
    rules: tuple[Rule, ...] = ()
    names: tuple[Named, ...] = ()
    text: Message | Text | None = None


def read(**said):
    return lenient.decode(msgspec.json.encode(said), Document)


def test_what_is_known_is_no_news():
    """Also where there are several kinds to choose from."""
    document = Document(number=1, rules=(Rule("r", "b"),), names=(Named(name="n"),), text=Message("x", {"n": 3}))
    assert lenient.decode(msgspec.json.encode(document), Document) == (document, False)


def test_what_this_version_would_write_just_so_is_not_walked_through(monkeypatch):
    """A list of many players and games would hold up the loop."""
    document = Document(number=1, rules=(Rule("r", "b"),), names=(Named(name="n"),))
    monkeypatch.setattr(lenient._Reader, "known", None)
    for end in (b"", b"\n"):
        assert lenient.decode(msgspec.json.encode(document) + end, Document) == (document, False)


@pytest.mark.parametrize(("said", "found"), [
    ({"more": 1}, Document(number=1)),
    ({"names": [{"name": "n", "more": [1]}]}, Document(number=1, names=(Named(name="n"),))),
    ({"rules": [{"id": "r", "more": 1}]}, Document(number=1, rules=(Rule("r"),))),
    ({"rules": [{"id": "r"}, {"id": "s", "kind": "c"}]}, Document(number=1, rules=(Rule("r"),))),
    ({"rules": [{"kind": "a"}]}, Document(number=1)),
])  # fmt: skip
def test_unknown_fields_and_rules_are_left_out(said, found):
    assert read(number=1, **said) == (found, True)


@pytest.mark.parametrize("said", [{}, {"number": "1"}, {"number": 1, "names": [{}]}, {"number": 1, "rules": 3}])
def test_what_cannot_be_left_out_is_an_error(said):
    """A required field, and members that are no rules."""
    with pytest.raises(msgspec.MsgspecError):
        read(**said)


@pytest.mark.parametrize("document", [b"[]", b"3", b"{", b"\xff"])
def test_what_is_no_document_is_an_error(document):
    with pytest.raises((msgspec.MsgspecError, UnicodeDecodeError)):
        lenient.decode(document, Document)
