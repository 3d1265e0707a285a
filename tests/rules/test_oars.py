"""OARS ages are libappstream's, to the last number."""

import itertools
import json
import random
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from rules.matching.oars import INTENSITIES, OARS_AGES, VERSIONS, oars_age

DOCS = Path(__file__).resolve().parents[2] / "docs" / "ratings.md"
PYTHON = "/usr/bin/python3"  # Debian's own, which has the library's bindings
STRANGE_IDS = ("violence-carton", "Violence-Cartoon", "sex", "x")
STRANGE_VALUES = ("unknown", "Intense", "extreme", "1", "")

# What the library says: the ids it knows, the age of every id and value, and the age of ratings read from metadata.
LIBRARY = r"""
import json, sys
import gi
gi.require_version("AppStream", "1.0")
from gi.repository import AppStream as A

def age(kind, attributes):
    lines = "".join(f'<content_attribute id="{id}">{value}</content_attribute>' for id, value in attributes.items())
    data = A.Metadata()
    data.set_format_style(A.FormatStyle.METAINFO)
    text = f'<component><id>a.b.c</id><content_rating type="{kind}">{lines}</content_rating></component>'
    data.parse(text, A.FormatKind.XML) if hasattr(A.Metadata, "parse") else data.parse_data(text, -1, A.FormatKind.XML)
    rating = data.get_component().get_content_rating(kind)
    found = rating.get_minimum_age()
    return None if found == 2**32 - 1 else found  # G_MAXUINT: no details

R = A.ContentRating
values = {value: getattr(A.ContentRatingValue, value.upper()) for value in ("none", "mild", "moderate", "intense")}
ids = R.get_all_rating_ids()
ages = {id: {name: R.attribute_to_csm_age(id, value) for name, value in values.items()} for id in ids}
json.dump({"ages": ages, "ratings": [age(*rating) for rating in json.load(sys.stdin)]}, sys.stdout)
"""


@pytest.fixture(scope="module")
def library():
    """Asks the real library about ratings, (version, attributes) each."""
    if shutil.which(PYTHON) is None or subprocess.run(
        [PYTHON, "-c", "import gi; gi.require_version('AppStream', '1.0')"], capture_output=True, check=False, timeout=60
    ).returncode:
        pytest.skip("needs gir1.2-appstream-1.0 and python3-gi (make test installs them when run as root)")

    def ask(ratings=()):
        done = subprocess.run(
            [PYTHON, "-c", LIBRARY], input=json.dumps(list(ratings)), capture_output=True, encoding="utf-8", check=True,
            timeout=60,
        )
        return json.loads(done.stdout)

    return ask


def test_every_attribute_and_value_has_the_librarys_age(library):
    assert library()["ages"] == {id: dict(ages) for id, ages in OARS_AGES.items()}


@pytest.mark.parametrize("version", [*VERSIONS, "oars-2.0", "oars-1", "OARS-1.1"])
def test_every_single_attribute_in_metadata(library, version):
    """Known or not, in both versions: also ids of 1.1 in a rating of 1.0."""
    ids, values = (*OARS_AGES, *STRANGE_IDS), (*INTENSITIES, *STRANGE_VALUES)
    ratings = [(version, {}), *((version, {id: value}) for id, value in itertools.product(ids, values))]
    assert library(ratings)["ratings"] == [oars_age(attributes, kind) for kind, attributes in ratings]


def test_ratings_of_many_attributes(library, soak):
    draw = random.Random(4)
    ids, values = (*OARS_AGES, *STRANGE_IDS), (*INTENSITIES, *STRANGE_VALUES)
    ratings = [
        (draw.choice(VERSIONS), {id: draw.choice(values) for id in draw.sample(ids, draw.randint(2, len(ids)))})
        for _ in range(soak(500, 20_000))
    ]
    assert library(ratings)["ratings"] == [oars_age(attributes, kind) for kind, attributes in ratings]


def test_the_highest_attribute_counts():
    assert oars_age({"violence-cartoon": "intense", "social-chat": "mild", "drugs-alcohol": "moderate"}) == 13


def test_a_rating_of_nothing_is_for_everybody_and_of_another_kind_is_none():
    assert oars_age({}) == 0
    assert oars_age({}, "oars-1.0") == 0
    assert oars_age({"violence-sexual": "intense"}, "cero") is None


def test_more_of_it_is_never_for_the_younger():
    assert all(list(ages.values()) == sorted(ages.values()) for ages in OARS_AGES.values())


@pytest.mark.parametrize("id", OARS_AGES)
def test_the_document_says_the_same(id):
    row = re.search(rf"^\| {id} \| (\d+) \| (\d+) \| (\d+) \|", DOCS.read_text("utf-8"), re.MULTILINE)
    assert tuple(map(int, row.groups())) == tuple(OARS_AGES[id].values())[1:]
