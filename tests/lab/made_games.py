"""Games that no package brings, each laid out as a player would get it, with menu entries; and what a pupil programs."""

from __future__ import annotations

import os
import shutil
import subprocess
import zipfile
from pathlib import Path

GAME = '#include <unistd.h>\nint main(void) { while (write(-1, "%s", 9)) sleep(1); }\n'
# As an AppImage of type 2 where nothing can be mounted: it unpacks the archive appended to it and executes AppRun.
APPIMAGE = r"""#include <stdio.h>
#include <stdlib.h>
int main(int count, char **words) {
  char folder[] = "/tmp/appimage_extracted_XXXXXX", line[9000];
  sprintf(line, "tail -c +%d '%s' | tar -xC %s", SIZE + 1, realpath("/proc/self/exe", 0), mkdtemp(folder));
  system(line); setenv("APPDIR", folder, 1);
  sprintf(line, "%s/AppRun", folder); execv(line, words); return 1;
}
"""
REAPER = "#include <sys/wait.h>\nint main(int n, char **w) { if (!fork()) execv(w[2], w + 2); while (wait(0) > 0); }\n"
STEAM = """#!/bin/sh
cd "$HOME/.local/share/Steam/steamapps/common"
exec ../../ubuntu12_32/reaper AppId=4800 "$PWD/Proton 9.0/proton" waitforexitandrun "$PWD/Barn Owl/BarnOwl.exe"
"""
PROTON = """#!/usr/bin/env python3
import os, subprocess, sys
wine = os.path.join(os.path.dirname(os.path.abspath(__file__)), "files/bin/wine64")
sys.exit(subprocess.run([wine, *sys.argv[2:]]).returncode)
"""
MANIFEST = '"AppState"\n{\n"appid" "4800"\n"name" "Barn Owl"\n"StateFlags" "4"\n"installdir" "Barn Owl"\n}\n'
LIBRARY = '"libraryfolders"\n{\n"0"\n{\n"path" "%s"\n"apps"\n{\n"4800" "1"\n}\n}\n}\n'
LOVE = "function love.draw() love.graphics.circle('fill', 100 + love.timer.getTime() * 40 % 400, 200, 30) end\n"
NES = b"NES\x1a\x01\x01" + bytes(10) + b"\x4c\x00\xc0".ljust(0x3FFA, b"\0") + b"\x00\xc0" * 3 + bytes(8192)  # JMP to itself
COM = b"\xeb\xfe"  # the same
COMMIT = "git init -q . && git add . && git -c user.name=An -c user.email=an@localhost commit -qm sums"
WINE = Path("/usr/lib/x86_64-linux-gnu/wine/x86_64-windows")
KEPT = Path("/var/lib/made-games")  # what takes long to make


def make(home: Path, uid: int) -> None:
    """A new home of this account, with all of them."""
    shutil.rmtree(home)
    shutil.copytree("/etc/skel", home)
    games, work = home / "games", home / "work"
    games.mkdir()
    with zipfile.ZipFile(games / "balls.love", "w") as archive:
        archive.writestr("main.lua", LOVE)
    (games / "DIG.COM").write_bytes(COM)
    (games / "loop.nes").write_bytes(NES)
    written(work / "sums.c", '#include <stdio.h>\nint main(void) { printf("%d\\n", 6 * 7); }\n')
    written(work / "Makefile", "all:\n\tgcc -o sums sums.c\n\t./sums\n")
    written(Path("/usr/local/bin/vocabulary"), "#!/usr/bin/env python3\nimport time\n\ntime.sleep(60)\n")
    written(Path("/usr/local/bin/steam"), STEAM)
    appimage(games / "Heron.AppImage")
    fields = wine(home / ".wine")
    steam(home / ".local/share/Steam")
    flatpak()
    for name, command in {
        "balls": f"love {games}/balls.love", "dig": f"dosbox {games}/DIG.COM", "loop": f"mednafen {games}/loop.nes",
        "nestopia-loop": f"nestopia {games}/loop.nes", "tetris-bsd": "xterm -e /usr/games/tetris-bsd",
        "fields": f"wine {fields}", "heron": f"{games}/Heron.AppImage", "barn-owl": "steam steam://rungameid/4800",
        "compile": f"make -C {work}", "versions": f"sh -c 'cd {work} && {COMMIT}'", "vocabulary": "vocabulary",
    }.items():  # fmt: skip
        category = "Development" if name in {"compile", "versions", "vocabulary"} else "Game"
        text = f"[Desktop Entry]\nType=Application\nName={name.title()}\nExec={command}\nCategories={category};\n"
        written(home / f".local/share/applications/{name}.desktop", text)
    subprocess.run(["chown", "-R", f"{uid}:{uid}", home], check=True)


