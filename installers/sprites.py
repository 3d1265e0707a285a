"""Draws the tray's icons into tray/sprites, once and for all: `.venv/bin/python -m installers.sprites`.

No program of ours draws a letter: with GTK in the process Pillow's text is rubbish, and the fonts of a PC are not ours to know.
A solid shape that tells the state, and in it two characters or a sign; each size drawn by itself, so that none is blurred. They
lie as GTK's icon themes do, whose panels pick the size that they need.
"""

from __future__ import annotations

import hashlib
import math
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeAlias

from PIL import Image, ImageDraw, ImageFont

from tray.view import sprite

FONT: Final = "/usr/share/fonts/truetype/dejavu/DejaVuSansCondensed-Bold.ttf"
FOLDER: Final = Path(__file__).resolve().parents[1] / "tray" / "sprites"
SIZES: Final = (16, 20, 22, 24, 32, 40, 48, 64)
_FINE = 8  # shapes are drawn this much larger, then made smaller

# Each is at least 3 : 1 to a dark and to a light panel (#202020, #F3F3F3), and white on it at least 4.5 : 1.
GREEN, AMBER, RED, BLUE, SLATE, GREY = "#1A7F37", "#B45F06", "#CE2C3C", "#0B6BCB", "#66707B", "#767676"

_Point: TypeAlias = tuple[float, float]
_Draw: TypeAlias = ImageDraw.ImageDraw
_Shape: TypeAlias = Callable[[_Draw, float, str], None]
_Sign: TypeAlias = Callable[[_Draw, float], None]


def octagon(draw: _Draw, n: float, fill: str) -> None:
    """`n`: how wide the icon is."""
    a = n * 0.29
    draw.polygon([(a, 0), (n - a, 0), (n, a), (n, n - a), (n - a, n), (a, n), (0, n - a), (0, a)], fill=fill)


def square(draw: _Draw, n: float, fill: str) -> None:
    draw.rounded_rectangle((0, 0, n - 1, n - 1), radius=n * 0.2, fill=fill)


def circle(draw: _Draw, n: float, fill: str) -> None:
    draw.ellipse((0, 0, n - 1, n - 1), fill=fill)


def diamond(draw: _Draw, n: float, fill: str) -> None:
    """Its corners rounded, so that a sign has room in it."""
    m = n / 2
    points = [(m + _far(angle) * m * math.cos(angle), m + _far(angle) * m * math.sin(angle)) for angle in _around(180)]
    draw.polygon(points, fill=fill)


def _around(steps: int) -> list[float]:
    return [2 * math.pi * step / steps for step in range(steps)]


def _far(angle: float) -> float:
    """How far from the middle the edge of the diamond is: |x|^p + |y|^p = 1."""
    p = 1.35
    return float((abs(math.cos(angle)) ** p + abs(math.sin(angle)) ** p) ** (-1 / p))


def bubble(draw: _Draw, n: float, fill: str) -> None:
    draw.rounded_rectangle((0, 0, n - 1, n * 0.78), radius=n * 0.26, fill=fill)
    draw.polygon([(n * 0.18, n * 0.6), (n * 0.18, n - 1), (n * 0.58, n * 0.7)], fill=fill)


def triangle(draw: _Draw, n: float, fill: str) -> None:
    r = n * 0.09
    corners = [(n / 2, r), (n - r, n - r), (r, n - r)]
    draw.polygon(corners, fill=fill)
    draw.line([*corners, corners[0]], fill=fill, width=int(2 * r), joint="curve")
    for x, y in corners:
        draw.ellipse((x - r, y - r, x + r, y + r), fill=fill)


def ring(draw: _Draw, n: float, fill: str) -> None:
    """Hollow: nothing stands behind it."""
    draw.ellipse((0, 0, n - 1, n - 1), fill=fill)
    edge = n * 0.1
    draw.ellipse((edge, edge, n - 1 - edge, n - 1 - edge), fill="#FFFFFF")


def bars(draw: _Draw, n: float) -> None:
    for x in (0.33, 0.56):
        draw.rectangle((n * x, n * 0.28, n * (x + 0.11), n * 0.72), fill="white")


def dash(draw: _Draw, n: float) -> None:
    draw.rectangle((n * 0.2, n * 0.41, n * 0.8, n * 0.59), fill="white")


def tick(draw: _Draw, n: float) -> None:
    _line(draw, n, [(0.24, 0.52), (0.43, 0.71), (0.77, 0.32)], "white")


def plus(draw: _Draw, n: float) -> None:
    draw.rectangle((n * 0.25, n * 0.32, n * 0.75, n * 0.46), fill="white")
    draw.rectangle((n * 0.43, n * 0.14, n * 0.57, n * 0.64), fill="white")


