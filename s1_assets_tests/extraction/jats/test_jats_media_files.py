"""Names that articles give their pictures, and the files they mean."""

import pytest

from s1_assets.extraction.jats.media_files import MediaFiles


def found(href: str, *files: str, article: str = "content/article.xml") -> str | None:
    return MediaFiles({file: file.encode() for file in files}, article).find(href)


NAMES = {
    "fig1.tif": "content/fig1.tif",
    "fig1": "content/fig1.tif",
    "FIG1.TIF": "content/fig1.tif",
    "fig1.jpg": "content/fig1.tif",
    "figures/fig1.tif": "content/fig1.tif",
    "https://journal.example/a/b/fig1.tif?download=true": "content/fig1.tif",
    "abc.0000001.g001": "content/abc.0000001.g001.png",
    "abc.0000001": None,
    "abc.0000001.g002": None,
    "my%20figure.png": "content/my figure.png",
    "sub\\my figure.png": "content/my figure.png",
    "movie.mp4": "content/movie.mp4",
    "movie": None,
    "gone.png": None,
    "": None,
}


@pytest.mark.parametrize(("href", "file"), NAMES.items())
def test_a_name_finds_its_file(href, file):
    files = ("fig1.tif", "abc.0000001.g001.png", "my figure.png", "movie.mp4", "article.xml")
    assert found(href, *(f"content/{name}" for name in files)) == file


def test_a_preview_stands_back_behind_the_picture_it_previews():
    assert found("fig1", "fig1.gif", "fig1.jpg") == "fig1.jpg"
    assert found("fig1.gif", "fig1.gif", "fig1.jpg") == "fig1.jpg"
    assert found("fig1.gif", "fig1.gif") == "fig1.gif"


def test_a_name_that_is_there_is_taken_at_its_word():
    assert found("fig1.png", "fig1.png", "fig1.tif") == "fig1.png"


def test_of_equal_names_the_one_at_its_place_is_meant_else_the_largest():
    files = ("content/a/fig1.jpg", "content/thumbs/fig1.jpg", "content/b/c/d/fig1.jpg")
    assert found("thumbs/fig1.jpg", *files) == "content/thumbs/fig1.jpg"
    assert found("elsewhere/fig1.jpg", *files) == "content/thumbs/fig1.jpg"
    assert found("fig1.jpg", "content/b/large/fig1.jpg", "content/s/fig1.jpg") == "content/b/large/fig1.jpg"
