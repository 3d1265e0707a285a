"""What well-known programs are, by the names of their files: one table for everybody who asks. Pure data and look-ups.

Names that end in `.exe`, in any case, are those of Windows; all others count exactly.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from rules.matching.paths import WINDOWS, is_windows

Family = Literal[
    "loader", "shell", "busybox", "fish", "py", "python", "perl", "ruby", "lua", "node", "php", "java", "wine", "emulator",
    "other", "cmd", "powershell", "script-host", "mshta", "rundll32", "regsvr32",
]  # fmt: skip
"""Interpreters whose command lines are read alike. "other": nobody here knows their options."""


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# What runs another file that it is told. Of Windows' own the name without .exe, in lower case.
_INTERPRETERS: tuple[tuple[Family, re.Pattern[str]], ...] = (
    ("loader", re.compile(r"ld-linux.*|ld-musl.*|ld-\d.*\.so|ld(?:64)?\.so.*")),
    ("shell", re.compile(r"(?:(?:r?ba|da|r?z|k|mk|lk|pdk|ya|(?:bsd-)?c|tc|a|po)?sh|ksh93|ksh2020|zsh5)(?:-static)?")),
    ("busybox", re.compile(r"busybox|toybox")),
    ("fish", re.compile(r"fish")),
    ("py", re.compile(r"pyw?")),  # Windows' launcher, which may be told a version first
    ("python", re.compile(r".*pythonw?[\d.]*t?d?(?:_d|-dbg)?|pypy[\d.]*w?")),
    ("perl", re.compile(r"w?perl[\d.]*(?:-.+-linux-.+)?|debugperl")),
    ("ruby", re.compile(r"rubyw?[\d.]*")),
    ("lua", re.compile(r"w?lua(?:jit)?(?:-?\d.*)?")),
    ("node", re.compile(r"node(?:js)?|bun|deno|electron\d*|nw")),
    ("php", re.compile(r"php(?:-(?:win|cgi))?[\d.]*(?:-cgi)?")),
    ("java", re.compile(r"javaw?")),
    ("wine", re.compile(r"wine(?:64)?(?:-(?:preloader|stable|staging|devel(?:opment)?))?|proton|umu-run")),
    ("emulator", re.compile(r"scummvm|dosbox.*")),
    ("other", re.compile(
        r"mono(?:-sgen)?|dotnet|lovec?(?:-[\d.]+)?|godot(?:[-_.]?(?:v?\d|x11|linux|windows|editor|headless|runner|server).*)?|"
        r"(?:tclsh|wish)[\d.]*\w?|jimsh|renpy|guile[\d.-]*|gjs(?:-console)?|js\d+|qjs|qmlscene|flashplayer.*|ruffle.*|autohotkey.*|autoit3.*|"
        r"g?racket|raku|julia|R|octave(?:-cli|-gui)?(?:-[\d.]+)?|sbcl|clisp|ecl|ocaml(?:run)?|swipl|texlua(?:jit)?|wasm(?:time|er|3)|"
        r"box(?:86|64)|qemu-(?:x86_64|i386|arm|aarch64)(?:-static)?"
    )),
)  # fmt: skip
# Our own programs on Windows: Python, if their first argument is -I or -P (installers/windows/launcher.c).
_OURS = _names("giochoi giochoi-agent giochoi-daemon giochoi-tray giochoi-uplink giochoi-verify giochoi-witness")
_ON_WINDOWS: Mapping[str, Family] = MappingProxyType({
    "cmd": "cmd", "powershell": "powershell", "pwsh": "powershell", "wscript": "script-host", "cscript": "script-host",
    "mshta": "mshta", "rundll32": "rundll32", "regsvr32": "regsvr32",
    **dict.fromkeys(_OURS, "python"),
})  # fmt: skip

# What only starts the program that follows it, with the options that take a word of their own.
WRAPPERS: Mapping[str, frozenset[str]] = MappingProxyType({name: _names(options) for name, options in {
    "env": "-u -C -S --unset --chdir", "nice": "-n", "ionice": "-c -n", "gamemoderun": "", "mangohud": "", "prime-run": "",
    "optirun": "", "primusrun": "", "gamescope": "-w -h -W -H -r", "nohup": "", "setsid": "", "exec": "-a", "command": "",
    "time": "", "taskset": "-c", "pkexec": "--user", "sudo": "-u", "dbus-run-session": "", "padsp": "", "pasuspender": "",
    "aoss": "", "firejail": "", "systemd-run": "-p -u", "x-terminal-emulator": "-T", "konsole": "", "xdg-open": "",
    "xterm": "-T -title -geometry -fn -fa -bg -fg", "gnome-terminal": "-t --title",
}.items()})  # fmt: skip

# What belongs to the system or stays open all day beside games.
_SYSTEMS = _names("""
    wineserver qemu-system-x86_64 coreutils expect gawk mawk su doas timeout xargs flatpak snap bwrap xvfb-run systemd
    dbus-daemon Xorg Xwayland gnome-shell plasmashell sleep true cat ls cp mv rm ps top tail less ssh sshd login firefox
    chromium chrome google-chrome powershell_ise
