r"""The files of a submission: decoding, and the files that \input and \includegraphics mean.

Names are resolved as the engine would, then case by case more kindly, because archives lose letter case and folders on
their way: exact path, another case, and at last the only file of that name anywhere in the archive.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import PurePosixPath
from posixpath import normpath, split
from unicodedata import normalize

from s1_assets.extraction.latex.encodings import UTF_16, declared_encoding, decode
from s1_assets.extraction.media import is_text

# Tried in the order of pdfLaTeX's \DeclareGraphicsExtensions, then LaTeX with dvips, then what other engines read.
GRAPHIC_EXTENSIONS = tuple(
    f".{name}"
    for name in ("pdf png jpg mps jpeg jbig2 jb2 eps epsi epsf ps eps.gz ps.gz pstex gif tif tiff bmp svg webp").split()
)
MAX_DOCUMENT = 10_000_000  # bytes of a file that may be a paper

MAX_FOLDERS = 60  # looked through for one name

_DOCUMENT_CLASS = re.compile(r"^[^%\n]*\\document(?:class|style)\b", re.MULTILINE)
_BEGIN_DOCUMENT = re.compile(r"^[^%\n]*\\begin\s*\{document\}", re.MULTILINE)
_LEFT_OVER = re.compile(
    r"(?:^|/)(?:\.|__MACOSX/|#|[^/]*~$|[^/]*\.(?:bak|backup|old|sw[op]|orig|sav|tmp)$)", re.IGNORECASE
)
_NO_DOCUMENTS = frozenset(".sty .cls .bst .bib .bbl .clo .def .fd .ldf .cfg .dtx .ins .aux .log .out .toc".split())


def is_left_over(path: str) -> bool:
    """Whether a file is no part of the paper: hidden, AppleDouble, an editor's back-up."""
    return bool(_LEFT_OVER.search(path))


class Source:
    """The archive of one submission, path to bytes; paths are relative and posix."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = {normpath(path): content for path, content in files.items()}
        self._folded: dict[str, str] = {}
        self._named: defaultdict[str, list[str]] = defaultdict(list)
        self._names = {_folded(PurePosixPath(path).name) for path in self.files}
        for path in sorted(self.files, key=lambda path: (path.count("/"), path), reverse=True):
            if not is_left_over(path):
                self._index(path)

    def _index(self, path: str) -> None:
        self._folded[_folded(path)] = path
        self._named[_folded(PurePosixPath(path).name)].append(path)

    def add(self, name: str, text: str) -> None:
        """A file that the paper writes itself; one of that name that is there already stays."""
        path = normpath(_cleaned(name))
        if path not in self.files:
            self.files[path] = text.encode()
            self._names.add(_folded(PurePosixPath(path).name))
            self._index(path)

    def text(self, path: str) -> str:
        """The decoded text of a file."""
        content = self.files[path]
        if content.isascii():
            return decode(content)
        return decode(content, declared_encoding(content) or self._encoding)

    @cached_property
    def _encoding(self) -> str | None:
        """The encoding that any of the documents declares, which holds for what they input."""
        declared = (declared_encoding(self.files[path]) for path in self.tex_files())
        return next((encoding for encoding in declared if encoding is not None), None)

    def input(self, name: str, folders: Sequence[str]) -> str | None:
        r"""The file that \input{name} reads: `name.tex` before `name`, in the given folders in turn."""
        parent, last = split(_cleaned(name))
        return self._find(parent, [f"{last}.tex", last, f"{last}.ltx"] if last else [], folders)

    def package(self, name: str, extension: str, folders: Sequence[str]) -> str | None:
        r"""The local file of \usepackage{name} or \documentclass{name}, if the archive has one."""
        parent, last = split(_cleaned(name))
        return self._find(parent, [last + extension], folders)

    def graphic(self, name: str, folders: Sequence[str], extensions: Iterable[str]) -> str | None:
        r"""The file that \includegraphics{name} shows.

        A name that ends in a known extension is tried as it is first, any other with each extension in turn; then the
        other way round.
        """
        parent, last = split(_cleaned(name))
        if not last:
            return None
        tried = [last, *(last + extension for extension in extensions)]
        if not last.lower().endswith(GRAPHIC_EXTENSIONS):
            tried = [*tried[1:], last]
        else:
            # EPS submissions are compiled with converted files and the other way round; the stem decides.
            stem = last[: last.rindex(".")]
            tried += [stem + extension for extension in extensions if extension != ".svg"]
        return self._find(parent, tried, folders)

    def exists(self, name: str, folders: Sequence[str]) -> bool:
        r"""Whether \IfFileExists finds a file of that name or with .tex behind it."""
        parent, last = split(_cleaned(name))
        return self._find(parent, [last, f"{last}.tex"] if last else [], folders) is not None

    def _find(self, parent: str, names: Sequence[str], folders: Sequence[str]) -> str | None:
        known = [name for name in names if _folded(name) in self._names]
        if not known:
            return None
        places = dict.fromkeys(_normal(f"{folder}/{parent}") for folder in folders[:MAX_FOLDERS])
        candidates = [f"{place}/{name}" if place else name for place in places for name in known]
        for path in candidates:
            if path in self.files:
                return path
        for path in candidates:
            if _folded(path) in self._folded:
                return self._folded[_folded(path)]
        for name in known:
            found = self._named.get(_folded(name), [])
            if len(found) == 1 and PurePosixPath(name).suffix:
                return found[0]
        return None

    def is_binary(self, path: str) -> bool:
        """Whether a file is certainly no TeX: a picture or an archive read by mistake."""
        content = self.files[path]
        return path.lower().endswith(GRAPHIC_EXTENSIONS) or not (is_text(content) or content.startswith(UTF_16))

    def tex_files(self) -> Iterator[str]:
        """Every file that may be a document by its name, top level first."""
        for path in self._readable():
            suffix = PurePosixPath(path).suffix.lower()
            if suffix in {".tex", ".ltx", ".latex", ".txt"} or not suffix:
                yield path

    def other_files(self) -> Iterator[str]:
        """Every other text that may be a document under an unusual name, top level first."""
        named = frozenset(self.tex_files())
        for path in self._readable():
            no_document = PurePosixPath(path).suffix.lower() in _NO_DOCUMENTS
            if path not in named and not no_document and not self.is_binary(path):
                yield path

    def _readable(self) -> Iterator[str]:
        for path in sorted(self.files, key=lambda path: (path.count("/"), path.lower(), path)):
            if len(self.files[path]) <= MAX_DOCUMENT and not is_left_over(path):
                yield path


def body(text: str) -> str:
    r"""What stands between \begin{document} and \end{document} in a complete document; other texts as they are."""
    begin = _BEGIN_DOCUMENT.search(text)
    if begin is None or _DOCUMENT_CLASS.search(text) is None:
        return text
    end = text.rfind("\\end{document}")
    return text[begin.end() : end if end > begin.end() else None]


def _cleaned(name: str) -> str:
    """A file name as written, without quotes and blanks around, from the top of the archive."""
    return name.replace('"', "").strip().lstrip("/")


def _normal(path: str) -> str:
    """A folder with its dots carried out; a way out of the archive leads to its top."""
    parts = normpath(path).split("/")
    return "/".join(part for part in parts if part not in {"", ".", ".."})


def _folded(path: str) -> str:
    """A path by which two that differ in case, or in how accents are composed, are the same."""
    return normalize("NFC", path).lower()
