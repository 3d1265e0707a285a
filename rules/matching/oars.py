"""OARS 1.0 and 1.1 content ratings as minimum ages in years, exactly as libappstream counts them.

The Open Age Ratings Service describes a program by attributes, each none, mild, moderate or intense. libappstream gives every
attribute and value the age that Common Sense Media would (`as_content_rating_attribute_to_csm_age`), and a rating the highest
of them (`as_content_rating_get_minimum_age`). These ages are the library's opinion, not a law and no board's decision.

Sources: https://github.com/hughsie/oars/blob/main/specification/oars-1.1.md (attributes, values, what is missing is "none");
https://github.com/ximion/appstream/blob/main/src/as-content-rating.c (the ages). The tests compare them with the library.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, get_args

Intensity = Literal["none", "mild", "moderate", "intense"]

INTENSITIES: tuple[Intensity, ...] = get_args(Intensity)
VERSIONS = ("oars-1.0", "oars-1.1")

_SINCE_1_0 = {  # mild, moderate, intense; none is 0 everywhere
    "violence-cartoon": (3, 4, 6),
    "violence-fantasy": (3, 7, 8),
    "violence-realistic": (4, 9, 14),
    "violence-bloodshed": (9, 11, 18),
    "violence-sexual": (18, 18, 18),
    "drugs-alcohol": (11, 13, 16),
    "drugs-narcotics": (12, 14, 17),
    "drugs-tobacco": (10, 13, 13),
    "sex-nudity": (12, 14, 14),
    "sex-themes": (13, 14, 15),
    "language-profanity": (8, 11, 14),
    "language-humor": (3, 8, 14),
    "language-discrimination": (9, 10, 11),
    "money-advertising": (7, 8, 10),
    "money-gambling": (7, 10, 18),
    "money-purchasing": (12, 14, 15),
    "social-chat": (4, 10, 13),
    "social-audio": (15, 15, 15),
    "social-contacts": (12, 12, 12),
    "social-info": (0, 13, 13),
    "social-location": (13, 13, 13),
}
_SINCE_1_1 = {
    "sex-homosexuality": (13, 14, 15),
    "sex-prostitution": (12, 14, 18),
    "sex-adultery": (8, 10, 18),
    "sex-appearance": (10, 10, 15),
    "violence-worship": (13, 15, 18),
    "violence-desecration": (13, 15, 18),
    "violence-slavery": (13, 15, 18),
}

OARS_AGES: Mapping[str, Mapping[str, int]] = MappingProxyType(
    {id: MappingProxyType(dict(zip(INTENSITIES, (0, *ages), strict=True))) for id, ages in (_SINCE_1_0 | _SINCE_1_1).items()}
)
"""Attribute id -> value -> minimum age, for all 28 attributes of OARS 1.1; the first 21 are those of OARS 1.0."""


def oars_age(attributes: Mapping[str, str], version: str = "oars-1.1") -> int | None:
    """The minimum age of a rating: attribute id -> value, as read from metadata. None if it is of no version known here.

    As in the library, ids and values that OARS does not have count nothing, and ids of 1.1 count in a rating that calls itself
    1.0. Where metadata has an id twice the library takes the more intense: keep that one. No attribute at all is a rating too:
    everything is "none", so 0. A program without a content rating must not come here: it is unrated.
    """
    if version not in VERSIONS:
        return None
    return max((OARS_AGES.get(id, {}).get(value, 0) for id, value in attributes.items()), default=0)