def written(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")
    file.chmod(0o755)


def compiled(source: str, file: Path, *options: str) -> int:
    """Its size."""
    file.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["gcc", "-w", "-std=gnu89", "-x", "c", "-", "-o", file, *options], input=source, text=True, check=True)
    return file.stat().st_size


def appimage(file: Path) -> None:
    folder = Path("/tmp/appimage")
    compiled(GAME % "Heron", folder / "usr/bin/heron")
    written(folder / "AppRun", '#!/bin/sh\nexec "$APPDIR/usr/bin/heron" "$@"\n')
    size = compiled(APPIMAGE, file, "-DSIZE=0")
    assert compiled(APPIMAGE, file, f"-DSIZE={size}") == size
    with file.open("ab") as end:
        subprocess.run(["tar", "-cC", folder, "."], stdout=end, check=True)


def wine(prefix: Path) -> Path:
    """A Windows game in Wine's folder of the account."""
    kept = KEPT / "wine"
    if not (kept / "system.reg").exists():
        KEPT.mkdir(exist_ok=True)
        env = os.environ | {"WINEPREFIX": str(kept), "WINEDEBUG": "-all", "WINEDLLOVERRIDES": "mscoree=;mshtml="}
        subprocess.run(["wine", "wineboot", "--init"], env=env, check=True, capture_output=True)
        subprocess.run(["wineserver", "--wait"], env=env, check=False)
    shutil.copytree(kept, prefix, symlinks=True)
    game = prefix / "drive_c/Games/Fields.exe"
    game.parent.mkdir()
    shutil.copyfile(WINE / "winemine.exe", game)
    return game


def steam(top: Path) -> None:
    common = top / "steamapps/common"
    written(common / "Proton 9.0/proton", PROTON)
    written(common / "Proton 9.0/files/bin/wine64", '#!/bin/sh\nexec /usr/lib/wine/wine64 "$@"\n')
    written(top / "steamapps/appmanifest_4800.acf", MANIFEST)
    written(top / "steamapps/libraryfolders.vdf", LIBRARY % top)
    (common / "Barn Owl").mkdir()
    shutil.copyfile(WINE / "clock.exe", common / "Barn Owl/BarnOwl.exe")
    compiled(REAPER, top / "ubuntu12_32/reaper")


def flatpak() -> None:
    """A real one. Its runtime is empty, as the game is static."""
    if Path("/var/lib/flatpak/app/org.example.Stork").exists():
        return
    runtime, app, repo = Path("/tmp/flatpak/runtime"), Path("/tmp/flatpak/app"), KEPT / "repo"
    (runtime / "files").mkdir(parents=True)
    named = "runtime=org.example.Platform/x86_64/1\nsdk=org.example.Platform/x86_64/1\n"
    written(runtime / "metadata", f"[Runtime]\nname=org.example.Platform\n{named}")
    written(app / "metadata", f"[Application]\nname=org.example.Stork\n{named}command=stork\n")
    entry = "[Desktop Entry]\nType=Application\nName=Stork\nExec=stork\nCategories=Game;\n"
    written(app / "files/share/applications/org.example.Stork.desktop", entry)
    compiled(GAME % "Stork", app / "files/bin/stork", "-static")
    for words in (
        ["build-export", "--runtime", repo, runtime, "1"], ["build-finish", app], ["build-export", repo, app, "1"],
        ["remote-add", "--no-gpg-verify", "lab", repo], ["install", "--noninteractive", "lab", "org.example.Stork"],
    ):  # fmt: skip
        subprocess.run(["flatpak", *words], check=True, stdout=subprocess.DEVNULL)
