"""A number claims a year, a card's QR text a date; neither proves anything, and nothing of either is repeated or kept."""

from dataclasses import fields
from datetime import date
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from i18n.message import plain
from rules.identity import Claim, IdentityError, birth_date, card_qr, personal_number, scanned

TODAY = date(2026, 11, 24)
NAME = "NGUYỄN THỊ XUÂN"
PLACE = "Số 7 Ngõ Chợ, Hà Nội"


def qr(number="001314123456", old="", born="01052014", sex="Nữ", more=()):
    return "|".join((number, old, NAME, born, sex, PLACE, "10012024", *more))


def number_of(year, sex, place="001", rest="123456"):
    """The number's layout, written the other way round."""
    return f"{place}{(year // 100 - 19) * 2 + sex}{year % 100:02}{rest}"


def doubts(texts):
    return [plain(text) for text in texts]


@pytest.mark.parametrize(("text", "born"), [
    ("2014-05-01", date(2014, 5, 1)), (" 2012-02-29\n", date(2012, 2, 29)), ("2026-11-24", TODAY),
    ("1901-01-01", date(1901, 1, 1)),
])
def test_a_date_of_birth(text, born):
    assert birth_date(text, TODAY) == born


def test_of_a_year_alone_the_younger_age_counts():
    assert birth_date("2014", TODAY) == date(2014, 12, 31)
    assert birth_date("2026", TODAY) == TODAY, "31 December is still to come"


@pytest.mark.parametrize("text", [
    "", "-", "14", "2014-5-1", "01-05-2014", "2014/05/01", "2014-13-01", "2014-02-30", "2013-02-29", "0000", "0000-01-01",
    "2014-05", "2014-05-01T00:00", "٢٠١٤", "2014-05-01 x", "2026-11-25", "2027", "9999-12-31", "1900", "0001-01-01",
])
def test_what_is_no_date_of_birth(text):
    with pytest.raises(IdentityError):
        birth_date(text, TODAY)


@pytest.mark.parametrize(("text", "why"), [
    ("2013-02-29", "no leap year"), ("2100-02-29", "no leap year"), ("2014-02-30", "that month has no such day"),
    ("2014-04-31", "that month has no such day"), ("2014-04-00", "that month has no such day"), ("2014-13-01", "no such month"),
    ("2014-00-10", "no such month"), ("0000-02-29", "that old"), ("0000", "that old"), ("2014-2-29", "YYYY-MM-DD"),
])  # fmt: skip
def test_a_day_that_no_calendar_has_is_told_why(text, why):
    with pytest.raises(IdentityError, match=why):
        birth_date(text, TODAY)


@pytest.mark.parametrize(("number", "year"), [
    ("001055123456", 1955), ("001155123456", 1955), ("001202123456", 2002), ("001314123456", 2014), ("001 3 14 123456", 2014),
    ("096325000000", 2025),
])
def test_a_number_claims_its_year(number, year):
    assert personal_number(number, TODAY) == Claim("year", date(year, 12, 31), year_only=True)


@given(st.integers(1902, 2026), st.integers(0, 1), st.integers(0, 999_999))
def test_every_year_and_sex_reads_back(year, sex, rest):
    claim = personal_number(number_of(year, sex, rest=f"{rest:06}"), TODAY)
    assert (claim.born.year, claim.born, claim.strength) == (year, min(date(year, 12, 31), TODAY), "year")


@given(st.integers(2100, 2399), st.integers(0, 1))
def test_all_ten_century_digits_are_read(year, sex):
    """0 to 9 are the years 1900 to 2399: those of 2100 and later are in the future, until they come."""
    with pytest.raises(IdentityError, match="future"):
        personal_number(number_of(year, sex), TODAY)
    assert personal_number(number_of(year, sex), date(year + 9, 1, 1)).born == date(year, 12, 31)


def test_this_years_baby_is_not_born_in_the_future():
    assert personal_number("001326123456", TODAY).born == TODAY


