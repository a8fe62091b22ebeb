"""Raster files (PNG, JPEG, TIFF, GIF, BMP, WebP, JPEG 2000, PNM) to pixels, by Pillow."""

# mypy: allow-untyped-calls
# PyMuPDF says that it is typed, but its functions are not annotated.

import io
import struct
import warnings

import numpy as np
import pymupdf
from PIL import Image, ImageChops, ImageCms, ImageOps

from s1_assets.extraction.picture import Encoding, ImageFormat, Picture
from s1_assets.extraction.view import View
from s1_assets.rejects import Reason, Reject

MAX_PIXELS = 100_000_000  # 0.4 GB decoded, and as much again to convert; Pillow's own limit lies at 179 million
# Pillow reads EPS too, by running Ghostscript without our limits, and formats that no LaTeX includes.
_FORMATS = ("PNG", "JPEG", "TIFF", "GIF", "BMP", "WEBP", "JPEG2000", "PPM")
_PUBLISHABLE: dict[str | None, tuple[ImageFormat, set[str]]] = {
    "JPEG": ("jpeg", {"L", "RGB"}),
    "PNG": ("png", {"1", "L", "P", "RGB"}),
}
_ORIENTATION = 0x0112  # EXIF tag
_PNG = b"\x89PNG\r\n\x1a\n"
# Pillow refuses a PNG whose compressed text unpacks to more than a megabyte, though the picture does not need it.
_COMPRESSED_TEXT = {b"zTXt", b"iTXt"}
_DEFAULT_DPI = 72.0  # what pdfTeX takes for a file that says nothing


def decode(content: bytes, view: View) -> Picture | Reject:
    """What `view` shows of a raster file, still to be turned by its angle.

    Rejects it as UNREADABLE_IMAGE when Pillow cannot decode it to the end, PAGE_MISSING, or IMAGE_TOO_LARGE.
    """
    if content.startswith(_PNG):
        content = _without_text(content)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(content), formats=_FORMATS) as image:
                return _decode(image, content, view)
    except Image.DecompressionBombError as error:
        return Reject(Reason.IMAGE_TOO_LARGE, str(error))
    except (OSError, EOFError, SyntaxError, ValueError, LookupError, TypeError, struct.error) as error:
        # whatever a damaged file makes a decoder of Pillow's stumble over
        return Reject(Reason.UNREADABLE_IMAGE, f"{type(error).__name__}: {error}")


def _without_text(png: bytes) -> bytes:
    """A PNG without chunks of compressed text (PNG specification, sections 5.3 and 11.3.3)."""
    kept = bytearray(_PNG)
    at = len(_PNG)
    while at < len(png):
        end = at + 12 + int.from_bytes(png[at : at + 4], "big")
        if png[at + 4 : at + 8] not in _COMPRESSED_TEXT:
            kept += png[at:end]
        at = end
    return bytes(kept)


def _decode(image: Image.Image, content: bytes, view: View) -> Picture | Reject:
    pages = getattr(image, "n_frames", 1) if image.format == "TIFF" else 1
    if 1 < pages < view.page:
        return Reject(Reason.PAGE_MISSING, f"page {view.page} of a TIFF of {pages} pages")
    if pages > 1:
        image.seek(view.page - 1)
    if image.width * image.height > MAX_PIXELS:
        return Reject(Reason.IMAGE_TOO_LARGE, f"{image.width} x {image.height} pixels, more than {MAX_PIXELS}")
    image.load()
    box = _pixel_box(image, view)
    whole = box == (0, 0, *image.size)
    pixels = flatten(image) if whole else flatten(image).crop(box)
    # LaTeX shows a photograph as it is stored; an author whom that left with one on its side turns it by `angle`.
    orientation = 1 if view.angle else image.getexif().get(_ORIENTATION, 1)
    if orientation != 1:
        pixels.getexif()[_ORIENTATION] = orientation
        pixels = ImageOps.exif_transpose(pixels)
    return Picture(
        pixels=pixels,
        angle=view.angle,
        reflected=view.reflected,
        photo=image.format in {"JPEG", "MPO"},
        source=_publishable(image, content) if whole and orientation == 1 else None,
        page=view.page if pages > 1 else None,
    )


