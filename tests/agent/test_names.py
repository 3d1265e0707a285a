"""Names that people type become ids; what is no name is said so."""

from __future__ import annotations

import unicodedata

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


@pytest.mark.parametrize("name", [
    "An\u3164", "A\u034fn", "An\ufe0f", "An\U000e0101", "An\u180b", "An\u180f", "An\uffa0", "\u115fAn", "An\u17b4", "An\u2800",
    "An\u200d", "An\u00ad", "\uff21\uff4e", "\U0001d400n", "\u24b6n", "a" + "\u0323\u0331\u0332\u0333\u0338",
    "\u0410n", "An \u0411\u0430", "\u039dam", "An\u0585",
])  # fmt: skip
def test_what_a_reader_cannot_see_or_tell_apart(name):
    """Letters that show nothing, of other shapes, under heaps of marks, or of two alphabets that look alike: in one line."""
    with pytest.raises(ApiError) as error:
        person(name)
    assert (error.value.code, "\n" in str(error.value)) == ("bad-input", False)


@pytest.mark.parametrize("name", [
    "Nguyễn Thị Ngọc Ánh", "Đỗ Văn Ẩn", "bé Bi 2", "O’Brien-Lê", "Y Blim Niê", "小明", "Tiểu 明", "李娜 (Na)", "សុខា ចាន់ស្រីមុំ",
    "น้ำผึ้ง", "ເດັກນ້ອຍ", "မောင်မောင်", "김민준", "さくら", "ガッツ", "नन्ही", "محمد",
    "Анна", "Ελένη", "Minecraft: Java Edition", "Half-Life²", "Pokémon™",
])  # fmt: skip
def test_names_of_all_languages(name):
    assert clean(name) == unicodedata.normalize("NFC", name)
    assert person(name) == clean(name)


def test_a_title_is_less_strict_than_a_persons_name():
    """Games are called as their makers like, but not by what nobody sees."""
    assert [clean(title) for title in ("ΣLUDE", "ＦＩＮＡＬ")] == ["ΣLUDE", "ＦＩＮＡＬ"]
    with pytest.raises(ApiError, match="nobody sees"):
        clean("Luanti\u3164")


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
