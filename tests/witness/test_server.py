"""The witness's door: what the specification says of HTTP, and what strangers may send."""

from __future__ import annotations

import http.client
import socket
import threading
from contextlib import closing, suppress
from urllib.parse import urlsplit

import pytest

from compliance.format.cosigning import MAX_BODY, PATH, cosignature, write_request
from tests.system import until
from witness import server as module


@pytest.fixture
def door(witness):
    with witness.served() as url:
        connection = http.client.HTTPConnection(urlsplit(url).hostname, urlsplit(url).port, timeout=30)
        yield connection
        connection.close()


def said(door, method, path, body=None, headers=()):
    door.request(method, path, body, dict(headers))
    answer = door.getresponse()
    return answer.status, answer.getheader("Content-Type"), answer.read()


def test_requests_on_one_connection(door, witness, log):
    """Two in a row are answered; the second, with an old size, by the size that was seen."""
    asked = log.asks(0, 5)
    status, _, body = said(door, "POST", PATH, write_request(asked))
    assert status == 200
    assert cosignature(asked.note, body, witness.cosigner.key)[0] == body.decode()
    assert said(door, "POST", PATH, write_request(asked)) == (409, "text/x.tlog.size", b"5\n")
    assert said(door, "POST", PATH, write_request(log.asks(5, 8)))[0] == 200


@pytest.mark.parametrize("body", [
    b"", b"old 0", b"old 0\n\n", b"old -1\n\nx\n", b"old 00\n\nx\n", b"new 0\n\nx\n", b"old 0\nAAAA\n\nx\n", b"old 0\n!\n\nx\n",
    b"old 99999999999999999999\n\nx\n", b"old 0\n" + b"A" * 43 + b"=\n" * 64 + b"\n\nx\n", b"\xff\xfe\n\n",
    b"old \xd9\xa1\n\nx\n",
])  # fmt: skip
def test_what_is_no_request_is_refused(door, body):
    """A witness that is not even asked of a log it knows says 400 or 404, and goes on."""
    assert said(door, "POST", PATH, body)[0] in {400, 404}


def test_only_post_and_only_there(door):
    assert said(door, "POST", "/", b"")[0] == 404
    assert said(door, "GET", PATH)[0] == 405
    assert said(door, "GET", "/")[0] == 404
    assert said(door, "PUT", PATH, b"x")[0] == 501


def test_a_body_of_no_or_too_great_length_is_not_read(door):
    assert said(door, "POST", PATH, headers={"Content-Length": str(MAX_BODY + 1)})[0] == 413
    assert said(door, "POST", PATH, headers={"Content-Length": "9" * 5000})[0] == 413
    assert said(door, "POST", PATH, headers={"Content-Length": "-1"})[0] == 411
    assert said(door, "POST", PATH, headers={"Transfer-Encoding": "chunked"})[0] == 411


@pytest.mark.promise("Witnesses: A slow or silent caller keeps nobody else from a witness for long")
def test_many_who_say_nothing_keep_nobody_out_for_long(monkeypatch, witness, log):
    """More connections than are served at once are hung up on; when they go, the next is served."""
    monkeypatch.setattr(module, "AT_ONCE", 2)
    with witness.served() as url:
        address = (urlsplit(url).hostname, urlsplit(url).port)
        silent = [socket.create_connection(address, 30) for _ in range(2)]
        with socket.create_connection(address, 30) as third:
            assert third.recv(1) == b""
        for one in silent:
            one.close()
        while True:
            door = http.client.HTTPConnection(*address, timeout=30)
            try:
                status = said(door, "POST", PATH, write_request(log.asks(0, 5)))[0]
                break
            except (ConnectionError, http.client.HTTPException):
                continue
            finally:
                door.close()
        assert status == 200


@pytest.mark.promise("Witnesses: A slow or silent caller keeps nobody else from a witness for long")
def test_whoever_sends_a_byte_now_and_then_keeps_nobody_out_for_long(monkeypatch, witness, log):
    """The connection ends in the middle of its endless header, and the next caller is served."""
    monkeypatch.setattr(module, "AT_ONCE", 1)
    monkeypatch.setattr(module, "ALL_S", 0.3)
    with witness.served() as url:
        address = (urlsplit(url).hostname, urlsplit(url).port)
        with socket.create_connection(address, 30) as slow:
            slow.sendall(b"POST /add-checkpoint HTTP/1.1\r\nX: ")
            with pytest.raises(OSError):  # noqa: PT011 - reset, broken or aborted: as the system calls it
                until(lambda: slow.sendall(b"x"))

        def served():
            door = http.client.HTTPConnection(*address, timeout=30)
            with closing(door), suppress(ConnectionError, http.client.HTTPException):
                return said(door, "POST", PATH, write_request(log.asks(0, 5)))[0]

        assert until(served) == 200


@pytest.mark.parametrize("kind", [threading.Timer, threading.Thread])
def test_where_there_is_no_thread_for_a_caller_its_place_is_free_again(monkeypatch, witness, log, kind):
    """The caller is hung up on; the next one is served."""
    monkeypatch.setattr(module, "AT_ONCE", 1)
    with witness.served() as url:
        address = (urlsplit(url).hostname, urlsplit(url).port)
        with monkeypatch.context() as full:

            def start(self):
                raise RuntimeError("can't start new thread")

            full.setattr(kind, "start", start, raising=False)
            with socket.create_connection(address, 30) as caller:
                assert caller.recv(1) == b""

        def served():
            door = http.client.HTTPConnection(*address, timeout=30)
            with closing(door), suppress(ConnectionError, http.client.HTTPException):
                return said(door, "POST", PATH, write_request(log.asks(0, 5)))[0]

        assert until(served) == 200
