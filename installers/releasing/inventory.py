"""The two lists of what of others is in a release: for machines (CycloneDX 1.6) and for people (the licences' texts)."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from installers.releasing.contents import Part

_OURS: Final = "Apache-2.0"
# What the set-up of Windows holds besides packages, with where their texts are.
_WINDOWS: Final = (
    ("CPython", "PSF-2.0", "python\\LICENSE.txt in the folder of the programs"),
    ("NSIS, of which the set-up's own program is made", "Zlib", "https://nsis.sourceforge.io/License"),
)


def bom(version: str, parts: Sequence[Part], when: int) -> bytes:
    """CycloneDX, the same bytes for the same parts. `when`: seconds since 1970."""
    us = f"giochoi@{version}"
    there = {part.name: _ref(part) for part in parts}
    needed = [{"ref": us, "dependsOn": sorted(there.values())}]
    needed += [{"ref": _ref(part), "dependsOn": sorted(there[name] for name in part.needs if name in there)} for part in parts]
    component = {"type": "application", "bom-ref": us, "name": "giochoi", "version": version}
    document: dict[str, Any] = {
        "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
        "metadata": {
            "timestamp": datetime.fromtimestamp(when, UTC).isoformat(),
            "component": component | {"licenses": [{"expression": _OURS}]},
        },
        "components": [_component(part) for part in parts],
        "dependencies": needed,
    }  # fmt: skip
    said = json.dumps(document, sort_keys=True)
    document["serialNumber"] = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, said)}"
    return (json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


def _ref(part: Part) -> str:
    return f"pkg:pypi/{part.name}@{part.version}"


def _component(part: Part) -> dict[str, Any]:
    licence = {"expression": part.licence} if part.expression else {"license": {"name": part.licence}}
    return {
        "type": "library", "bom-ref": _ref(part), "name": part.name, "version": part.version, "purl": _ref(part),
        "licenses": [licence],
        "components": [
            {"type": "file", "bom-ref": f"{_ref(part)}#{name}", "name": name, "hashes": [{"alg": "SHA-256", "content": digest}]}
            for name, digest in sorted(part.files.items())
        ],
        "properties": [{"name": "giochoi:installer", "value": which} for which in sorted(part.of)],
    }  # fmt: skip


def licences(version: str, parts: Sequence[Part]) -> str:
    """All in one text. Texts that several have stand once."""
    lines = [f"Giờ Chơi {version} is {_OURS}. Its installers hold what these others made.", ""]
    lines += [f"  {part.name} {part.version}: {part.licence}" for part in parts]
    lines += [f"  {name}: {licence} ({where})" for name, licence, where in _WINDOWS]
    texts: dict[str, list[str]] = {}
    for part in parts:
        for text in part.texts.values():
            told = texts.setdefault(text.strip(), [])
            if part.name not in told:
                told.append(part.name)
        if not part.texts:
            texts[f"Copyright: {part.owner}\nLicence: {part.licence}; the package brings no text of it."] = [part.name]
    for text, names in texts.items():
        lines += ["", "=" * 78, ", ".join(names), "=" * 78, "", text]
    return "\n".join(lines) + "\n"
