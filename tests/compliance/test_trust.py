"""Trust policies as c2sp.org/tlog-policy describes them."""

import itertools
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.__main__ import main
from compliance.note import COSIGNATURE, Signer, VerifierKey
from compliance.verifying.bundle.trust import TrustError, parse_trust

LOG = Signer("cafe.example/log", bytes(32))


def witness(number):
    signer = Signer(f"w{number}.example", bytes([number + 1]) * 32)
    return VerifierKey(signer.name, COSIGNATURE, signer.key.public)


KEYS = {name: witness(number) for number, name in enumerate(("X1", "X2", "X3", "Y1", "Y2", "Y3"))}
WITNESSES = "".join(f"witness {name} {key.text}\n" for name, key in KEYS.items())
EXAMPLE = f"""# the example of the specification

  log {LOG.vkey} \t https://cafe.example/
{WITNESSES}
group X-witnesses 2 X1 X2 X3
group\tY-witnesses any Y1 Y2 Y3

group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
"""


def test_the_specifications_example_counts_as_it_says():
    """Two of X and one of Y, for every subset of the six."""
    trust = parse_trust(EXAMPLE.encode())
    assert trust.logs == (LOG.key,)
    for count in range(7):
        for chosen in itertools.combinations(KEYS, count):
            enough = sum(name[0] == "X" for name in chosen) >= 2 and any(name[0] == "Y" for name in chosen)
            assert trust.satisfied([KEYS[name] for name in chosen]) is enough


def test_no_quorum_demands_nobody():
    trust = parse_trust(b"quorum none\n")
    assert (trust.logs, trust.witnesses, trust.satisfied([])) == ((), {}, True)


def test_one_witness_may_be_the_quorum():
    trust = parse_trust(f"witness w {KEYS['X1'].text} https://w.example/\nquorum w".encode())
    assert (trust.satisfied([]), trust.satisfied([KEYS["X1"]])) == (False, True)


def test_names_are_opaque():
    parse_trust("witness phường-1 ".encode() + KEYS["X1"].text.encode() + "\nquorum phường-1\n".encode())
    parse_trust(b"witness \xff " + KEYS["X1"].text.encode() + b"\nquorum \xff\n")


X1 = KEYS["X1"].text
BAD = {
    "nothing": "",
    "no quorum": WITNESSES,
    "two quorums": "quorum none\nquorum none\n",
    "unknown quorum": "quorum w\n",
    "quorum before its witness": f"quorum w\nwitness w {X1}\n",
    "unknown word": "quorum none\nmirror x\n",
    "no key": "quorum none\nlog cafe.example/log\n",
    "a witness's key for a log": f"log {X1}\nquorum none\n",
    "a log's key for a witness": f"witness w {LOG.vkey}\nquorum none\n",
    "a log twice": f"log {LOG.vkey}\nlog {LOG.vkey}\nquorum none\n",
    "a witness twice": f"witness a {X1}\nwitness b {X1}\nquorum none\n",
    "a name twice": f"{WITNESSES}witness X1 {witness(9).text}\nquorum none\n",
    "the name none": f"witness none {X1}\nquorum none\n",
    "a member twice": f"{WITNESSES}group a any X1 X1\nquorum a\n",
    "a member of two groups": f"{WITNESSES}group a any X1\ngroup b any X1\nquorum a\n",
    "an unknown member": "group a any X1\nquorum a\n",
    "a group of itself": "group a any a\nquorum none\n",
    "a group of nobody": f"{WITNESSES}group a any\nquorum none\n",
    "none of two": f"{WITNESSES}group a 0 X1 X2\nquorum a\n",
    "three of two": f"{WITNESSES}group a 3 X1 X2\nquorum a\n",
    "a leading zero": f"{WITNESSES}group a 01 X1 X2\nquorum a\n",
    "a carriage return": "quorum none\r\n",
    "one word too many": "quorum none x\n",
    "a comment at the end of a line": "quorum none # nobody\n",
}


@pytest.mark.parametrize("text", BAD.values(), ids=BAD.keys())
def test_what_is_no_trust_policy_is_refused_in_one_line(text):
    with pytest.raises(TrustError) as error:
        parse_trust(text.encode())
    assert "\n" not in str(error.value)


@given(st.binary(max_size=200))
def test_arbitrary_bytes_raise_nothing_but_trust_error(data):
    with pytest.raises(TrustError):
        parse_trust(data)


def test_the_trust_policy_of_the_readme_can_be_demanded(site, tmp_path):
    """With a key on it, the log of that key is trusted and no other."""
    readme = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    (told,) = re.findall(r"^    (log KEY)\n    (quorum none)\n", readme, re.MULTILINE)
    site.deliver()
    (tmp_path / "log.zip").write_bytes(site.bundle())
    for key, code in ((site.signer.vkey, 0), (Signer(site.signer.key.name, b"o" * 32).vkey, 4)):
        (tmp_path / "trust.txt").write_text("\n".join(told).replace("KEY", key) + "\n", "utf-8")
        assert main([str(tmp_path / "log.zip"), "--trust", str(tmp_path / "trust.txt")]) == code


@pytest.mark.parametrize("page", ["for-inspectors.md", "for-inspectors.vi.md"])
def test_the_file_that_inspectors_are_shown_is_one(page):
    """Whole, as it stands there: two logs, and two witnesses who both have to sign."""
    text = (Path(__file__).parents[2] / "docs" / page).read_text("utf-8")
    (shown,) = re.findall(r"(?:^    .+\n)+^    quorum .+\n", text, re.MULTILINE)
    trust = parse_trust(re.sub("^    ", "", shown, flags=re.MULTILINE).encode())

    assert [key.name for key in trust.logs] == ["giochoi/0f1e2d3c", "giochoi/77aa01bc"]
    assert not trust.satisfied([trust.witnesses["ward"]])
    assert trust.satisfied(trust.witnesses.values())
