"""The file of a package that an article means by a reference to a picture.

Articles name pictures as they once lay at the publisher: with or without an extension, in a folder that is not there,
as a whole address, percent-encoded, in other letters' case. Beside a picture may lie a preview of the same name.
"""

from collections import defaultdict
from collections.abc import Mapping
from pathlib import PurePosixPath
from urllib.parse import unquote

# Best first: what publishers keep for print, then for the screen; GIF is what they make previews of.
_FORMATS = ("tif", "tiff", "png", "jpg", "jpeg", "webp", "pdf", "eps", "ps", "svg", "bmp", "jp2", "gif")


def is_picture(name: str) -> bool:
    """Whether a file name has the extension of a picture."""
    return _extension(name) in _FORMATS


def stem(name: str) -> str:
    """A file name without folders and without the extension of a picture; `pone.0000001.g001` has none."""
    base = PurePosixPath(name).name
    return base.rpartition(".")[0] if is_picture(base) else base


class MediaFiles:
    """The pictures of a package, to be asked for by the names that an article gives them."""

    def __init__(self, files: Mapping[str, bytes], article: str) -> None:
        """`files` is the package, `article` the path of the XML in it, from whose folder names count."""
        self._files = files
        self._folder = PurePosixPath(article).parent
        self._by_name: dict[str, list[str]] = defaultdict(list)
        self._by_stem: dict[str, list[str]] = defaultdict(list)
        for path in sorted(files, key=self.rank):
            name = PurePosixPath(path).name.casefold()
            self._by_name[name].append(path)
            if is_picture(name):
                self._by_stem[stem(name)].append(path)

    def find(self, href: str) -> str | None:
        """The path of the file that a reference means.

        A name that is there is taken at its word: at the place meant, else the largest file of that name, as others are
        thumbnails. Failing that, and for a GIF, which may be the preview, it is the best file of the same stem.
        """
        name = unquote(href.partition("?")[0]).replace("\\", "/")
        base = PurePosixPath(name).name.casefold()
        if base in self._by_name and _extension(base) != "gif":
            meant = str(self._folder / name)
            return meant if meant in self._files else self._by_name[base][0]
        return next(iter(self._by_stem.get(stem(base), ())), None)

    def rank(self, path: str) -> tuple[int, int]:
        """Sorts files of the same picture, the best first."""
        return _FORMATS.index(_extension(path)) if is_picture(path) else len(_FORMATS), -len(self._files[path])


def _extension(name: str) -> str:
    return PurePosixPath(name).suffix[1:].casefold()
