"""A program for tests: `bundle_maker.py NAME ROOT (make|verify)… [PACKAGES]`, run once here and once on Windows.

make: two bundles into ROOT/NAME. `scripted`, from one day with given clock, keys and salts, is the same bytes wherever it is
made; so are its entries, one a line. `agent` is what an agent exports that was set up here, with its own keys. verify: what the
verifier prints with --json of each bundle below ROOT, into ROOT/NAME; exit code 1 if one does not hold. PACKAGES: where
pytest is.
"""

from __future__ import annotations

import io
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from unittest.mock import patch

sys.path[:0] = [str(Path(__file__).resolve().parents[2]), *sys.argv[4:5]]

from agent.api.log import LogExport  # noqa: E402 - found only now
from agent.api.players import GuardianAdd, PlayerAdd  # noqa: E402 - as above
from agent.api.rulebook import PackUse, PlaceSet, PolicyUse  # noqa: E402 - as above
from agent.wiring import opened  # noqa: E402 - as above
from compliance.__main__ import main as verifier  # noqa: E402 - as above
from host.homes import Home  # noqa: E402 - as above
from tests.agent.conftest import Desk  # noqa: E402 - as above
from tests.compliance.conftest import Site  # noqa: E402 - as above
from tests.conftest import FakeClock  # noqa: E402 - as above


def scripted(folder: Path, work: Path) -> None:
    with patch("compliance.journal.secrets.token_bytes", bytes), closing(Site(work, FakeClock())) as site:
        site.honest_day()
        (folder / "scripted.zip").write_bytes(site.bundle())
        (folder / "scripted.jsonl").write_bytes(b"\n".join(site.log.entries()))


def of_an_agent(folder: Path, work: Path) -> None:
    with opened(Home(work, "given"), FakeClock()) as agent:
        desk = Desk(agent)
        desk.ask("guardian.add", GuardianAdd(name="Mẹ"))
        desk.ask("player.add", PlayerAdd(name="Ân", born="2014-05-01", guardian="Mẹ"))
        desk.ask("policy.use", PolicyUse(target="an", packs=(PackUse(id="vn-147"),)))
        desk.ask("place.set", PlaceSet(place="game-point", name="Quán Nét", hours="09:00-21:00"))
        chunks = desk.ask("log.export", LogExport())
    (folder / "agent.zip").write_bytes(b"".join(chunk.data for chunk in chunks))


def verified(bundle: Path, report: Path) -> int:
    with report.open("wb") as file, patch("sys.stdout", io.TextIOWrapper(file, "ascii")):
        return verifier([str(bundle), "--json"])


def main(name: str, root: Path, *todo: str) -> int:
    folder, failed = root / name, 0
    folder.mkdir(exist_ok=True)
    for what in todo[0].split(","):
        if what == "make":
            for make in (scripted, of_an_agent):
                with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as work:
                    make(folder, Path(work))
        else:
            for bundle in sorted(root.glob("*/*.zip")):
                failed += verified(bundle, folder / f"{bundle.parent.name}-{bundle.stem}.json") != 0
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2]), sys.argv[3]))
