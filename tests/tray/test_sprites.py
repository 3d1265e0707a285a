"""The icons as they lie in the tree: all there, unchanged, legible on dark and light, told apart by who sees few colours."""

from __future__ import annotations

import hashlib
from itertools import combinations
from pathlib import Path
from typing import get_args

import pytest
from PIL import Image

import tray
from tray.view import State, sprite

FOLDER = Path(tray.__file__).parent / "sprites"
SIZES = (16, 20, 22, 24, 32, 40, 48, 64)
PANELS = ((0x20, 0x20, 0x20), (0xF3, 0xF3, 0xF3))
NUMBERS = [str(n) for n in range(1, 100)] + [f"{n}h" for n in range(2, 10)] + ["9+", "<1"]
SIGNS = [state for state in get_args(State) if state not in {"playing", "soon"}]
NAMES = [
    *(sprite("playing", text) for text in NUMBERS), *(sprite("soon", text) for text in ("<1", *"12345")), *map(sprite, SIGNS),
]  # fmt: skip
ONE_OF_EACH = [sprite("playing", "42"), sprite("soon", "5"), *map(sprite, SIGNS)]

# How people without one kind of cones see (Viénot, Brettel and Mollon 1999; tritan: Brettel 1997, simplified), on linear RGB.
BLIND = {
    "protan": ((0.11238, 0.88762, 0.0), (0.11238, 0.88762, 0.0), (0.00401, -0.00401, 1.0)),
    "deutan": ((0.29275, 0.70725, 0.0), (0.29275, 0.70725, 0.0), (-0.02234, 0.02234, 1.0)),
    "tritan": ((1.01277, 0.13548, -0.14826), (-0.01243, 0.86812, 0.14431), (0.07589, 0.80500, 0.11911)),
    "grey": ((0.2126, 0.7152, 0.0722),) * 3,
}


def picture(name, size):
    with Image.open(FOLDER / "hicolor" / f"{size}x{size}" / "apps" / f"{name}.png") as file:
        return file.convert("RGBA")


def linear(channel):
    part = channel / 255
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def light(colour):
    return sum(weight * linear(part) for weight, part in zip((0.2126, 0.7152, 0.0722), colour[:3], strict=True))


def contrast(one, other):
    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


def pixels(image):
    data = image.tobytes()
    return [tuple(data[at : at + len(image.getbands())]) for at in range(0, len(data), len(image.getbands()))]


def inks(name):
    """The colours that a large icon consists of, without those of its edges; the commonest first."""
    opaque = [pixel[:3] for pixel in pixels(picture(name, 64)) if pixel[3] == 255]
    counted = sorted(set(opaque), key=opaque.count, reverse=True)
    return [colour for colour in counted if opaque.count(colour) >= 0.04 * len(opaque)]


def test_they_are_what_was_drawn():
    """None is missing, none is more, none was changed by hand."""
    lines = (FOLDER / "SHA256SUMS").read_text("ascii").splitlines()
    listed = {path: digest for digest, path in (line.split("  ") for line in lines)}
    found = {path.relative_to(FOLDER).as_posix(): path for path in FOLDER.rglob("*.png")}

    assert {path: hashlib.sha256(file.read_bytes()).hexdigest() for path, file in found.items()} == listed
    assert set(listed) == {f"hicolor/{size}x{size}/apps/{name}.png" for size in SIZES for name in NAMES}


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_shape_and_glyph_stand_out(name):
    """The glyph 4.5 : 1 on its shape, the shape 3 : 1 on a dark and on a light panel."""
    found = inks(name)
    glyph, ground = max(combinations(found, 2), key=lambda two: contrast(*two))
    shape = next(colour for colour in found if colour not in {(255, 255, 255), (0x20, 0x20, 0x20)})

    assert contrast(glyph, ground) >= 4.5, found
    assert min(contrast(shape, panel) for panel in PANELS) >= 3, found


@pytest.mark.parametrize("size", SIZES)
def test_each_size_is_its_own(size):
    """None is made from another by stretching, and none reaches out of its square."""
    for name in ONE_OF_EACH:
        assert picture(name, size).size == (size, size)


@pytest.mark.parametrize("size", [16, 22, 32])
@pytest.mark.parametrize("panel", PANELS)
@pytest.mark.parametrize("kind", [None, *BLIND])
def test_states_are_told_apart(size, panel, kind):
    """By shape and glyph: also without colours."""
    seen = {name: _seen(picture(name, size), panel, kind) for name in ONE_OF_EACH}

    for one, other in combinations(seen, 2):
        assert _apart(seen[one], seen[other]) >= 25, (one, other)


@pytest.mark.parametrize("panel", PANELS)
def test_numbers_are_told_apart_at_16_pixels(panel):
    """The nearest two of them, in grey levels."""
    seen = [_seen(picture(sprite("playing", str(n)), 16), panel, "grey") for n in range(10, 100)]

    assert min(_apart(one, other) for one, other in combinations(seen, 2)) >= 9


def _seen(image, panel, kind):
    ground = Image.new("RGBA", image.size, panel)
    ground.alpha_composite(image)
    found = pixels(ground.convert("RGB"))
    return [_simulated(pixel, BLIND[kind]) for pixel in found] if kind else found


def _simulated(pixel, matrix):
    """The pixel as they see it, in sRGB again."""
    given = [linear(part) for part in pixel]
    seen = [min(1.0, max(0.0, sum(weight * part for weight, part in zip(row, given, strict=True)))) for row in matrix]
    return tuple(255 * (12.92 * part if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055) for part in seen)


def _apart(one, other):
    """Root of the mean square of their differences, 0 to 255."""
    squares = [(a - b) ** 2 for left, right in zip(one, other, strict=True) for a, b in zip(left, right, strict=True)]
    return (sum(squares) / len(squares)) ** 0.5
