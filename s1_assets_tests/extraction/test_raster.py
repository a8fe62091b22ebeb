"""Raster files in every mode that submissions hold."""

import io
import random
import zlib

import numpy as np
import pytest
from PIL import Image, ImageChops, ImageCms

from s1_assets.extraction.images import render
from s1_assets.extraction.picture import RenderedImage
from s1_assets.rejects import Reason, Reject
from s1_assets_tests.extraction.quadrants import colours, raster, refused, saved, shown


def pixels(content: bytes, **options: str) -> Image.Image:
    return Image.open(io.BytesIO(shown(content, **options).image))


def photograph(width: int = 300, height: int = 200) -> Image.Image:
    noise = random.Random(1).randbytes(width * height * 3)
    return Image.frombytes("RGB", (width, height), noise)


@pytest.mark.parametrize("image_format", ["PNG", "JPEG", "GIF", "TIFF", "BMP", "WEBP", "PPM", "JPEG2000"])
def test_every_format_shows_its_quadrants(image_format):
    assert colours(shown(saved(raster(), image_format))) == "RGBY"


@pytest.mark.parametrize("mode", ["P", "RGBA", "CMYK"])
def test_every_colour_mode_shows_its_quadrants(mode):
    image_format = "TIFF" if mode == "CMYK" else "PNG"
    assert colours(shown(saved(raster().convert(mode), image_format))) == "RGBY"


@pytest.mark.parametrize(
    ("image", "image_format"), [(raster(), "JPEG"), (photograph(), "PNG"), (raster().convert("P"), "PNG")]
)
def test_a_file_that_needs_no_change_is_published_as_it_is(image, image_format):
    content = saved(image, image_format)
    assert shown(content).image == content


def test_width_height_hash_and_format_describe_the_published_bytes():
    rendered = shown(saved(raster(), "TIFF"))
    image = Image.open(io.BytesIO(rendered.image))
    assert (image.size, image.format) == ((rendered.width, rendered.height), "PNG")
    assert rendered.image_format == "png"
    assert (len(rendered.sha256), len(rendered.phash)) == (64, 16)


def test_the_perceptual_hash_survives_another_encoding():
    landscape = photograph(12, 8).resize((600, 400), Image.Resampling.BICUBIC)
    hashes = [shown(saved(landscape, image_format)).phash for image_format in ("PNG", "JPEG")]
    assert (int(hashes[0], 16) ^ int(hashes[1], 16)).bit_count() <= 4


@pytest.mark.parametrize(("size", "expected"), [((5000, 2500), (2048, 1024)), ((300, 6000), (102, 2048))])
def test_large_images_shrink_to_2048_pixels_on_the_long_side(size, expected):
    rendered = shown(saved(raster(*size), "PNG"))
    assert (rendered.width, rendered.height) == expected
    assert colours(rendered) == "RGBY"


def test_a_large_jpeg_stays_a_jpeg():
    assert shown(saved(raster(3000, 1500), "JPEG")).image_format == "jpeg"


def test_a_large_lossless_photograph_becomes_a_jpeg():
    assert shown(saved(photograph(2500, 1000), "TIFF")).image_format == "jpeg"


def test_cmyk_jpegs_show_their_colours_whether_adobe_inverted_them_or_not():
    inks = raster().convert("CMYK")
    assert colours(shown(saved(inks, "JPEG"))) == "RGBY"
    inverted = saved(ImageChops.invert(inks), "JPEG")
    marker = inverted.index(b"\xff\xee")
    length = int.from_bytes(inverted[marker + 2 : marker + 4], "big") + 2
    assert colours(shown(inverted[:marker] + inverted[marker + length :])) == "RGBY"


def test_cmyk_without_a_profile_looks_as_in_a_pdf():
    cyan = Image.new("CMYK", (300, 200), (255, 0, 0, 0))
    cyan.paste((0, 0, 0, 0), (0, 0, 150, 200))
    assert pixels(saved(cyan, "TIFF")).getpixel((200, 100)) == (0, 174, 239)