def exclamation(draw: _Draw, n: float) -> None:
    draw.polygon([(n * 0.42, n * 0.32), (n * 0.58, n * 0.32), (n * 0.55, n * 0.66), (n * 0.45, n * 0.66)], fill="white")
    draw.ellipse((n * 0.42, n * 0.73, n * 0.58, n * 0.89), fill="white")


def question(draw: _Draw, n: float) -> None:
    font = ImageFont.truetype(FONT, int(n * 0.78))
    draw.text((n / 2, n / 2), "?", font=font, fill="#202020", anchor="mm")


def _line(draw: _Draw, n: float, points: list[_Point], fill: str) -> None:
    at = [(x * n, y * n) for x, y in points]
    r = n * 0.075
    draw.line(at, fill=fill, width=int(2 * r), joint="curve")
    for x, y in at:
        draw.ellipse((x - r, y - r, x + r, y + r), fill=fill)


def signs(size: int) -> dict[str, Image.Image]:
    """All icons of this size, by name."""
    numbers = [str(n) for n in range(1, 100)] + [f"{h}h" for h in range(2, 10)] + ["9+", "<1"]
    found = {sprite("playing", text): _number(size, square, GREEN, text) for text in numbers}
    found |= {sprite("soon", text): _number(size, octagon, AMBER, text) for text in ("<1", *map(str, range(1, 6)))}
    return found | {
        sprite("over"): _shape(size, circle, RED, dash),
        sprite("asks"): _shape(size, bubble, BLUE, plus),
        sprite("paused"): _shape(size, diamond, SLATE, bars),
        sprite("unenforced"): _shape(size, triangle, RED, exclamation),
        sprite("disconnected"): _shape(size, ring, GREY, question),
        sprite("free"): _shape(size, circle, GREEN, tick),
    }


def _shape(size: int, shape: _Shape, fill: str, sign: _Sign | None) -> Image.Image:
    large = Image.new("RGBA", (size * _FINE, size * _FINE), "#00000000")
    draw = ImageDraw.Draw(large)
    shape(draw, size * _FINE, fill)
    if sign is not None:
        sign(draw, size * _FINE)
    return large.resize((size, size), Image.Resampling.BOX)


def _number(size: int, shape: _Shape, fill: str, text: str) -> Image.Image:
    """The characters as large as two of the widest are, drawn at their size: the font knows how to keep thin lines sharp."""
    image = _shape(size, shape, fill, None)
    font = _fitting("88" if len(text) == 1 else max("88", text, key=ImageFont.truetype(FONT, 64).getlength), size * 0.9)
    if len(text) == 1:
        font = ImageFont.truetype(FONT, round(font.size * 1.15))
    left, _, right, _ = font.getbbox(text)
    high = font.getbbox("8")
    at = (round((size - right - left) / 2), round((size - high[3] - high[1]) / 2))
    ImageDraw.Draw(image).text(at, text, font=font, fill="white")
    return image


def _fitting(text: str, wide: float) -> ImageFont.FreeTypeFont:
    """The largest in which this is no wider."""
    return next(font for points in range(64, 0, -1) if (font := ImageFont.truetype(FONT, points)).getlength(text) <= wide)


def _small(image: Image.Image) -> Image.Image:
    """In few colours, of which those that it is drawn in stay exactly what they are."""
    counted: Any = image.getcolors(1 << 16)  # (how often, colour)
    inks = [ink for _, ink in sorted(counted, reverse=True)[:4] if ink[3] == 255]
    few = image.quantize(40, method=Image.Quantize.FASTOCTREE)
    flat = few.getpalette("RGBA") or []
    colours: list[tuple[int, ...]] = [tuple(flat[at : at + 4]) for at in range(0, len(flat), 4)]
    for ink in inks:
        near = min(range(len(colours)), key=lambda at: sum((a - b) ** 2 for a, b in zip(colours[at], ink, strict=True)))
        colours[near] = ink
    few.putpalette([part for colour in colours for part in colour], "RGBA")
    return few


def main() -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    sums = []
    for size in SIZES:
        folder = FOLDER / "hicolor" / f"{size}x{size}" / "apps"
        folder.mkdir(parents=True)
        for name, image in sorted(signs(size).items()):
            file = folder / f"{name}.png"
            _small(image).save(file, optimize=True)
            sums.append(f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.relative_to(FOLDER).as_posix()}")
    (FOLDER / "SHA256SUMS").write_text("\n".join(sums) + "\n", "ascii")


if __name__ == "__main__":
    main()
