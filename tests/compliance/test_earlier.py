"""What an inspector kept from the first visit is what the log is compared with: its signed head, or its card."""

from __future__ import annotations

import io
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.api.messages import Card
from cli.log import _show_card
from cli.output import Output
from compliance.__main__ import main
from compliance.note import NoteError, Signer, b64, read_checkpoint
from compliance.verifying.earlier import read_earlier


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
              "place": "home", "name": "Quán Ba 2", "certificate": "12/GCN-2026", "expires": None}  # fmt: skip
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
    assert f"Whole, anchored up to entry {card.size}" in capsys.readouterr().out


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
        assert what in second


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


def test_the_head_is_still_believed_by_its_signature_only(site):
    """Another log's key has not signed it."""
    site.honest_day()
    earlier = read_earlier(site.log.checkpoint)
    assert earlier.of(site.signer.key)
    assert not earlier.of(Signer(site.signer.key.name, b"o" * 32).key)


@given(st.text(max_size=200), st.integers(0, 2**64))
def test_any_text_is_read_or_refused(text, size):
    """With the one error."""
    card = f"{text}\n{'-'.join(['0123abcd'] * 8)}\n{size} entries\n{b64(bytes(32))}\n{text}"
    for given_ in (text, card, card.encode()):
        with suppress(NoteError):
            read_earlier(given_)