def swapping_profile() -> bytes:
    """A colour profile in which red and green stand for each other."""
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = srgb.replace(b"rXYZ", b"tmp_", 1).replace(b"gXYZ", b"rXYZ", 1).replace(b"tmp_", b"gXYZ", 1)
    return swapped.replace(b"s\0R\0G\0B", b"t\0e\0s\0t").replace(b"sRGB built-in", b"test built-in")


@pytest.mark.parametrize(("mode", "image_format"), [("RGB", "PNG"), ("RGB", "JPEG"), ("RGBA", "PNG"), ("P", "PNG")])
def test_colours_of_another_profile_are_published_in_srgb_without_it(mode, image_format):
    content = saved(raster().convert(mode), image_format, icc_profile=swapping_profile())
    assert colours(shown(content))[:2] == "GR"
    assert "icc_profile" not in pixels(content).info


def test_a_file_in_srgb_is_published_as_it_is():
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    content = saved(raster(), "PNG", icc_profile=srgb)
    assert shown(content).image == content


@pytest.mark.parametrize("profile", [b"no profile", swapping_profile()[:200]])
def test_a_profile_that_cannot_be_read_is_passed_over(profile):
    assert colours(shown(saved(raster(), "JPEG", icc_profile=profile))) == "RGBY"


def test_a_profile_for_other_colours_than_the_file_has_is_passed_over():
    inks = raster().convert("CMYK")
    assert colours(shown(saved(inks, "TIFF", icc_profile=swapping_profile()))) == "RGBY"


def test_transparency_is_laid_on_white():
    image = raster().convert("RGBA")
    image.paste((0, 0, 0, 0), (0, 0, 200, 100))
    assert colours(shown(saved(image, "PNG"))) == "WGBY"
    palette = raster().quantize(8)
    background = palette.getpixel((0, 0))
    assert colours(shown(saved(palette, "PNG", transparency=background))) == "WGBY"


def test_sixteen_bit_grey_is_scaled_not_cut():
    ramp = np.linspace(0, 65535, 200 * 100).astype(np.uint16).reshape(100, 200)
    for image_format in ("PNG", "TIFF"):
        image = pixels(saved(Image.fromarray(ramp), image_format))
        assert image.mode == "L"
        assert [image.getpixel((0, row)) for row in (0, 50, 99)] == [0, 128, 253]


def test_floating_point_tiff_is_scaled_to_its_range():
    ramp = np.linspace(-3.5, 7.25, 200 * 100).astype(np.float32).reshape(100, 200)
    ramp[0, 0] = np.nan
    assert pixels(saved(Image.fromarray(ramp), "TIFF")).getextrema() == (0, 255)


def test_one_bit_images_keep_black_and_white():
    image = raster().convert("1")
    assert pixels(saved(image, "TIFF", compression="group4")).convert("L").getextrema() == (0, 255)


def test_the_page_option_picks_a_page_of_a_tiff():
    stack = saved(raster(), "TIFF", save_all=True, append_images=[raster().rotate(180)])
    assert colours(shown(stack)) == "RGBY"
    second = shown(stack, page="2")
    assert (colours(second), second.page) == ("YBGR", 2)
    assert refused(stack, page="3") is Reason.PAGE_MISSING


def test_an_animation_shows_its_first_frame():
    frames = saved(raster(), "GIF", save_all=True, append_images=[raster().rotate(180)])
    assert colours(shown(frames)) == "RGBY"


def test_exif_orientation_is_applied_unless_the_author_turned_the_image():
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned 90 degrees clockwise
    photo = saved(raster(), "JPEG", exif=exif)
    assert colours(shown(photo)) == "BRYG"
    assert colours(shown(photo, angle="90")) == "GYRB"


@pytest.mark.parametrize(("angle", "expected"), [("90", "GYRB"), ("-90", "BRYG"), ("180", "YBGR"), ("360", "RGBY")])
def test_angle_turns_counterclockwise(angle, expected):
    assert colours(shown(saved(raster(), "PNG"), angle=angle)) == expected


