import io

import numpy as np
from PIL import Image

from s1_assets.quality.plots import against_earlier, histograms

LARGEST = 22_000  # bytes, so that a data URI of it stays within 30 kB


def opened(png: bytes) -> Image.Image:
    assert len(png) < LARGEST
    picture = Image.open(io.BytesIO(png), formats=("PNG",))
    picture.load()
    return picture


def colours(picture: Image.Image) -> int:
    return len(picture.convert("RGB").getcolors(1 << 24) or ())


def test_two_distributions_are_one_small_picture() -> None:
    random = np.random.default_rng(1)
    before, after = random.normal(0.2, 0.05, (2, 50_000)).astype(np.float32)
    picture = opened(histograms(before, after + 0.1, ("raw caption", "recaption"), "CLIP score"))
    assert picture.width > picture.height
    assert colours(picture) > 10


def test_values_that_are_not_finite_or_all_alike_do_not_stop_a_picture() -> None:
    odd = np.array([np.inf, 1.0, np.nan], np.float32)
    opened(histograms(odd, np.array([1.0], np.float32), ("a", "b"), "c"))
    opened(histograms(odd[:1], odd[:1], ("a", "b"), "c"))


def test_a_value_stands_behind_those_of_earlier_months() -> None:
    earlier = {"2024-01": 700.0, "2024-03": 720.0, "2024-02": 740.0}
    near = against_earlier("recaption_chars", earlier, "2024-05", 720.0)
    assert opened(near).tobytes() != opened(against_earlier("recaption_chars", earlier, "2024-05", 300.0)).tobytes()


def test_pictures_leave_no_figure_behind() -> None:
    import matplotlib.pyplot as plt

    values = np.ones(3, np.float32)
    histograms(values, values, ("a", "b"), "c")
    assert plt.get_fignums() == []
