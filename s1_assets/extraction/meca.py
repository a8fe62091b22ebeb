"""MECA archives: which of their files is the article (NISO RP-30-2020, and HighWire's version 0.9 before it)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePosixPath
from urllib.parse import unquote

from s1_assets.extraction.jats.media_files import is_picture
from s1_assets.extraction.jats.text import plain_text
from s1_assets.extraction.jats.xml import Element, href, parse_xml
from s1_assets.extraction.media import media_type
from s1_assets.rejects import Reason, Reject

MAX_LISTED = 20  # articles and manuscripts that a manifest may list; honest ones list one of each

_ARTICLE = ("article-metadata", "article")
_MANUSCRIPT = "manuscript"


@dataclass(frozen=True)
class Meca:
    """The files of an archive that matter, by path.

    `article` is the XML of the article. `pdf` is the whole article as PDF; one that is no PDF (some have 0 bytes) is
    None. `pictures` are all pictures, those of formulas and tables too. `server` is the preprint server that
    transfer.xml names, such as bioRxiv.
    """

    article: str
    pdf: str | None
    pictures: tuple[str, ...]
    server: str | None


def read_meca(files: Mapping[str, bytes]) -> Meca | Reject:
    """Tell the files of an unpacked MECA archive apart.

    The manifest says which is which, in whatever folder everything lies. Where it is missing, cannot be read or names
    files that are not there, the content says it. Without an article the archive is rejected as NO_MAIN_FILE.
    """
    listed = list(_listed(files))
    article = _article(files, [path for path, kind in listed if kind in _ARTICLE])
    if article is None:
        return Reject(Reason.NO_MAIN_FILE, f"no article XML among the {len(files)} files of the archive")
    pdfs = [path for path, kind in listed if kind == _MANUSCRIPT] + [str(PurePosixPath(article).with_suffix(".pdf"))]
    return Meca(
        article,
        next((path for path in pdfs if media_type(files.get(path, b"")) == "pdf"), None),
        tuple(path for path in files if is_picture(path) and not path.lower().endswith(".pdf")),
        _server(files),
    )


def _listed(files: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """Articles and manuscripts that the manifest lists, as far as they are there, with the types that it gives them."""
    path, root = _document(files, "manifest.xml")
    if root is None:
        return
    listed = (
        (kind, instance)
        for item in root.iter("item")
        if (kind := item.get("item-type") or item.get("type") or "") in (*_ARTICLE, _MANUSCRIPT)
        for instance in item
    )
    for kind, instance in islice(listed, MAX_LISTED):
        found = _located(files, PurePosixPath(path).parent, unquote(href(instance)))
        if found is not None:
            yield found, kind


def _document(files: Mapping[str, bytes], name: str) -> tuple[str, Element | None]:
    """The outermost file of this name that can be read, and its root element."""
    paths = [path for path in files if PurePosixPath(path).name.lower() == name]
    for path in sorted(paths, key=lambda path: path.count("/")):
        root = parse_xml(files[path])
        if not isinstance(root, Reject):
            return path, root
    return "", None


def _located(files: Mapping[str, bytes], folder: PurePosixPath, name: str) -> str | None:
    """The file that a manifest in `folder` means by `name`; everything may have been put into one folder more."""
    exact = str(folder / name)
    return exact if exact in files else next((path for path in files if path.endswith(f"/{name}")), None)


def _article(files: Mapping[str, bytes], listed: list[str]) -> str | None:
    """The listed article if it is one, else the outermost and then largest article among the files."""
    others = sorted(files, key=lambda path: (path.count("/"), -len(files[path])))
    found = next((path for path in (*listed, *others) if media_type(files[path]) == "jats"), None)
    return found or next(iter(listed), None)


def _server(files: Mapping[str, bytes]) -> str | None:
    _, root = _document(files, "transfer.xml")
    if root is None:
        return None
    sources = [*root.iter("transfer-source"), *root.iter("source")]
    names = (plain_text(name) for source in sources for name in source.iter("acronym", "publication-title", "title"))
    return next(filter(None, names), None)