def test_an_oblique_angle_cuts_no_corner_off():
    rendered = shown(saved(raster(), "PNG"), angle="45")
    assert (rendered.width, rendered.height) == (426, 426)


def test_trim_and_viewport_are_in_points_of_72_a_pixel_by_default():
    content = saved(raster(), "PNG")
    rendered = shown(content, viewport="100 0 300 200", clip="")
    assert (rendered.width, rendered.height, colours(rendered)) == (200, 200, "RGBY")
    assert colours(shown(content, trim="0 0 0 90", clip="")) == "BYBY"


def test_a_resolution_in_the_file_scales_trim():
    content = saved(raster(), "PNG", dpi=(144, 144))
    rendered = shown(content, trim="1in 0 0 0", clip="")
    assert (rendered.width, rendered.height) == (256, 200)


def test_bb_gives_the_size_that_trim_is_measured_on():
    rendered = shown(saved(raster(), "PNG"), bb="0 0 800 400", trim="400 0 0 0", clip="")
    assert (rendered.width, rendered.height) == (200, 200)


def test_a_wrong_extension_does_not_matter_but_a_wrong_content_does():
    assert refused(b"this is no image") is Reason.UNREADABLE_IMAGE
    assert refused(b"") is Reason.UNREADABLE_IMAGE


@pytest.mark.parametrize("image_format", ["PNG", "JPEG", "GIF", "TIFF", "BMP", "WEBP"])
def test_a_cut_off_file_is_unreadable(image_format):
    content = saved(photograph(), image_format)
    assert refused(content[: len(content) // 2]) is Reason.UNREADABLE_IMAGE


def test_one_colour_is_blank():
    assert refused(saved(Image.new("RGB", (500, 500), "white"), "PNG")) is Reason.BLANK_IMAGE
    assert refused(saved(Image.new("RGBA", (500, 500), (9, 9, 9, 0)), "PNG")) is Reason.BLANK_IMAGE


def test_only_what_is_small_both_in_bytes_and_in_pixels_is_too_small():
    assert refused(saved(raster(400, 40), "PNG")) is Reason.IMAGE_TOO_SMALL
    assert shown(saved(raster(64, 64), "PNG")).width == 64
    assert shown(saved(photograph(300, 40), "PNG")).height == 40


@pytest.mark.parametrize("side", [11_000, 20_000])
def test_a_decompression_bomb_is_too_large(side):
    header = saved(Image.new("1", (8, 8)), "PNG")
    bomb = bytearray(header)
    bomb[16:24] = side.to_bytes(4, "big") * 2
    bomb[29:33] = zlib.crc32(bytes(bomb[12:29])).to_bytes(4, "big")
    assert refused(bytes(bomb)) is Reason.IMAGE_TOO_LARGE


def png_chunk(name: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(name + content).to_bytes(4, "big")
    return len(content).to_bytes(4, "big") + name + content + checksum


def test_a_picture_is_shown_without_its_text_which_unpacks_to_more_than_readers_take():
    picture = saved(raster(), "PNG")
    header = picture[:33]
    text = png_chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(4 << 20)))
    assert shown(header + text + picture[33:]).image == picture


def test_freight_behind_the_pixels_is_not_published():
    content = saved(raster(), "PNG") + bytes(1 << 20)
    assert len(shown(content).image) < 1 << 20


def test_random_damage_never_raises():
    source = random.Random(3)
    pristine = [saved(raster(), name) for name in ("PNG", "JPEG", "GIF", "TIFF", "BMP", "WEBP", "JPEG2000", "PPM")]
    for number in range(400):
        content = bytearray(pristine[number % len(pristine)])
        for _ in range(source.randint(1, 6)):
            content[source.randrange(min(len(content), 400))] = source.randrange(256)
        assert isinstance(render(bytes(content), {}), RenderedImage | Reject)