""")
_SYSTEMS_OF_WINDOWS = _names("""
    xorg xwayland wt windowsterminal openconsole conhost msiexec explorer svchost dllhost services winlogon
    csrss dwm taskhostw taskmgr sihost runtimebroker applicationframehost userinit start notepad msedge msedgewebview2
    iexplore opera brave coccoc browser code origin hyp
""")

# What only fetches or starts games, or helps them run: file names and ids of applications, in lower case.
LAUNCHERS = _names("""
    steam steamwebhelper steamservice epicgameslauncher epicwebhelper riotclientservices riotclientux leagueclient
    leagueclientux garena galaxyclient battle.net eadesktop upc ubisoftconnect minecraftlauncher com.valvesoftware.steam
    com.valvesoftware.steamlink net.lutris.lutris lutris com.heroicgameslauncher.hgl heroic heroic-games-launcher
    io.itch.itch itch minigalaxy io.github.sharkwouter.minigalaxy com.github.tkashkin.gamehub gamehub
    page.kramo.cartridges org.gnome.games gnome-games legendary rare io.github.dummerle.rare com.usebottles.bottles
    bottles playonlinux playonlinux4 com.playonlinux.playonlinux4 org.phoenicis.playonlinux protontricks winetricks
    q4wine com.github.matoking.protontricks net.davidotek.pupgui2 com.vysp3r.protonplus gamejolt io.gamejolt.client
    org.prismlauncher.prismlauncher prismlauncher org.multimc.multimc multimc org.polymc.polymc polymc
    minecraft-launcher com.mojang.minecraft com.atlauncher.atlauncher atlauncher tlauncher gdlauncher
    io.github.benjamimgois.goverlay io.github.flightlessmango.mangohud io.github.feralinteractive.gamemode
    io.github.antimicrox.antimicrox antimicrox com.leinardi.gwe xqf com.hack_computer.clubhouse
    com.github.wwmm.easyeffects com.discordapp.discord discord org.vinegarhq.vinegar.studio game-data-packager
    com.gitlab.cmb.gamescope steamtinkerlaunch com.adamcake.bolt net.openra.launcher
""")

# Programs of which many games are builds: what is a game's own lies beside or behind them.
ENGINES = _names("""
    windowsplayer unityplayer ue4game unrealgame bootstrappackagedgame electron nw chrome apphost singlefilehost
    captiveappentry runner pythonw python java javaw love godot stubexecutable update pwsh dotnet
