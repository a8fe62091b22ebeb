r"""The files of a submission: decoding, and the files that \input and \includegraphics mean.

Names are resolved as the engine would, then case by case more kindly, because archives lose letter case and folders on
their way: exact path, another case, and at last the only file of that name anywhere in the archive.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from posixpath import normpath

# Tried in the order of pdfLaTeX's \DeclareGraphicsExtensions, then LaTeX with dvips, then what other engines read.
GRAPHIC_EXTENSIONS = tuple(
    f".{name}"
    for name in ("pdf png jpg mps jpeg jbig2 jb2 eps epsi epsf ps eps.gz ps.gz pstex gif tif tiff bmp svg webp").split()
)
MAX_DOCUMENT = 10_000_000  # bytes of a file that may be a paper

_WINDOWS = {byte: bytes((byte,)).decode("cp1252", "ignore") or chr(byte) for byte in range(0x80, 0xA0)}
_DOCUMENT_CLASS = re.compile(r"^[^%\n]*\\document(?:class|style)\b", re.MULTILINE)
_BEGIN_DOCUMENT = re.compile(r"^[^%\n]*\\begin\s*\{document\}", re.MULTILINE)
_PRIVATE_USE = re.compile("[\ue000-\uf8ff]")
_LEFT_OVER = re.compile(r"(?:^|/)(?:\.|__MACOSX/|#|[^/]*~$|[^/]*\.(?:bak|swp|orig|sav)$)")


def decode(content: bytes) -> str:
    """TeX source as text: UTF-8 (a byte-order mark aside), else Windows-1252 with Latin-1 for what that leaves open."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1").translate(_WINDOWS)
    return _PRIVATE_USE.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", ""))


def is_left_over(path: str) -> bool:
    """Whether a file is no part of the paper: hidden, AppleDouble, an editor's back-up."""
    return bool(_LEFT_OVER.search(path))


class Source:
    """The archive of one submission, path to bytes; paths are relative and posix."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = {normpath(path): content for path, content in files.items()}
        self._folded: dict[str, str] = {}
        self._named: defaultdict[str, list[str]] = defaultdict(list)
        for path in sorted(self.files, key=lambda path: (path.count("/"), path), reverse=True):
            if not is_left_over(path):
                self._folded[path.lower()] = path
                self._named[PurePosixPath(path).name.lower()].append(path)

    def text(self, path: str) -> str:
        """The decoded text of a file."""
        return decode(self.files[path])

    def input(self, name: str, folders: Sequence[str]) -> str | None:
        r"""The file that \input{name} reads: `name.tex` before `name`, in the given folders in turn."""
        wanted = _cleaned(name)
        return self._find([f"{wanted}.tex", wanted, f"{wanted}.ltx"] if wanted else [], folders)

    def package(self, name: str, extension: str, folders: Sequence[str]) -> str | None:
        r"""The local file of \usepackage{name} or \documentclass{name}, if the archive has one."""
        return self._find([_cleaned(name) + extension], folders)

    def graphic(self, name: str, folders: Sequence[str], extensions: Iterable[str]) -> str | None:
        r"""The file that \includegraphics{name} shows.

        A name that ends in a known extension is tried as it is first, any other with each extension in turn; then the
        other way round.
        """
        wanted = _cleaned(name)
        if not wanted:
            return None
        tried = [wanted, *(wanted + extension for extension in extensions)]
        if not wanted.lower().endswith(GRAPHIC_EXTENSIONS):
            tried = [*tried[1:], wanted]
        else:
            # EPS submissions are compiled with converted files and the other way round; the stem decides.
            stem = wanted[: wanted.rindex(".")]
            tried += [stem + extension for extension in extensions if extension != ".svg"]
        return self._find(tried, folders)

    def _find(self, names: Sequence[str], folders: Sequence[str]) -> str | None:
        if not names:
            return None
        candidates = [normpath(f"{folder}/{name}" if folder else name) for folder in folders for name in names]
        for path in candidates:
            if path in self.files:
                return path
        for path in candidates:
            if path.lower() in self._folded:
                return self._folded[path.lower()]
        for name in names:
            found = self._named.get(PurePosixPath(name).name.lower(), [])
            if len(found) == 1 and PurePosixPath(name).suffix:
                return found[0]
        return None

    def is_binary(self, path: str) -> bool:
        """Whether a file is certainly no TeX: a picture or an archive read by mistake."""
        return path.lower().endswith(GRAPHIC_EXTENSIONS) or b"\0" in self.files[path][:1000]

    def tex_files(self) -> Iterator[str]:
        """Every file that may be a document, top level first."""
        for path in sorted(self.files, key=lambda path: (path.count("/"), path.lower(), path)):
            suffix = PurePosixPath(path).suffix.lower()
            if len(self.files[path]) > MAX_DOCUMENT:
                continue
            if not is_left_over(path) and (suffix in {".tex", ".ltx", ".latex"} or not suffix or suffix == ".txt"):
                yield path


def body(text: str) -> str:
    r"""What stands between \begin{document} and \end{document} in a complete document; other texts as they are."""
    begin = _BEGIN_DOCUMENT.search(text)
    if begin is None or _DOCUMENT_CLASS.search(text) is None:
        return text
    end = text.rfind("\\end{document}")
    return text[begin.end() : end if end > begin.end() else None]


def _cleaned(name: str) -> str:
    """A file name as written, without quotes and blanks around, and without a leading ./ or a way out of the folder."""
    return name.replace('"', "").strip().removeprefix("./").lstrip("/")
