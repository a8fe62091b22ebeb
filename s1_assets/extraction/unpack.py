"""From the bytes of a paper's archive to its files, in memory.

The archive comes from a stranger: it is read as a stream under limits, nothing is written to disk, and no
member is taken whose path leads outside, that is a link or a device, or that would go over a limit.
"""

import bz2
import gzip
import io
import lzma
import re
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Any, Literal, Protocol

from s1_assets.extraction.media import MediaType, is_meca_manifest, media_type
from s1_assets.rejects import Reason, Reject

Kind = Literal["latex", "meca", "html", "pdf", "postscript", "docx", "other"]

_KINDS: dict[MediaType, Kind] = {  # best first
    "tex": "latex",
    "jats": "meca",
    "html": "html",
    "pdf": "pdf",
    "postscript": "postscript",
    "docx": "docx",
}
_SUFFIXES: dict[Kind, str] = {
    "latex": "tex",
    "meca": "xml",
    "html": "html",
    "pdf": "pdf",
    "postscript": "ps",
    "docx": "docx",
}


class _Source(Protocol):
    def read(self, size: int, /) -> bytes: ...


_DECOMPRESSORS: dict[bytes, Callable[[IO[bytes]], _Source]] = {
    b"\x1f\x8b": lambda stream: gzip.GzipFile(fileobj=stream),
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\0": lzma.LZMAFile,
}
_COMPRESSION_LAYERS = 3
_CHUNK = 1 << 16

# What the standard library raises for damaged archives; ValueError and the others come from numbers in headers.
_DAMAGE = (
    OSError,
    EOFError,
    zlib.error,
    lzma.LZMAError,
    tarfile.TarError,
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OverflowError,
    LookupError,
)


@dataclass(frozen=True)
class Limits:
    """What one paper's archive may hold, sizes in bytes; real submissions stay far below.

    `ratio` is unpacked to packed size. It counts only above `ratio_floor`, as white bitmaps in PostScript
    shrink a thousandfold in honest papers too.
    """

    files: int = 10_000
    file_bytes: int = 256 << 20
    total_bytes: int = 1 << 30
    ratio: int = 200
    ratio_floor: int = 64 << 20
    path_depth: int = 32
    path_chars: int = 500

    def allowance(self, packed: int) -> int:
        """Bytes that an archive of `packed` bytes may unfold to."""
        return min(self.total_bytes, max(self.ratio_floor, self.ratio * packed))


@dataclass(frozen=True)
class Package:
    """A paper's files by their relative POSIX path, what kind of source they are, and the members left out."""

    kind: Kind
    files: dict[str, bytes]
    rejects: tuple[Reject, ...] = ()


class _OverLimitError(Exception):
    """The archive as a whole goes over a limit."""


def unpack(archive: bytes, limits: Limits = Limits()) -> Package | Reject:
    """Read a paper's archive: a tar, a zip or a single file, bare or compressed (gzip, bzip2, xz).

    A single file is named by the FNAME of its gzip header, else main.<suffix>. Rejects the paper as ARCHIVE_UNSAFE
    when it is over a limit and as ARCHIVE_UNREADABLE when any of it is damaged, since half a paper would look like
    a whole one. A single member that is unsafe is left out and stands in the package's rejects.
    """
    try:
        return _read(archive, limits)
    except _OverLimitError as error:
        return Reject(Reason.ARCHIVE_UNSAFE, str(error))
    except _DAMAGE as error:
        return Reject(Reason.ARCHIVE_UNREADABLE, f"{type(error).__name__}: {error}")


def _read(archive: bytes, limits: Limits) -> Package | Reject:
    allowance = limits.allowance(len(archive))
    stream, name = _decompress(archive, allowance)
    intake = _Intake(limits, allowance)
    if _is_tar(stream.peek(tarfile.BLOCKSIZE)):
        _take_tar(stream, intake)
    else:
        content = stream.read()
        if media_type(content) == "zip":
            _take_zip(content, intake)
        elif content:
            single = f"main.{_SUFFIXES.get(_kind({'': content}), 'bin')}"
            intake.files[name if name and not _path_fault(name, limits) else single] = content
    if not intake.files:
        return Reject(Reason.ARCHIVE_UNREADABLE, f"an archive of {len(archive)} bytes without a file in it")
    return Package(_kind(intake.files), intake.files, tuple(intake.rejects))


def _kind(files: dict[str, bytes]) -> Kind:
    """The best source among the files; arXiv keeps ancillary files, which are not the paper, under anc/."""
    if any(is_meca_manifest(name, content) for name, content in files.items()):
        return "meca"
    found = {media_type(content) for name, content in files.items() if not name.startswith("anc/")}
    return next((kind for media, kind in _KINDS.items() if media in found), "other")


class _Metered(io.RawIOBase):
    """Reads `source`, and refuses to go on after `allowance` bytes."""

    def __init__(self, source: _Source, allowance: int) -> None:
        self._source = source
        self._allowance = allowance
        self._count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        content = self._source.read(len(buffer))
        buffer[: len(content)] = content
        self._count += len(content)
        if self._count > self._allowance:
            raise _OverLimitError(f"unpacks to more than {self._allowance} bytes")
        return len(content)