""")
_ENGINES_PRODUCTS = re.compile(
    r"microsoft.{0,3} (?:windows|\.net|visual|edge).*|.*operating system|python.*|java\b.*|openjdk.*|node\.?js|electron|"
    r"nw\.?js|chromium|google chrome|unity\b.*|unreal\b.*|bootstrappackagedgame|godot.*|l[oö]ve\b.*|gamemaker.*|rpg ?maker.*|"
    r"adobe .*|(?:setup|install(?:er|shield)?|launcher|updater?|game|client|player|app|application|program|product)\b.{0,12}",
    re.IGNORECASE,
)

# In which games of another system run, or of another machine; and engines that distributions install once for many games.
_SHARED_ENGINES = _names("renpy easyrpg-player solarus-run solarus-launcher residualvm onscripter")
_EMULATORS = re.compile(
    r"(?:.*[._-])?(?:emulator|emu|retroarch|dolphin-emu|ppsspp\w*|pcsx\w*|rpcs3|yuzu|suyu|ryujinx|citra|mame|mess|dosbox[\w-]*|"
    r"waydroid|anbox|genymotion|bluestacks|scrcpy|chiaki\w*|moonlight\w*|geforcenow\w*|geforce-now|parsec|steamlink|"
    r"greenlight|scummvm|mednafen|mednaffe|snes9x\w*|zsnes|desmume|melonds|mgba\w*|duckstation|epsxe|vbam\w*)(?:[._-].*)?"
)

# What lies in a game's folder and is never the game; and what may be: a launcher or client that stays open all day.
_HELPERS = re.compile(
    r"(?:vc_?redist|dxsetup|dxwebsetup|dotnet|oalinst|unitycrashhandler|crashreport|crashpad|crashsender|ue4prereq|ueprereq|"
    r"unins|install|setup|easyanticheat_|eac_?launcher|battleye|beservice|cefprocess|steam_?(?:monitor|error)|"
    r"qtwebengineprocess|dedicated|server|updat)[\w.-]*"
)
_BESIDE = re.compile(
    r"launcher|client|lobby|crash|report|redist|prereq|setup|unins|install|updat|patcher|anti.?cheat|\beac|eos|battleye|beservice|"
    r"guard|gamemon|protect|helper|service|svc|cef|webview|browser|overlay|server|tray|repair|config|benchmark|editor|dxweb"
)
_VERSION = re.compile(r"-?\d[\d.]*$")


def interpreter(name: str) -> Family | None:
    """The family of interpreters that a file of this name is of; None: it runs no other file that it is told."""
    if is_windows(name):
        name = name[: -len(WINDOWS)].lower()
        if name in _ON_WINDOWS:
            return _ON_WINDOWS[name]
    return next((family for family, pattern in _INTERPRETERS if pattern.fullmatch(name)), None)


def is_own_command(name: str, args: tuple[str, ...]) -> bool:
    """Whether one of our programs on Windows runs a command of ours and is no Python: `args` with its own name first."""
    ours = is_windows(name) and name[: -len(WINDOWS)].lower() in _OURS
    return ours and args[1:2] not in {("-I",), ("-P",)}


def is_wine(path: str) -> bool:
    """Whether the file at this path runs programs for Windows."""
    return interpreter(posixpath.basename(path)) == "wine"


def is_everybodys(name: str, *, windows: bool = False) -> bool:
    """Whether it is a program that runs others or that everybody runs: as a game it would make one of whatever it runs.

    `windows`: it is one for Windows though its name does not say so.
    """
    windows = windows or is_windows(name)
    stem = name.lower().removesuffix(WINDOWS) if windows else name
    if interpreter(f"{stem}{WINDOWS}" if windows else name) is not None:
        return True
    known = _SYSTEMS | _SYSTEMS_OF_WINDOWS if windows else _SYSTEMS
    return any(one in known or one in WRAPPERS or one in LAUNCHERS for one in (stem, _VERSION.sub("", stem)))


def is_emulator(name: str) -> bool:
    """Whether games run in the application of this id, in lower case: of another system or PC, or of an engine."""
    return name in _SHARED_ENGINES or _EMULATORS.fullmatch(name) is not None


def is_engine(name: str) -> bool:
    """Whether many games are builds of the program with this name: `electron.exe`, `WindowsPlayer_Master_x64.pdb`."""
    return re.split(r"[._-]", name.lower(), maxsplit=1)[0] in ENGINES


def is_engines_product(product: str) -> bool:
    """Whether many games have this product name in their version resource, or one that says nothing."""
    return _ENGINES_PRODUCTS.fullmatch(product) is not None


def is_helper(name: str) -> bool:
    """Whether a file of this name in a game's folder is never the game: an installer, a crash reporter."""
    return _HELPERS.fullmatch(name.lower()) is not None


def is_beside(name: str) -> bool:
    """Whether a file of this name, in lower case, in a game's folder may be something else than the game."""
    return _BESIDE.search(name) is not None
