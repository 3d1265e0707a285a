"""`make bench [ARGS="name… quick"]`: every bench_*.py beside this file, as one table with the machine on top. A name stands for
all that begin with it (`gate` for `gate_kills` too); `quick` makes a tenth of the runs, for a look.

A benchmark is a file with `main() -> Iterable[Row]` (see measure.py). It may raise NotHere. A bound that is not kept makes the
run fail, so that a change that costs too much is seen.
"""

from __future__ import annotations

import importlib.util
import os
import platform
import sys
import time
from pathlib import Path

import measure
import psutil
from measure import NotHere, Row

from cli.output import Output

HERE = Path(__file__).parent


def machine() -> str:
    """One line: what the numbers below were measured on."""
    processors = (line.partition(":")[2].strip() for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines()
                  if line.startswith("model name"))
    return " · ".join((
        time.strftime("%Y-%m-%d"),
        f"{next(processors, platform.processor())} × {os.cpu_count()}",
        f"{psutil.virtual_memory().total / 2**30:.0f} GiB",
        f"{platform.system()} {platform.release()}",
        f"Python {platform.python_version()}",
        f"load {os.getloadavg()[0]:.1f}",
        "root" if os.geteuid() == 0 else "not root",
    ))


def rows(path: Path) -> list[Row]:
    """Run one benchmark."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    found = list(module.main())
    for row in found:
        if len(row.samples) < row.least:
            sys.exit(f"{path.name}: {row.name} has {len(row.samples)} samples, a benchmark needs {row.least}")
    return found


def shown(value: float, unit: str = "") -> str:
    digits = 0 if value >= 1000 else 1 if value >= 10 else 3
    return f"{value:,.{digits}f} {unit}".rstrip()


def cells(row: Row) -> tuple[str, ...]:
    """One line of the table."""
    spread = f"{shown(min(row.samples))} … {shown(max(row.samples))}"
    what = (row.name, shown(row.value(), row.unit), spread, str(len(row.samples)))
    ratio = row.ratio()
    if row.bound is None or ratio is None:
        return (*what, "", "", "")
    sign = "≥" if row.better == "more" else "≤"
    return (*what, f"{sign} {shown(row.bound, row.unit)}", f"{ratio:.2f}", "kept" if ratio >= 1 else "NOT KEPT")


def main(wanted: list[str]) -> int:
    """Print the table; the exit code is 1 if a bound is not kept."""
    table, kept = [], True
    measure.quick = "quick" in wanted
    wanted = [name for name in wanted if name != "quick"]
    for path in sorted(HERE.glob("bench_*.py")):
        name = path.stem.removeprefix("bench_")
        if wanted and not any(f"{name}_".startswith(f"{one}_") for one in wanted):
            continue
        print(f"bench: {name}", file=sys.stderr, flush=True)
        try:
            found = rows(path)
        except NotHere as missing:
            table.append((name, "–", "", "", "", "", f"left out: {missing}"))
            continue
        table += map(cells, found)
        kept = kept and all((row.ratio() or 1) >= 1 for row in found)
    out = Output()
    out.line(machine())
    out.table(("benchmark", "measured", "lowest … highest", "runs", "bound", "ratio", ""), table)
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