def _decompress(archive: bytes, allowance: int) -> tuple["io.BufferedReader[_Metered]", str | None]:
    """The innermost stream of the archive, and the file name of its outermost gzip header."""
    stream = io.BufferedReader(_Metered(io.BytesIO(archive), len(archive)), _CHUNK)
    name = _gzip_name(archive) if archive.startswith(b"\x1f\x8b") else None
    for _ in range(_COMPRESSION_LAYERS):
        head = stream.peek(8)
        decompressor = next((opens for magic, opens in _DECOMPRESSORS.items() if head.startswith(magic)), None)
        if decompressor is None:
            break
        stream = io.BufferedReader(_Metered(decompressor(stream), allowance), _CHUNK)
    return stream, name


def _gzip_name(archive: bytes) -> str | None:
    """FNAME without folders (RFC 1952, section 2.3)."""
    start = 10
    flags = archive[3] if len(archive) > start else 0
    if flags & 0x04:
        start += 2 + int.from_bytes(archive[10:12], "little")
    end = archive.find(b"\0", start, start + _CHUNK)
    if not flags & 0x08 or end < 0:
        return None
    return re.split(rb"[/\\]", archive[start:end])[-1].decode("latin-1")


def _path_fault(path: str, limits: Limits) -> str | None:
    """What makes a member's path unsafe to use, if anything does."""
    parts = path.split("/")
    if parts[0] == "" or re.match(r"[A-Za-z]:", path):
        return "absolute path"
    if ".." in parts:
        return "path that leads outside"
    if len(parts) > limits.path_depth or len(path) > limits.path_chars:
        return "path too deep or too long"
    if re.search(r"[\x00-\x1f\x7f]", path):
        return "path with control characters"
    return None


class _Intake:
    """Takes members in as long as they keep within the limits."""

    def __init__(self, limits: Limits, allowance: int) -> None:
        self.files: dict[str, bytes] = {}
        self.rejects: list[Reject] = []
        self._limits = limits
        self._entries = 0
        self._left = allowance

    def count_entry(self) -> None:
        """Count a member of any kind, directories too."""
        self._entries += 1
        if self._entries > self._limits.files:
            raise _OverLimitError(f"holds more than {self._limits.files} files")

    def admit(self, name: str, size: int, regular: bool) -> str | None:
        """The path under which to keep a member of `size` bytes, None when it is to be left out."""
        absolute = "/" if name.startswith(("/", "\\")) else ""
        path = absolute + "/".join(part for part in re.split(r"[/\\]", name) if part not in {"", "."})
        folders, _, base = path.rpartition("/")
        if base.startswith("._") or "__MACOSX" in folders.split("/"):
            return None  # resource forks that macOS adds; no file of the paper
        fault = _path_fault(path, self._limits) if regular else "link or device"
        if fault is None and size > self._limits.file_bytes:
            fault = f"{size} bytes, more than {self._limits.file_bytes}"
        if fault is not None:
            self.rejects.append(Reject(Reason.ARCHIVE_UNSAFE, f"member left out: {fault}", source_file=path))
            return None
        self._left -= size
        if self._left < 0:
            raise _OverLimitError(f"members of more bytes than allowed, at {path!r}")
        return path

    def take(self, path: str, content: bytes) -> None:
        """Keep a member; one of the same path before it gives way, as it does where archives are written to a disk."""
        if self.files.get(path, content) != content:
            detail = "member left out: a later one has the same path"
            self.rejects.append(Reject(Reason.ARCHIVE_UNSAFE, detail, source_file=path))
        self.files[path] = content


class _StrictTarInfo(tarfile.TarInfo):
    """Where tarfile takes a damaged header for the end of the archive, this one is an error."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> "_StrictTarInfo":
        try:
            return super().frombuf(buf, encoding, errors)
        except (tarfile.EOFHeaderError, tarfile.EmptyHeaderError):  # type: ignore[attr-defined]
            raise
        except tarfile.HeaderError as error:
            raise tarfile.ReadError(f"damaged header: {error}") from error


def _is_tar(head: bytes) -> bool:
    """Whether `head` begins with a tar header; its checksum also tells the old format that has no magic number."""
    try:
        tarfile.TarInfo.frombuf(head[: tarfile.BLOCKSIZE], "utf-8", "surrogateescape")
    except (tarfile.HeaderError, ValueError):
        return False
    return True


def _take_tar(stream: "io.BufferedReader[_Metered]", intake: _Intake) -> None:
    with tarfile.open(fileobj=stream, mode="r|", tarinfo=_StrictTarInfo, encoding="utf-8") as archive:
        for member in archive:
            intake.count_entry()
            if member.isdir():
                continue
            path = intake.admit(_text(member.name), member.size, member.isreg())
            content = archive.extractfile(member) if path is not None else None
            if path is not None and content is not None:
                intake.take(path, content.read())
    while stream.read(_CHUNK):
        pass  # a compressed stream proves itself whole only at its end


def _text(name: str) -> str:
    """A member's name whose bytes are not UTF-8 read as Latin-1, as TeX of that age is."""
    raw = name.encode("utf-8", "surrogateescape")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _take_zip(content: bytes, intake: _Intake) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for member in archive.infolist():
            intake.count_entry()
            if member.is_dir():
                continue
            mode = member.external_attr >> 16
            path = intake.admit(member.filename, member.file_size, stat.S_IFMT(mode) in {0, stat.S_IFREG})
            if path is not None:
                intake.take(path, archive.read(member))
