"""An answer that comes a byte now and then holds nobody for longer than an answer may take."""

import socketserver
import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from resources.live.download import download
from resources.live.failures import SourceDownError, SourceRefusedError
from s1_assets_tests.resources.live.conftest import QUICK

DRIPS, GAP = 60, 0.05
ANSWER = replace(QUICK, attempts=1, answer=DRIPS * GAP / 3)
AT_ONCE = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfast"


class _Tap(socketserver.StreamRequestHandler):
    """Gives each request of a connection an answer in three pieces, the second of which drips."""

    def handle(self) -> None:
        for begin, drip, rest in self.server.answers:
            while self.rfile.readline().strip():
                pass
            self.server.connections.add(self.client_address)
            self.wfile.write(begin)
            for byte in drip:
                time.sleep(GAP)
                self.wfile.write(bytes([byte]))
            self.wfile.write(rest)


@pytest.fixture
def tap() -> Iterator[socketserver.ThreadingTCPServer]:
    """Its answers drip as `answers` says, one for each request of a connection."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Tap) as server:
        server.daemon_threads, server.answers, server.connections = True, [], set()
        server.handle_error = lambda *_: None  # who hangs up is what is wanted
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def client(new_client, tap):
    return new_client(ANSWER, url=f"http://127.0.0.1:{tap.server_address[1]}")


def test_headers(client, tap):
    tap.answers = [(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"a" * DRIPS, b"\r\nContent-Length: 4\r\n\r\ncame")]
    with pytest.raises(SourceDownError, match="ReadTimeout"):
        client.get("journal", "works")


def test_headers_on_a_connection_that_was_fast_before(client, tap):
    tap.answers = [
        (AT_ONCE, b"", b""),
        (b"HTTP/1.1 200 OK\r\nX-Slow: ", b"a" * DRIPS, b"\r\nContent-Length: 4\r\n\r\ncame"),
    ]
    assert client.get("journal", "works").body == b"fast"
    with pytest.raises(SourceDownError, match="ReadTimeout"):
        client.get("journal", "works")
    assert len(tap.connections) == 1


def test_a_body(client, tap):
    tap.answers = [(f"HTTP/1.1 200 OK\r\nContent-Length: {DRIPS}\r\n\r\n".encode(), b"a" * DRIPS, b"")]
    with pytest.raises(SourceDownError, match="its answer took more than"):
        client.get("journal", "works")


def test_what_a_refusal_says(client, tap):
    tap.answers = [(f"HTTP/1.1 400 Bad\r\nContent-Length: {DRIPS + 4}\r\n\r\n".encode(), b"a" * DRIPS, b"DONE")]
    with pytest.raises(SourceRefusedError, match=r"it refused the request, 'aa*'") as raised:
        client.get("journal", "works")
    assert "DONE" not in str(raised.value)


def test_a_file_may_take_longer(client, tap):
    tap.answers = [(f"HTTP/1.1 200 OK\r\nContent-Length: {DRIPS}\r\n\r\n".encode(), b"a" * DRIPS, b"")]
    with download(client, "journal", "works") as file:
        assert file.path.read_bytes() == b"a" * DRIPS
