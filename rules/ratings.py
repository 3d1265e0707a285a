"""Age labels as minimum ages in years.

The Vietnamese classes are 00+, 12+, 16+ and 18+ (NĐ 147/2024, Đ.38 k.1; before 2025 there was no 16+): minimum ages.
Other systems (OARS, PEGI, ESRB …) are refused by name until their tables are here with their sources.
"""

from __future__ import annotations

import re

_VIETNAM = re.compile(r"VN\s*-?\s*(00|12|16|18)\s*\+?", re.IGNORECASE)
_LABELS = {0: "VN00", 12: "VN12", 16: "VN16", 18: "VN18"}


class LabelError(ValueError):
    """A text that is no age label known here. The text is one clear line."""


def label_age(label: str) -> int:
    """The minimum age that a label such as "VN16" or "vn 16+" stands for. LabelError if it is none."""
    found = _VIETNAM.fullmatch(label.strip())
    if found is None:
        raise LabelError(f"không có nhãn tuổi {label!r}: hãy dùng / no age label {label!r}: use VN00, VN12, VN16 or VN18")
    return int(found[1])


def label_name(age: int) -> str:
    """The label of a minimum age. LabelError if no class has it."""
    try:
        return _LABELS[age]
    except KeyError:
        raise LabelError(f"không có nhãn cho tuổi {age} / no label for the age of {age}: 0, 12, 16 and 18 have one") from None
