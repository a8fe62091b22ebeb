"""What is in a chunk is remembered once it was read well."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from resources.sources.arxiv.chunk_index import ChunkIndex, known_index
from resources.sources.arxiv.chunks import chunks_of, is_chunk
from resources.sources.mirror import Mirror, MirrorObject
from s1_assets.rejects import Reason
from s1_assets_tests.resources.sources.arxiv_mirror import TEX, ArxivMirror

BYTE = 520  # within the chunk's member


@dataclass
class Wire:
    """Chunks at the other end of a wire; with `noisy` one bit of what comes is another.

    `read_from` has where each read began.
    """

    there: Mirror
    noisy: bool = False
    read_from: list[int] = field(default_factory=list)

    def holds(self, path: str) -> bool:
        return is_chunk(path)

    def stat(self, path: str) -> MirrorObject:
        return self.there.stat(path)

    def read(self, path: str, offset: int, size: int) -> bytes:
        self.read_from.append(offset)
        came = self.there.read(path, offset, size)
        return came[:BYTE] + bytes([came[BYTE] ^ 1]) + came[BYTE + 1 :] if self.noisy else came


@pytest.fixture
def wire(tmp_path: Path) -> Wire:
    origin = ArxivMirror(tmp_path / "mirror")
    origin.add_chunk("arXiv_src_2405_001", {"2405/2405.00001.gz": TEX})
    return Wire(Mirror(str(origin.root)))


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def _index(wire: Wire, cache: Path) -> ChunkIndex:
    mirror = Mirror(wire.there.url, wire)
    [chunk] = chunks_of(mirror, "2024-05")
    return known_index(mirror, chunk, cache)


def test_a_chunk_is_read_once(wire, cache):
    assert [member.paper for member in _index(wire, cache).members] == ["2405.00001"]
    first = _index(wire, cache)
    assert first == _index(wire, cache)
    assert wire.read_from == [0]


def test_a_chunk_that_was_misread_is_read_again(wire, cache):
    wire.noisy = True
    problem = _index(wire, cache).problem
    assert problem is not None
    assert problem.reason == Reason.CHECKSUM_MISMATCH
    wire.noisy = False
    assert _index(wire, cache).problem is None
    assert wire.read_from == [0, 0]


@pytest.mark.parametrize("left", [0, 5, 40, -20, -1])
def test_what_a_crash_left_of_what_was_remembered_counts_for_nothing(wire, cache, left):
    whole = _index(wire, cache)
    [file] = (cache / "known-archives").iterdir()
    file.write_bytes(file.read_bytes()[:left])
    assert _index(wire, cache) == whole
    assert _index(wire, cache) == whole
    assert wire.read_from == [0, 0]


def test_what_was_remembered_and_changed_on_the_disk_counts_for_nothing(wire, cache):
    whole = _index(wire, cache)
    [file] = (cache / "known-archives").iterdir()
    content = file.read_bytes()
    for place in range(0, len(content), 7):
        file.write_bytes(content[:place] + bytes([content[place] ^ 0xFF]) + content[place + 1 :])
        assert _index(wire, cache) == whole
