"""What an inspector kept from the first visit is what the log is compared with: its signed head, or its card."""

from __future__ import annotations

import io
import re
from contextlib import suppress

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from agent.api.log import Card
from cli.log import _show_card, signed
from cli.output import Output
from compliance.__main__ import main
from compliance.note import NoteError, Signer, b64, checkpoint_text, read_checkpoint, unb64
from compliance.verifying.bundle.earlier import read_earlier


@pytest.fixture
def log(site, tmp_path):
    """A log, exported after its second visit; its card is of the first."""
    seat = site.honest_day()
    card = the_card(site)
    seat.start()
    site.deliver()
    file = tmp_path / "log.zip"
    file.write_bytes(site.bundle())
    return file, card


def the_card(site, **more):
    head, key = read_checkpoint(site.log.checkpoint), site.signer.key
    fields = {"origin": head.origin, "key": key.text, "fingerprint": key.fingerprint, "size": head.size, "root": b64(head.root),
              "place": "home", "name": "Quán Ba 2", "certificate": "12/GCN-2026", "expires": None,
              "checkpoint": site.log.checkpoint}  # fmt: skip
    return Card(**{**fields, **more})


def shown(card, language="en", *, json=False):
    out = io.StringIO()
    Output(json=json, language=language, out=out).answer(card, lambda: _show_card(card, Output(language=language, out=out)))
    return out.getvalue()


