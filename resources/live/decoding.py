"""Bodies of answers as they were before compression, in pieces of bounded size: a few bytes may unfold to very many.

Only gzip is asked for, and only gzip once is taken (RFC 9110, section 8.4).
"""

import contextlib
import time
import zlib
from collections.abc import Iterator

import httpx

ENCODING = "gzip"  # what requests say they accept
PIECE_BYTES = 64 << 10
_PLAIN, _PACKED = {"", "identity"}, {"gzip", "x-gzip"}
_GZIP = zlib.MAX_WBITS | 16


def decoded(response: httpx.Response) -> Iterator[bytes]:
    """Pieces of a body as they come, unfolded ones of PIECE_BYTES at most.

    Raises httpx.DecodingError for another encoding, for several, and for a body that is damaged or ends early.
    """
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding in _PLAIN:
        yield from response.iter_raw()
    elif encoding in _PACKED:
        yield from _inflated(response)
    else:
        raise httpx.DecodingError(f"its answer is encoded as {encoding[:50]!r}, which was not asked for")


def beginning(response: httpx.Response, count: int, seconds: float) -> bytes:
    """Up to so many bytes of a body, fewer where it cannot be decoded or does not come within so many seconds."""
    begun, end = bytearray(), time.monotonic() + seconds
    with contextlib.suppress(httpx.DecodingError):
        for piece in decoded(response):
            begun += piece
            if len(begun) >= count or time.monotonic() > end:
                break
    return bytes(begun[:count])


def _inflated(response: httpx.Response) -> Iterator[bytes]:
    inflater, came = zlib.decompressobj(_GZIP), False
    try:
        for packed in response.iter_raw():
            if inflater.eof:
                return  # what follows is none of it
            came, rest, more = True, packed, True
            while more and not inflater.eof:
                piece = inflater.decompress(rest, PIECE_BYTES)
                yield piece
                rest = inflater.unconsumed_tail
                more = bool(rest) or len(piece) == PIECE_BYTES
    except zlib.error as error:
        raise httpx.DecodingError(f"its answer is damaged ({error})") from error
    if came and not inflater.eof:
        raise httpx.DecodingError("its answer ends early")
