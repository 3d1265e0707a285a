"""What `giochoi-verify.pyz` runs first: puts what this Python needs into a folder of its own, verifies, removes it."""

from __future__ import annotations

import sys
import tempfile
import zipfile
from pathlib import Path


def main() -> int:
    """The verifier's exit code; 2: this is no Python that it was made for."""
    tag = f"cp{sys.version_info[0]}{sys.version_info[1]}-{sys.platform}"
    with zipfile.ZipFile(sys.path[0]) as archive:
        tags = archive.read("made-for").decode().split()
        if tag not in tags or sys.maxsize < 2**32:  # there are no words for it yet
            sys.stderr.write(f"giochoi-verify: made for {', '.join(tags)}, 64-bit; this is {tag}\n")
            return 2
        with tempfile.TemporaryDirectory(prefix="giochoi-verify-", ignore_cleanup_errors=True) as folder:
            for name in archive.namelist():
                part, _, path = name.partition("/")
                if part in {"any", sys.platform, tag}:
                    file = Path(folder, path)
                    file.parent.mkdir(parents=True, exist_ok=True)
                    file.write_bytes(archive.read(name))
            sys.dont_write_bytecode = True  # the folder does not stay
            sys.path.insert(0, folder)
            try:
                from compliance.__main__ import main as verify  # noqa: PLC0415 - it is there only now
            except ImportError as error:
                sys.stderr.write(f"giochoi-verify: {error}; set TMPDIR to a folder from which programs may be loaded\n")
                return 2
            return verify()


if __name__ == "__main__":
    sys.exit(main())