@pytest.mark.parametrize("number", ["003314123456", "000314123456", "999314123456"])
def test_an_unknown_place_is_a_warning(number):
    claim = personal_number(number, TODAY)
    assert claim.born == date(2014, 12, 31)
    assert "not a known province" in doubts(claim.warnings)[0]


def test_all_63_provinces_are_known():
    known = [n for n in range(1000) if not personal_number(f"{n:03}314123456", TODAY).warnings]
    assert (len(known), known[0], known[-1]) == (63, 1, 96)


def test_nine_digits_carry_no_age():
    with pytest.raises(IdentityError, match="tells no age"):
        personal_number("012345678", TODAY)


@pytest.mark.parametrize("number", [
    "", "1", "01234567", "0123456789", "00131412345", "0013141234567", "00131412345x", "٠٠١٣١٤١٢٣٤٥٦",
])
def test_what_is_no_personal_number(number):
    with pytest.raises(IdentityError, match="twelve digits"):
        personal_number(number, TODAY)


@pytest.mark.parametrize(("number", "said"), [
    ("001327123456", "future"), ("001900123456", "future"), ("001000123456", "nobody"),
])
def test_impossible_years(number, said):
    with pytest.raises(IdentityError, match=said):
        personal_number(number, TODAY)


@given(st.dates(date(1930, 1, 1), TODAY), st.integers(0, 1), *[st.text("aăáeêNnữwsfrxj0123456789 ,", max_size=30)] * 3)
def test_a_hundred_scans_with_telex_or_vni_on(born, sex, name, place, said):
    """Whatever became of the letters: the right date, or a card that is refused as one that contradicts itself."""
    text = "|".join((number_of(born.year, sex), "", name, f"{born:%d%m%Y}", said, place, "10012024"))
    claim = card_qr(scanned(text), TODAY)
    assert claim.born == born or claim.strength == "contradicted"


def test_a_card_claims_a_date_that_proves_nothing_about_its_bearer():
    claim = card_qr(qr(), TODAY)
    assert claim == Claim("date-unsigned", date(2014, 5, 1), year_only=False)
    assert "proves nothing about who holds it" in plain(claim.meaning)


@pytest.mark.parametrize("text", [
    qr(old="012345678"), qr() + "\r\n", qr(sex="nữ"), qr(sex=normalize("NFD", "Nữ")), qr("001214123456", sex="Nam"),
])
def test_cards_as_scanners_read_them(text):
    assert card_qr(text, TODAY) == Claim("date-unsigned", date(2014, 5, 1), year_only=False)


def test_the_further_parts_of_a_new_card_are_not_read():
    claim = card_qr(qr(more=("01011980", "", "TRẦN VĂN CHA", "LÊ THỊ MẸ")), TODAY)
    assert (claim.strength, claim.born) == ("date-unsigned", date(2014, 5, 1))
    assert "order is not verified" in doubts(claim.warnings)[0]


def test_a_doubt_about_the_number_stays():
    assert "not a known province" in doubts(card_qr(qr("999314123456"), TODAY).warnings)[0]


def test_a_sex_that_cannot_be_read_is_said():
    claim = card_qr(qr(sex="N?"), TODAY)
    assert (claim.strength, len(claim.warnings), claim.contradictions) == ("date-unsigned", 1, ())


@pytest.mark.parametrize(("number", "born", "sex", "youngest", "said"), [
    ("001314123456", "01052004", "Nữ", date(2014, 12, 31), ["year"]),  # an older date on a child's card
    ("001304123456", "01052014", "Nữ", date(2014, 12, 31), ["year"]),
    ("001314123456", "01052014", "Nam", date(2014, 12, 31), ["sex"]),
    ("001204123456", "01052014", "Nữ", date(2014, 12, 31), ["year", "sex"]),
    ("001326123456", "01052004", "Nữ", TODAY, ["year"]),
])
def test_a_card_that_contradicts_itself_is_good_for_the_youngest_age_only(number, born, sex, youngest, said):
    claim = card_qr(qr(number, born=born, sex=sex), TODAY)
    assert (claim.strength, claim.born, claim.year_only) == ("contradicted", youngest, True)
    assert [word in text for word, text in zip(said, doubts(claim.contradictions), strict=True)] == [True] * len(said)
    assert "contradicts itself" in plain(claim.meaning)


