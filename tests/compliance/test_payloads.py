"""Personal data beside the log: encrypted, bound to its entry, and gone when erased."""

from contextlib import ExitStack, closing

import pytest

from compliance.journal import Payload
from compliance.writing.payloads import PayloadError, Payloads

KEY = b"\x07" * 32
ONE = Payload(1, b"\x01" * 32, "Nguyễn Văn An, 2014-05-01".encode())
TWO = Payload(2, b"\x02" * 32, b"")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "payload.db"


@pytest.fixture
def opened(path):
    """Opens the store, with a key; all are closed at the end."""
    with ExitStack() as stack:

        def opened(key=KEY):
            return stack.enter_context(closing(Payloads(path, key)))

        yield opened


def test_what_was_put_is_got(opened):
    store = opened()
    store.put("home-pc", [ONE, TWO])
    assert [store.get("home-pc", seq) for seq in (1, 2, 3)] == [ONE, TWO, None]
    assert store.get("other", 1) is None


def test_it_stays_across_restarts_and_may_be_put_again(opened):
    opened().put("home-pc", [ONE])
    store = opened()
    store.put("home-pc", [ONE])
    assert store.get("home-pc", 1) == ONE


@pytest.mark.promise("Log: Names beside the log are encrypted, and deleted after six months")
def test_the_file_shows_neither_data_nor_salt(path, opened):
    store = opened()
    store.put("home-pc", [ONE])
    content = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert "Nguyễn".encode() not in content
    assert ONE.salt not in content


@pytest.mark.promise("Log: An erased person is gone from every file at once")
def test_erased_is_gone_from_the_file(path, opened):
    """The row, and with it every byte of its box."""
    store = opened()
    store.put("home-pc", [ONE, TWO])
    (box,) = store._connection.execute("SELECT box FROM payload WHERE seq = 1").fetchone()
    assert box in path.read_bytes()
    store.erase([("home-pc", 1)])
    assert store.get("home-pc", 1) is None
    assert store.get("home-pc", 2) == TWO
    content = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert box[:16] not in content
    assert box[-16:] not in content


def test_another_key_or_another_place_opens_nothing(opened):
    store = opened()
    store.put("home-pc", [ONE])
    with pytest.raises(PayloadError):
        opened(b"\x08" * 32).get("home-pc", 1)
    store._connection.execute("UPDATE payload SET seq = 9")
    with pytest.raises(PayloadError):
        store.get("home-pc", 9)


def test_what_is_no_store_is_said_in_one_line(path, opened):
    path.write_bytes(b"no database at all")
    with pytest.raises(PayloadError) as error:
        opened()
    assert "\n" not in str(error.value)
