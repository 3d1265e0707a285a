"""Where the file beside an engine may be, as its process would be led there: in a world of its own the path by which we know
the engine may lead nowhere there, or to something else.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator

from daemon.platforms.linux import procfs
from daemon.platforms.linux.reading.places import image_at
from daemon.platforms.linux.watching.read_images import ReadImages
from rules.matching.beside import deciding, here, is_godot, is_systems

_ORDINARY = ("/proc/self/ns/mnt", "/proc/1/ns/mnt")  # as a service we may be in a namespace of our own


def places(pid: int, path: str, images: ReadImages) -> Iterator[tuple[str, str]]:
    """What to open, and how that is called. `path`: of the engine, as the kernel says it to us; a name where it cannot."""
    cwd, root = (procfs.link(f"/proc/{pid}/{link}") or "/" for link in ("cwd", "root"))
    folder, _, name = path.rpartition("/")
    plain = path.startswith("/") and root == "/" and _is_ours(pid, images)
    if plain and is_systems(path) and not is_godot(name):
        return
    roots = plain or _leads_to_root(f"/proc/{pid}/root")
    if folder != cwd and not _leads_to_root(f"/proc/{pid}/cwd"):
        yield from ((f"/proc/{pid}/cwd/{one}", f"{cwd.rstrip('/')}/{one}") for one in here(name))
    if path.startswith("/"):
        inside = path.removeprefix(root) if root != "/" and path.startswith(f"{root}/") else path
        yield from ((f"/proc/{pid}/root{one}", one) for one in deciding(inside, anywhere=not plain, roots=roots))
    if not plain:  # where it was unmounted, or the path is too long, it runs in its folder or knows it by that
        found = deciding(path if path.startswith("/") else posixpath.join(cwd, name), anywhere=True, roots=roots)
        yield from ((f"/proc/{pid}/cwd/{posixpath.relpath(one, cwd)}", one) for one in found)


def _leads_to_root(link: str) -> bool:
    """Whether a process's link leads to our own root folder, into which root alone puts something, in whatever world it does.
    Nobody is asked for that who may take his time.
    """
    try:
        return image_at(link) == image_at("/")
    except OSError:
        return False


def _is_ours(pid: int, images: ReadImages) -> bool:
    """Whether it sees our mounts or the host's, and its executable is on one that nobody but root takes away."""
    seen = _namespace(f"/proc/{pid}/ns/mnt")
    if not seen or all(_namespace(one) != seen for one in _ORDINARY):
        return False
    node = images.node(f"/proc/{pid}/exe")
    if node is None:
        return False
    os.close(node)
    return True


def _namespace(link: str) -> str:
    try:
        return os.readlink(link)  # noqa: PTH115 - run often
    except OSError:
        return ""
