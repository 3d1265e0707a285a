"""Names that people type become ids; what is no name is said so."""

from __future__ import annotations

import pytest

from agent.api.naming import same
from agent.api.slug import slug
from agent.registering.names import clean, free_id, game_id, person
from host.wire import ApiError


@pytest.mark.parametrize(
    ("name", "id"),
    [
        ("Ân Nguyễn", "an-nguyen"),
        ("Đỗ Thị Đào", "do-thi-dao"),
        ("  bé   Bi  ", "be-bi"),
        ("A.B/C", "a-b-c"),
        ("小明", "player"),
        ("x" * 100, "x" * 40),
    ],
)
def test_slug(name, id):
    """Diacritics and đ are folded; a script without Latin letters falls back."""
    assert slug(name, "player") == id


def test_slug_does_not_depend_on_unicode_form():
    """A name typed in NFD is the same name."""
    assert slug("A\u0302n") == slug("\u00c2n") == "an"


def test_free_id_avoids_what_is_taken_and_reserved():
    """The first free number from 2 on."""
    assert [free_id("an", ()), free_id("an", {"an", "an-2"}), free_id("guest", ())] == ["an", "an-3", "guest-2"]


def test_clean_tidies():
    """NFC, and one space between words."""
    assert clean("  A\u0302n\t Nguyễn ") == "Ân Nguyễn"


@pytest.mark.parametrize("name", ["", "   ", "---", "x" * 81, "a\x00b", "a\u202eb"])
def test_what_is_no_name(name):
    """Nothing to read, too long, or what a terminal would act upon."""
    with pytest.raises(ApiError) as error:
        clean(name)
    assert error.value.code == "bad-input"
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("name", ["guest", "Place", "ALL", "none"])
def test_reserved_names(name):
    """Words that commands use for something else name nobody."""
    with pytest.raises(ApiError):
        person(name)


def test_same_minds_diacritics_only():
    """Case and form do not matter, the accent does: Ân and An are two children."""
    assert [same("ÂN", "a\u0302n"), same("An", "Ân")] == [True, False]


@pytest.mark.parametrize("id", ["luanti", "0ad", "half-life-2"])
def test_game_ids(id):
    """Slugs are ids."""
    assert game_id(id) == id


@pytest.mark.parametrize(
    ("id", "hint"), [("Tux Kart", "tux-kart"), ("luanti-mon", "luanti"), ("all", "all-2"), ("", "game"), ("a_b", "a-b")]
)
def test_what_is_no_game_id_comes_with_one_that_is(id, hint):
    """The remedy is in the line."""
    with pytest.raises(ApiError, match=f"'{hint}'"):
        game_id(id)