@pytest.mark.parametrize(("language", "json", "columns"), [("en", False, "100"), ("vi", False, "60"), ("en", True, "80")])
def test_a_card_as_it_is_shown_anchors_the_log(log, tmp_path, capsys, monkeypatch, language, json, columns):
    """In either language, however wide, and as JSON."""
    file, card = log
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setenv("GIOCHOI_LANG", "en")
    (tmp_path / "card.txt").write_text(shown(card, language, json=json), "utf-8")
    assert main([str(file), "--since", str(tmp_path / "card.txt")]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert f"Whole; its first {card.size} entries agree with your earlier card or head" in told
    assert "it is the key of the card" in told


@pytest.mark.parametrize(("change", "what"), [
    ({"root": b64(b"r" * 32)}, "were rewritten since"), ({"size": 12_345}, "the log had 12,345 entries and now has"),
    ({"fingerprint": "-".join(["01234567"] * 8)}, "the card shows the fingerprint of another key"),
])  # fmt: skip
def test_a_card_that_the_log_does_not_continue_is_exit_4(site, log, tmp_path, capsys, monkeypatch, change, what):
    """With the reason, and no other; sizes are written as each language writes them."""
    file, _ = log
    monkeypatch.setenv("GIOCHOI_LANG", "en")
    for language in ("en", "vi"):
        (tmp_path / "card.txt").write_text(shown(the_card(site, **change), language), "utf-8")
        assert main([str(file), "--since", str(tmp_path / "card.txt")]) == 4
        verdict = capsys.readouterr().out.partition("VERDICT\n")[2].partition("\n\n")[0]
        first, second = (" ".join(line.split()) for line in verdict.split("✗")[1:])
        assert first == "NOT VERIFIED: 1 thing in it does not hold"
        assert second.startswith("The log does not go on from what you hold of an earlier visit: ")
        assert ". the earlier head or card: " in second
        assert what in second


@pytest.mark.parametrize(("option", "made"), [
    ("--since", lambda text: text), ("--card", str.strip), ("--card", lambda text: text.replace("\n", "\r\n")),
    ("--card", lambda text: "\n" + text.replace("\n", "  \n") + "\n\n"),
], ids=["file", "phone", "Windows", "editor"])  # fmt: skip
def test_a_card_as_its_file_and_qr_code_have_it_anchors_the_log(log, tmp_path, capsys, monkeypatch, option, made):
    """It holds the signed head, its key and the place, and survives what phones and editors do to ends of lines."""
    file, card = log
    monkeypatch.setenv("GIOCHOI_LANG", "en")
    (tmp_path / "card.txt").write_bytes(made(signed(card)).encode())
    assert main([str(file), option, str(tmp_path / "card.txt")]) == 0
    told = capsys.readouterr().out
    assert f"Whole; its first {card.size} entries agree with your earlier card or head" in told
    assert f"{card.name}, as the earlier card calls it" in told


@pytest.mark.parametrize("about", [{"address": "5 Hàng Bài, Hà Nội", "owner": "Trần Thị Mai"}, {}])
def test_a_card_as_json_says_the_same_of_the_place(site, about):
    """As the agent publishes it, whatever a line of it holds; one of before has less."""
    card = structs.replace(the_card(site, **about), name="Quán\nkey Ba")
    told = {name: text for name, text in structs.asdict(card).items() if name not in {"address", "owner"}} | about
    said = read_earlier(msgspec.json.encode(told)).told
    assert said == (("name", "Quán key Ba"), *about.items())


def test_a_card_says_whose_it_is(site, log):
    """The names are for people; what is not known is left out. Of the head's signatures only the log's own is on it."""
    _, card = log
    head = site.log.checkpoint.split("\n")
    assert signed(the_card(site)).split("\n") == [
        *head, f"key {card.key}", "place home", "name Quán Ba 2", "certificate 12/GCN-2026", "",
    ]  # fmt: skip
    witness = site.log.checkpoint + "\u2014 witness.example AAAAAAAA\n"
    assert signed(the_card(site, checkpoint=witness, name="a\nkey b", certificate="")).split("\n") == [
        *head, f"key {card.key}", "place home", "name a key b", "",
    ]  # fmt: skip


@pytest.mark.parametrize(("change", "why"), [
    (lambda text: re.sub(r"\n(\d+)\n", lambda size: f"\n{int(size[1]) + 1}\n", text), "its first lines – log, number of"),
    (lambda text: re.sub(r"\n(.)(.{42}=)\n", lambda root: f"\n{'AB'[root[1] == 'A']}{root[2]}\n", text), "its first lines"),
    (lambda text: re.sub(r"\nkey .*", "", text), "the line of the log's key is missing, which begins with “key”"),
    (lambda text: text.replace("\nkey ", "\nkhóa "), "the line of the log's key is missing"),
    (lambda text: re.sub(r"\n— .*", "", text), "the line of the signature is missing, which begins with “—”"),
    (lambda text: re.sub(r"(\nkey .*)....", r"\1", text), "the log's key on it is not as it was written"),
])  # fmt: skip
def test_what_is_wrong_with_a_card_and_what_to_do(log, tmp_path, capsys, monkeypatch, change, why):
    """An inspector holds it, and has never read of notes and base64."""
    file, card = log
    monkeypatch.setenv("GIOCHOI_LANG", "en")
    text = change(signed(card))
    assert text != signed(card)
    (tmp_path / "card.txt").write_text(text, "utf-8")
    assert main([str(file), "--card", str(tmp_path / "card.txt")]) == 2
    told = capsys.readouterr().err
    assert f"card.txt is a card that was changed or damaged: {why}" in told
    assert "Take the card anew from where you keep it: its file, its QR code, or its fingerprint alone" in told
    assert "leave out --card: then the log is checked" in told
    assert "base64" not in told


def test_the_card_of_another_log_is_exit_4(log, tmp_path, capsys, monkeypatch):
    """It holds by itself, but this log's key has not signed it."""
    file, card = log
    monkeypatch.setenv("GIOCHOI_LANG", "en")
    other = Signer(card.origin, b"o" * 32)
    note = other.sign(checkpoint_text(card.origin, card.size, unb64(card.root)))
    text = signed(structs.replace(card, checkpoint=note, key=other.key.text))
    (tmp_path / "card.txt").write_text(text, "utf-8")
    assert main([str(file), "--card", str(tmp_path / "card.txt")]) == 4
    told = " ".join(capsys.readouterr().out.split())
    assert "not signed by the key of this log" in told
    assert card.name not in told


def test_the_fingerprint_alone_tells_the_log_and_anchors_nothing(log, tmp_path, capsys, monkeypatch):
    """As older QR codes had it."""
    file, card = log
    monkeypatch.setenv("GIOCHOI_LANG", "en")
    other = "-".join(["01234567"] * 8)
    for fingerprint, code, said in ((card.fingerprint, 0, "Whole, but no outsider has seen it yet"), (other, 4, "another key")):
        (tmp_path / "card.txt").write_text(f"{fingerprint}\n", "utf-8")
        assert main([str(file), "--card", str(tmp_path / "card.txt")]) == code
        assert said in capsys.readouterr().out


def test_head_and_card_at_once_is_one_too_many(log, tmp_path, capsys, monkeypatch):
    """Nobody is left to guess which of them counted."""
    file, _ = log
    monkeypatch.setenv("GIOCHOI_LANG", "en")
    assert main([str(file), "--card", "a", "--since", "b"]) == 2
    assert "either --since or --card" in capsys.readouterr().err


def test_what_is_neither_is_one_line_in_one_language(log, tmp_path, capsys, monkeypatch):
    """It says what to keep instead."""
    file, card = log
    told = shown(card)
    for text in (told.replace(card.root, ""), told + card.root, told.replace(card.fingerprint, "?"), told * 2, "9" * 5_000):
        (tmp_path / "card.txt").write_text(text, "utf-8")
        for language, words in (("en", "is neither what"), ("vi", "không phải")):
            monkeypatch.setenv("GIOCHOI_LANG", language)
            assert main([str(file), "--since", str(tmp_path / "card.txt")]) == 2
            (line,) = capsys.readouterr().err.splitlines()
            assert words in line
            assert "giochoi log card" in line


@given(st.text(max_size=200), st.integers(0, 2**64))
def test_any_text_is_read_or_refused(text, size):
    """With the one error."""
    card = f"{text}\n{'-'.join(['0123abcd'] * 8)}\n{size} entries\n{b64(bytes(32))}\n{text}"
    signed_ = f"o\n{size}\n{b64(bytes(32))}\n\n\u2014 o AAAAAAA=\n\nkey o+{text}\n{text}"
    for given_ in (text, card, card.encode(), signed_, f'{{"checkpoint":"{text}","key":""}}'):
        with suppress(NoteError):
            read_earlier(given_)


def test_nested_without_end_is_no_card():
    with pytest.raises(NoteError):
        read_earlier('{"more":' + "[" * 500_000)


def test_a_bundle_of_an_earlier_visit_anchors_the_log(site, tmp_path, capsys, monkeypatch):
    """Whoever kept it, and no card; a log that was put back to before that, or written anew, does not go on from it."""
    monkeypatch.setenv("GIOCHOI_LANG", "en")
    early, late = tmp_path / "early.zip", tmp_path / "late.zip"
    seat = site.honest_day()
    early.write_bytes(site.bundle())
    size = site.log.size
    seat.start()
    site.deliver()
    late.write_bytes(site.bundle())
    assert main([str(late), "--since", str(early)]) == 0
    assert f"Whole; its first {size} entries agree with your earlier card or head" in " ".join(capsys.readouterr().out.split())
    assert main([str(early), "--since", str(late)]) == 4
    assert "and now has" in capsys.readouterr().out
    late.write_bytes(late.read_bytes()[:100])
    assert main([str(early), "--since", str(late)]) == 2
