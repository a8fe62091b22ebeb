"""A decoded graphic on its way to the published image: turned, sized, judged and encoded."""

import hashlib
import io
from dataclasses import dataclass, field
from typing import Literal

import imagehash
from PIL import Image, ImageOps

from s1_assets.rejects import Reason, Reject

MAX_SIDE = 2048  # pixels
_SMALL_BYTES = 5 * 1024
_SMALL_SIDE = 64  # pixels
_JPEG_QUALITY = 92
# Bytes a channel sample as PNG: drawings need under 0.15, photographs and noise well over 0.3.
_CONTINUOUS_TONE = 0.3
_AFFORDABLE_BYTES = 512 * 1024

ImageFormat = Literal["png", "jpeg"]


@dataclass(frozen=True)
class RenderedImage:
    """An image as it is published. `page` is 1-based where the file has pages; `figure_text` is in reading order."""

    image: bytes
    image_format: ImageFormat
    width: int
    height: int
    sha256: str
    phash: str
    page: int | None = None
    figure_text: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Encoding:
    """An image file."""

    image_format: ImageFormat
    content: bytes


@dataclass(frozen=True)
class Picture:
    """Decoded sRGB pixels of mode L or RGB, before they are turned by `angle` degrees counterclockwise, then mirrored.

    `photo` says that they come from a lossy file. `source` is the file itself where it shows just these pixels.
    """

    pixels: Image.Image
    angle: float = 0.0
    reflected: bool = False
    photo: bool = False
    source: Encoding | None = None
    page: int | None = None
    words: list[str] = field(default_factory=list)

    def publish(self) -> RenderedImage | Reject:
        """The image of at most MAX_SIDE pixels a side, or why it is none."""
        pixels = self.pixels
        if self.angle:
            pixels = pixels.rotate(self.angle, Image.Resampling.BICUBIC, expand=True, fillcolor="white")
        if self.reflected:
            pixels = ImageOps.mirror(pixels)
        if max(pixels.size) > MAX_SIDE:
            pixels = ImageOps.contain(pixels, (MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS)
        if _is_blank(pixels):
            return Reject(Reason.BLANK_IMAGE, f"one colour only on {pixels.width} x {pixels.height} pixels")
        encoding = self.source if self.source and pixels is self.pixels else _encode(pixels, self.photo)
        if len(encoding.content) < _SMALL_BYTES and min(pixels.size) < _SMALL_SIDE:
            return Reject(
                Reason.IMAGE_TOO_SMALL, f"{pixels.width} x {pixels.height} pixels in {len(encoding.content)} bytes"
            )
        return RenderedImage(
            image=encoding.content,
            image_format=encoding.image_format,
            width=pixels.width,
            height=pixels.height,
            sha256=hashlib.sha256(encoding.content).hexdigest(),
            phash=str(imagehash.phash(pixels)),
            page=self.page,
            figure_text=self.words,
        )


def _is_blank(pixels: Image.Image) -> bool:
    return all(band.getextrema()[0] == band.getextrema()[1] for band in pixels.split())


def _encode(pixels: Image.Image, photo: bool) -> Encoding:
    """PNG for drawings, JPEG for what is lossy already or would make a large PNG of continuous tones."""
    if not photo:
        png = io.BytesIO()
        pixels.save(png, "PNG", icc_profile=None)  # they are in sRGB, whatever the file that they are from
        samples = pixels.width * pixels.height * len(pixels.getbands())
        if png.tell() <= max(samples * _CONTINUOUS_TONE, _AFFORDABLE_BYTES):
            return Encoding("png", png.getvalue())
    jpeg = io.BytesIO()
    pixels.save(jpeg, "JPEG", quality=_JPEG_QUALITY, subsampling=0)
    return Encoding("jpeg", jpeg.getvalue())
