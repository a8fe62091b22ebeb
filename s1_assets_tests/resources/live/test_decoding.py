"""Bodies unfold in pieces of bounded size, whatever a service sends."""

import gzip

import httpx
import pytest

from resources.live.decoding import PIECE_BYTES, beginning, decoded


class Body(httpx.SyncByteStream):
    """A body as it comes over the wire, in pieces of `size` bytes."""

    def __init__(self, content: bytes, size: int):
        self.content, self.size = content, size

    def __iter__(self):
        return (self.content[start : start + self.size] for start in range(0, len(self.content), self.size))


def answer(content: bytes, encoding: str = "gzip", size: int = 1000) -> httpx.Response:
    return httpx.Response(200, headers={"Content-Encoding": encoding}, stream=Body(content, size))


@pytest.mark.parametrize("size", [1, 1000, 1 << 20])
def test_few_bytes_unfold_to_many_piece_by_piece(size):
    pieces = [len(piece) for piece in decoded(answer(gzip.compress(bytes(20 << 20)), size=size))]
    assert sum(pieces) == 20 << 20
    assert max(pieces) <= PIECE_BYTES


def test_the_beginning_of_an_answer_is_read_and_no_more():
    body = Body(gzip.compress(bytes(20 << 20)), 1000)
    response = httpx.Response(200, headers={"Content-Encoding": "x-gzip"}, stream=body)
    assert beginning(response, 200, 60) == bytes(200)
    assert response.num_bytes_downloaded < 20_000


def test_a_beginning_that_cannot_be_decoded_is_nothing():
    assert beginning(answer(b"plain"), 200, 60) == b""
    assert beginning(answer(b"plain", "gzip, gzip"), 200, 60) == b""


def test_what_is_not_encoded_comes_as_it_is():
    assert b"".join(decoded(answer(b"plain", "identity"))) == b"plain"
    assert b"".join(decoded(answer(b"", "gzip"))) == b""