def _pixel_box(image: Image.Image, view: View) -> tuple[int, int, int, int]:
    """The region of the view as pixel columns and rows from the upper left corner."""
    if view.bounding_box is not None:
        left, bottom, right, top = view.bounding_box
        width, height = right - left, top - bottom
    else:
        across, down = (float(dpi) for dpi in image.info.get("dpi", (_DEFAULT_DPI, _DEFAULT_DPI)))
        width = image.width * 72 / (across if across >= 1 else _DEFAULT_DPI)
        height = image.height * 72 / (down if down >= 1 else _DEFAULT_DPI)
    left, bottom, right, top = view.region(width, height)
    columns, rows = image.width / width, image.height / height
    return (
        round(left * columns),
        round((height - top) * rows),
        round(right * columns),
        round((height - bottom) * rows),
    )


def flatten(image: Image.Image) -> Image.Image:
    """The image in mode L or RGB: on white where it is transparent, deep greys scaled to 8 bits, colours in sRGB."""
    if image.mode.startswith("I;16"):
        return Image.fromarray((np.asarray(image).astype(np.uint16) >> 8).astype(np.uint8))
    if image.mode in {"I", "F"}:
        values = np.nan_to_num(np.asarray(image).astype(np.float64))
        span = np.ptp(values) or 1.0
        return Image.fromarray(((values - values.min()) * (255 / span)).astype(np.uint8))
    profile = _foreign_profile(image)
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        paper = Image.new("RGB", image.size, "white")
        paper.paste(layer, mask=layer.getchannel("A"))
        image = paper
    if image.mode == "CMYK" and image.format == "JPEG" and "adobe" not in image.info:
        # Pillow takes every CMYK JPEG for one of Adobe's, which are stored inverted and say so.
        image = ImageChops.invert(image)
    if image.mode not in {"1", "L", "CMYK"}:
        image = image.convert("RGB")
    return _in_srgb(image, profile)


def _foreign_profile(image: Image.Image) -> ImageCms.ImageCmsProfile | None:
    """The file's colour profile, if it is another than sRGB."""
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(image.info["icc_profile"]))
        return None if "sRGB" in ImageCms.getProfileDescription(profile) else profile
    except (KeyError, OSError, ImageCms.PyCMSError):
        return None


def _in_srgb(image: Image.Image, profile: ImageCms.ImageCmsProfile | None) -> Image.Image:
    """Mode L, or RGB by the profile; CMYK without one comes out as in a PDF, by the profile that MuPDF brings along."""
    if image.mode in {"1", "L"}:
        return image.convert("L")
    try:
        if profile is not None:
            converted = ImageCms.profileToProfile(image, profile, ImageCms.createProfile("sRGB"), outputMode="RGB")
            return converted or image
    except ImageCms.PyCMSError:
        pass  # a profile for other colours than the file has
    if image.mode == "CMYK":
        inks = pymupdf.Pixmap(pymupdf.csCMYK, *image.size, image.tobytes(), False)
        printed = pymupdf.Pixmap(pymupdf.csRGB, inks)
        return Image.frombytes("RGB", image.size, printed.samples)
    return image


def _publishable(image: Image.Image, content: bytes) -> Encoding | None:
    """The file itself if every reader shows it as the pixels decoded here; encoding it again would only lose.

    A file larger than its bare pixels carries freight that is none of the figure's.
    """
    image_format, modes = _PUBLISHABLE.get(image.format, (None, set()))
    if image_format is None or image.mode not in modes or image.has_transparency_data or _foreign_profile(image):
        return None
    if getattr(image, "is_animated", False) or len(content) > image.width * image.height * 3 + 65_536:
        return None
    return Encoding(image_format, content)