@given(st.dates(date(1902, 1, 1), TODAY), st.dates(date(1902, 1, 1), TODAY), st.booleans(), st.integers(0, 1))
def test_no_card_makes_anybody_older_than_its_number_or_its_date_says(written, numbered, agree, sex):
    numbered = written if agree else numbered
    claim = card_qr(qr(number_of(numbered.year, sex), born=f"{written:%d%m%Y}", sex=("Nam", "Nữ")[sex]), TODAY)
    assert claim.born >= written
    assert claim.born.year == max(written.year, numbered.year)
    assert (claim.strength == "contradicted") == (written.year != numbered.year) == bool(claim.contradictions)


@pytest.mark.parametrize("text", [
    "", "|", "||||||", qr().rsplit("|", 1)[0], "001314123456", qr("012345678"), qr("1"), qr(born=""), qr(born="2014"),
    qr(born="30022014"), qr(born="00000000"), qr(born="01132014"), qr(born="1-5-2014"), qr(born="25112026"),
    qr(born="01051880"), qr("001327123456"), qr().replace("|", ";"), f"{NAME}|001314123456||01052014|Nữ|{PLACE}|10012024",
])
def test_what_is_no_card(text):
    with pytest.raises(IdentityError):
        card_qr(text, TODAY)


@pytest.mark.parametrize(("read", "text"), [
    (card_qr, qr("012345678")), (card_qr, qr(born="31022014")), (card_qr, qr(born="01052031")),
    (card_qr, qr(number="00131412")), (personal_number, "00131412345"), (personal_number, "012345678"),
    (birth_date, "2014-02-31"), (birth_date, "2013-02-29"), (birth_date, "2014-13-01"),
    (birth_date, f"{NAME} 2014"), (card_qr, f"{NAME}|{PLACE}"),
])
def test_an_error_repeats_nothing_and_has_no_other_error_in_it(read, text):
    with pytest.raises(IdentityError) as caught:
        read(text, TODAY)
    assert not set(str(caught.value)) & set("0123456789\n")
    words = text.replace(",", " ").replace("|", " ").split()
    assert not [word for word in words if len(word) > 3 and word in str(caught.value)]
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("text", [qr(), qr(sex="Nam"), qr("999304123456", more=("x",))])
def test_a_claim_holds_neither_number_nor_name_nor_address(text):
    claim = card_qr(text, TODAY)
    assert {field.name for field in fields(claim)} == {"strength", "born", "year_only", "warnings", "contradictions"}
    assert not [part for part in (*text.split("|"), "123456", "XUÂN") if len(part) > 3 and part in repr(claim)]


PARTS = st.sampled_from(["001314123456", "012345678", "01052014", "Nữ", "Nam", "", NAME]) | st.text()
CARDS = st.lists(PARTS, max_size=9).map("|".join)
DIGITS = st.text("0123456789- |", max_size=20)


@pytest.mark.parametrize("read", [birth_date, personal_number, card_qr])
@given(text=st.text() | DIGITS | CARDS | st.from_regex(r"\A\d{4}(-\d\d-\d\d)?\Z") | st.from_regex(r"\A\d{12}\Z"))
def test_any_text_is_a_claim_or_one_line_without_a_digit(read, text):
    try:
        found = read(text, TODAY)
    except IdentityError as error:
        assert not [c for c in str(error) if c.isdigit() or c == "\n"]  # noqa: PT017 — either outcome is fine
    else:
        assert (found.born if isinstance(found, Claim) else found) <= TODAY
