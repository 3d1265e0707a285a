"""The holidays that stand in the shipped packs, as the kept library `holidays` knows them. Packs hold the dates themselves.

    .venv/bin/python tests/rules/rules_holidays.py      writes them into rules/packs anew
"""

import itertools
import re
import textwrap
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import holidays

PACKS = Path(__file__).parents[2] / "rules" / "packs"


@dataclass(frozen=True)
class Kept:
    """A country's public holidays from `first` to before `end`; `work`: with the days of rest that are worked.

    `decreed`: holidays are moved by a decision of each year, so that only those years are known that the library has one for.
    """

    country: str
    first: date
    end: date
    work: bool = False
    decreed: bool = True

    @property
    def off(self):
        return [day for day in sorted(self._library) if self.first <= day < self.end]

    @property
    def worked(self):
        return [day for day in sorted(self._library.weekend_workdays) if self.work and self.first <= day < self.end]

    @property
    def known_to(self):
        """1 January after the last year whose days off the library has as they were announced."""
        return date(max(self._library.special_public_holidays) + 1, 1, 1) if self.decreed else self.end

    @property
    def _library(self):
        return holidays.country_holidays(self.country, years=range(self.first.year, self.end.year + 1))


CHINA_2019 = Kept("CN", date(2019, 10, 25), date(2021, 9, 1), work=True)
CHINA_2021 = Kept("CN", date(2021, 9, 1), date(2027, 1, 1), work=True)
VIETNAM = Kept("VN", date(2024, 1, 1), date(2028, 1, 1))
THAILAND = Kept("TH", date(2024, 1, 1), date(2027, 1, 1))
JAPAN = Kept("JP", date(2020, 4, 1), date(2028, 1, 1), decreed=False)

CALENDARS = {
    "cn-2019": CHINA_2019, "cn-2021": CHINA_2021,
    "home-balanced": VIETNAM, "home-school-week": VIETNAM, "home-weekend": VIETNAM,
    "jp-kagawa": JAPAN, "th-shops": THAILAND,
}


def spans(days):
    """Days in order as items of a pack: those that follow each other as one."""
    runs = []
    for day in days:
        if runs and day - runs[-1][-1] == timedelta(days=1):
            runs[-1].append(day)
        else:
            runs.append([day])
    return [f"{run[0]}" if len(run) == 1 else f"{run[0]}..{run[-1]}" for run in runs]


def lines(days):
    """Each year on lines of its own."""
    items = spans(days)
    by_year = itertools.groupby(items, key=lambda item: item[:4])
    years = [", ".join(f'"{item}"' for item in some) for _, some in by_year]
    return "".join(f"    {line},\n" for year in years for line in textwrap.fill(year, 120).split(",\n"))


_OFF = re.compile(r"^off = \[\n(.*?)^\]\n", re.MULTILINE | re.DOTALL)
_WORK = re.compile(r"^work = \[\n.*?^\]\n", re.MULTILINE | re.DOTALL)
_KNOWN_TO = re.compile(r"^known_to = .*$", re.MULTILINE)


def written(text, kept):
    """The text of a pack with these dates in it; what its `off` refers to stays there."""
    own = "".join(f"    {one},\n" for one in re.findall(r'"\$[a-z_]+"', _OFF.search(text)[1]))
    text = _OFF.sub(lambda _: f"off = [\n{own}{lines(kept.off)}]\n", text)
    text = _WORK.sub(lambda _: f"work = [\n{lines(kept.worked)}]\n", text)
    return _KNOWN_TO.sub(f"known_to = {min(kept.known_to, kept.end)}", text)


def main():
    for name, kept in CALENDARS.items():
        path = PACKS / f"{name}.toml"
        path.write_text(written(path.read_text("utf-8"), kept), "utf-8")


if __name__ == "__main__":
    main()
