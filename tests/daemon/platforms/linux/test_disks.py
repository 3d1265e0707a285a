"""A game on a disk of its own is refused whatever the disk's kind and however its file is reached, also if it came later."""

from __future__ import annotations

import asyncio
import subprocess

import pytest

from daemon.platforms.api import Refusals, StartRefused
from daemon.platforms.linux.gate.mounts import table
from rules.games import Catalogue
from tests.daemon.platforms.linux.test_far_away import DOWN

pytestmark = pytest.mark.root
CHILD = "games"
SIZE = 320 << 20  # bytes; XFS takes no less. Almost all of it is a hole
AS = "setpriv --reuid=5 --regid=60 --clear-groups"

# What root's shell does first in the disk's top folder, and how the game is then started. $DISK is that folder, $ASIDE an
# empty one elsewhere, $DEVICE what is mounted.
EVERYWHERE = {
    "direct": ("", "$DISK/chess"),
    "copy": ("cp chess homework", "./homework"),
    "sparse": ("cp --sparse=always chess sparse && truncate -s 40M sparse", "./sparse"),
    "bind mount": ("mount --bind $DISK $ASIDE", "$ASIDE/chess"),
    "bind mount of the file": ("touch ../file && mount --bind chess ../file", "../file"),
    "mounted twice": ("mount $DEVICE $ASIDE", "$ASIDE/chess"),
    "too long a path": ('python3 -c "$DOWN" $DISK copy $DISK/chess', 'python3 -c "$DOWN" $DISK run'),
    "noexec once": ("mount -o remount,noexec $DISK && mount -o remount,exec $DISK", "./chess"),
}  # fmt: skip
UNIX = EVERYWHERE | {
    "hard link": ("ln chess linked", "./linked"),
    "setuid": ("cp chess setuid && chown 5 setuid && chmod 4755 setuid", "./setuid"),
    "symlinks": ("ln -s chess first && ln -s $DISK/first second", "./second"),
    "hole punched": ("cp chess holed && truncate -s %1M holed && head -c 1M /dev/zero >>holed && fallocate -d holed",
                     "./holed"),
}  # fmt: skip
LAST = {
    "read-only": ("mount -o remount,ro $DISK", "./chess"),
    "unmounted while in use": ("", "sh -c 'umount -l $DISK; exec $AS ./chess 0'"),
}  # fmt: skip
SHARED = {"reflink": ("cp --reflink=always chess again", "./again")}
DISKS = {
    "ext4": ("mkfs.ext4 -q", UNIX | {"immutable": ("cp chess fixed && chattr +i fixed", "./fixed")}),
    "ext4 with cases": ("mkfs.ext4 -qO casefold", {"cases": ("mkdir a && chattr +F a && cp chess a/Chess", "a/CHESS")}),
    "ext4 with seals": ("mkfs.ext4 -qb 4096 -O verity", {"sealed": ('cp chess s && python3 -c "$SEAL" s', "./s")}),
    "btrfs": ("mkfs.btrfs -q", UNIX | SHARED | {
        "subvolume": ("btrfs subvolume create sub && cp chess sub", "sub/chess"),
        "snapshot": ("btrfs subvolume snapshot -r . snap", "snap/chess"),
        "subvolume mounted": ("mount -o subvol=sub $DEVICE $ASIDE", "$ASIDE/chess"),
        "compressed": ("mkdir z && btrfs property set z compression zstd && cp chess z && sync -f z", "z/chess"),
    }),
    "xfs": ("mkfs.xfs -q", UNIX | SHARED),
    "vfat": ("mkfs.vfat", EVERYWHERE),
}  # fmt: skip
KERNELS = ("sealed",)  # what a kernel that knows the kind of disk may lack
SEAL = """
import fcntl, struct, sys
file = open(sys.argv[1])
fcntl.ioctl(file, 0x40806685, struct.pack("=IIIIQIIQ88x", 1, 1, 4096, 0, 0, 0, 0, 0))  # FS_IOC_ENABLE_VERITY, SHA-256
"""


@pytest.fixture
def disk(request, need, open_folder, tmp_path):
    """Its name, a folder, and how to mount there a disk that lies in a file."""
    make, kind = DISKS[request.param][0].split(), request.param.partition(" ")[0]
    need(make[0])
    image, folder = tmp_path / "image", open_folder / "disk"
    for one in (folder, open_folder / "aside"):
        one.mkdir()
    with image.open("wb") as file:
        file.truncate(SIZE)
    subprocess.run([*make, image], check=True, capture_output=True)
    mount = ["mount", "-t", kind, "-o", "loop", str(image), str(folder)]
    yield request.param, folder, mount
    for one in reversed([one.path for one in table() if one.path.startswith(str(open_folder))]):
        subprocess.run(["umount", "-l", one], check=False, capture_output=True)


@pytest.mark.parametrize("disk", DISKS, indirect=True)
def test_a_game_on_a_disk_is_refused(disk, watching, until, launcher, make_game, only_mounts_below):
    """By a gate that guards every disk, and was there before this one."""
    name, folder, mount = disk
    aside = folder.parent / "aside"
    only_mounts_below(folder.parent)
    seen = []

    async def shell(script, device=""):
        words = {"DISK": folder, "ASIDE": aside, "AS": AS, "DOWN": DOWN, "SEAL": SEAL, "DEVICE": device}
        env = ["env", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", *(f"{name}={word}" for name, word in words.items())]
        done = await launcher.aside("run", args=[*env, "sh", "-c", f"cd {folder} && {script or 'true'}"])
        return done["code"], (done["out"] + done["err"]).strip()

    def refused():
        return sum(one.times for one in seen if isinstance(one, StartRefused))

    async def body():
        async with watching(seen, None) as watcher:
            done = await launcher.aside("run", args=mount)
            if done["code"]:
                pytest.skip(f"this kernel mounts no {name} from a file: {done['err'].splitlines()[0]}")
            _, device = await shell(f"findmnt -nfo SOURCE {folder}")
            await until(lambda: watcher._covered.devices)
            _, game = make_game(folder, "chess")
            folder.chmod(0o755)
            watcher.refuse(Refusals(Catalogue((game,)), {CHILD: frozenset({"chess"})}))
            tried = 0
            for case, (first, start) in (DISKS[name][1] | LAST).items():
                code, said = await shell(first, device)
                if code and case in KERNELS:
                    pytest.skip(f"this kernel cannot: {said}")
                assert code == 0, (case, said)
                code, said = await shell(f"{'' if start.startswith('sh ') else '$AS '}{start} 0")
                assert (code != 0, "Operation not permitted" in said) == (True, True), (case, said)
                tried += 1
                await launcher.aside("run", args=["umount", "-lq", str(aside), str(aside.parent / "file")])
            assert await until(lambda: refused() >= tried)

    asyncio.run(body())
