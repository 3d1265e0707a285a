"""The page as one HTML file: no script, nothing from elsewhere, made to be printed on A4. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby

from compliance.page.blocks import MAKER, TITLE, Block, Chart, Fact, Said, Section
from compliance.page.calendar import Coverage, Share, broken
from compliance.page.text import MARKS, Words, printable
from i18n.message import Arg, Day

_STYLE = """
@page { size: A4; margin: 15mm 14mm; }
* { box-sizing: border-box; }
body { font: 10.5pt/1.42 "Segoe UI", "Noto Sans", "DejaVu Sans", Arial, sans-serif; color: #111; background: #fff;
  margin: 0 auto; padding: 1.2em; max-width: 190mm; }
h1 { font-size: 17pt; margin: 0 0 .5em; }
h2 { font-size: 11.5pt; margin: 1.5em 0 .4em; padding-bottom: .15em; border-bottom: 1.5pt solid #111; break-after: avoid; }
h3 { font-size: 10pt; margin: 1em 0 .3em; break-after: avoid; }
p, li, dd, dt, td, th { overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: minmax(8em, max-content) 1fr; gap: .2em 1.2em; margin: 0; }
dt { color: #444; } dd { margin: 0; }
#checked dl { grid-template-columns: minmax(8em, 12em) 1fr; font-size: 9pt; }
ul.said { list-style: none; margin: 0; padding: 0; }
ul.said > li { margin: 0 0 .5em; padding-left: .8em; border-left: 3pt solid #bbb; break-inside: avoid; }
ul.said > li.bad { border-color: #a40000; } ul.said > li.note { border-color: #c77700; }
ul.said > li.good { border-color: #1a7a34; }
ul.more { margin: .2em 0 0; padding-left: 1.2em; font-size: 9pt; color: #333; }
dd.bad { color: #a40000; font-weight: 600; }
#verdict > ul.said > li:first-child { font-size: 13.5pt; font-weight: 600; border-left-width: 6pt; padding: .35em .8em; }
#verdict > ul.said > li.bad:first-child { background: #fdf0ef; }
#verdict > ul.said > li.note:first-child { background: #fff7e8; }
#verdict > ul.said > li.good:first-child { background: #eef8f0; }
#next li { border-color: #111; }
table { border-collapse: collapse; font-size: 7.5pt; font-variant-numeric: tabular-nums; margin: 0 0 .6em; }
table, tr { break-inside: avoid; }
th { font-weight: 400; color: #444; } th[scope=row] { text-align: left; padding-right: .7em; white-space: nowrap; color: #111; }
td, thead th + th { width: 4.4mm; min-width: 4.4mm; height: 4.4mm; text-align: center; padding: 0; line-height: 1; }
td { border: .4pt solid #999; } td.sum { width: 9mm; min-width: 9mm; border: 0; text-align: right; padding-right: .5em; }
td.whole { background: #cfe9d5; } td.part { background: #f6bd50; } td.none { background: #a40000; color: #fff; }
td.closed { border-color: #e2e2e2; }
.legend { font-size: 8.5pt; }
.legend span { display: inline-block; min-width: 1.4em; text-align: center; border: .4pt solid #999;
  margin: 0 .3em 0 1em; } .legend span.whole { background: #cfe9d5; } .legend span.part { background: #f6bd50; }
.legend span.none { background: #a40000; color: #fff; } .legend span.closed { border-color: #e2e2e2; }
footer { margin-top: 1.5em; font-size: 8.5pt; color: #444; }
@media screen and (max-width: 700px) { table { display: block; overflow-x: auto; } }
@media print { body { padding: 0; max-width: none; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
"""
_CELLS = {**MARKS, "whole": "", "part": "50"}


def document(
    sections: Sequence[Section], words: Words, language: str, *, title: Arg = TITLE, maker: Arg = MAKER
) -> str:  # fmt: skip
    """The whole file. All of it that a log says is escaped, and what commands a terminal or a reader is replaced."""
    page = _Page(words)
    called = page.text(title)
    body = "\n".join(line for section in sections for line in page.section(section))
    return (
        f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f'<meta name="viewport" content="width=device-width">\n<title>{called}</title>\n<style>{_STYLE}</style>\n</head>\n'
        f"<body>\n<h1>{called}</h1>\n{body}\n"
        f"<footer>{page.text(maker)}</footer>\n</body>\n</html>\n"
    )


class _Page:
    def __init__(self, words: Words) -> None:
        self._words = words

    def text(self, said: Arg) -> str:
        return escape(printable(self._words(said)))

    def section(self, section: Section) -> Iterator[str]:
        yield f'<section id="{section.id}">\n<h2>{self.text(section.title)}</h2>'
        for kind, blocks in groupby(section.blocks, type):
            opened, closed = {Fact: ("<dl>", "</dl>"), Said: ('<ul class="said">', "</ul>")}.get(kind, ("", ""))
            yield "\n".join([opened, *(line for block in blocks for line in self._block(block)), closed])
        yield "</section>"

    def _block(self, block: Block) -> Iterator[str]:
        match block:
            case Fact():
                yield f'<dt>{self.text(block.name)}</dt><dd class="{block.tone}">{self.text(block.is_)}</dd>'
            case Said():
                more = "".join(f"<li>{self.text(one)}</li>" for one in block.more)
                below = f'<ul class="more">{more}</ul>' if more else ""
                yield f'<li class="{block.tone}">{self.text(block.text)}{below}</li>'
            case Chart():
                yield from self._chart(block)

    def _chart(self, chart: Chart) -> Iterator[str]:
        told = [(mark, _CELLS[mark].strip() or "&nbsp;", self.text(about)) for mark, about in chart.legend]
        marks = "".join(f'<span class="{mark}">{cell}</span>{about}' for mark, cell, about in told)
        yield f'<p class="legend">{marks}</p>'
        found = chart.coverage
        if chart.by_hour is not None:
            yield f"<h3>{self.text(chart.by_hour)}</h3>"
            yield from self._table([str(hour) for hour in found.hours], found, [
                [seat.hour(hour) for hour in found.hours] for seat in found.seats
            ])  # fmt: skip
        if chart.by_day is not None:
            yield from self._days(found, chart.by_day)
            yield from self._broken(found)

    def _days(self, found: Coverage, title: Arg) -> Iterator[str]:
        for (year, month), days in groupby(found.days, lambda day: (day.year, day.month)):
            kept = list(days)
            yield f"<h3>{self.text(title)}, {month:02}/{year}</h3>"
            rows = [[seat.day(day) for day in kept] for seat in found.seats]
            yield from self._table([str(day.day) for day in kept], found, rows)

    def _broken(self, found: Coverage) -> Iterator[str]:
        """Hour by hour."""
        for seat, days in broken(found):
            yield f"<h3>{self.text(seat.seat)}</h3>\n<table><thead><tr><th></th><th>%</th>{_heads(map(str, found.hours))}"
            yield "</tr></thead><tbody>"
            for day in days:
                yield _row(self.text(Day(day)), [seat.hours.get((day, hour), Share()) for hour in found.hours])
            yield "</tbody></table>"

    def _table(self, heads: Sequence[str], found: Coverage, rows: Sequence[Sequence[Share]]) -> Iterator[str]:
        yield f"<table><thead><tr><th></th><th>%</th>{_heads(heads)}</tr></thead><tbody>"
        yield from (_row(self.text(seat.seat), row) for seat, row in zip(found.seats, rows, strict=True))
        yield "</tbody></table>"


def _heads(names: Sequence[str] | Iterator[str]) -> str:
    return "".join(f'<th scope="col">{name}</th>' for name in names)


def _row(name: str, shares: Sequence[Share]) -> str:
    cells = "".join(f'<td class="{one.mark}">{_cell(one)}</td>' for one in shares)
    return f'<tr><th scope="row">{name}</th><td class="sum">{sum(shares, Share()).percent}</td>{cells}</tr>'


def _cell(share: Share) -> str:
    """Readable without colours: what was missed in part has the percentage that was watched."""
    return share.percent if share.mark == "part" else _CELLS[share.mark].strip()
