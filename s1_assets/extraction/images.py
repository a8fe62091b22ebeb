"""From a graphic file of a paper to the image that is published."""

import zlib
from collections.abc import Mapping

from s1_assets.extraction.media import media_type
from s1_assets.extraction.picture import RenderedImage
from s1_assets.extraction.postscript import distill
from s1_assets.extraction.raster import decode
from s1_assets.extraction.vector import draw
from s1_assets.extraction.view import View
from s1_assets.rejects import Reason, Reject

MAX_FILE_BYTES = 256 << 20
_COMPRESSION_LAYERS = 3  # as for archives: an upload that is compressed already gets compressed again


def render(content: bytes, options: Mapping[str, str]) -> RenderedImage | Reject:
    r"""The image that \includegraphics[options] shows of a file, or why there is none.

    The file's kind is told by its content; a compressed one (fig.eps.gz) is read through. `options` are keys and
    values as written (`View.of` says which ones count); keys of the size on the page play no part.
    The result has at most 2048 pixels on its long side; a reject's figure and file are the caller's to add.
    """
    view = View.of(options)
    if isinstance(view, Reject):
        return view
    for _ in range(_COMPRESSION_LAYERS):
        if media_type(content) != "gzip":
            break
        inflated = _inflate(content)
        if isinstance(inflated, Reject):
            return inflated
        content = inflated
    match media_type(content):
        case "pdf":
            picture = draw(content, "pdf", view)
        case "svg":
            picture = draw(content, "svg", view)
        case "postscript":
            page = distill(content, view.bounding_box)
            picture = page if isinstance(page, Reject) else draw(page.pdf, "pdf", view, page.margin)
        case _:
            picture = decode(content, view)
    return picture if isinstance(picture, Reject) else picture.publish()


def _inflate(content: bytes) -> bytes | Reject:
    decompressor = zlib.decompressobj(wbits=31)
    try:
        inflated = decompressor.decompress(content, MAX_FILE_BYTES)
    except zlib.error as error:
        return Reject(Reason.UNREADABLE_IMAGE, f"damaged gzip file: {error}")
    if decompressor.unconsumed_tail:
        return Reject(Reason.IMAGE_TOO_LARGE, f"unpacks to more than {MAX_FILE_BYTES} bytes")
    if not decompressor.eof:
        return Reject(Reason.UNREADABLE_IMAGE, "gzip file cut off")
    return inflated
