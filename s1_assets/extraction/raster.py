"""Raster files (PNG, JPEG, TIFF, GIF, BMP, WebP, JPEG 2000, PNM) to pixels, by Pillow."""

import io
import math
import struct
import warnings

import numpy as np
from PIL import Image, ImageChops, ImageOps

from s1_assets.extraction.picture import Encoding, Picture
from s1_assets.extraction.view import View
from s1_assets.rejects import Reason, Reject

MAX_PIXELS = 100_000_000  # 0.4 GB decoded; Pillow's own limit lies at 179 million
# Pillow also reads EPS, by running Ghostscript without our limits, and formats that no LaTeX includes.
_FORMATS = ("PNG", "JPEG", "MPO", "TIFF", "GIF", "BMP", "WEBP", "JPEG2000", "PPM")
_LOSSY = {"JPEG", "MPO"}
_ORIENTATION = 0x0112  # EXIF tag


def decode(content: bytes, view: View) -> Picture | Reject:
    """The pixels that `view` shows of a raster file, without its angle; UNREADABLE_IMAGE when Pillow cannot."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(content), formats=_FORMATS) as image:
                return _decode(image, content, view)
    except Image.DecompressionBombError as error:
        return Reject(Reason.IMAGE_TOO_LARGE, str(error))
    except (OSError, EOFError, SyntaxError, ValueError, LookupError, TypeError, struct.error) as error:
        # Pillow's decoders let through whatever a damaged file makes them stumble over.
        return Reject(Reason.UNREADABLE_IMAGE, f"{type(error).__name__}: {error}")


def _decode(image: Image.Image, content: bytes, view: View) -> Picture | Reject:
    frames = getattr(image, "n_frames", 1)
    pages = frames if image.format == "TIFF" else 1
    if view.page > pages > 1:
        return Reject(Reason.PAGE_MISSING, f"page {view.page} of a TIFF of {pages} pages")
    if pages > 1:
        image.seek(view.page - 1)
    if image.width * image.height > MAX_PIXELS:
        return Reject(Reason.IMAGE_TOO_LARGE, f"{image.width} x {image.height} pixels, more than {MAX_PIXELS}")
    image.load()
    box = _pixel_box(image, view)
    # LaTeX shows a photograph as it is stored. Authors whom that left with a picture on its side turn it by `angle`.
    upright = not view.angle and image.getexif().get(_ORIENTATION, 1) != 1
    whole = box == (0, 0, *image.size)
    pixels = flatten(image)
    if not whole:
        pixels = pixels.crop(box)
    if upright:
        pixels = ImageOps.exif_transpose(_with_orientation(pixels, image))
    return Picture(
        pixels=pixels,
        angle=view.angle,
        photo=image.format in _LOSSY,
        source=_publishable(image, content) if whole and not upright and frames == 1 else None,
        page=view.page if pages > 1 else None,
    )
